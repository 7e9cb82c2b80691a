import { Effect } from "effect"
import { products } from "../../api/contract/products.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import { packageSqlFiles, type SqlFile } from "../sql-file.ts"
import { macros, runMacros } from "./macros.ts"
import { accountSql, heldSql, movementSql, notListedSql, productRecordSql, refundSql } from "./products-sql.ts"

/**
 * What is known of a run, as views and tables of schema recon that every check asks, and that analysts find in the
 * snapshot: `views/*.sql`, one a file, in the order in which they stand on one another.
 */
const order = [
  "refused",
  "refused_record",
  "transaction",
  "conversion",
  "conversion_quote",
  "quoted_conversion",
  "checkout",
  "original",
  "refund_beside",
  "missing_named",
  "stray_account",
  "refunds_in_doubt",
  "touched",
  "suspect",
  "named_transaction",
  "refunded",
  "money_case",
  "reversed_case",
]

/** Files that say nothing of a column are views over others; the comment of each column is in its header. */
const statementsOf = ({ header, name, sql }: SqlFile): ReadonlyArray<string> => {
  const kind = header.get("kind")?.text === "table" ? "TABLE" : "VIEW"
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
export const publishedText: string = ["reading", ...order].map((name) => fileOf(name).sql).join("\n")

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
      product.account === null ? "NULL" : quoteText(product.account.column),
      product.place === null ? "NULL" : quoteText(product.place),
      String(product.hasReference),
    ].join(", "),
  )
  return `CREATE OR REPLACE TABLE recon.product AS SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(", ")})
    AS p(stream, noun, resource_type, refunds_stream, refunds_column, lists_refunds, has_separate_fees, credits_add_to, debits_add_to, account_stream, account_noun, account_column, place_column, has_reference)`
}

/** Publishes what is known of the run: its own tables first, then the views over the lists, then what stands on them. */
export const publishEvidence = (sql: Sql, run: Run, configuration: Configuration): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const publish = (name: string) =>
      Effect.forEach(statementsOf(fileOf(name)), (statement) => sql.run(statement), { discard: true })
    for (const macro of runMacros(run)) yield* sql.run(macro)
    yield* sql.run(productsSql(configuration))
    yield* publish("reading")
    for (const macro of macros(configuration)) yield* sql.run(macro)
    const { streams } = configuration.contract
    for (const view of [productRecordSql(streams), movementSql(streams), refundSql(streams), accountSql(streams)])
      yield* sql.run(view)
    for (const name of order) yield* publish(name)
    yield* sql.run(heldSql(streams))
    yield* sql.run(notListedSql)
  })
