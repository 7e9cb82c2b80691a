import { quoteText } from "../../store/describe-table.ts"
import type { SqlFile } from "../sql-file.ts"

/** A view or table of schema recon, with what explains it to an analyst. */
export interface Explained {
  readonly name: string
  readonly kind: string
  readonly about: string
  readonly columns: Readonly<Record<string, string>>
  readonly sql: string
}

/** What a file of `views/` defines. */
export const explained = ({ header, name, sql }: SqlFile): Explained => {
  const {
    about = "",
    kind = "view",
    ...columns
  } = Object.fromEntries([...header].map(([key, { text }]) => [key, text]))
  return { name, kind, about, columns, sql }
}

/** Makes what is defined, with its comments: of a view once, of a table before it is filled for the first time. */
export const definitionOf = ({ about, columns, kind, name, sql }: Explained): ReadonlyArray<string> => {
  const object = kind === "table" ? "TABLE" : "VIEW"
  return [
    `CREATE OR REPLACE ${object} recon.${name} AS ${sql}`,
    `COMMENT ON ${object} recon.${name} IS ${quoteText(about)}`,
    ...Object.entries(columns).map(
      ([column, comment]) => `COMMENT ON COLUMN recon.${name}.${column} IS ${quoteText(comment)}`,
    ),
  ]
}

/**
 * What each run does: nothing with a view, once it is there; a table is filled anew; `kept` is a table of all runs,
 * of which the rows of the judged one are replaced; to an `added` one the run adds what is not there. The tables that outlive
 * a run are made by their migrations, with their comments.
 */
export const fillOf = ({ kind, name, sql }: Explained): ReadonlyArray<string> => {
  const insert = `INSERT INTO recon.${name} BY NAME ${sql}`
  switch (kind) {
    case "table":
      return [`DELETE FROM recon.${name}`, insert]
    case "kept":
      return [`DELETE FROM recon.${name} WHERE run_id = recon.run()`, insert]
    case "added":
      return [insert]
    default:
      return []
  }
}
