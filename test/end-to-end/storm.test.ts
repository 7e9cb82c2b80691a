import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import type { PartnerApiOptions } from "../../src/api/partner-api.ts"
import { changePolicy, retryPolicy } from "../../src/api/retry-policy.ts"
import { exitCodeOf } from "../../src/pipelines/run/run-summary.ts"
import { findingLine } from "../../src/pipelines/verify/finding.ts"
import { verify } from "../../src/pipelines/verify/verify.ts"
import { type FaultPlan, faultPlan } from "../../src/sandbox/faults/fault-plan.ts"
import type { ProfileName } from "../../src/sandbox/faults/profiles.ts"
import { generateWorld, type World } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { expectWorldStored } from "../support/world-rows.ts"
import { foundIn, keyOf } from "./found.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

/** The table as it is, but for waits that a test can wait for. */
const quickPolicy = Either.getOrThrow(
  changePolicy(
    Object.fromEntries(
      retryPolicy
        .filter((row) => row.tries > 1 && row.cap !== 0)
        .map((row) => [row.failure, { firstDelaySeconds: 0.02, capSeconds: 0.1 }]),
    ),
  ),
)

/** A night in which everything goes wrong that the plan says; yields what a test may look at afterwards. */
const nightIn = (
  world: World,
  faults: FaultPlan,
  folder: string,
  pageSize: number,
  client: Partial<PartnerApiOptions> = {},
) =>
  Effect.gen(function* () {
    const struck = new Map<string, number>()
    const night = yield* worldNight({
      world,
      out: join(folder, "out"),
      pageSize,
      served: {
        faults,
        onStrike: ({ fault }) => struck.set(fault, (struck.get(fault) ?? 0) + 1),
      },
      client: { policy: quickPolicy, ...client },
    })
    return { ...night, struck }
  })

const inStore = <A, E>(
  body: (folder: string) => Effect.Effect<A, E, Effect.Effect.Context<ReturnType<typeof worldNight>> | Database>,
) =>
  Effect.flatMap(temporaryFolder, (folder) =>
    body(folder).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb")))),
  ).pipe(Effect.scoped)

const notProven = Effect.flatMap(Database, (database) =>
  database.rows<{ customer_id: string; stream: string; state: string; reason: string }>(
    "SELECT customer_id, stream, state, reason FROM recon.coverage WHERE state NOT IN ('COMPLETE', 'NOT_APPLICABLE') ORDER BY ALL",
  ),
)

/** What tidemark verify finds fault with, in the store and in the reports. */
const altered = (folder: string) =>
  Effect.map(verify(resolveContract(), join(folder, "out"), null), ({ findings }) => findings.map(findingLine))

describe("a night in a storm (5 % 503, 2 % 429, 2 % resets, 2 % cut bodies, expiring cursors, moving lists)", () => {
  for (const seed of [1, 3]) {
    it.live(
      `ends complete, with every row equal to the world's, and finds what is wrong and nothing else: seed ${seed}`,
      () =>
        inStore((folder) =>
          Effect.gen(function* () {
            const world = generateWorld({ seed, now, customers: 4, days: 45, breaks: "all" })
            const { struck, summary } = yield* nightIn(
              world,
              faultPlan("storm", { seed, settings: { retryAfterSeconds: 0 } }),
              folder,
              60,
            )
            expect(yield* notProven).toEqual([])
            expect(yield* expectWorldStored(world)).toBeGreaterThan(1000)
            expect(yield* foundIn).toEqual(keyOf(world))
            expect(summary.verdict).toBe("EXCEPTIONS")
            const met = [...struck.keys()]
            expect(met).toEqual(expect.arrayContaining(["processing_unavailable", "reset", "truncated", "shifting"]))
            expect(met.some((fault) => fault.startsWith("rate_limited"))).toBe(true)
            const database = yield* Database
            const [restarts] = yield* database.rows<{ restarts: bigint }>(
              "SELECT count(*) AS restarts FROM recon.coverage WHERE chain > 1",
            )
            expect(restarts?.restarts).toBeGreaterThan(0n)
            const [failed] = yield* database.rows<{ requests: bigint; classes: bigint }>(
              "SELECT count(*) AS requests, count(DISTINCT failure) AS classes FROM recon.failed_requests",
            )
            expect(failed?.requests).toBeGreaterThan(10n)
            expect(failed?.classes).toBeGreaterThanOrEqual(3n)
          }),
        ),
    )
  }

  it.live(
    "with one stream down: ends with 4, names its lists, says PARTIAL in its reports, and calls nothing absent there",
    () =>
      inStore((folder) =>
        Effect.gen(function* () {
          const world = generateWorld({ seed: 7, now, customers: 4, days: 45, breaks: "all" })
          const down = "crypto_deposits"
          const plan = faultPlan("storm", {
            seed: 7,
            odds: { [`stream_down@${down}`]: 1 },
            settings: { retryAfterSeconds: 0 },
          })
          const { folder: reports, struck, summary } = yield* nightIn(world, plan, folder, 60)
          const open = yield* notProven
          const customers = world.customers.filter(({ products }) => products.includes("crypto"))
          expect(open.map((row) => `${row.customer_id}/${row.stream}`)).toEqual(
            world.customers
              .map(({ customerId }) => `${customerId}/${down}`)
              .filter((one) => open.some((row) => one === `${row.customer_id}/${row.stream}`))
              .sort(),
          )
          expect(open.length).toBeGreaterThanOrEqual(customers.length)
          expect(new Set(open.map(({ stream }) => stream))).toEqual(new Set([down]))
          expect(summary.verdict).toBe("PARTIAL")
          expect(exitCodeOf(summary, ["high"])).toBe(4)
          yield* expectWorldStored(world, [down])

          const found = yield* foundIn
          const key = new Set(keyOf(world))
          const unexpected = found.filter((row) => !key.has(row))
          expect(unexpected).toEqual(open.map((row) => `COV_INCOMPLETE ${row.customer_id}/${down}  critical`).sort())
          // What the stream's own records would have shown is not found; nothing is found in its place.
          expect(found.length).toBeLessThan(key.size + open.length)

          const text = (report: string) => {
            const file = readdirSync(reports).find((name) => name.startsWith(`recon_${report}_`)) ?? report
            return readFileSync(join(reports, file), "utf8")
          }
          expect(text("summary")).toContain("PARTIAL")
          for (const { customer_id } of open) expect(text("coverage")).toContain(`${customer_id}`)
          // A dead stream costs its lists' tries and no more: nobody else waits for it.
          expect(struck.get("stream_down") ?? 0).toBeLessThanOrEqual(open.length * 2 * 6)
        }),
      ),
  )
})

describe("a night against an API that misbehaves in one way", () => {
  const survived: ReadonlyArray<ProfileName> = ["bad-network", "overloaded", "bad-proxy", "clock-skew", "moving"]
  for (const profile of survived) {
    it.live(`is complete and right all the same: ${profile}`, () =>
      inStore((folder) =>
        Effect.gen(function* () {
          const world = generateWorld({ seed: 12, now, customers: 3, days: 40, breaks: "all" })
          const plan = faultPlan(profile, { seed: 3, settings: { retryAfterSeconds: 0 } })
          // Every fourth answer is a refusal there, which is more than the usual budget bears.
          const { struck } = yield* nightIn(world, plan, folder, 60, { retryBudget: { percent: 100, floor: 50 } })
          expect(struck.size).toBeGreaterThan(0)
          expect(yield* notProven).toEqual([])
          yield* expectWorldStored(world)
          expect(yield* foundIn).toEqual(keyOf(world))
          expect(yield* altered(folder)).toEqual([])
        }),
      ),
    )
  }

  const partial: ReadonlyArray<ProfileName> = ["bad-chains"]
  for (const profile of partial) {
    it.live(`names the lists that it could not read, and finds nothing that is not so: ${profile}`, () =>
      inStore((folder) =>
        Effect.gen(function* () {
          const world = generateWorld({ seed: 13, now, customers: 3, days: 40, breaks: "all" })
          const plan = faultPlan(profile, { seed: 3, settings: { retryAfterSeconds: 0 } })
          const { summary } = yield* nightIn(world, plan, folder, 30)
          const open = yield* notProven
          expect(open.length).toBeGreaterThan(0)
          expect(summary.verdict).toBe("PARTIAL")
          const key = new Set(keyOf(world))
          const unexpected = (yield* foundIn).filter((row) => !key.has(row) && !row.startsWith("COV_"))
          expect(unexpected).toEqual([])
          expect(yield* altered(folder)).toEqual([])
        }),
      ),
    )
  }
})
