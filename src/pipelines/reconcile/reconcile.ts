import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import { matchBooks } from "../books/match.ts"
import type { Configuration } from "../configuration/settings.ts"
import { ensureStore } from "../ensure-store.ts"
import type { Run } from "../run/run.ts"
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
        const [books] = yield* sql.rows<{ any: boolean }>("SELECT EXISTS (FROM recon.book_imports) AS any")
        const hasBooks = books?.any === true
        if (hasBooks) yield* matchBooks(sql, configuration.books)
        const idle = (check: Check) => check.family === "books" && !hasBooks
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
