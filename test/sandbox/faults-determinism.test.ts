import { Effect, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { streams } from "../../src/api/streams.ts"
import type { Strike } from "../../src/sandbox/faults/fault-engine.ts"
import { faultPlan } from "../../src/sandbox/faults/fault-plan.ts"
import { worldSource } from "../../src/sandbox/server/world-source.ts"
import { serveSandbox } from "../../src/sandbox/server.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { client } from "./signed-get.ts"
import { type Wire, wireGet } from "./wire.ts"

const world = generateWorld({ seed: 3, now: Date.parse("2026-06-28T02:00:00Z"), days: 20, customers: 2 })

const lists = world.customers.flatMap(({ customerId }) =>
  streams.map(({ path }) => `/partner/v1/customers/${customerId}/${path}?limit=20`),
)

const pageOf = (wire: Wire): { readonly pageInfo?: { readonly nextCursor: string | null } } | null => {
  if (wire.broken !== null || wire.headers.get("content-length") !== String(wire.body.length)) return null
  return wire.status === 200 ? JSON.parse(wire.body.toString()) : null
}

/** Reads a list as a patient client does: a page that fails is asked for again, a cursor that expired begins anew. */
const readList = async (baseUrl: string, list: string): Promise<void> => {
  let cursor: string | null = null
  for (let requests = 0; requests < 60; requests++) {
    const wire = await wireGet(baseUrl, cursor === null ? list : `${list}&cursor=${cursor}`)
    if (wire.status === 403) return
    if (wire.status === 400 || wire.status === 410) {
      cursor = null
      continue
    }
    const page = pageOf(wire)
    if (page === null) continue
    cursor = page.pageInfo?.nextCursor ?? null
    if (cursor === null) return
  }
  throw new Error(`${list} has no end`)
}

const odds = {
  expired_cursor: 0.1,
  shifting: 0.5,
  processing_unavailable: 0.15,
  reset: 0.1,
  truncated: 0.1,
  empty_more: 0.1,
}

/** What struck, in an order of its own rather than that of time. */
const strikesOf = (seed: number, read: (baseUrl: string) => Promise<unknown>): Promise<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const strikes: Array<Strike> = []
    const { baseUrl } = yield* serveSandbox({
      source: worldSource(world),
      port: 0,
      clientId: client.id,
      clientSecret: Redacted.make(client.secret),
      faults: faultPlan("storm", { seed, odds }),
      onStrike: (strike) => strikes.push(strike),
    })
    yield* Effect.promise(() => read(baseUrl))
    return strikes.map((strike) => JSON.stringify(strike)).sort()
  }).pipe(Effect.scoped, Effect.runPromise)

const oneByOne = (order: ReadonlyArray<string>) => async (baseUrl: string) => {
  for (const list of order) await readList(baseUrl, list)
}

const allAtOnce = (baseUrl: string) => Promise.all(lists.map((list) => readList(baseUrl, list)))

describe("the faults of a seed", () => {
  it("strike the same pages whatever the order in which lists are read, and however many at once", async () => {
    const forwards = await strikesOf(7, oneByOne(lists))
    expect(forwards.length).toBeGreaterThan(20)
    expect(new Set(forwards.map((strike) => JSON.parse(strike).fault)).size).toBeGreaterThan(4)
    expect(await strikesOf(7, oneByOne([...lists].reverse()))).toEqual(forwards)
    expect(await strikesOf(7, allAtOnce)).toEqual(forwards)
  })

  it("are others than those of another seed", async () => {
    expect(await strikesOf(8, allAtOnce)).not.toEqual(await strikesOf(7, allAtOnce))
  })
})
