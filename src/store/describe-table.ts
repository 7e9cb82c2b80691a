/** A table as its migration states it: each column with its type and the sentence that explains it to an analyst. */
export interface TableDescription {
  /** With its schema, `recon.coverage`. */
  readonly name: string
  readonly comment: string
  readonly columns: ReadonlyArray<readonly [name: string, type: string, comment: string]>
}

export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The statements that create the table and its COMMENTs. */
export const createStatements = (table: TableDescription): ReadonlyArray<string> => [
  `CREATE TABLE ${table.name} (${table.columns.map(([name, type]) => `${name} ${type}`).join(", ")})`,
  `COMMENT ON TABLE ${table.name} IS ${quoteText(table.comment)}`,
  ...table.columns.map(([name, , comment]) => `COMMENT ON COLUMN ${table.name}.${name} IS ${quoteText(comment)}`),
]

/** The statements that add a column with its COMMENT. DuckDB adds no column with a constraint; a default it does. */
export const addColumn = (table: string, name: string, type: string, comment: string): ReadonlyArray<string> => [
  `ALTER TABLE ${table} ADD COLUMN ${name} ${type}`,
  `COMMENT ON COLUMN ${table}.${name} IS ${quoteText(comment)}`,
]
