import { gunzipSync } from "node:zlib"
import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import type { Strike } from "../../src/sandbox/faults/fault-engine.ts"
import { faultPlan } from "../../src/sandbox/faults/fault-plan.ts"
import type { FaultSettings } from "../../src/sandbox/faults/fault-settings.ts"
import type { FaultName } from "../../src/sandbox/faults/faults.ts"
import type { Odds } from "../../src/sandbox/faults/odds.ts"
import { worldSource } from "../../src/sandbox/server/world-source.ts"
import { serveSandbox } from "../../src/sandbox/server.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { client } from "./signed-get.ts"
import { type Wire, wireGet } from "./wire.ts"

const world = generateWorld({ seed: 1, now: Date.parse("2026-06-28T02:00:00Z"), days: 15, customers: 2 })
const customer = world.customers[0]?.customerId ?? ""
const records = world.list(customer, "transactions")
const size = 20
const path = `/partner/v1/customers/${customer}/transactions?limit=${size}`
const last = Math.floor((records.length - 1) / size) * size

const scope = Effect.runSync(Scope.make())
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const serve = async (odds: Odds, settings: Partial<FaultSettings> = {}) => {
  const strikes: Array<Strike> = []
  const sandbox = await Effect.runPromise(
    serveSandbox({
      source: worldSource(world),
      port: 0,
      clientId: client.id,
      clientSecret: Redacted.make(client.secret),
      faults: faultPlan("none", { odds, settings }),
      onStrike: (strike) => strikes.push(strike),
    }).pipe(Scope.extend(scope)),
  )
  return { ...sandbox, strikes, get: (asked = path) => wireGet(sandbox.baseUrl, asked) }
}

interface PageOnWire {
  readonly data: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly pageInfo: { readonly nextCursor: string | null; readonly hasMore: boolean }
}

const json = (wire: Wire): PageOnWire & { readonly code?: string; readonly status?: number } =>
  JSON.parse(wire.body.toString())

const after = (wire: Wire): string => `${path}&cursor=${json(wire).pageInfo.nextCursor}`

const dateOf = (wire: Wire): number => Date.parse(wire.headers.get("date") ?? "")

/** The cursor of the list's second page, from a server without faults: all servers of a secret share their cursors. */
const secondPage = async (): Promise<string> => after(await (await serve({})).get())

const problem = async (odds: Odds, asked = path): Promise<readonly [number | null, string | undefined, string]> => {
  const wire = await (await serve(odds)).get(asked)
  expect(wire.headers.get("x-request-id")).toBe("request-of-a-test")
  return [wire.status, json(wire).code, wire.headers.get("content-type") ?? ""]
}

/** What goes over the wire, one test for each fault: the type asks for all of them. */
const overTheWire: Readonly<Record<FaultName, () => Promise<void>>> = {
  processing_unavailable: async () => {
    const { get } = await serve({ processing_unavailable: 1 }, { retryAfterSeconds: 7 })
    const wire = await get()
    expect([wire.status, json(wire).code]).toEqual([503, "PARTNER_PROCESSING_UNAVAILABLE"])
    expect(wire.headers.get("retry-after")).toBe("7")
    expect(wire.headers.get("content-type")).toBe("application/problem+json")
  },
  server_error: async () => {
    const { get } = await serve({ server_error: 1 })
    const wires = await Promise.all(Array.from({ length: 20 }, () => get()))
    expect([...new Set(wires.map(({ status }) => status))].sort()).toEqual([500, 502])
    for (const wire of wires) {
      expect(wire.headers.get("content-type")).toMatch(/^text\/html/)
      expect(wire.body.toString()).toMatch(new RegExp(`^<!doctype html>[^]*${wire.status}`))
    }
  },
  rate_limited: async () => {
    const wire = await (await serve({ rate_limited: 1 }, { retryAfterSeconds: 0 })).get()
    expect([wire.status, wire.headers.get("retry-after")]).toEqual([429, "0"])
    expect(json(wire)).toMatchObject({ status: 429 })
  },
  rate_limited_until: async () => {
    const wire = await (await serve({ rate_limited_until: 1 }, { retryAfterSeconds: 3 })).get()
    expect(wire.status).toBe(429)
    expect(wire.headers.get("retry-after")).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/)
    expect(Date.parse(wire.headers.get("retry-after") ?? "") - dateOf(wire)).toBe(3_000)
  },
  nonce_replayed: async () =>
    expect(await problem({ nonce_replayed: 1 })).toEqual([401, "PARTNER_NONCE_REPLAYED", "application/problem+json"]),
  signature_expired: async () => {
    const wire = await (await serve({ signature_expired: 1 })).get()
    expect([wire.status, json(wire).code]).toEqual([401, "PARTNER_SIGNATURE_EXPIRED"])
    expect(Math.abs(dateOf(wire) - Date.now())).toBeLessThan(60_000)
  },
  auth_failed: async () =>
    expect(await problem({ auth_failed: 1 })).toEqual([401, "PARTNER_AUTH_FAILED", "application/problem+json"]),
  scope_denied: async () =>
    expect(await problem({ scope_denied: 1 })).toEqual([403, "PARTNER_SCOPE_DENIED", "application/problem+json"]),
  unknown_code: async () =>
    expect(await problem({ unknown_code: 1 })).toEqual([422, "PARTNER_NOT_IN_THE_GUIDE", "application/problem+json"]),
  stream_down: async () => {
    const { get, strikes } = await serve({ "stream_down@transactions": 1 })
    for (const _ of [1, 2, 3]) expect((await get()).status).toBe(503)
    expect((await get(`/partner/v1/customers/${customer}/balances`)).status).toBe(200)
    expect(strikes.map(({ ask, fault, stream }) => [fault, stream, ask])).toEqual(
      [1, 2, 3].map((ask) => ["stream_down", "transactions", ask]),
    )
  },
  expired_cursor: async () => {
    const { get } = await serve({ expired_cursor: 1 })
    const first = await get()
    expect(first.status).toBe(200)
    const refused = await Promise.all([get(after(first)), get(after(first))])
    expect(refused.map((wire) => json(wire).code)).toEqual(Array(2).fill("PARTNER_RESOURCE_STATE_INVALID"))
    expect([410, 400]).toContain(refused[0]?.status)
    expect(refused[1]?.status).toBe(refused[0]?.status)
  },
  outage: async () => {
    const out = await serve({ outage: 1 }, { outageAfterSeconds: 0, outageSeconds: 3_600, outageEverySeconds: 7_200 })
    expect(await out.get()).toMatchObject({ broken: "ECONNRESET", status: null })
    expect((await (await serve({ outage: 1 }, { outageAfterSeconds: 3_600 })).get()).status).toBe(200)
  },
  gateway_outage: async () => {
    const odds = { "gateway_outage@transactions": 1 } as const
    const { get } = await serve(odds, { outageAfterSeconds: 0, outageSeconds: 3_600, outageEverySeconds: 7_200 })
    const wire = await get()
    expect([wire.status, wire.headers.get("content-type")]).toEqual([502, "text/html; charset=utf-8"])
    expect((await get(`/partner/v1/customers/${customer}/balances`)).status).toBe(200)
    expect((await (await serve(odds, { outageAfterSeconds: 3_600 })).get()).status).toBe(200)
  },
  rate_window: async () => {
    const { get } = await serve({ rate_window: 1 }, { windowRequests: 2, windowSeconds: 86_400 })
    const wires = [await get(), await get(), await get(), await get()]
    expect(wires.map(({ status }) => status)).toEqual([200, 200, 429, 429])
    const left = Number(wires[3]?.headers.get("retry-after"))
    expect(left).toBeGreaterThan(80_000)
    expect(left).toBeLessThanOrEqual(86_400)
  },
  reset: async () =>
    expect(await (await serve({ reset: 1 })).get()).toMatchObject({ broken: "ECONNRESET", status: null, bytes: 0 }),
  truncated: async () => {
    const whole = await (await serve({})).get()
    const wire = await (await serve({ truncated: 1 })).get()
    expect(wire).toMatchObject({ broken: null, status: 200 })
    expect(wire.headers.get("content-length")).toBe(String(whole.body.length))
    expect(wire.body.length).toBeGreaterThan(0)
    expect(wire.body.length).toBeLessThan(whole.body.length)
    expect(whole.body.subarray(0, wire.body.length).equals(wire.body)).toBe(true)
  },
  truncated_json: async () => {
    const whole = await (await serve({})).get()
    const wire = await (await serve({ truncated_json: 1 })).get()
    expect(wire).toMatchObject({ broken: null, status: 200 })
    expect(wire.headers.get("content-length")).toBe(String(wire.body.length))
    expect(wire.body.length).toBeLessThan(whole.body.length)
    expect(() => json(wire)).toThrow(SyntaxError)
  },
  html_200: async () => {
    const wire = await (await serve({ html_200: 1 })).get()
    expect([wire.status, wire.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"])
    expect(wire.body.toString()).toMatch(/^<!doctype html>/)
  },
  problem_200: async () => {
    const wire = await (await serve({ problem_200: 1 })).get()
    expect(wire.status).toBe(200)
    expect(json(wire)).toMatchObject({ code: "PARTNER_PROCESSING_UNAVAILABLE", status: 503 })
  },
  redirect: async () => {
    const wire = await (await serve({ redirect: 1 })).get()
    expect([wire.status, wire.headers.get("location")]).toEqual([302, `https://elsewhere.invalid${path}`])
  },
  huge_page: async () => {
    const wire = await (await serve({ huge_page: 1 }, { hugeMegabytes: 2 })).get()
    expect(wire.body.length).toBeGreaterThan(2_000_000)
    expect(json(wire).data).toEqual(records.slice(0, size))
  },
  gzip: async () => {
    const wire = await (await serve({ gzip: 1 })).get()
    expect([wire.status, wire.headers.get("content-encoding")]).toEqual([200, "gzip"])
    expect(JSON.parse(gunzipSync(wire.body).toString()).data).toEqual(records.slice(0, size))
  },
  slow: async () => {
    const late = await (await serve({ slow: 1 }, { slowMillis: 20 })).get()
    expect(json(late).data).toEqual(records.slice(0, size))
    // An hour: what comes first does not depend on how busy the machine is. The server ends all the same.
    const { get } = await serve({ "slow@transactions": 1 }, { slowMillis: 3_600_000 })
    const balances = get(`/partner/v1/customers/${customer}/balances`).then(() => "balances")
    expect(await Promise.race([get().then(() => "transactions"), balances])).toBe("balances")
  },
  clock_skew: async () => {
    const { baseUrl, get, struck } = await serve({ clock_skew: 1 }, { skewMinutes: 10 })
    const refused = await get()
    expect([refused.status, json(refused).code]).toEqual([401, "PARTNER_SIGNATURE_EXPIRED"])
    const offset = dateOf(refused) - Date.now()
    expect(Math.abs(offset - 600_000)).toBeLessThan(60_000)
    const corrected = await wireGet(baseUrl, path, { timestamp: new Date(Date.now() + offset).toISOString() })
    expect(corrected.status).toBe(200)
    expect([...struck()]).toEqual([["clock_skew", 1]])
  },
  repeated_cursor: async () => {
    const { get } = await serve({ repeated_cursor: 1 })
    const first = await get()
    const second = await get(after(first))
    expect(json(second).data).toEqual(records.slice(size, 2 * size))
    expect(json(second).pageInfo).toEqual({ nextCursor: json(first).pageInfo.nextCursor, hasMore: true })
  },
  more_without_cursor: async () => {
    const wire = await (await serve({ more_without_cursor: 1 })).get()
    expect(json(wire)).toEqual({ data: records.slice(0, size), pageInfo: { nextCursor: null, hasMore: true } })
  },
  empty_more: async () => {
    const { get } = await serve({ empty_more: 1 })
    const asked = await secondPage()
    const empty = await get(asked)
    expect(json(empty)).toMatchObject({ data: [], pageInfo: { hasMore: true } })
    expect(asked).not.toContain(json(empty).pageInfo.nextCursor)
    const calm = await serve({})
    expect(json(await calm.get(after(empty))).data).toEqual(records.slice(size, 2 * size))
  },
  endless: async () => {
    const { get, strikes } = await serve({ endless: 1 })
    const cursors = new Set<string | null>()
    const seen: Array<unknown> = []
    let asked = path
    while (seen.length < 3 * records.length) {
      const wire = await get(asked)
      expect(json(wire).pageInfo.hasMore).toBe(true)
      expect(cursors.has(json(wire).pageInfo.nextCursor)).toBe(false)
      cursors.add(json(wire).pageInfo.nextCursor)
      seen.push(...json(wire).data)
      asked = after(wire)
    }
    expect(seen).toEqual([...records, ...records, ...records])
    expect(strikes.map(({ position }) => position)).toEqual([last, last, last])
  },
  shifting: async () => {
    const { get, strikes } = await serve({ shifting: 1 })
    const read: Array<unknown> = []
    let wire = await get()
    read.push(...json(wire).data)
    while (json(wire).pageInfo.hasMore) {
      wire = await get(after(wire))
      read.push(...json(wire).data)
    }
    const head = json(await get()).data
    const distinct = (of: ReadonlyArray<unknown>) => new Set(of.map((record) => JSON.stringify(record)))
    const truth = distinct(records)
    expect(read.length).toBeGreaterThan(distinct(read).size)
    expect(distinct(read).size).toBeLessThan(truth.size)
    expect(distinct([...read, ...head])).toEqual(truth)
    expect(strikes.map(({ fault }) => fault)).toEqual(["shifting"])
  },
}

describe("a fault over the wire", () => {
  it.each(Object.entries(overTheWire))("%s", (_, seen) => seen())
})

describe("a fault of a request", () => {
  it("passes: the same page asked again has its right answer", async () => {
    const { get, strikes } = await serve({ processing_unavailable: 0.5 })
    const statuses: Array<number | null> = []
    for (let ask = 1; ask <= 30; ask++) statuses.push((await get()).status)
    expect(new Set(statuses)).toEqual(new Set([200, 503]))
    expect(strikes.map(({ ask }) => ask)).toEqual(
      statuses.flatMap((status, index) => (status === 503 ? [index + 1] : [])),
    )
  })

  it("spends the nonce, as an answer that was lost has", async () => {
    const { baseUrl } = await serve({ reset: 1 })
    const nonce = "a-nonce-of-the-lost-answer"
    expect((await wireGet(baseUrl, path, { nonce })).broken).toBe("ECONNRESET")
    expect(json(await wireGet(baseUrl, path, { nonce })).code).toBe("PARTNER_NONCE_REPLAYED")
  })

  it("leaves a wrong signature its true refusal, and does not count it", async () => {
    const { baseUrl, get, strikes } = await serve({ processing_unavailable: 1 })
    expect(json(await wireGet(baseUrl, path, { secret: "another" })).code).toBe("PARTNER_SIGNATURE_INVALID")
    await get()
    expect(strikes.map(({ ask }) => ask)).toEqual([1])
  })

  it("strikes a record as it strikes a page", async () => {
    const { get, strikes } = await serve({ processing_unavailable: 1 })
    const id = String(records[3]?.transactionId)
    expect((await get(`/partner/v1/customers/${customer}/transactions/${id}`)).status).toBe(503)
    expect(strikes).toMatchObject([{ recordId: id, ask: 1 }])
  })

  it("is one at a time, and counted under its name", async () => {
    const { get, struck } = await serve({ processing_unavailable: 1, gzip: 1 })
    const wire = await get()
    expect([wire.status, wire.headers.get("content-encoding")]).toEqual([503, undefined])
    expect([...struck()]).toEqual([["processing_unavailable", 1]])
  })

  it("can be kept to one stream, or kept out of one", async () => {
    const balances = `/partner/v1/customers/${customer}/balances`
    const only = await serve({ "reset@balances": 1 })
    expect([(await only.get()).broken, (await only.get(balances)).broken]).toEqual([null, "ECONNRESET"])
    const but = await serve({ reset: 1, "reset@balances": 0 })
    expect([(await but.get()).broken, (await but.get(balances)).broken]).toEqual(["ECONNRESET", null])
  })
})

describe("an expired cursor", () => {
  it("stays expired, and a list begun anew has cursors of its own", async () => {
    const { get } = await serve({ expired_cursor: 0.5 })
    const fates = new Set<number | null>()
    const cursors = new Set<string>()
    for (let chain = 1; chain <= 12; chain++) {
      const second = after(await get())
      cursors.add(second)
      const [once, again] = [await get(second), await get(second)]
      expect(again.status).toBe(once.status)
      fates.add(once.status === 200 ? 200 : null)
    }
    expect(cursors.size).toBe(12)
    expect(fates).toEqual(new Set([200, null]))
  })
})
