import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { generateWorld, type World } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { expectWorldStored, units } from "../support/world-rows.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

const nightEqualsWorld = (world: World, pageSize: number) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    return yield* Effect.gen(function* () {
      yield* worldNight({ world, out: join(folder, "out"), pageSize })
      return yield* expectWorldStored(world)
    }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
  }).pipe(Effect.scoped)

describe("every typed row after a night", () => {
  it.live.prop(
    "equals the world's record, field by field, whatever the world, the page size and the way money is written",
    {
      seed: fc.integer({ min: 0, max: 1_000_000 }),
      customers: fc.integer({ min: 1, max: 3 }),
      days: fc.integer({ min: 5, max: 40 }),
      breaks: fc.constantFrom("all" as const, "none" as const),
      moneyAs: fc.constantFrom("string" as const, "number" as const),
      pageSize: fc.integer({ min: 3, max: 200 }),
    },
    ({ breaks, customers, days, moneyAs, pageSize, seed }) =>
      Effect.gen(function* () {
        const world = generateWorld({ seed, now, customers, days, breaks, moneyAs })
        expect(yield* nightEqualsWorld(world, pageSize)).toBeGreaterThan(0)
      }),
    { fastCheck: { numRuns: 8 } },
  )
})

describe("the roll-forward of a night", () => {
  it.live("closes, for every customer and currency, on an independent sum over the world, to the 18th decimal", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = generateWorld({ seed: 11, now, customers: 6 })
      const sums = new Map<string, bigint>()
      for (const { customerId } of world.customers) {
        for (const transaction of world.list(customerId, "transactions")) {
          if (transaction.status !== "COMPLETED" && transaction.status !== "REVERSED") continue
          const moved = units(String(transaction.netAmount))
          const key = `${customerId} ${transaction.currency}`
          sums.set(key, (sums.get(key) ?? 0n) + (transaction.direction === "CREDIT" ? moved : -moved))
        }
      }
      yield* Effect.gen(function* () {
        const database = yield* Database
        yield* worldNight({ world, out: join(folder, "out") })
        const rows = yield* database.rows<{
          customer_id: string
          currency: string
          computed_closing: string
          status: string
        }>("SELECT customer_id, currency, computed_closing, status FROM recon.rollforward")
        const closed = new Map(rows.map((row) => [`${row.customer_id} ${row.currency}`, units(row.computed_closing)]))
        expect(rows.filter((row) => row.status !== "agrees")).toEqual([])
        expect([...sums].filter(([key, sum]) => closed.get(key) !== sum)).toEqual([])
        expect([...closed].filter(([key, sum]) => sum !== (sums.get(key) ?? 0n))).toEqual([])
        expect([...sums.values()].some((sum) => sum % 10n !== 0n)).toBe(true)
      }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
    }).pipe(Effect.scoped),
  )
})
