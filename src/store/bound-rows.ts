type Bound = string | number | boolean | null

/** Columns of rows that are bound: by name, each with its type and what it is in a row. */
export interface BoundColumns<A> {
  readonly [column: string]: readonly [type: string, value: (row: A, place: number) => Bound]
}

/**
 * Rows to select from, and the parameters of that text, of which the first is `$first`: each column is one list. Everything travels as text,
 * which DuckDB casts exactly.
 */
export const boundRows = <A>(
  rows: ReadonlyArray<A>,
  columns: BoundColumns<A>,
  first = 1,
): { readonly text: string; readonly parameters: ReadonlyArray<ReadonlyArray<string | null>> } => ({
  text: `SELECT ${Object.entries(columns)
    .map(([name, [type]], place) => `unnest($${first + place})::${type} AS ${name}`)
    .join(", ")}`,
  parameters: Object.values(columns).map(([, value]) =>
    rows.map((row, place) => {
      const given = value(row, place)
      return given === null ? null : String(given)
    }),
  ),
})
