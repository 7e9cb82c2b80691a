import type { HttpClient } from "@effect/platform"
import { Clock, Context, type Duration, Effect, Either, Layer, type Scope } from "effect"
import type { PageShape } from "./contract.ts"
import type { Credentials } from "./credentials.ts"
import { Entropy } from "./entropy.ts"
import type { FailedTry } from "./failed-try.ts"
import type { ApiFailure, TryFailure, UnreadablePage } from "./failures.ts"
import { type PageRequest, pageUrl } from "./page-request.ts"
import type { ReceivedAnswer } from "./received-answer.ts"
import { makeRequestTally, type RequestCounts } from "./request-tally.ts"
import type { RetryBudgetOptions } from "./retry-budget.ts"
import { classify, type FailureClass, type RetryRow, retryPolicy, rowOf } from "./retry-policy.ts"
import { retryWait } from "./retry-wait.ts"
import { makeRunLimits } from "./run-limits.ts"
import type { BreakerOptions } from "./stream-breaker.ts"
import { makeTrySender, type Try } from "./try-sender.ts"

export interface PartnerApiOptions {
  readonly credentials: Credentials
  readonly page: PageShape
  /** Records a page, 1 to 200. */
  readonly pageSize: number
  /** Requests under way at once, over all partitions; fewer while the API says that there are too many. */
  readonly concurrency: number
  /** Null for no limit but the concurrency. */
  readonly requestsPerSecond: number | null
  /** For one try, its whole body included. */
  readonly timeout: Duration.DurationInput
  readonly maxPageBytes: number
  /** The retry table in force. */
  readonly policy?: ReadonlyArray<RetryRow>
  readonly retryBudget?: RetryBudgetOptions
  readonly breaker?: BreakerOptions
  /** From the making of the layer; past it nothing is sent. Null, the default, for none. */
  readonly deadline?: Duration.DurationInput | null
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
    /** The tries that failed since they were last taken, in the order in which they did. */
    readonly takeFailedTries: Effect.Effect<ReadonlyArray<FailedTry>>
  }
>() {
  /** Needs an HttpClient that does not follow redirects and leaves bodies compressed; tests give it a fake one. */
  static readonly layer = (options: PartnerApiOptions): Layer.Layer<PartnerApi, never, HttpClient.HttpClient> =>
    Layer.scoped(PartnerApi, make(options))
}

const make = (
  options: PartnerApiOptions,
): Effect.Effect<PartnerApi["Type"], never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { credentials, policy = retryPolicy } = options
    const entropy = yield* Entropy
    const tally = makeRequestTally()
    const limits = makeRunLimits(options, yield* Clock.currentTimeMillis)
    const sendTry = yield* makeTrySender(options, limits, tally)

    /** Waits before the next try; fails where there is none. */
    const waitOrFail = (tried: Try, failure: TryFailure, tries: Map<FailureClass, number>) =>
      Effect.gen(function* () {
        const failureClass = classify(failure)
        const count = (tries.get(failureClass) ?? 0) + 1
        // Only two stale signatures in a row say that setting the clock does not help.
        if (failureClass !== "signature_expired") tries.delete("signature_expired")
        tries.set(failureClass, count)
        const row = rowOf(failureClass, policy)
        const now = yield* Clock.currentTimeMillis
        const asked = failure._tag === "PartnerProblem" ? (failure.retryAfterMillis ?? 0) : 0
        const wait = count < row.tries ? yield* retryWait(row, count, asked) : null
        const hindrance = wait === null ? null : limits.retryHindrance({ ...tried, after: failure }, now, wait)
        const waitedMillis = hindrance === null ? wait : null
        tally.failed({
          failedAtMillis: now,
          requestId: tried.requestId,
          apiRequestId: failure._tag === "PartnerProblem" ? failure.echoedRequestId : tried.apiRequestId,
          customerId: tried.request.customerId,
          stream: tried.stream,
          endpoint: `GET ${tried.url.pathname}`,
          attempt: tried.attempt,
          failure: failureClass,
          status: tried.status,
          problemCode: failure._tag === "PartnerProblem" ? failure.code : null,
          waitedMillis,
        })
        if (waitedMillis === null) return yield* hindrance ?? failure
        yield* Effect.logDebug("a request is tried again").pipe(
          Effect.annotateLogs({
            failure: failureClass,
            waitMillis: waitedMillis,
            stream: tried.stream,
            customerId: tried.request.customerId,
            requestId: tried.requestId,
            attempt: tried.attempt,
          }),
        )
        yield* Effect.sleep(waitedMillis)
      })

    const page: PartnerApi["Type"]["page"] = (request, check) =>
      Effect.gen(function* () {
        const url = pageUrl(credentials.baseUrl, options.page, options.pageSize, request)
        const requestId = entropy.uuid()
        const stream = request.stream.stream
        const tries = new Map<FailureClass, number>()
        let after: TryFailure | null = null
        for (let attempt = 1; ; attempt++) {
          const tried: Try = { request, stream, url, requestId, attempt, after, status: null, apiRequestId: null }
          const outcome = yield* sendTry(tried, check).pipe(
            Effect.withSpan("request", {
              attributes: { stream, customerId: request.customerId, requestId, attempt },
              captureStackTrace: false,
            }),
            Effect.either,
          )
          if (Either.isRight(outcome)) return outcome.right
          const failure = outcome.left
          if (failure._tag === "RequestWithheld") {
            if (attempt > 1) limits.budget.giveBack()
            return yield* failure
          }
          yield* waitOrFail(tried, failure, tries)
          after = failure
        }
      })

    return {
      page,
      counts: Effect.sync(tally.counts),
      takeFailedTries: Effect.sync(tally.takeFailedTries),
    }
  })
