import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readWorld } from "../../bench/drilled-world.ts"
import type { DrillOutcome } from "../../src/pipelines/drill/outcome.ts"
import { runInProcess } from "../support/in-process.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

interface Row {
  readonly judged_as: string
  readonly balances: string
  readonly alteration: string
  readonly moves_money: boolean
  readonly tried: number
  readonly missed: number
  readonly codes: string
  readonly no_check_can_see: string | null
}

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex")

describe("tidemark drill", () => {
  it.live(
    "says what would have been noticed, leaves the store as it was, and nothing behind",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const store = join(folder, "tidemark.duckdb")
        yield* readWorld(store, { seed: 26, now, days: 10, customers: 36 })
        const files = () => [store, join(folder, "analytics.duckdb")].map(hashOf)
        const before = files()
        const { code, stderr, stdout } = yield* runInProcess(["drill", "--sample", "1", "--seed", "7", "--json"], {
          cwd: folder,
        })
        expect(stderr).toContain("nothing was raised at customers whom no alteration touched")
        expect(code).toBe(0)
        expect(files()).toEqual(before)
        expect(readdirSync(folder).filter((name) => name.startsWith(".tidemark-drill"))).toEqual([])

        const outcome = JSON.parse(stdout) as DrillOutcome
        const rows = outcome.rows as unknown as ReadonlyArray<Row>
        const blind = rows.filter((row) => row.no_check_can_see !== null)
        // The table of what no check can see is true: all of it is missed, and nothing else that moves money is.
        expect(blind.length).toBeGreaterThan(4)
        expect(blind.filter(({ missed, tried }) => missed !== tried)).toEqual([])
        expect(rows.filter((row) => row.no_check_can_see === null && row.missed > 0)).toEqual([])
        // The next night knows what was said before.
        const told = new Set(
          rows.filter((row) => row.judged_as === "next night").flatMap(({ codes }) => codes.split(" ")),
        )
        for (const known of ["REC_MUTATED", "COV_VANISHED", "COV_CUSTOMER_DROPPED", "BAL_ROLLFORWARD"])
          expect(told).toContain(known)
        for (const { missed, noticed, tried, unproven } of outcome.totals)
          expect(noticed + unproven + missed).toBe(tried)

        const [head = "", ...lines] = readFileSync(outcome.report, "utf8").trimEnd().split("\r\n")
        expect(head).toBe(
          "judged_as,balances,alteration,moves_money,stream,currency,tried,noticed,unproven,missed,money_tried,money_noticed,money_unproven,money_missed,codes,example_missed,no_check_can_see",
        )
        expect(lines.length).toBe(rows.length)
      }).pipe(Effect.scoped),
    600_000,
  )

  it.live("asks for a night first where there is none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { code, stderr } = yield* runInProcess(["drill"], { cwd: folder })
      expect(code).toBe(2)
      expect(stderr).toContain("there is no snapshot yet; run tidemark nightly first")
    }).pipe(Effect.scoped),
  )
})
