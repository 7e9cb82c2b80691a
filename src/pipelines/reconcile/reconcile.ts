import { Effect } from "effect"
import { Database, type Sql } from "../../store/database.ts"
import { threadsBySize } from "../../store/threads.ts"
import { matchBooks } from "../books/match.ts"
import type { Configuration } from "../configuration/settings.ts"
import { ensureStore } from "../ensure-store.ts"
import { publishEvidence, publishQuestions } from "../evidence/publish.ts"
import type { Run } from "../run/run.ts"
import { counted } from "../run/run-summary.ts"
import { sealRun } from "../run/seal-run.ts"
import type { CheckFile } from "./check-file.ts"
import { publishSettings } from "./check-settings.ts"
import { checksWith } from "./checks.ts"
import { checkConservation } from "./conservation.ts"
import { checkDeterminism } from "./determinism.ts"
import { carryExceptionsOn } from "./exception-life.ts"
import { prepareGround } from "./ground.ts"
import { judge } from "./judge.ts"
import { runChecks } from "./run-checks.ts"

/**
 * Publishes what is known of a run, matches the partner's own books with it where any were imported, and runs every check: all that
 * is told of the run is in recon.finding then, and nothing of it is carried on.
 */
export const findCases = (sql: Sql, run: Run, checks: ReadonlyArray<CheckFile>, configuration: Configuration) =>
  Effect.gen(function* () {
    yield* publishSettings(sql, checks, configuration)
    yield* prepareGround(sql, run, checks, configuration)
    yield* publishEvidence(sql, run, configuration)
    const [books] = yield* sql.rows<{ any: boolean }>("SELECT EXISTS (FROM recon.book_imports) AS any")
    const hasBooks = books?.any === true
    if (hasBooks) yield* matchBooks(sql, configuration.books)
    yield* runChecks(sql, hasBooks ? checks : checks.filter(({ family }) => family !== "books"))
    yield* sql.run("INSERT INTO recon.notes SELECT recon.run(), note FROM recon.night_note")
  })

/**
 * Reconciles what a run read: publishes what is known of it, rolls balances forward, matches the partner's own books with the
 * transactions where any were imported, runs every check, puts every movement and transaction into its category, proves that
 * nothing was lost on the way, and carries exceptions on. All of it is one transaction.
 */
export const reconcile = (run: Run, configuration: Configuration) =>
  Effect.gen(function* () {
    const database = yield* Database
    const checks = yield* checksWith(configuration.ownChecks)
    yield* ensureStore(database, configuration.contract)
    const judged = database.transaction((sql) =>
      Effect.gen(function* () {
        yield* findCases(sql, run, checks, configuration)
        yield* judge(sql)
        yield* checkConservation(sql)
        yield* checkDeterminism(sql, checks, configuration)
        yield* carryExceptionsOn(sql)
        yield* publishQuestions(sql, run)
        yield* sql.run(
          `UPDATE recon.runs SET state = 'reconciled', exceptions = (SELECT count(*) FROM recon.exceptions WHERE ${counted}), configuration_sha256 = $2
           WHERE run_id = $1`,
          [run.runId, configuration.sha256],
        )
        yield* sealRun(sql, run.runId)
      }),
    )
    yield* threadsBySize(database)
    yield* judged
  })
