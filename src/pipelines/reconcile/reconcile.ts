import { Data, Effect } from "effect"
import { Database, type Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration.ts"
import { ensureStore } from "../ensure-store.ts"
import { matchLedgers } from "../ledger/match-ledgers.ts"
import type { Run } from "../run-id.ts"
import type { Check } from "./check.ts"
import { checks } from "./checks.ts"
import { checkConservation } from "./conservation.ts"
import { checkDeterminism } from "./determinism.ts"
import { carryExceptionsOn } from "./exception-life.ts"
import { findExceptions } from "./exceptions.ts"
import { prepareGround } from "./ground.ts"
import { historySql } from "./history.ts"
import { matchMovements } from "./matching.ts"
import { rollforwardSql } from "./rollforward.ts"
import { suspectsSql } from "./suspects.ts"

/** There is no run that can be judged. */
export class NoSuchRun extends Data.TaggedError("NoSuchRun")<{
  /** A later run that stored pages and was not read to its end: the typed rows are of two nights. */
  readonly brokenOff: string | null
}> {
  readonly exitCode = 2
  override get message(): string {
    return this.brokenOff === null
      ? "there is no run that was read to its end; run tidemark sync or tidemark nightly first"
      : `run ${this.brokenOff} stored some pages and was not read to its end, so the rows are of two nights; run tidemark nightly first`
  }
}

/** The newest run that was read to its end, provided that no later one has changed the rows since. */
export const findRun = (sql: Sql): Effect.Effect<Run, StoreError | NoSuchRun> =>
  Effect.gen(function* () {
    const [row] = yield* sql.rows<{ run_id: string; started_at: string; whole: boolean }>(
      `SELECT run_id, started_at, state IN ('synced', 'reconciled', 'reported') AS whole
       FROM recon.runs
       WHERE state IN ('synced', 'reconciled', 'reported') OR run_id IN (SELECT run_id FROM raw.pages)
       ORDER BY run_id DESC LIMIT 1`,
    )
    if (row === undefined) return yield* new NoSuchRun({ brokenOff: null })
    if (!row.whole) return yield* new NoSuchRun({ brokenOff: row.run_id })
    return { runId: row.run_id, startedAt: row.started_at }
  })

/**
 * Reconciles what a run read: matches movements with transactions, rolls balances forward, matches the partner's own
 * books with the transactions where any were imported, runs every check, carries
 * exceptions on, and proves that nothing was lost on the way. All of it is one transaction.
 */
export const reconcile = (run: Run, configuration: Configuration) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* ensureStore(database, configuration.contract)
    yield* database.transaction((sql) =>
      Effect.gen(function* () {
        yield* prepareGround(sql, run, checks, configuration)
        yield* matchMovements(sql, run)
        yield* Effect.forEach([...rollforwardSql, ...suspectsSql, ...historySql], (statement) => sql.run(statement), {
          discard: true,
        })
        const [books] = yield* sql.rows<{ any: boolean }>("SELECT EXISTS (FROM recon.ledger_imports) AS any")
        const hasBooks = books?.any === true
        if (hasBooks) yield* matchLedgers(sql, configuration.ledger)
        const idle = (check: Check) => check.family === "partner ledger" && !hasBooks
        yield* findExceptions(sql, checks, configuration, idle)
        yield* checkConservation(sql)
        yield* checkDeterminism(sql, checks, configuration)
        yield* carryExceptionsOn(sql)
        yield* sql.run(
          `UPDATE recon.runs SET state = 'reconciled', exceptions = (SELECT count(*) FROM finding), configuration_sha256 = $1
           WHERE run_id = getvariable('run')`,
          [configuration.sha256],
        )
      }),
    )
  })
