import { Headers, HttpClient, HttpClientRequest, type HttpClientResponse } from "@effect/platform"
import { Clock, Context, DateTime, Duration, Effect, Layer, RateLimiter, Ref, type Scope } from "effect"
import type { ContractStream, PageShape } from "./contract.ts"
import type { Credentials } from "./credentials.ts"
import { Entropy } from "./entropy.ts"
import { type ApiFailure, TransportFailure, UnreadablePage } from "./failures.ts"
import { PartnerProblem, readProblemBody } from "./problem.ts"
import { retrySchedule } from "./retry-policy.ts"
import { sign } from "./signing.ts"

/** One page to ask for. */
export interface PageRequest {
  readonly stream: ContractStream
  readonly customerId: string
  /** Null for the first page of a chain. */
  readonly cursor: string | null
}

/** A list's answer as it came off the wire. */
export interface ReceivedAnswer {
  readonly body: Uint8Array
  readonly status: number
  readonly requestId: string
  /** All tries of the request together, the successful one included. */
  readonly attempts: number
  /** The server's clock from the Date header, epoch milliseconds. */
  readonly serverTimeMillis: number | null
  /** When the answer had arrived whole, epoch milliseconds. */
  readonly receivedAtMillis: number
}

/** What the run has asked of the API so far. */
export interface RequestCounts {
  readonly requests: number
  readonly retries: number
}

export interface PartnerApiOptions {
  readonly credentials: Credentials
  readonly page: PageShape
  /** Records a page, 1 to 200. */
  readonly pageSize: number
  /** Requests under way at once, over all partitions. */
  readonly concurrency: number
  /** Null for no limit but the concurrency. */
  readonly requestsPerSecond: number | null
  readonly timeout: Duration.DurationInput
  readonly maxPageBytes: number
}

/**
 * The Partner API as a service: asks for one page, signed, within the limits, retried as the table says. `check` is what
 * makes an answer a page; an answer that fails it is retried or not by the same table.
 */
export class PartnerApi extends Context.Tag("tidemark/PartnerApi")<
  PartnerApi,
  {
    readonly page: <A>(
      request: PageRequest,
      check: (answer: ReceivedAnswer) => Effect.Effect<A, UnreadablePage>,
    ) => Effect.Effect<A, ApiFailure>
    readonly counts: Effect.Effect<RequestCounts>
  }
>() {
  /** Needs an HttpClient, so that tests can give it a fake one. */
  static readonly layer = (options: PartnerApiOptions): Layer.Layer<PartnerApi, never, HttpClient.HttpClient> =>
    Layer.scoped(PartnerApi, make(options))
}

/** `/partner/v1/customers/{customerId}/<list>?limit=…&cursor=…`, exactly as it is sent and signed. */
export const pageUrl = (baseUrl: string, page: PageShape, pageSize: number, request: PageRequest): URL => {
  const query = new URLSearchParams([[page.limitParameter, String(pageSize)]])
  if (request.cursor !== null) query.append(page.cursorParameter, request.cursor)
  return new URL(
    `${baseUrl}/partner/v1/customers/${encodeURIComponent(request.customerId)}/${request.stream.path}?${query}`,
  )
}

const serverTime = (response: HttpClientResponse.HttpClientResponse): number | null => {
  const parsed = Date.parse(response.headers.date ?? "")
  return Number.isNaN(parsed) ? null : parsed
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`: Date.parse alone would find a year in any sentence with digits. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Retry-After in milliseconds from now, by the clock of whoever wrote it: seconds or an HTTP date. */
export const retryAfterMillis = (header: string | undefined, nowMillis: number): number | null => {
  if (header === undefined) return null
  if (/^\d+$/.test(header.trim())) return Number(header.trim()) * 1000
  const date = httpDate.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - nowMillis)
}

/** The deepest message of an error's chain: "connect ECONNREFUSED …" rather than "Transport error". */
const rootMessage = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return rootMessage(error.cause)
  if (error instanceof AggregateError) return error.errors.map(rootMessage).join(", ")
  return error.message
}

const make = (
  options: PartnerApiOptions,
): Effect.Effect<PartnerApi["Type"], never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const client = (yield* HttpClient.HttpClient).pipe(
      // Only the documented headers are sent; a trace context would tell a stranger about us and help nobody.
      HttpClient.withTracerPropagation(false),
      HttpClient.withTracerDisabledWhen(() => true),
    )
    const { baseUrl, clientId, clientSecret } = options.credentials
    const entropy = yield* Entropy
    const permits = yield* Effect.makeSemaphore(options.concurrency)
    const limited =
      options.requestsPerSecond === null
        ? <A, E, R>(effect: Effect.Effect<A, E, R>) => effect
        : yield* RateLimiter.make({ limit: 1, interval: Duration.millis(1000 / options.requestsPerSecond) })
    const clockOffset = yield* Ref.make(0)
    const requests = yield* Ref.make(0)
    const retries = yield* Ref.make(0)

    const signed = (url: URL, requestId: string) =>
      Effect.gen(function* () {
        const now = (yield* Clock.currentTimeMillis) + (yield* Ref.get(clockOffset))
        const timestamp = DateTime.formatIso(DateTime.unsafeMake(now))
        const nonce = entropy.uuid()
        const signature = sign(clientSecret, {
          method: "GET",
          pathAndQuery: url.pathname + url.search,
          body: "",
          timestamp,
          nonce,
          idempotencyKey: "",
        })
        return HttpClientRequest.get(url.href, {
          headers: Headers.fromInput({
            accept: "application/json, application/problem+json",
            "x-partner-client-id": clientId,
            "x-partner-timestamp": timestamp,
            "x-partner-nonce": nonce,
            "x-partner-signature": signature,
            "x-request-id": requestId,
          }),
        })
      })

    const ask = (url: URL, requestId: string) =>
      Effect.gen(function* () {
        yield* Ref.update(requests, (n) => n + 1)
        const response = yield* client
          .execute(yield* signed(url, requestId))
          .pipe(
            Effect.mapError(
              (error) => new TransportFailure({ reason: "Connection", detail: rootMessage(error), requestId }),
            ),
          )
        const announced = Number(response.headers["content-length"] ?? "0")
        const tooLarge = (bytes: number) =>
          new UnreadablePage({
            reason: "TooLarge",
            detail: `${bytes} bytes, and the limit is ${options.maxPageBytes}`,
            requestId,
            status: response.status,
            body: new Uint8Array(),
          })
        if (announced > options.maxPageBytes) return yield* tooLarge(announced)
        const body = yield* response.arrayBuffer.pipe(
          Effect.map((buffer) => new Uint8Array(buffer)),
          Effect.mapError(
            (error) => new TransportFailure({ reason: "CutShort", detail: rootMessage(error), requestId }),
          ),
        )
        if (body.byteLength > options.maxPageBytes) return yield* tooLarge(body.byteLength)
        return { response, body }
      }).pipe(
        Effect.timeoutFail({
          duration: options.timeout,
          onTimeout: () =>
            new TransportFailure({
              reason: "Timeout",
              detail: `no whole answer within ${Duration.format(Duration.decode(options.timeout))}`,
              requestId,
            }),
        }),
      )

    const attempt = (url: URL, requestId: string, attempts: number) =>
      Effect.gen(function* () {
        const { body, response } = yield* permits.withPermits(1)(limited(ask(url, requestId)))
        const receivedAtMillis = yield* Clock.currentTimeMillis
        const serverTimeMillis = serverTime(response)
        if (response.status === 200) {
          return { body, status: 200, requestId, attempts, serverTimeMillis, receivedAtMillis }
        }
        const document = readProblemBody(new TextDecoder().decode(body))
        const problem = new PartnerProblem({
          status: response.status,
          code: document.code,
          title: document.title,
          detail: document.detail,
          requestId: document.requestId ?? requestId,
          retryAfterMillis: retryAfterMillis(response.headers["retry-after"], serverTimeMillis ?? receivedAtMillis),
          serverTimeMillis,
        })
        if (problem.code === "PARTNER_SIGNATURE_EXPIRED" && serverTimeMillis !== null) {
          yield* Ref.set(clockOffset, serverTimeMillis - receivedAtMillis)
        }
        return yield* problem
      })

    const page: PartnerApi["Type"]["page"] = (request, check) =>
      Effect.gen(function* () {
        const url = pageUrl(baseUrl, options.page, options.pageSize, request)
        const requestId = entropy.uuid()
        const attempts = yield* Ref.make(0)
        return yield* Ref.updateAndGet(attempts, (n) => n + 1).pipe(
          Effect.tap((number) => (number > 1 ? Ref.update(retries, (n) => n + 1) : Effect.void)),
          Effect.flatMap((number) => attempt(url, requestId, number)),
          Effect.flatMap(check),
          Effect.retry(retrySchedule),
        )
      })

    return {
      page,
      counts: Effect.all({ requests: Ref.get(requests), retries: Ref.get(retries) }),
    }
  })
