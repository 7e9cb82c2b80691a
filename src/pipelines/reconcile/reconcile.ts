import { Data, Effect } from "effect"
import { Database, type Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration.ts"
import { ensureStore } from "../ensure-store.ts"
import type { Run } from "../run-id.ts"
import { checks } from "./checks.ts"
import { checkConservation } from "./conservation.ts"
import { findExceptions } from "./exceptions.ts"
import { prepareGround } from "./ground.ts"
import { matchMovements } from "./matching.ts"
import { rollforwardSql } from "./rollforward.ts"

/** There is nothing to work on. Exit code 2. */
export class NoSuchRun extends Data.TaggedError("NoSuchRun")<{ readonly runId: string | null }> {
  override get message(): string {
    return this.runId === null
      ? "there is no run that was read to its end; run tidemark sync or tidemark nightly first"
      : `there is no run ${this.runId} that was read to its end; tidemark runs lists the runs`
  }
}

/** The named run, or the newest that was read to its end. */
export const findRun = (sql: Sql, runId: string | null): Effect.Effect<Run, StoreError | NoSuchRun> =>
  Effect.gen(function* () {
    const rows = yield* sql.rows<{ run_id: string; started_at: string }>(
      `SELECT run_id, started_at FROM recon.runs
       WHERE state IN ('synced', 'reconciled', 'reported') AND ($1 IS NULL OR run_id = $1)
       ORDER BY run_id DESC LIMIT 1`,
      [runId],
    )
    const [row] = rows
    if (row === undefined) return yield* new NoSuchRun({ runId })
    return { runId: row.run_id, startedAt: row.started_at }
  })

/**
 * Reconciles what a run read: matches movements with transactions, rolls balances forward, runs every check, carries
 * exceptions on, and proves that nothing was lost on the way. All of it is one transaction.
 */
export const reconcile = (run: Run, configuration: Configuration) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* ensureStore(database, configuration.contract)
    yield* database.transaction((sql) =>
      Effect.gen(function* () {
        yield* prepareGround(sql, run, configuration)
        yield* matchMovements(sql, run)
        yield* Effect.forEach(rollforwardSql, (statement) => sql.run(statement), { discard: true })
        yield* findExceptions(sql, checks, configuration)
        yield* checkConservation(sql)
        yield* sql.run(
          `UPDATE recon.runs SET state = 'reconciled', exceptions = (SELECT count(*) FROM finding)
           WHERE run_id = getvariable('run')`,
        )
      }),
    )
  })
