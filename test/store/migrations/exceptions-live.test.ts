import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import { firstLight } from "../../../src/store/migrations/0001-first-light.ts"
import { storm } from "../../../src/store/migrations/0002-storm.ts"
import { olderStore } from "../../support/older-store.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

/** As it was before anybody could act on an exception, with a break that came, went and came back. */
const olderDatabase = (file: string) =>
  olderStore(file, { "0001-first-light": firstLight, "0002-storm": storm }, async (connection) => {
    await connection.run(`
      INSERT INTO recon.exception_events VALUES
        ('b', 'run-1', '2026-03-01T00:00:00Z', 'opened', 'tidemark', NULL),
        ('a', 'run-1', '2026-03-01T00:00:00Z', 'opened', 'tidemark', NULL),
        ('a', 'run-3', '2026-03-03T00:00:00Z', 'reopened', 'tidemark', NULL),
        ('a', 'run-2', '2026-03-02T00:00:00Z', 'resolved', 'tidemark', NULL)`)
  })

it.scopedLive(
  "an older database keeps its events, in the order in which they happened, with the states they meant",
  () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* olderDatabase(file)
      const events = yield* Effect.flatMap(Database, (database) =>
        Effect.zipRight(
          database.run(
            "INSERT INTO recon.exception_events (exception_id, occurred_at, event, who, event_no) VALUES ('a', now(), 'noted', 'ada', 5)",
          ),
          database.rows(
            "SELECT event_no, exception_id, run_id, event, from_state, to_state FROM recon.exception_events ORDER BY event_no",
          ),
        ),
      ).pipe(Effect.provide(Database.layer({ file, access: "write", memoryLimit: "256MB" })))
      expect(events.map((row) => Object.values(row))).toEqual([
        [1n, "a", "run-1", "opened", null, "open"],
        [2n, "b", "run-1", "opened", null, "open"],
        [3n, "a", "run-2", "resolved", null, "resolved"],
        [4n, "a", "run-3", "reopened", "resolved", "reopened"],
        [5n, "a", null, "noted", null, null],
      ])
    }),
)
