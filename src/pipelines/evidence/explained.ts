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

const made = ({ about, columns, name, sql }: Explained, object: "TABLE" | "VIEW"): ReadonlyArray<string> => [
  `CREATE OR REPLACE ${object} recon.${name} AS ${sql}`,
  `COMMENT ON ${object} recon.${name} IS ${quoteText(about)}`,
  ...Object.entries(columns).map(
    ([column, comment]) => `COMMENT ON COLUMN recon.${name}.${column} IS ${quoteText(comment)}`,
  ),
]

/**
 * Publishes what is defined: a view, and a table, which is made anew by each run (to empty one that is there and fill it again
 * costs five times as much when it is committed); `kept` is a table of all runs, of which the rows of the judged one are
 * replaced; to an `added` one the run adds what is not there. The tables that outlive a run are made by their migrations, with
 * their comments.
 */
export const publicationOf = (what: Explained): ReadonlyArray<string> => {
  const insert = `INSERT INTO recon.${what.name} BY NAME ${what.sql}`
  switch (what.kind) {
    case "table":
      return made(what, "TABLE")
    case "kept":
      return [`DELETE FROM recon.${what.name} WHERE run_id = recon.run()`, insert]
    case "added":
      return [insert]
    default:
      return made(what, "VIEW")
  }
}
