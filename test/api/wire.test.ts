import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Either, Layer, Redacted, type Scope } from "effect"
import { connections } from "../../src/api/connections.ts"
import { assumedPage, resolveContract } from "../../src/api/contract.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { readPage } from "../../src/api/read-page.ts"
import { changePolicy, classify } from "../../src/api/retry-policy.ts"
import { secret, streamOf } from "./fake-api.ts"

/** The table with a single try for what is otherwise retried: real time passes here. */
const singleTries = Either.getOrThrow(
  changePolicy({
    transport: { tries: 1 },
    rate_limited: { tries: 1 },
    server_error: { tries: 1 },
    malformed_body: { tries: 1 },
  }),
)

const maxPageBytes = 1_000_000

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server on a loopback port; its base URL. Connections end with the scope. */
const serve = (handler: Handler): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<ReturnType<typeof createServer>>((resume) => {
      const server = createServer(handler)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.async<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      }),
  ).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

/** The client over undici; one request at a time, so that a 429 changes nothing. */
const clientAt = (baseUrl: string, timeout: Duration.DurationInput = "20 seconds") =>
  PartnerApi.layer({
    patient: false,
    credentials: { baseUrl, clientId: "partner-7", clientSecret: Redacted.make(secret) },
    page: assumedPage,
    pageSize: 200,
    concurrency: 1,
    requestsPerSecond: null,
    timeout,
    maxPageBytes,
    policy: singleTries,
  }).pipe(Layer.provide(Layer.orDie(connections)))

const contract = resolveContract()
const balances = streamOf("balances", contract)

/** A page of balances, read as a run reads it. */
const readBalances = Effect.flatMap(PartnerApi, (api) =>
  api.page({ stream: balances, customerId: "c-1", cursor: null }, (answer) =>
    Effect.as(readPage(contract, balances, "c-1", { _tag: "Keep" }, answer), answer),
  ),
)

const askAt = (baseUrl: string, timeout?: Duration.DurationInput) =>
  Effect.provide(readBalances, clientAt(baseUrl, timeout))

const ask = (handler: Handler) => Effect.scoped(Effect.flatMap(serve(handler), (baseUrl) => askAt(baseUrl)))

const page = Buffer.from('{"data":[],"pageInfo":{"nextCursor":null,"hasMore":false}}')

const answers =
  (body: Buffer | string, headers: Readonly<Record<string, string>> = {}, status = 200): Handler =>
  (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

describe("a compressed answer", () => {
  it.live("is asked for as gzip and read as what it was", () =>
    Effect.gen(function* () {
      let asked: string | undefined
      const answer = yield* ask((request, response) => {
        asked = request.headers["accept-encoding"]
        answers(gzipSync(page), { "content-encoding": "gzip" })(request, response)
      })
      expect(asked).toBe("gzip")
      expect(Buffer.from(answer.body)).toEqual(page)
    }),
  )

  it.live.each([
    ["GZIP", gzipSync(page)],
    ["deflate", deflateSync(page)],
    ["deflate", deflateRawSync(page)],
    ["br", brotliCompressSync(page)],
    ["deflate, gzip", gzipSync(deflateSync(page))],
    ["identity", page],
  ] as const)("in %s is read as what it was", ([encoding, body]) =>
    Effect.gen(function* () {
      const whole = yield* ask(answers(body, { "content-encoding": encoding }))
      const inChunks = yield* ask((_request, response) => {
        response.writeHead(200, { "content-encoding": encoding })
        response.write(body.subarray(0, 20))
        response.end(body.subarray(20))
      })
      expect(Buffer.from(whole.body)).toEqual(page)
      expect(Buffer.from(inChunks.body)).toEqual(page)
    }),
  )

  it.live("is counted as what came over the wire", () =>
    Effect.gen(function* () {
      const large = gzipSync(Buffer.from(page.toString().replace("[]", `[${" ".repeat(90_000)}]`)))
      const baseUrl = yield* serve(answers(large, { "content-encoding": "gzip" }))
      const { bytes } = yield* readBalances.pipe(
        Effect.zipRight(Effect.flatMap(PartnerApi, (api) => api.counts)),
        Effect.provide(clientAt(baseUrl)),
      )
      expect(bytes).toBe(large.byteLength)
    }).pipe(Effect.scoped),
  )

  it.live("that unpacks to a gigabyte meets the limit and not the memory", () =>
    Effect.gen(function* () {
      const member = gzipSync(Buffer.alloc(16_000_000))
      const bomb = Buffer.concat(Array.from({ length: 60 }, () => member))
      expect(bomb.byteLength).toBeLessThan(maxPageBytes)
      const peakBefore = process.resourceUsage().maxRSS
      const failure = yield* Effect.flip(ask(answers(bomb, { "content-encoding": "gzip" })))
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "TooLarge" })
      expect(failure.message).toContain("more than 1000000 bytes, and the limit is 1000000")
      expect((process.resourceUsage().maxRSS - peakBefore) / 1024).toBeLessThan(200)
    }),
  )

  it.live.each([
    ["that is not what it says", page, "gzip"],
    ["that ends too early", gzipSync(page).subarray(0, 30), "gzip"],
    ["in a way that was not asked for", page, "zstd"],
    ["in a way that only JavaScript knows", page, "constructor"],
  ] as const)("%s is a malformed body", ([_case, body, encoding]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(ask(answers(body, { "content-encoding": encoding })))
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "BadEncoding" })
      expect(failure.message).toContain("the page cannot be decompressed")
      expect(classify(failure)).toBe("malformed_body")
    }),
  )
})

describe("an answer over the limit", () => {
  it.live("that announces its size is refused unread, and its connection closed", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const failure = yield* Effect.scoped(
        Effect.gen(function* () {
          const baseUrl = yield* serve((_request, response) => {
            response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
            response.writeHead(200, { "content-length": "1000001" })
            response.write("{")
          })
          const failure = yield* Effect.flip(askAt(baseUrl))
          yield* Deferred.await(closed)
          return failure
        }),
      )
      expect(failure.message).toContain("1000001 bytes, and the limit is 1000000")
    }),
  )

  it.live("that announces nothing is refused as soon as it passes the limit, and its connection closed", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const failure = yield* Effect.scoped(
        Effect.gen(function* () {
          const baseUrl = yield* serve((_request, response) => {
            const chunk = Buffer.alloc(64_000, " ")
            const more = (): void => {
              while (response.write(chunk));
              response.once("drain", more)
            }
            response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
            response.writeHead(200)
            more()
          })
          const failure = yield* Effect.flip(askAt(baseUrl))
          yield* Deferred.await(closed)
          return failure
        }),
      )
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "TooLarge" })
    }),
  )

  it.live("of just the limit is read, however it comes", () =>
    Effect.gen(function* () {
      const body = page.toString().replace("[]", `[${" ".repeat(maxPageBytes - page.byteLength)}]`)
      const announced = yield* ask(answers(body, { "content-length": String(maxPageBytes) }))
      const streamed = yield* ask((_request, response) => {
        response.write(body.slice(0, 5))
        response.end(body.slice(5))
      })
      const packed = yield* ask(answers(gzipSync(body), { "content-encoding": "gzip" }))
      expect([announced, streamed, packed].map((answer) => answer.body.byteLength)).toEqual([1e6, 1e6, 1e6])
    }),
  )
})

describe("an answer that is not whole", () => {
  it.live.each([
    ["announced", { "content-length": "1000" }],
    ["in chunks", {}],
  ] as const)("is a failure of transport: %s", ([_how, headers]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        ask((_request, response) => {
          response.writeHead(200, headers)
          response.write('{"data":[', () => response.destroy())
        }),
      )
      expect(failure).toMatchObject({ _tag: "TransportFailure", reason: "CutShort" })
    }),
  )

  it.live("and never will be ends in a time-out, and its connection is closed", () =>
    Effect.gen(function* () {
      const closed = yield* Deferred.make<void>()
      const failure = yield* Effect.scoped(
        Effect.gen(function* () {
          const baseUrl = yield* serve((_request, response) => {
            response.on("close", () => Deferred.unsafeDone(closed, Effect.void))
            response.writeHead(200)
            response.write("{")
          })
          const failure = yield* Effect.flip(askAt(baseUrl, "300 millis"))
          yield* Deferred.await(closed)
          return failure
        }),
      )
      expect(failure).toMatchObject({ _tag: "TransportFailure", reason: "Timeout" })
    }),
  )

  it.live.each([
    ["cut short", 429, "rate_limited", { "content-length": "1000", "retry-after": "7" }],
    ["over the limit", 403, "not_its_own", { "content-length": "1000001" }],
    ["badly compressed", 503, "server_error", { "content-encoding": "gzip", "content-length": "1" }],
  ] as const)("still refuses by its status: %s", ([_case, status, failureClass, headers]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        ask((_request, response) => {
          response.writeHead(status, headers)
          response.write("{", () => response.destroy())
        }),
      )
      expect(classify(failure)).toBe(failureClass)
      expect(failure).toMatchObject({ status, retryAfterMillis: status === 429 ? 7000 : null })
    }),
  )
})

describe("a redirect", () => {
  it.live.each([301, 302, 303, 307, 308])("with status %d is not followed, and is told with its host alone", (status) =>
    Effect.gen(function* () {
      let strangersHeard = 0
      const stranger = yield* serve((_request, response) => {
        strangersHeard++
        response.end(page)
      })
      const host = new URL(stranger).host
      const baseUrl = yield* serve(answers("", { location: `${stranger}/path?token=private#part` }, status))
      const failure = yield* Effect.flip(askAt(baseUrl))
      expect(classify(failure)).toBe("redirect")
      expect(failure.message).toBe(
        `HTTP ${status}: the API redirects to ${host}, and a signed request is not sent anywhere else; correct OCEAFIN_PARTNER_API_BASE_URL if the API has moved (request ${failure.requestId})`,
      )
      expect(strangersHeard).toBe(0)
    }).pipe(Effect.scoped),
  )

  it.live("without a place to go to says so", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(ask(answers("", { location: "http://" }, 302)))
      expect(failure.message).toContain("HTTP 302: the API redirects elsewhere")
    }),
  )

  it.live("to the API itself names the API", () =>
    Effect.gen(function* () {
      const baseUrl = yield* serve(answers("", { location: "/login?next=private" }, 302))
      const failure = yield* Effect.flip(askAt(baseUrl))
      expect(failure.message).toContain(`HTTP 302: the API redirects to ${new URL(baseUrl).host},`)
      expect(failure.message).not.toContain("private")
    }).pipe(Effect.scoped),
  )
})

describe("an answer with status 200", () => {
  it.live.each([
    ["PARTNER_SCOPE_DENIED", "scope_denied"],
    ["PARTNER_CUSTOMER_NOT_FOUND", "customer_not_found"],
    ["PARTNER_SOMETHING_NEW", "unknown_code"],
  ] as const)("that holds the problem %s is that problem", ([code, failureClass]) =>
    Effect.gen(function* () {
      const body = JSON.stringify({ title: code, status: 403, code, detail: "as told", requestId: "theirs" })
      const failure = yield* Effect.flip(ask(answers(body, { "content-type": "application/problem+json" })))
      expect(failure).toMatchObject({ _tag: "PartnerProblem", code, status: 200, requestId: "theirs" })
      expect(classify(failure)).toBe(failureClass)
    }),
  )

  it.live("that holds records is a page, whatever else it says; an empty one says why by its code", () =>
    Effect.gen(function* () {
      const saying = (code: string, body: string) => body.replace("{", `{"code":"${code}",`)
      const empty = page.toString()
      const full = empty.replace("[]", "[{}]")
      for (const body of [saying("PARTNER_SCOPE_DENIED", full), saying("OK", empty)]) {
        expect(Buffer.from((yield* ask(answers(body))).body).toString()).toBe(body)
      }
      const refused = yield* Effect.flip(ask(answers(saying("PARTNER_SCOPE_DENIED", empty))))
      expect(classify(refused)).toBe("scope_denied")
    }),
  )

  it.live("that holds neither a list nor a code of the API is an unreadable envelope", () =>
    Effect.gen(function* () {
      for (const body of ['{"code":"OTHER"}', "{}", '{"code":7}']) {
        expect(classify(yield* Effect.flip(ask(answers(body))))).toBe("unreadable_envelope")
      }
    }),
  )

  it.live("that is a page for people is a malformed body", () =>
    Effect.gen(function* () {
      const html = "<!doctype html><title>Back soon</title>"
      const failure = yield* Effect.flip(ask(answers(html, { "content-type": "text/html" })))
      expect(failure).toMatchObject({ _tag: "UnreadablePage", reason: "NotJson" })
      expect(classify(failure)).toBe("malformed_body")
    }),
  )
})
