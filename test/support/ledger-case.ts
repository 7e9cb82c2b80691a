import { Effect, Layer } from "effect"
import { products } from "../../src/api/contract/products.ts"
import { type ContractStream, resolveContract } from "../../src/api/contract.ts"
import type { Field } from "../../src/api/field.ts"
import { readableColumns } from "../../src/api/read-record.ts"
import { type StreamName, streams } from "../../src/api/streams.ts"
import type { Configuration } from "../../src/pipelines/configuration/settings.ts"
import { reconcile } from "../../src/pipelines/reconcile/reconcile.ts"
import type { Run } from "../../src/pipelines/run/run.ts"
import { streamTables } from "../../src/pipelines/stream-tables.ts"
import { Database, type Sql } from "../../src/store/database.ts"
import { quoteText } from "../../src/store/describe-table.ts"
import type { CoverageState } from "../../src/store/states.ts"
import { ensureTypedTables } from "../../src/store/typed-table.ts"
import { configurationWith } from "./configuration.ts"

/**
 * Small ledgers for reconciliation cases: typed rows written straight into the tables, as if a run had read them. Every
 * row has sensible values, and a case says only what it is about.
 */

type Values = Readonly<Record<string, string | null>>

export interface LedgerRow {
  readonly stream: StreamName
  readonly values: Values
}

export interface Quarantined {
  readonly customer: string
  readonly stream: StreamName
  readonly recordId: string | null
  readonly payload: unknown
}

export interface Ledger {
  readonly rows: ReadonlyArray<LedgerRow>
  /** The balances that the run read. A case that does not speak of balances has that list switched off. */
  readonly balances?: ReadonlyArray<LedgerRow>
  /** Partitions that are not COMPLETE, as `customer/stream`. */
  readonly coverage?: Readonly<Record<string, CoverageState>>
  /** Partitions whose problem code matters. */
  readonly problems?: Readonly<Record<string, string>>
  readonly quarantine?: ReadonlyArray<Quarantined>
  /** The run's customers; by default those that the rows name. */
  readonly customers?: ReadonlyArray<string>
  /** Nights later than the first; a later night's run starts 24 h after the one before. */
  readonly night?: number
}

const firstStart = Date.parse("2026-03-10T00:00:00.000Z")
const hour = 3_600_000

/** An instant so many hours before the first night's run. */
export const hoursBefore = (hours: number): string => new Date(firstStart - hours * hour).toISOString()

export const runOf = (night: number): Run => {
  const startedAt = new Date(firstStart + night * 24 * hour).toISOString()
  return { runId: `${startedAt.slice(0, 19).replace(/[-:]/g, "")}Z-0000`, startedAt }
}

const ofType: Readonly<Record<Field["type"], string>> = {
  text: "x",
  personal: "x",
  money: "0",
  direction: "CREDIT",
  time: hoursBefore(120),
}

const fieldsOf = (stream: StreamName): ReadonlyArray<Field> =>
  streams.find((row) => row.stream === stream)?.fields ?? []

const columnsOf = (stream: StreamName): ReadonlyArray<string> => fieldsOf(stream).map((field) => field.column)

export const row = (stream: StreamName, values: Values): LedgerRow => ({
  stream,
  values: {
    ...Object.fromEntries(fieldsOf(stream).map((field) => [field.column, field.required ? ofType[field.type] : null])),
    ...values,
  },
})

const completedWhen = (settled: ReadonlyArray<string>, column: string, values: Values): Values =>
  settled.includes(values.status ?? "") ? { [column]: hoursBefore(100), ...values } : values

const amounts = { currency: "EUR", amount: "100", fee: "0", net_amount: "100" }

/** What else a record has by default: a hash of its own on the chain, a quote of its own, a deposit that it sends back. */
const namedBy = (stream: StreamName, id: string): Values =>
  ({
    crypto_deposits: { tx_hash: `hash-of-${id}` },
    crypto_withdrawals: { tx_hash: `hash-of-${id}` },
    crypto_refunds: { tx_hash: `hash-of-${id}`, original_deposit_id: `deposit-of-${id}` },
    collection_payments: { tx_hash: `hash-of-${id}` },
    conversions: { quote_id: `quote-of-${id}` },
  })[stream as string] ?? {}

const accountOf = (stream: StreamName) => products.find((candidate) => candidate.stream === stream)?.account ?? null

/** The account, wallet or beneficiary that a record names by default: one of its customer's, in its currency and on its network. */
const ownAccount = (stream: StreamName, { currency, customer_id, network }: Values): Values => {
  const account = accountOf(stream)
  if (account === null || !required(stream, account.column)) return {}
  return { [account.column]: `account-of-${customer_id}-${currency}-${network ?? "x"}` }
}

const required = (stream: StreamName, column: string): boolean =>
  fieldsOf(stream).some((field) => field.column === column && field.required)

/** A settled product record of c-1 over EUR 100 without a fee, unless the case says otherwise. */
export const product = (stream: StreamName, id: string, values: Values = {}): LedgerRow => {
  const idColumn = products.find((one) => one.stream === stream)?.id ?? "id"
  const stated = {
    customer_id: "c-1",
    status: "COMPLETED",
    [idColumn]: id,
    ...amounts,
    ...namedBy(stream, id),
    ...values,
  }
  const given = { ...ownAccount(stream, stated), ...stated }
  const known = Object.entries(completedWhen(["COMPLETED"], "completed_at", given)).filter(([column]) =>
    [...columnsOf(stream), "rate_places"].includes(column),
  )
  return row(stream, Object.fromEntries(known))
}

export const deposit = (id: string, values: Values = {}): LedgerRow => product("fiat_deposits", id, values)
export const withdrawal = (id: string, values: Values = {}): LedgerRow => product("fiat_withdrawals", id, values)

/** A settled conversion of EUR 100 into USD 110 without a fee. */
export const conversion = (id: string, values: Values = {}): LedgerRow =>
  product("conversions", id, {
    from_currency: "EUR",
    from_amount: "100",
    to_currency: "USD",
    to_amount: "110",
    rate: "1.1",
    fee_currency: "EUR",
    ...values,
  })

/** The quote of a conversion: same owner, pair and rate, made before it and not expired. */
export const quoteFor = (record: LedgerRow, values: Values = {}): LedgerRow =>
  row("conversion_quotes", {
    ...Object.fromEntries(
      Object.entries(record.values).filter(([column]) => columnsOf("conversion_quotes").includes(column)),
    ),
    status: "USED",
    expires_at: hoursBefore(-24),
    ...values,
  })

/** The deposit that a refund sends back whole; it is undone, so that nothing else is expected of it. */
const depositFor = ({ values }: LedgerRow): LedgerRow =>
  product("crypto_deposits", values.original_deposit_id ?? "", {
    customer_id: values.customer_id ?? null,
    currency: values.currency ?? null,
    amount: values.amount ?? null,
    net_amount: values.amount ?? null,
    status: "REFUNDED",
  })

/** The accounts that the rows name, but those that the case gives, and those called nowhere. */
export const accountsOf = (rows: ReadonlyArray<LedgerRow>): ReadonlyArray<LedgerRow> => {
  const accounts = rows.flatMap(({ stream, values }) => {
    const account = accountOf(stream)
    const id = account === null ? null : values[account.column]
    if (account === null || id === null || id === undefined || id.startsWith("nowhere")) return []
    const [idColumn = ""] = columnsOf(account.stream)
    const known = Object.entries({
      [idColumn]: id,
      customer_id: values.customer_id ?? null,
      currency: values.currency ?? null,
      network: values.network ?? null,
      status: "ACTIVE",
    }).filter(([column]) => columnsOf(account.stream).includes(column))
    return [row(account.stream, Object.fromEntries(known))]
  })
  const nameOf = ({ stream, values }: LedgerRow): string => `${stream}/${values[columnsOf(stream)[0] ?? ""]}`
  const given = new Set(rows.map(nameOf))
  return [...new Map(accounts.map((account) => [nameOf(account), account])).values()].filter(
    (account) => !given.has(nameOf(account)),
  )
}

/** What the rows name by default. A case about what is named gives it, or names something that is nowhere. */
const namedRows = (rows: ReadonlyArray<LedgerRow>): ReadonlyArray<LedgerRow> => {
  const named = namedRecords(rows)
  return [...named, ...accountsOf([...rows, ...named])]
}

const namedRecords = (rows: ReadonlyArray<LedgerRow>): ReadonlyArray<LedgerRow> => [
  ...rows
    .filter(({ values }) => values.quote_id === `quote-of-${values.conversion_id}`)
    .map((record) => quoteFor(record)),
  ...rows.filter(({ values }) => values.original_deposit_id === `deposit-of-${values.refund_id}`).map(depositFor),
]

/** A posted CREDIT of EUR 100 to c-1 that names no resource. */
export const transaction = (id: string, values: Values = {}): LedgerRow =>
  row("transactions", {
    transaction_id: id,
    ...completedWhen(["COMPLETED", "REVERSED"], "posted_at", {
      customer_id: "c-1",
      type: "ADJUSTMENT",
      direction: "CREDIT",
      status: "COMPLETED",
      ...amounts,
      ...values,
    }),
  })

/** The transaction that a one-leg product record should have. */
export const postingOf = (record: LedgerRow, values: Values = {}): LedgerRow => {
  const row = products.find((candidate) => candidate.stream === record.stream)
  if (row === undefined) throw new Error(`${record.stream} moves no balance`)
  const { amount, currency, customer_id, fee, net_amount } = record.values
  const id = record.values[row.id] ?? ""
  return transaction(`t-${id}`, {
    type: row.resourceType.toUpperCase(),
    direction: row.movement === "in" ? "CREDIT" : "DEBIT",
    resource_type: row.resourceType,
    resource_id: id,
    amount: amount ?? null,
    currency: currency ?? null,
    customer_id: customer_id ?? null,
    fee: fee ?? null,
    net_amount: net_amount ?? null,
    ...values,
  })
}

/** One leg's transaction of a conversion; the case gives currency and amounts. */
export const legOf = (record: LedgerRow, direction: "DEBIT" | "CREDIT", values: Values): LedgerRow => {
  const id = record.values.conversion_id ?? ""
  return transaction(`t-${id}-${direction}`, {
    type: "CONVERSION",
    direction,
    resource_type: "conversion",
    resource_id: id,
    customer_id: record.values.customer_id ?? null,
    ...values,
  })
}

/** What c-1 has, read one hour before the run; all of it available. */
export const balance = (currency: string, total: string, values: Values = {}): LedgerRow =>
  row("balances", {
    customer_id: "c-1",
    currency,
    total,
    available: total,
    as_of: hoursBefore(1),
    ...values,
  })

const contract = resolveContract()

const streamOf = (name: StreamName): ContractStream => {
  const stream = contract.streams.find((candidate) => candidate.stream === name)
  if (stream === undefined) throw new Error(`the contract has no list ${name}`)
  return stream
}

/** Makes every typed table. */
export const ensureTables = Effect.flatMap(Database, (database) => ensureTypedTables(database, streamTables(contract)))

/** A store in memory with every typed table. */
export const ledgerStore: Layer.Layer<Database> = Layer.effectDiscard(ensureTables).pipe(
  Layer.provideMerge(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" })),
  Layer.orDie,
)

const emptied = [
  ...streams.map((stream) => `main.${stream.stream}`),
  "main.balance_snapshots",
  "main.superseded_versions",
  "main.customers",
  "main.retirements",
  "raw.pages",
  "raw.quarantine",
  ...["runs", "coverage", "exceptions", "exception_events", "judged", "conservation"].map((name) => `recon.${name}`),
  ...["check_results", "rollforward", "accepted_closing", "grace_begun", "settings"].map((name) => `recon.${name}`),
]

const literal = (value: string | null | undefined): string =>
  value === null || value === undefined ? "NULL" : quoteText(value)

const tuples = (rows: ReadonlyArray<ReadonlyArray<string | null | undefined>>): string =>
  rows.map((values) => `(${values.map(literal).join(", ")})`).join(", ")

/** Rows of a customer who is not on the roster were seen on an earlier night. */
const insertTyped = (sql: Sql, run: Run, rows: ReadonlyArray<LedgerRow>, roster: ReadonlyArray<string>) =>
  Effect.forEach(
    new Set(rows.map((candidate) => candidate.stream)),
    (stream) => {
      // A rate is exact unless the case says with how many decimals it was written.
      const places = fieldsOf(stream).flatMap(({ column, keepsPlaces }) => (keepsPlaces ? [`${column}_places`] : []))
      const columns = [...columnsOf(stream), ...places]
      const valueOf = (values: Values, column: string) => values[column] ?? (places.includes(column) ? "18" : null)
      const values = rows
        .filter((candidate) => candidate.stream === stream)
        .map(({ values }) => [
          ...columns.map((column) => valueOf(values, column)),
          ...["1", run.runId, run.runId, roster.includes(values.customer_id ?? "") ? run.runId : "before", "hash"],
        ])
      const bookkeeping = ["version", "version_seen_run", "first_seen_run", "last_seen_run", "content_hash"]
      return sql.run(`INSERT INTO main.${stream} (${[...columns, ...bookkeeping].join(", ")}) VALUES ${tuples(values)}`)
    },
    { discard: true },
  )

const insertSnapshots = (sql: Sql, run: Run, rows: ReadonlyArray<LedgerRow>) => {
  const columns = columnsOf("balances")
  return sql.run(
    `INSERT INTO main.balance_snapshots (run_id, ${columns.join(", ")})
     VALUES ${tuples(rows.map(({ values }) => [run.runId, ...columns.map((column) => values[column])]))}`,
  )
}

export const customersOf = (ledger: Ledger): ReadonlyArray<string> => [
  ...new Set(
    ledger.customers ??
      [...ledger.rows, ...(ledger.balances ?? [])].map((candidate) => candidate.values.customer_id ?? "").concat("c-1"),
  ),
]

export const insertCoverage = (sql: Sql, run: Run, ledger: Ledger) => {
  const partitions = customersOf(ledger).flatMap((customer) =>
    contract.streams.map((stream) => {
      const id = `${customer}/${stream.stream}`
      const unspoken = stream.stream === "balances" && ledger.balances === undefined ? "NOT_APPLICABLE" : "COMPLETE"
      const state = ledger.coverage?.[id] ?? unspoken
      return [run.runId, customer, stream.stream, stream.product, state, "as the case says", ledger.problems?.[id]]
    }),
  )
  const complete = partitions.every(([, , , , state]) => state === "COMPLETE" || state === "NOT_APPLICABLE")
  return sql
    .run(
      `INSERT INTO recon.coverage (run_id, customer_id, stream, product, state, reason, problem_code, pages, records, new_records,
         changed_records, unchanged_records, duplicate_records, quarantined_records, ended)
       SELECT *, (col4 IN ('COMPLETE', 'PARTIAL'))::INTEGER, 0, 0, 0, 0, 0, 0, col4 = 'COMPLETE' FROM (VALUES ${tuples(partitions)})`,
    )
    .pipe(
      Effect.zipRight(
        sql.run(
          `INSERT INTO recon.runs (run_id, mode, started_at, state, coverage, configuration_sha256)
           VALUES ($1, 'full', $2::TIMESTAMPTZ, 'synced', $3, '')`,
          [run.runId, run.startedAt, complete ? "COMPLETE" : "PARTIAL"],
        ),
      ),
    )
}

export const insertQuarantine = (sql: Sql, run: Run, records: ReadonlyArray<Quarantined>) =>
  sql.run(
    `INSERT INTO raw.quarantine (run_id, customer_id, stream, sequence, item_index, record_id, reason, payload, readable) VALUES ${tuples(
      records.map((record, index) => [
        run.runId,
        record.customer,
        record.stream,
        "1",
        String(index),
        record.recordId,
        "amount is missing",
        JSON.stringify(record.payload),
        JSON.stringify(readableColumns(streamOf(record.stream), record.payload)),
      ]),
    )}`,
  )

/** Empties the store. */
export const newBooks = Effect.flatMap(Database, (database) =>
  database.transaction((sql) => Effect.forEach(emptied, (table) => sql.run(`DELETE FROM ${table}`), { discard: true })),
)

/** Puts what a night read into the store: typed rows replace those of the night before, everything else is added. */
export const read = (ledger: Ledger) =>
  Effect.flatMap(Database, (database) =>
    database.transaction((sql) =>
      Effect.gen(function* () {
        const run = runOf(ledger.night ?? 0)
        for (const stream of streams) yield* sql.run(`DELETE FROM main.${stream.stream}`)
        const roster = customersOf(ledger)
        yield* insertTyped(sql, run, [...ledger.rows, ...namedRows(ledger.rows)], roster)
        const balances = ledger.balances ?? []
        if (balances.length > 0) yield* insertTyped(sql, run, balances, roster)
        if (balances.length > 0) yield* insertSnapshots(sql, run, balances)
        yield* insertCoverage(sql, run, ledger)
        if ((ledger.quarantine ?? []).length > 0) yield* insertQuarantine(sql, run, ledger.quarantine ?? [])
        return run
      }),
    ),
  )

export interface Found {
  readonly code: string
  readonly record: string
  readonly severity: string
  readonly leg?: string
}

export interface Verdict {
  /** What the run found, in the order of code, record and leg. */
  readonly found: ReadonlyArray<Found>
  /** `fiat_deposits d-1` or `conversions x-1 DEBIT` → category. */
  readonly movements: Readonly<Record<string, string>>
  /** Transaction → category. */
  readonly transactions: Readonly<Record<string, string>>
  /** Check → cases that it could not judge; checks without any are left out. */
  readonly unproven: Readonly<Record<string, number>>
}

interface MatchRow {
  readonly side: string
  readonly stream: string | null
  readonly record_id: string | null
  readonly leg: string | null
  readonly transaction_id: string | null
  readonly category: string
}

const movementName = (match: MatchRow): string =>
  [match.stream, match.record_id, ...(match.stream === "conversions" ? [match.leg] : [])].join(" ")

/** What the last reconciliation left in the store about one run. */
export const verdictOf = (run: Run) =>
  Effect.gen(function* () {
    const database = yield* Database
    const found = yield* database.rows<{ code: string; record_id: string; leg: string | null; severity: string }>(
      // The accounts that the case does not speak of come and go with the rows that name them.
      `SELECT code, record_id, leg, severity FROM recon.exceptions WHERE last_seen_run = $1 AND NOT starts_with(record_id, 'account-of-')
       ORDER BY code, record_id, leg NULLS FIRST`,
      [run.runId],
    )
    const matches = yield* database.rows<MatchRow>(
      "SELECT side, stream, record_id, leg, transaction_id, category FROM recon.matches WHERE run_id = $1 ORDER BY ALL",
      [run.runId],
    )
    const unproven = yield* database.rows<{ code: string; unproven: bigint }>(
      "SELECT code, unproven FROM recon.check_results WHERE run_id = $1 AND unproven > 0 ORDER BY code",
      [run.runId],
    )
    const ofMovements = matches.filter((match) => match.side === "movement")
    const ofTransactions = matches.filter((match) => match.side === "transaction")
    return {
      found: found.map(({ code, leg, record_id, severity }) => ({
        code,
        record: record_id,
        severity,
        ...(leg === null ? {} : { leg }),
      })),
      movements: Object.fromEntries(ofMovements.map((match) => [movementName(match), match.category])),
      transactions: Object.fromEntries(ofTransactions.map((match) => [match.transaction_id ?? "", match.category])),
      unproven: Object.fromEntries(unproven.map((counted) => [counted.code, Number(counted.unproven)])),
    } satisfies Verdict
  })

const defaults = configurationWith()

/** One night over what is already in the books: read, reconciled, and what came of it. */
export const night = (ledger: Ledger, configuration: Configuration = defaults) =>
  Effect.gen(function* () {
    const run = yield* read(ledger)
    yield* reconcile(run, configuration)
    return yield* verdictOf(run)
  })

/** A first night over empty books. */
export const judge = (ledger: Ledger, settings?: Readonly<Record<string, unknown>>) =>
  Effect.zipRight(newBooks, night(ledger, settings === undefined ? defaults : configurationWith(settings)))
