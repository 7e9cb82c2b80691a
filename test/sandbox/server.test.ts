import { Effect, Exit, Redacted, Scope } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { benchSource } from "../../bench/bench-source.ts"
import { streams } from "../../src/api/streams.ts"
import { clockFrom } from "../../src/sandbox/clock-from.ts"
import { worldSource } from "../../src/sandbox/server/world-source.ts"
import { type SandboxOptions, type Served, serveSandbox } from "../../src/sandbox/server.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { client, signedGet } from "./signed-get.ts"

const now = Date.parse("2026-06-28T02:00:00Z")
const options = { seed: 1, now, days: 15, customers: 4 } as const
const world = generateWorld({ ...options, breaks: ["COV_INCOMPLETE", "REC_INVALID"] })
const first = world.customers[0]?.customerId ?? ""
const fiatOnly = world.customers[3]?.customerId ?? ""
const listOf = (customerId: string, path: string) => `/partner/v1/customers/${customerId}/${path}`
const deposits = listOf(first, "fiat-deposits")

const scope = Effect.runSync(Scope.make())
const serve = (changes: Partial<SandboxOptions> = {}) =>
  Effect.runPromise(
    serveSandbox({
      source: worldSource(world),
      port: 0,
      clientId: client.id,
      clientSecret: Redacted.make(client.secret),
      ...changes,
    }).pipe(Scope.extend(scope)),
  )

const served: Array<Served> = []
let baseUrl = ""
beforeAll(async () => {
  baseUrl = (await serve({ onRequest: (line) => served.push(line) })).baseUrl
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const walk = async (url: string, path: string, limit: number) => {
  const records: Array<Readonly<Record<string, unknown>>> = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? `?limit=${limit}` : `?limit=${limit}&cursor=${cursor}`
    const { body } = await signedGet(url, `${path}${query}`)
    records.push(...(body.data ?? []))
    expect(body.pageInfo?.hasMore).toBe(body.pageInfo?.nextCursor !== null)
    cursor = body.pageInfo?.nextCursor ?? null
  } while (cursor !== null)
  return records
}

describe("the sandbox lets in", () => {
  it("a signed request, and echoes its id and the time", async () => {
    const { status, headers, body } = await signedGet(baseUrl, deposits)
    expect(status).toBe(200)
    expect(headers.get("x-request-id")).toBe("request-of-a-test")
    expect(Math.abs(Date.parse(headers.get("date") ?? "") - Date.now())).toBeLessThan(5_000)
    expect(headers.get("content-type")).toBe("application/json")
    expect(body.data).toEqual(world.list(first, "fiat_deposits").slice(0, 50))
  })

  it("who has its own clock's time, where the night that it serves is at another time than ours", async () => {
    const night = Date.parse("2031-06-28T02:00:00Z")
    const serving = serveSandbox({
      source: worldSource(world),
      port: 0,
      clientId: client.id,
      clientSecret: Redacted.make(client.secret),
    })
    const ahead = await Effect.runPromise(serving.pipe(Effect.withClock(clockFrom(night)), Scope.extend(scope)))
    const ours = await signedGet(ahead.baseUrl, deposits)
    expect([ours.status, ours.body.code]).toEqual([401, "PARTNER_SIGNATURE_EXPIRED"])
    const told = ours.headers.get("date") ?? ""
    expect(told).toMatch(/2031/)
    const theirs = await signedGet(ahead.baseUrl, deposits, { timestamp: new Date(told).toISOString() })
    expect(theirs.status).toBe(200)
  })

  it("any offset and precision of the timestamp", async () => {
    const singapore = `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
    const seconds = `${new Date().toISOString().slice(0, 19)}Z`
    for (const timestamp of [singapore, seconds]) {
      expect((await signedGet(baseUrl, deposits, { timestamp })).status).toBe(200)
    }
  })
})

describe("the sandbox turns away", () => {
  const refusals = [
    ["no client id", 401, "PARTNER_AUTH_FAILED", deposits, { headers: { "X-Partner-Client-Id": null } }],
    ["another client", 401, "PARTNER_AUTH_FAILED", deposits, { headers: { "X-Partner-Client-Id": "x" } }],
    ["no timestamp", 401, "PARTNER_AUTH_FAILED", deposits, { headers: { "X-Partner-Timestamp": null } }],
    ["no signature", 401, "PARTNER_AUTH_FAILED", deposits, { headers: { "X-Partner-Signature": null } }],
    ["no nonce", 401, "PARTNER_AUTH_FAILED", deposits, { headers: { "X-Partner-Nonce": null } }],
    ["a timestamp of no form", 401, "PARTNER_SIGNATURE_EXPIRED", deposits, { timestamp: "28 June 2026" }],
    ["a stale timestamp", 401, "PARTNER_SIGNATURE_EXPIRED", deposits, { timestamp: "2026-01-01T00:00:00Z" }],
    ["a timestamp ahead", 401, "PARTNER_SIGNATURE_EXPIRED", deposits, { timestamp: "2999-01-01T00:00:00Z" }],
    ["another secret", 401, "PARTNER_SIGNATURE_INVALID", deposits, { secret: "another" }],
    ["another query", 401, "PARTNER_SIGNATURE_INVALID", `${deposits}?limit=5`, { signedPath: deposits }],
    ["a short nonce", 401, "PARTNER_NONCE_REPLAYED", deposits, { nonce: "fifteen-letters" }],
    ["an unknown path", 404, "PARTNER_RESOURCE_NOT_FOUND", listOf(first, "horses"), {}],
    ["an unknown customer", 404, "PARTNER_CUSTOMER_NOT_FOUND", listOf("nobody", "balances"), {}],
    ["a product not enabled", 403, "PARTNER_PRODUCT_DISABLED", listOf(fiatOnly, "crypto-deposits"), {}],
    ["a detail where there is none", 404, "PARTNER_RESOURCE_NOT_FOUND", listOf(first, "balances/x"), {}],
    ["a detail that does not exist", 404, "PARTNER_RESOURCE_NOT_FOUND", listOf(first, "fiat-deposits/x"), {}],
    ["broken percent encoding", 404, "PARTNER_RESOURCE_NOT_FOUND", listOf("%E0%A4%A", "balances"), {}],
    ["another method", 405, "PARTNER_RESOURCE_NOT_FOUND", deposits, { method: "POST" }],
  ] as const

  it.each(refusals)("%s with %i %s", async (_, status, code, path, changes) => {
    const answer = await signedGet(baseUrl, path, changes)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
    expect(answer.body.requestId).toBe("request-of-a-test")
    expect(served.at(-1)).toMatchObject({ status, code, url: path })
  })

  it("a missing header by its name", async () => {
    for (const name of ["X-Partner-Client-Id", "X-Partner-Timestamp", "X-Partner-Nonce", "X-Partner-Signature"]) {
      const { body } = await signedGet(baseUrl, deposits, { headers: { [name]: null } })
      expect(body.detail).toBe(`Missing ${name} header.`)
    }
  })

  it("a nonce used before, but not one that a wrong signature carried", async () => {
    const nonce = "a-nonce-of-this-test"
    expect((await signedGet(baseUrl, deposits, { nonce, secret: "wrong" })).body.code).toBe("PARTNER_SIGNATURE_INVALID")
    expect((await signedGet(baseUrl, deposits, { nonce })).status).toBe(200)
    expect((await signedGet(baseUrl, deposits, { nonce })).body.code).toBe("PARTNER_NONCE_REPLAYED")
  })

  it.each(["0", "201", "-1", "1.5", "ten", ""])("a limit of %j", async (limit) => {
    const { status, body } = await signedGet(baseUrl, `${deposits}?limit=${limit}`)
    expect([status, body.code, body.errors?.[0]?.field]).toEqual([400, "PARTNER_RESOURCE_STATE_INVALID", "limit"])
  })

  it("a cursor that was altered, or is another list's", async () => {
    const cursor = (await signedGet(baseUrl, `${deposits}?limit=1`)).body.pageInfo?.nextCursor ?? ""
    const altered = `${cursor[0] === "A" ? "B" : "A"}${cursor.slice(1)}`
    const elsewhere = listOf(first, "transactions")
    for (const path of [`${deposits}?cursor=${altered}`, `${deposits}?cursor=x`, `${elsewhere}?cursor=${cursor}`]) {
      const { status, body } = await signedGet(baseUrl, path)
      expect([status, body.errors?.[0]?.field]).toEqual([400, "cursor"])
    }
    expect((await signedGet(baseUrl, `${deposits}?limit=1&cursor=${cursor}`)).status).toBe(200)
  })

  it("a scope that the client lacks", async () => {
    const { baseUrl: narrow } = await serve({ scopes: ["balances:read"] })
    expect((await signedGet(narrow, listOf(first, "balances"))).status).toBe(200)
    const { status, body } = await signedGet(narrow, deposits)
    expect([status, body.code]).toEqual([403, "PARTNER_SCOPE_DENIED"])
  })

  it("a list that its world refuses", async () => {
    const refused = world.refused[0]
    const row = streams.find(({ stream }) => stream === refused?.stream)
    const { status, body } = await signedGet(baseUrl, listOf(refused?.customerId ?? "", row?.path ?? ""))
    expect([status, body.code]).toEqual([400, "PARTNER_RESOURCE_STATE_INVALID"])
  })
})

describe("a list", () => {
  it("comes whole, once and in order, whatever the page size", async () => {
    const expected = world.list(first, "transactions")
    for (const limit of [17, 200]) {
      expect(await walk(baseUrl, listOf(first, "transactions"), limit)).toEqual(expected)
    }
  })

  it("may be empty", async () => {
    const { baseUrl: bench } = await serve({ source: benchSource({ customers: 1, transactions: 0 }) })
    const { body } = await signedGet(bench, listOf("00000001-0000-4000-8000-000000000001", "balances"))
    expect(body).toEqual({ data: [], pageInfo: { nextCursor: null, hasMore: false } })
  })

  it("has a detail for each record", async () => {
    const record = world.list(first, "fiat_deposits")[3]
    const { body } = await signedGet(baseUrl, `${deposits}/${String(record?.depositId)}`)
    expect(body).toEqual(record)
  })

  it("may write money as bare numbers with every digit", async () => {
    const numbers = generateWorld({ ...options, moneyAs: "number" })
    const { baseUrl: bare } = await serve({ source: worldSource(numbers) })
    const { text } = await signedGet(bare, `${listOf(first, "transactions")}?limit=200`)
    const amounts = numbers
      .list(first, "transactions")
      .slice(0, 200)
      .map(({ amount }) => String(amount))
    expect([...text.matchAll(/"amount":([^",]+),/g)].map(([, amount]) => amount)).toEqual(amounts)
  })
})

describe("the sandbox", () => {
  it("names a port that is taken", async () => {
    const { port } = await serve()
    const exit = await Effect.runPromise(
      Effect.scoped(
        serveSandbox({
          source: worldSource(world),
          port,
          clientId: client.id,
          clientSecret: Redacted.make(client.secret),
        }),
      ).pipe(Effect.flip),
    )
    expect(exit).toMatchObject({ _tag: "SandboxListenError", port, reason: "PortBusy" })
    expect(exit.message).toContain(String(port))
  })

  it("lets answers be disturbed", async () => {
    const { baseUrl: torn } = await serve({
      disturb: (_, answer) => Effect.map(answer, (whole) => ({ ...whole, body: "[]", status: 502 })),
    })
    expect(await signedGet(torn, deposits)).toMatchObject({ status: 502, text: "[]" })
  })

  it("serves transactions made on the fly, each exactly once", async () => {
    const source = benchSource({ customers: 3, transactions: 1_000 })
    const { baseUrl: bench } = await serve({ source })
    const ids = new Set<unknown>()
    for (const customerId of source.customers) {
      for (const record of await walk(bench, listOf(customerId, "transactions"), 200)) ids.add(record.transactionId)
    }
    expect(ids.size).toBe(1_000)
    const [one] = [...ids]
    const { body } = await signedGet(bench, listOf(source.customers[0] ?? "", `transactions/${String(one)}`))
    expect(body).toMatchObject({ transactionId: one })
  })
})
