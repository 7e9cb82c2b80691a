import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, HashMap, Logger, LogLevel, Redacted, TestClock, Tracer } from "effect"
import { UnreadablePage } from "../../src/api/failures.ts"
import { PartnerApi, type PartnerApiOptions } from "../../src/api/partner-api.ts"
import {
  type Behaviour,
  emptyPage,
  fakeApi,
  inTurn,
  longestWaits,
  problem,
  reset,
  says,
  secret,
  shortestWaits,
  streamOf,
  whileTimePasses,
} from "./fake-api.ts"

const ask = (customerId = "c-1", cursor: string | null = null) =>
  Effect.flatMap(PartnerApi, (api) =>
    api.page({ stream: streamOf("fiat_deposits"), customerId, cursor }, (answer) =>
      answer.body[0] === 0x3c
        ? new UnreadablePage({ reason: "NotJson", detail: "it begins with <", ...answer })
        : Effect.succeed(answer),
    ),
  )

describe("the failed tries of a run", () => {
  it.effect("are told with all that support asks for, and how long each was waited after", () =>
    Effect.gen(function* () {
      const refused = says(403, '{"code":"PARTNER_SCOPE_DENIED","requestId":"theirs-2"}')
      const { calls, layer } = fakeApi(
        inTurn(reset, says(502, "<html>", { "x-request-id": "theirs-1" }), says(200, "<html>"), refused),
      )
      yield* TestClock.setTime(1000)
      const tries = yield* ask("c/1", "private").pipe(
        Effect.flip,
        Effect.zipRight(Effect.flatMap(PartnerApi, (api) => api.takeFailedTries)),
        Effect.provide(layer),
        shortestWaits,
        whileTimePasses,
      )
      const common = {
        requestId: calls[0]?.headers["x-request-id"],
        apiRequestId: null,
        customerId: "c/1",
        stream: "fiat_deposits",
        endpoint: "GET /partner/v1/customers/c%2F1/fiat-deposits",
        problemCode: null,
      }
      expect(tries).toEqual([
        { ...common, failedAtMillis: 1000, attempt: 1, failure: "transport", status: null, waitedMillis: 250 },
        {
          ...common,
          apiRequestId: "theirs-1",
          failedAtMillis: 1250,
          attempt: 2,
          failure: "server_error",
          status: 502,
          waitedMillis: 250,
        },
        { ...common, failedAtMillis: 1500, attempt: 3, failure: "malformed_body", status: 200, waitedMillis: 250 },
        {
          ...common,
          apiRequestId: "theirs-2",
          failedAtMillis: 1750,
          attempt: 4,
          failure: "scope_denied",
          status: 403,
          problemCode: "PARTNER_SCOPE_DENIED",
          waitedMillis: null,
        },
      ])
    }),
  )

  it.effect("are told once", () =>
    Effect.gen(function* () {
      const { layer } = fakeApi(inTurn(reset, emptyPage, reset, emptyPage))
      const taken = yield* Effect.gen(function* () {
        const api = yield* PartnerApi
        yield* ask()
        const first = yield* api.takeFailedTries
        const none = yield* api.takeFailedTries
        yield* ask()
        return [first.length, none.length, (yield* api.takeFailedTries).length]
      }).pipe(Effect.provide(layer), whileTimePasses)
      expect(taken).toEqual([1, 0, 1])
    }),
  )

  it.effect("are counted by their class, with their retries and waits; so are all requests and their bytes", () =>
    Effect.gen(function* () {
      const denied = problem(403, "PARTNER_SCOPE_DENIED")
      const busy = problem(429, null, { "retry-after": "7" })
      const { layer } = fakeApi(inTurn(reset, busy, reset, emptyPage, denied))
      const counts = yield* Effect.gen(function* () {
        yield* ask()
        yield* Effect.flip(ask())
        return yield* (yield* PartnerApi).counts
      }).pipe(Effect.provide(layer), longestWaits, whileTimePasses)
      expect(counts).toEqual({
        requests: 5,
        retries: 3,
        waitedMillis: 8500,
        bytes: emptyPage.body.byteLength + busy.body.byteLength + denied.body.byteLength,
      })
    }),
  )
})

interface Told {
  readonly spans: Array<{ readonly name: string; readonly attributes: Map<string, unknown> }>
  readonly logs: Array<{
    readonly level: string
    readonly message: unknown
    readonly annotations: Readonly<Record<string, unknown>>
  }>
}

/** Runs an effect and writes down every span and every log, whatever its level. */
const overheard = <A, E, R>(effect: Effect.Effect<A, E, R>, told: Told) => {
  const tracer = Tracer.make({
    context: (run) => run(),
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      told.spans.push({ name, attributes })
      return {
        _tag: "Span",
        name,
        spanId: String(told.spans.length),
        traceId: "trace",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links,
        sampled: true,
        kind,
        end: () => undefined,
        attribute: (key, value) => void attributes.set(key, value),
        event: (event, _at, given) => void attributes.set(event, given),
        addLinks: () => undefined,
      }
    },
  })
  const logger = Logger.make(({ annotations, logLevel, message }) => {
    told.logs.push({ level: logLevel.label, message, annotations: Object.fromEntries(HashMap.toEntries(annotations)) })
  })
  return effect.pipe(
    Effect.withTracer(tracer),
    Effect.provide(Logger.add(logger)),
    Logger.withMinimumLogLevel(LogLevel.All),
  )
}

const listen = (behaviour: Behaviour, changes: Partial<PartnerApiOptions> = {}) =>
  Effect.gen(function* () {
    const told: Told = { spans: [], logs: [] }
    const { calls, layer } = fakeApi(behaviour, changes)
    const [end, tries, counts] = yield* Effect.gen(function* () {
      const api = yield* PartnerApi
      const end = yield* Effect.either(ask("c-1", "a cursor"))
      return [end, yield* api.takeFailedTries, yield* api.counts] as const
    }).pipe(Effect.provide(layer), shortestWaits, whileTimePasses, (all) => overheard(all, told))
    return { told, calls, tries, counts, failure: Either.isLeft(end) ? end.left : null }
  })

describe("what a run tells of its requests", () => {
  it.effect("is a span for each try, with who was asked for what", () =>
    Effect.gen(function* () {
      const { calls, told } = yield* listen(inTurn(reset, emptyPage))
      const requestId = calls[0]?.headers["x-request-id"]
      expect(told.spans.map(({ attributes, name }) => [name, Object.fromEntries(attributes)])).toEqual(
        [1, 2].map((attempt) => ["request", { stream: "fiat_deposits", customerId: "c-1", requestId, attempt }]),
      )
    }),
  )

  it.effect("is a word of each retry for who debugs, with its reason and its wait", () =>
    Effect.gen(function* () {
      const { calls, told } = yield* listen(inTurn(reset, emptyPage))
      expect(told.logs).toEqual([
        {
          level: "DEBUG",
          message: ["a request is tried again"],
          annotations: {
            failure: "transport",
            waitMillis: 250,
            stream: "fiat_deposits",
            customerId: "c-1",
            requestId: calls[0]?.headers["x-request-id"],
            attempt: 1,
          },
        },
      ])
    }),
  )

  it.effect("is a warning where the run waits", () =>
    Effect.gen(function* () {
      const told = (heard: Told) => heard.logs.filter(({ level }) => level !== "DEBUG").map(({ message }) => message)
      const silent = yield* listen(inTurn(reset, reset, emptyPage), { patient: true })
      expect(told(silent.told)).toEqual([
        ["nobody answers; the whole run waits, and one request after another finds out when it goes on"],
      ])
    }),
  )

  it.effect.each([
    ["a reset", inTurn(reset)],
    ["an unavailable API", inTurn(problem(503, "PARTNER_PROCESSING_UNAVAILABLE"))],
    ["a 429", inTurn(problem(429, null))],
    ["a wrong signature", inTurn(problem(401, "PARTNER_SIGNATURE_INVALID"))],
    ["a stale signature", inTurn(problem(401, "PARTNER_SIGNATURE_EXPIRED", { date: "Sun, 28 Jun 2026 00:00:00 GMT" }))],
    ["a redirect", inTurn(says(302, "", { location: "https://elsewhere.example/?token=private" }))],
    ["a page for people", inTurn(says(200, "<html>"))],
    ["a page over the limit", inTurn(says(200, "", { "content-length": "9999999" }))],
    ["a body that never ends", inTurn({ ...emptyPage, arrival: "never ends" as const })],
  ] as const)("holds no secret, no signature, no nonce and no cursor after %s", ([_name, behaviour]) =>
    Effect.gen(function* () {
      const heard = yield* listen(behaviour)
      const everything = [
        inspect(heard.told, { depth: 20 }),
        inspect(heard.failure, { depth: 20, showHidden: true }),
        JSON.stringify([heard.failure, heard.tries, heard.counts, heard.told.logs]),
        ...heard.told.spans.map(({ attributes }) => JSON.stringify([...attributes])),
      ].join("\n")
      expect(heard.tries.length).toBeGreaterThan(0)
      const hidden = heard.calls.flatMap(({ headers }) => [
        headers["x-partner-signature"] ?? "absent",
        headers["x-partner-nonce"] ?? "absent",
      ])
      for (const each of [secret, "a cursor", "a+cursor", "private", ...hidden]) {
        expect(everything).not.toContain(each)
      }
    }),
  )

  it("the options of the client show no secret", () => {
    const credentials = { baseUrl: "https://api.example.test", clientId: "p", clientSecret: Redacted.make(secret) }
    const shown = [inspect(credentials), JSON.stringify(credentials), String(credentials.clientSecret)].join()
    expect(shown).not.toContain(secret)
  })
})
