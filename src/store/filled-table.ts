type Given = string | number | boolean | null

/** Columns of a temporary table: by name, each with its type and what it is in a row. */
export interface FilledColumns<A> {
  readonly [column: string]: readonly [type: string, value: (row: A, place: number) => Given]
}

/** An empty temporary table of such columns. */
export const emptyTableSql = <A>(table: string, columns: FilledColumns<A>): string =>
  `CREATE OR REPLACE TEMP TABLE ${table} (${Object.entries(columns)
    .map(([name, [type]]) => `${name} ${type}`)
    .join(", ")})`

/** What rows are in such columns, column by column, as text. */
export const valuesOf = <A>(
  rows: ReadonlyArray<A>,
  columns: FilledColumns<A>,
): ReadonlyArray<ReadonlyArray<string | null>> =>
  Object.values(columns).map(([, value]) =>
    rows.map((row, place) => {
      const given = value(row, place)
      return given === null ? null : String(given)
    }),
  )
