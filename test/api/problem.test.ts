import { inspect } from "node:util"
import { describe, expect, it } from "vitest"
import { retryAfterMillis } from "../../src/api/answer-times.ts"
import { TransportFailure, UnreadablePage } from "../../src/api/failures.ts"
import { PartnerProblem, readProblemBody } from "../../src/api/problem.ts"
import { fixtureText } from "./fixtures.ts"

const nothing = { isRead: false, code: null, title: null, detail: null, requestId: null }

describe("a refusal's body", () => {
  it("gives code, title, detail and request id of the documented document", () => {
    expect(readProblemBody(fixtureText("problem-customer-not-found"))).toEqual({
      isRead: true,
      code: "PARTNER_CUSTOMER_NOT_FOUND",
      title: "Customer not found",
      detail: "No customer with this id belongs to this partner.",
      requestId: "req-0f1e2d3c",
    })
  })

  it("may leave out what it likes, or say null", () => {
    expect(readProblemBody('{"code":"PARTNER_AUTH_FAILED","detail":null}')).toEqual({
      ...nothing,
      isRead: true,
      code: "PARTNER_AUTH_FAILED",
    })
  })

  it.each([
    ["a proxy's HTML page", "<html><body><h1>502 Bad Gateway</h1></body></html>"],
    ["empty", ""],
    ["a list", "[]"],
    ["a word", '"PARTNER_AUTH_FAILED"'],
    ["a document cut short", '{"code":"PARTNER_AUTH'],
    ["a document with a code that is no text", '{"code":401}'],
  ])("that is %s gives nothing", (_name, body) => {
    expect(readProblemBody(body)).toEqual(nothing)
  })
})

describe("Retry-After", () => {
  const now = Date.parse("2026-06-28T00:00:00Z")

  it("is read in seconds", () => {
    expect(retryAfterMillis("7", now)).toBe(7000)
    expect(retryAfterMillis(" 120 ", now)).toBe(120_000)
    expect(retryAfterMillis("0", now)).toBe(0)
    expect(retryAfterMillis("1.25", now)).toBe(1250)
  })

  it("is read as an HTTP date, and the past asks for no wait", () => {
    expect(retryAfterMillis("Sun, 28 Jun 2026 00:00:30 GMT", now)).toBe(30_000)
    expect(retryAfterMillis("Sat, 27 Jun 2026 00:00:00 GMT", now)).toBe(0)
  })

  it.each([undefined, "", "soon", "120, 60", "1234567890", "9".repeat(400)])(
    "that is %j asks for nothing",
    (header) => {
      expect(retryAfterMillis(header, now)).toBe(null)
    },
  )

  it("that is neither seconds nor an HTTP date is not guessed at", () => {
    expect(retryAfterMillis("not before the year 2099", now)).toBe(null)
  })
})

describe("what a failure says", () => {
  const given = {
    status: 404,
    code: "PARTNER_CUSTOMER_NOT_FOUND",
    title: "Customer not found",
    detail: "No such customer.",
    requestId: "req-1",
    retryAfterMillis: null,
    serverTimeMillis: null,
  }

  it("is the code, the detail and the request id", () => {
    expect(new PartnerProblem(given).message).toBe("PARTNER_CUSTOMER_NOT_FOUND: No such customer. (request req-1)")
    expect(new PartnerProblem({ ...given, detail: null }).message).toBe("PARTNER_CUSTOMER_NOT_FOUND (request req-1)")
  })

  it("is the status where no code came", () => {
    expect(new PartnerProblem({ ...given, status: 502, code: null, detail: null }).message).toBe(
      "HTTP 502 (request req-1)",
    )
  })

  it("is a sentence for a transport that failed and for a page that cannot be read", () => {
    const transport = new TransportFailure({ reason: "Connection", detail: "connect ECONNREFUSED", requestId: "req-2" })
    expect(transport.message).toBe("the API could not be reached (connect ECONNREFUSED; request req-2)")
    const page = new UnreadablePage({
      reason: "NoItems",
      detail: "data is not a list",
      requestId: "req-3",
      status: 200,
      body: new TextEncoder().encode("{}"),
    })
    expect(page.message).toBe("the page holds no list of items: data is not a list (request req-3)")
    expect(inspect(page)).toContain("UnreadablePage")
  })
})
