import { Data, Effect } from "effect"
import { products } from "../../api/contract/products.ts"
import { sha256Hex } from "../../api/signing.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import { packageSqlFiles, type SqlFile } from "../sql-file.ts"
import { type Explained, explained, publicationOf } from "./explained.ts"
import { macros, runMacros } from "./macros.ts"
import {
  accountSql,
  displaced,
  heldSql,
  movementSql,
  newestRecordSql,
  notListedSql,
  productRecordSql,
  refundSql,
} from "./products-sql.ts"
import { formerVersion, knownRecord, type Replaced, replacedSql } from "./records-sql.ts"
import { sayWords } from "./words.ts"

/**
 * What is known of a run, as views and tables of schema recon that every check asks, and that analysts find in the
 * snapshot: `views/*.sql`, one a file, in the order in which they stand on one another.
 */
const order = [
  "named_kind",
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
  "first_night",
  "stray_account",
  "absent_named",
  "refunds_in_doubt",
  "touched",
  "suspect_key",
  "suspect_leg",
  "named_transaction",
  "suspect",
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

/** What the partner's books show by themselves, which an import tells too. */
const bookFacts = ["customer_reference", "book_customer", "book_statement_gap"]

/** What came of matching the partner's books, once it is done. */
const bookOrder = ["book_match", "book_line_verdict", "book_posting_verdict"]

/** What people ask most, over what was judged and over the life of exceptions. They decide nothing, so they are no part of the rules. */
const questions = [
  "open_exceptions",
  "exception_changes",
  "daily_movements",
  "conversion_terms",
  "owed_fee",
  "charge",
  "fees",
  "in_transit",
  "balances_by_night",
  "transit_times",
]

const publishedSql = "CREATE TABLE IF NOT EXISTS recon.published (name VARCHAR, sha256 VARCHAR)"

interface Definition {
  readonly name: string
  readonly isTable: boolean
  /** What a view is told apart by: one that the store has from this text is not made again. NULL for what each run makes anew. */
  readonly text: string | null
  readonly statements: ReadonlyArray<string>
}

/** Publishes in this order what the store does not have yet. */
const publishAll = (sql: Sql, definitions: ReadonlyArray<Definition>): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const rows = yield* sql.rows<{ name: string; sha256: string }>("SELECT name, sha256 FROM recon.published")
    const known = new Map(rows.map(({ name, sha256 }) => [name, sha256]))
    const views = yield* sql.rows<{ view_name: string }>(
      "SELECT view_name FROM duckdb_views() WHERE schema_name = 'recon'",
    )
    const isView = new Set(views.map(({ view_name }) => view_name))
    const made: Array<{ readonly name: string; readonly sha256: string }> = []
    for (const { isTable, name, statements, text } of definitions) {
      const sha256 = text === null ? null : sha256Hex(text)
      if (sha256 !== null && known.get(name) === sha256) continue
      // A view of an earlier version gives way to a table.
      if (isTable && isView.has(name)) yield* sql.run(`DROP VIEW recon.${name}`)
      yield* sql.runAll(statements)
      if (sha256 !== null) made.push({ name, sha256 })
    }
    if (made.length === 0) return
    const names = made.map(({ name }) => name)
    yield* sql.run("DELETE FROM recon.published WHERE name IN (SELECT unnest($1))", [names])
    yield* sql.run("INSERT INTO recon.published SELECT unnest($1), unnest($2)", [
      names,
      made.map(({ sha256 }) => sha256),
    ])
  })

const ofExplained = (what: Explained): Definition => ({
  name: what.name,
  isTable: what.kind === "table",
  text: what.kind === "view" ? JSON.stringify(what) : null,
  statements: publicationOf(what),
})

const ofText = (name: string, text: string): Definition => ({ name, isTable: false, text, statements: [text] })

const files = new Map(packageSqlFiles("evidence/views").map((file) => [file.name, file]))

const fileOf = (name: string): SqlFile => {
  const file = files.get(name)
  if (file === undefined) throw new Error(`there is no evidence/views/${name}.sql`)
  return file
}

/** The text of everything that is published: part of the rules that a run is judged by. */
export const publishedText: string = ["reading", ...order, ...bookFacts, ...bookOrder]
  .map((name) => fileOf(name).sql)
  .join("\n")

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

const filesOf = (names: ReadonlyArray<string>): ReadonlyArray<Definition> =>
  names.map((name) => ofExplained(explained(fileOf(name))))

/** Publishes what the matching of the partner's books came to; reads what it left. */
export const publishBooks = (sql: Sql): Effect.Effect<void, StoreError> => publishAll(sql, filesOf(bookOrder))

/** What reports ask was not made yet when the run was judged. */
export class JudgedByEarlierVersion extends Data.TaggedError("JudgedByEarlierVersion")<{ readonly runId: string }> {
  readonly exitCode = 2
  override get message(): string {
    return `run ${this.runId} was judged by an earlier version, without what the reports of this one ask; run tidemark reconcile once, and then run tidemark report`
  }
}

/** Whether a statement names what the store does not have. */
const namesWhatIsNotThere = ({ detail }: StoreError): boolean => /^(Catalog|Binder) Error/.test(detail)

/** Publishes the views that reports and analysts ask, over what was judged. */
export const publishQuestions = (sql: Sql, run: Run): Effect.Effect<void, StoreError | JudgedByEarlierVersion> =>
  Effect.gen(function* () {
    yield* sql.run(publishedSql)
    yield* Effect.mapError(publishAll(sql, filesOf(questions)), (error) =>
      namesWhatIsNotThere(error) ? new JudgedByEarlierVersion({ runId: run.runId }) : error,
    )
    yield* sayWords(sql)
  })

/** Publishes what the partner's books show before they are matched. */
export const publishBookFacts = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.zipRight(sql.run(publishedSql), publishAll(sql, filesOf(bookFacts)))

/** When the API first answered in this run, by its own clock: no list was read earlier. */
const firstAnswerMacro = (sql: Sql): Effect.Effect<string, StoreError> =>
  Effect.map(
    sql.rows<{ at: string }>(
      "SELECT CAST(coalesce(min(began_at), recon.started_at()) AS VARCHAR) AS at FROM recon.reading",
    ),
    ([first]) => `CREATE OR REPLACE MACRO recon.first_answer() AS ${quoteText(first?.at ?? "")}::TIMESTAMPTZ`,
  )

const replacedLists = (sql: Sql): Effect.Effect<Replaced, StoreError> =>
  Effect.map(sql.rows<{ stream: string; tonight: boolean }>(replacedSql), (rows) => ({
    ever: new Set(rows.map(({ stream }) => stream)),
    tonight: new Set(rows.filter(({ tonight }) => tonight).map(({ stream }) => stream)),
  }))

/** Publishes what is known of the run: its own tables first, then the views over the lists, then what stands on them. */
export const publishEvidence = (sql: Sql, run: Run, configuration: Configuration): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const { streams } = configuration.contract
    yield* sql.run(publishedSql)
    yield* sql.runAll(runMacros(run))
    yield* sql.run(productsSql(configuration))
    yield* publishAll(sql, filesOf(["reading"]))
    yield* sql.runAll([...macros(configuration), yield* firstAnswerMacro(sql)])
    const replaced = yield* replacedLists(sql)
    yield* publishAll(sql, [
      ofText("product_record", productRecordSql(streams)),
      ofText("movement", movementSql(streams)),
      ofExplained(displaced(streams, replaced)),
      ofText("refund", refundSql(streams)),
      ofText("account", accountSql(streams)),
      ofText("newest_record", newestRecordSql(streams)),
      ofExplained(knownRecord(streams)),
      ofExplained(formerVersion(streams, replaced)),
      ofText("held", heldSql(streams)),
      ...filesOf(order),
      ofText("not_listed", notListedSql),
    ])
  })
