import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import { publishSnapshot } from "../../store/snapshot.ts"
import { findRun } from "../run/run.ts"

/**
 * Publishes what people did, so that analysts see it at once. Null where the newest run broke off after it had stored
 * pages: its half must not be published, and the next whole run publishes everything.
 */
export const publishActs = Effect.gen(function* () {
  const database = yield* Database
  return yield* findRun(database).pipe(
    Effect.zipRight(publishSnapshot(database)),
    Effect.catchTag("NoSuchRun", () => Effect.succeed(null)),
  )
})
