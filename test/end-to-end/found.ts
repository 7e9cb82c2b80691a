import { Effect } from "effect"
import type { World } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"

/** The exceptions that are open, one line each. */
export const foundIn = Effect.gen(function* () {
  const database = yield* Database
  const rows = yield* database.rows<{ code: string; record_id: string; leg: string | null; severity: string }>(
    "SELECT code, record_id, leg, severity FROM recon.exceptions WHERE state IN ('open', 'reopened')",
  )
  return rows.map((row) => [row.code, row.record_id, row.leg ?? "", row.severity].join(" ")).sort()
})

/** What the world says must be found, in the same lines. */
export const keyOf = (world: World): ReadonlyArray<string> =>
  world.answerKey.map((entry) => [entry.code, entry.recordId, entry.leg ?? "", entry.severity].join(" ")).sort()
