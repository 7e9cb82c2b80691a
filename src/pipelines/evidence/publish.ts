import { Effect } from "effect"
import { products } from "../../api/contract/products.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import { packageSqlFiles, type SqlFile } from "../sql-file.ts"
import { macros, runMacros } from "./macros.ts"
import { heldSql, movementSql, newestRecordSql, notListedSql, productRecordSql, refundSql } from "./products-sql.ts"

/**
 * What is known of a run, as views and tables of schema recon that every check asks, and that analysts find in the
 * snapshot: `views/*.sql`, one a file, in the order in which they stand on one another.
 */
const order = [
  "refused",
  "transaction",
  "refunds_in_doubt",
  "touched",
  "suspect",
  "named_transaction",
  "refunded",
  "money_case",
  "reversed_case",
  "balance",
  "accepted_closing",
  "earlier_closing",
  "balance_unit",
  "posted",
  "doubtful_posting",
  "closing",
  "gone_balance",
  "rollforward",
  "residual",
  "residual_entry",
  "suspicion",
  "standstill",
  "night_note",
]

/** What came of matching the partner's books, once it is done. */
const bookOrder = ["book_match", "book_line_verdict", "book_posting_verdict"]

/**
 * A view, unless its header says another kind: a table is made anew by each run; `kept` is a table of all runs, of which the
 * rows of the judged one are replaced; to an `added` one the run adds what is not there. The comment of each column is in
 * the header, of the tables that outlive a run in their migration.
 */
const statementsOf = ({ header, name, sql }: SqlFile): ReadonlyArray<string> => {
  const said = header.get("kind")?.text
  const insert = `INSERT INTO recon.${name} BY NAME ${sql}`
  if (said === "kept") return [`DELETE FROM recon.${name} WHERE run_id = recon.run()`, insert]
  if (said === "added") return [insert]
  const kind = said === "table" ? "TABLE" : "VIEW"
  const columns = [...header].filter(([key]) => key !== "about" && key !== "kind")
  return [
    `CREATE OR REPLACE ${kind} recon.${name} AS ${sql}`,
    `COMMENT ON ${kind} recon.${name} IS ${quoteText(header.get("about")?.text ?? "")}`,
    ...columns.map(([column, { text }]) => `COMMENT ON COLUMN recon.${name}.${column} IS ${quoteText(text)}`),
  ]
}

const files = new Map(packageSqlFiles("evidence/views").map((file) => [file.name, file]))

const fileOf = (name: string): SqlFile => {
  const file = files.get(name)
  if (file === undefined) throw new Error(`there is no evidence/views/${name}.sql`)
  return file
}

/** The text of everything that is published: part of the rules that a run is judged by. */
export const publishedText: string = ["reading", ...order, ...bookOrder].map((name) => fileOf(name).sql).join("\n")

const productsSql = (configuration: Configuration): string => {
  const rows = products.map((product) =>
    [
      quoteText(product.stream),
      quoteText(product.noun),
      quoteText(product.resourceType),
      product.refunds === null ? "NULL" : quoteText(product.refunds.stream),
      product.refunds === null ? "NULL" : quoteText(product.refunds.column),
      String(configuration.refunds[product.stream] !== "notListed"),
      String(configuration.fees[product.stream] === "separate"),
      quoteText(product.rollforward.CREDIT),
      quoteText(product.rollforward.DEBIT),
      product.account === null ? "NULL" : quoteText(product.account.stream),
      product.account === null ? "NULL" : quoteText(product.account.noun),
    ].join(", "),
  )
  return `CREATE OR REPLACE TABLE recon.product AS SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(", ")})
    AS p(stream, noun, resource_type, refunds_stream, refunds_column, lists_refunds, has_separate_fees, credits_add_to, debits_add_to, account_stream, account_noun)`
}

const publishFiles = (sql: Sql, names: ReadonlyArray<string>): Effect.Effect<void, StoreError> =>
  Effect.forEach(
    names.flatMap((name) => statementsOf(fileOf(name))),
    (statement) => sql.run(statement),
    { discard: true },
  )

/** Publishes what the matching of the partner's books came to; reads what it left. */
export const publishBooks = (sql: Sql): Effect.Effect<void, StoreError> => publishFiles(sql, bookOrder)

/** Publishes what is known of the run: its own tables first, then the views over the lists, then what stands on them. */
export const publishEvidence = (sql: Sql, run: Run, configuration: Configuration): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    for (const macro of runMacros(run)) yield* sql.run(macro)
    yield* sql.run(productsSql(configuration))
    yield* publishFiles(sql, ["reading"])
    for (const macro of macros(configuration)) yield* sql.run(macro)
    const { streams } = configuration.contract
    for (const view of [productRecordSql, movementSql, refundSql, newestRecordSql]) yield* sql.run(view(streams))
    yield* publishFiles(sql, order)
    yield* sql.run(heldSql(streams))
    yield* sql.run(notListedSql)
  })
