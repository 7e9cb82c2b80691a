import { Effect } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import { streams } from "../../src/api/streams.ts"
import type { Configuration } from "../../src/pipelines/configuration/settings.ts"
import { reconcile } from "../../src/pipelines/reconcile/reconcile.ts"
import type { Run } from "../../src/pipelines/run/run.ts"
import { streamTables } from "../../src/pipelines/stream-tables.ts"
import { Database, type Sql } from "../../src/store/database.ts"
import { makePageLoader } from "../../src/store/load-pages.ts"
import { configurationWith } from "./configuration.ts"
import {
  accountsOf,
  customersOf,
  insertCoverage,
  insertQuarantine,
  type Ledger,
  type LedgerRow,
  newBooks,
  runOf,
  verdictOf,
} from "./ledger-case.ts"
import { loadPage } from "./pages.ts"

/**
 * Ledgers that are read night after night through the store's own loader: versions, first and last sight are its work.
 * What a later night does not list stays in the store, as it does when an API forgets a record.
 */

const contract = resolveContract()
const load = makePageLoader(streamTables(contract), "data")

const fieldOf = (row: LedgerRow, column: string): string =>
  streams.find(({ stream }) => stream === row.stream)?.fields.find((field) => field.column === column)?.field ?? column

/** The row as the API would write it. */
export const recordOf = (row: LedgerRow): unknown =>
  Object.fromEntries(Object.entries(row.values).map(([column, value]) => [fieldOf(row, column), value]))

const loadRows = (sql: Sql, run: Run, rows: ReadonlyArray<LedgerRow>) =>
  Effect.forEach(
    new Set(rows.map(({ stream }) => stream)),
    (stream) => {
      const records = rows.filter((row) => row.stream === stream).map(recordOf)
      return load(sql, run.runId, [loadPage(stream, records)])
    },
    { discard: true },
  )

export interface HistoryNight extends Ledger {
  /** Pages that came earlier in the same run, as where a chain was restarted. */
  readonly earlierInRun?: ReadonlyArray<LedgerRow>
  /** full unless said otherwise. */
  readonly mode?: string
  /** The night is read and never judged. */
  readonly unjudged?: boolean
}

const insertCustomers = (sql: Sql, run: Run, ledger: Ledger) =>
  Effect.forEach(
    customersOf(ledger),
    (customer) =>
      sql
        .run(
          `INSERT INTO main.customers SELECT $1, $1, NULL, $2, $2
         WHERE NOT EXISTS (SELECT 1 FROM main.customers WHERE customer_id = $1)`,
          [customer, run.runId],
        )
        .pipe(
          Effect.zipRight(
            sql.run("UPDATE main.customers SET last_seen_run = $2 WHERE customer_id = $1", [customer, run.runId]),
          ),
        ),
    { discard: true },
  )

/** Reads and reconciles one night over what the nights before left. */
export const laterNight = (ledger: HistoryNight, configuration: Configuration = configurationWith()) =>
  Effect.gen(function* () {
    const database = yield* Database
    const run = runOf(ledger.night ?? 0)
    yield* database.transaction((sql) =>
      Effect.gen(function* () {
        yield* insertCustomers(sql, run, ledger)
        yield* loadRows(sql, run, ledger.earlierInRun ?? [])
        yield* loadRows(sql, run, [...ledger.rows, ...accountsOf([...(ledger.earlierInRun ?? []), ...ledger.rows])])
        yield* insertCoverage(sql, run, ledger)
        yield* sql.run("UPDATE recon.runs SET mode = $2 WHERE run_id = $1", [run.runId, ledger.mode ?? "full"])
        if ((ledger.quarantine ?? []).length > 0) yield* insertQuarantine(sql, run, ledger.quarantine ?? [])
      }),
    )
    if (ledger.unjudged !== true) yield* reconcile(run, configuration)
    return yield* verdictOf(run)
  })

/** Nights over empty books, in order; what each found. */
export const nights = (
  ledgers: ReadonlyArray<HistoryNight>,
  configuration?: Configuration,
): Effect.Effect<
  ReadonlyArray<Effect.Effect.Success<ReturnType<typeof laterNight>>>,
  Effect.Effect.Error<ReturnType<typeof laterNight>>,
  Database
> =>
  Effect.zipRight(
    newBooks,
    Effect.forEach(ledgers, (ledger, night) => laterNight({ ...ledger, night }, configuration)),
  )
