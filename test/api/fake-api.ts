import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { Clock, type Duration, Effect, Fiber, Layer, Random, Redacted, Stream, TestClock } from "effect"
import { assumedPage, type ContractStream, resolveContract } from "../../src/api/contract.ts"
import { PartnerApi, type PartnerApiOptions } from "../../src/api/partner-api.ts"
import type { StreamName } from "../../src/api/streams.ts"

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

/** An answer whose body arrives in chunks of at most this many bytes where it is read as it comes. */
const chunkBytes = 1000

const respond = (request: HttpClientRequest.HttpClientRequest, said: Said): HttpClientResponse.HttpClientResponse => {
  const response = HttpClientResponse.fromWeb(
    request,
    new Response(null, { status: said.status, headers: said.headers }),
  )
  const cut = new HttpClientError.ResponseError({ request, response, reason: "Decode", cause: new Error("terminated") })
  const chunks = Array.from({ length: Math.ceil(said.body.byteLength / chunkBytes) }, (_, index) =>
    said.body.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  )
  const end = said.arrival === undefined ? Stream.empty : said.arrival === "cut short" ? Stream.fail(cut) : Stream.never
  const stream = Stream.concat(Stream.fromIterable(chunks), end)
  const arrayBuffer = Effect.map(
    Stream.runCollect(stream),
    (arrived) => new Uint8Array(Buffer.concat([...arrived])).buffer,
  )
  return Object.create(response, {
    arrayBuffer: { value: arrayBuffer },
    stream: { value: stream },
  }) as HttpClientResponse.HttpClientResponse
}

/** The client of the Partner API over a transport that answers as told and remembers what it was asked. */
export const fakeApi = (behaviour: Behaviour, changes: Partial<PartnerApiOptions> = {}) => {
  const calls: Array<Call> = []
  const client = HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const atMillis = yield* Clock.currentTimeMillis
      const call = { number: calls.length + 1, method: request.method, url, headers: { ...request.headers }, atMillis }
      calls.push(call)
      const said = yield* behaviour(call)
      if (said === reset || said === untrusted) {
        const why =
          said === reset
            ? new Error("read ECONNRESET")
            : Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })
        const cause = new Error("fetch failed", { cause: why })
        return yield* new HttpClientError.RequestError({ request, reason: "Transport", cause })
      }
      return respond(request, said)
    }),
  )
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
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))
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
