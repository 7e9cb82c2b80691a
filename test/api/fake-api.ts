import { Clock, type Duration, Effect, Fiber, Layer, Random, Redacted, TestClock } from "effect"
import { assumedPage, type ContractStream, resolveContract } from "../../src/api/contract.ts"
import { PartnerApi, type PartnerApiOptions } from "../../src/api/partner-api.ts"
import type { StreamName } from "../../src/api/streams.ts"
import { type IncomingAnswer, type Send, TimedOut, Transport } from "../../src/api/transport.ts"

export const secret = "a-secret-that-is-nowhere-else"

export const streamOf = (name: StreamName, contract = resolveContract()): ContractStream => {
  const stream = contract.streams.find((candidate) => candidate.stream === name)
  if (stream === undefined) throw new Error(`no stream ${name}`)
  return stream
}

/** One try as it reached the wire. */
export interface Call {
  /** From 1. */
  readonly number: number
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly atMillis: number
}

export interface Said {
  readonly status: number
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** What becomes of the body on its way; at once and whole unless told. */
  readonly arrival?: "cut short" | "never ends"
}

export const says = (status: number, body: string | Uint8Array, headers: Said["headers"] = {}): Said => ({
  status,
  body: typeof body === "string" ? new TextEncoder().encode(body) : body,
  headers,
})

/** The API's own refusal; without a code it is a problem document all the same. */
export const problem = (status: number, code: string | null, headers: Said["headers"] = {}): Said =>
  says(status, JSON.stringify({ title: "No", status, ...(code === null ? {} : { code, detail: "as told" }) }), {
    "content-type": "application/problem+json",
    ...headers,
  })

export const emptyPage = says(200, '{"data":[],"pageInfo":{"nextCursor":null,"hasMore":false}}')

/** How an answer of the fake may fail before it begins. */
export const reset: unique symbol = Symbol("reset")
export const untrusted: unique symbol = Symbol("untrusted")
/** No answer at all: the connection is reset, or never made because its certificate is not trusted. */
export type Lost = typeof reset | typeof untrusted
export type Behaviour = (call: Call) => Effect.Effect<Said | Lost>

/** Says these in turn, the last one for ever. */
export const inTurn =
  (...answers: readonly [Said | Lost, ...ReadonlyArray<Said | Lost>]): Behaviour =>
  ({ number }) =>
    Effect.succeed(answers[Math.min(number, answers.length) - 1] ?? answers[0])

/** As the transport gives up a connection. */
const late = (timeoutMillis: number) => Effect.delay(Effect.fail(new TimedOut()), timeoutMillis)

/** A body arrives in chunks of at most this many bytes. */
const chunkBytes = 1000

const answerOf = ({ arrival, body, headers, status }: Said, timeoutMillis: number): IncomingAnswer => ({
  status,
  headers,
  chunks: (take) =>
    Effect.suspend(() => {
      for (let at = 0; at < body.byteLength; at += chunkBytes) {
        if (!take(body.subarray(at, at + chunkBytes))) return Effect.void
      }
      if (arrival === undefined) return Effect.void
      return arrival === "cut short" ? Effect.fail(new Error("terminated")) : late(timeoutMillis)
    }),
  discard: () => {},
})

/** The client of the Partner API over a transport that answers as told and remembers what it was asked. */
export const fakeApi = (behaviour: Behaviour, changes: Partial<PartnerApiOptions> = {}) => {
  const calls: Array<Call> = []
  const send: Send = ({ headers, method, timeoutMillis, url }) =>
    Effect.gen(function* () {
      const atMillis = yield* Clock.currentTimeMillis
      const call = { number: calls.length + 1, method, url, headers, atMillis }
      calls.push(call)
      const said = yield* Effect.raceFirst(behaviour(call), late(timeoutMillis))
      if (said === reset || said === untrusted) {
        const why =
          said === reset
            ? new Error("read ECONNRESET")
            : Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })
        return yield* Effect.fail(new Error("fetch failed", { cause: why }))
      }
      return answerOf(said, timeoutMillis)
    })
  const layer = PartnerApi.layer({
    credentials: { baseUrl: "https://api.example.test", clientId: "partner-7", clientSecret: Redacted.make(secret) },
    page: assumedPage,
    pageSize: 200,
    concurrency: 8,
    requestsPerSecond: null,
    timeout: "30 seconds",
    maxPageBytes: 1_000_000,
    // Each failure is its request's own affair, unless a test is about the run's patience.
    patient: false,
    ...changes,
  }).pipe(Layer.provide(Layer.succeed(Transport, { send, sendFresh: send })))
  return { calls, layer }
}

/** Runs an effect while the test's clock passes; the sleeper and who moves the clock are two fibers. */
export const whileTimePasses = <A, E, R>(effect: Effect.Effect<A, E, R>, time: Duration.DurationInput = "1 hour") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust(time)
    return yield* Fiber.join(fiber)
  })

/** Every wait as short, or as long, as the policy allows. */
export const shortestWaits = Effect.withRandom(Random.fixed([0]))
export const longestWaits = Effect.withRandom(Random.fixed([1]))
