import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import { findingLine } from "../../src/pipelines/verify/finding.ts"
import { verify } from "../../src/pipelines/verify/verify.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

describe("typed rows that somebody altered between two nights", () => {
  it.scopedLive(
    "are put right by what the API says, without a version of their own, and the night says so",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const out = join(folder, "out")
        const world = generateWorld({ seed: 7, now, customers: 1, days: 5, breaks: "none" })
        yield* Effect.gen(function* () {
          const database = yield* Database
          const everything = database.rows(
            "SELECT * EXCLUDE (last_seen_run) FROM main.transactions ORDER BY transaction_id",
          )
          yield* worldNight({ world, out })
          const before = yield* everything
          yield* database.run(
            "UPDATE main.transactions SET net_amount = net_amount + 1000000 WHERE transaction_id = (SELECT min(transaction_id) FROM main.transactions)",
          )
          yield* database.run(
            "INSERT INTO main.transactions SELECT * FROM main.transactions WHERE transaction_id = (SELECT max(transaction_id) FROM main.transactions)",
          )
          const { summary } = yield* worldNight({ world, out, secondsAfter: 300 })
          expect(yield* everything).toEqual(before)
          expect(summary.coverage).toMatchObject({ PARTIAL: 0, FAILED: 0 })
          expect(summary.notes).toContain(
            "2 records were altered in the database since the last night (transactions) and put right by what the API says; tidemark verify looks through all",
          )
          expect((yield* verify(resolveContract(), out, null)).findings.map(findingLine)).toEqual([])
        }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      }),
    200_000,
  )
})
