import { Clock, Context, Duration, Effect, Either, Layer, type Scope } from "effect"
import type { PageShape } from "./contract.ts"
import { Entropy } from "./entropy.ts"
import type { FailedTry } from "./failed-try.ts"
import { type ApiFailure, RequestWithheld, type TryFailure, type UnreadablePage } from "./failures.ts"
import type { Held } from "./gate.ts"
import { type PageRequest, pageUrl } from "./page-request.ts"
import type { ReceivedAnswer } from "./received-answer.ts"
import { makeRequestTally, type RequestCounts } from "./request-tally.ts"
import { budgetSentence, defaultRetryBudget, makeRetryBudget, type RetryBudgetOptions } from "./retry-budget.ts"
import { classify, type FailureClass, type RetryRow, retryPolicy, rowOf } from "./retry-policy.ts"
import { retryWait } from "./retry-wait.ts"
import type { Transport } from "./transport.ts"
import { makeTrySender, type Try, type TrySenderOptions } from "./try-sender.ts"
import { whereSeen } from "./where-seen.ts"

export interface PartnerApiOptions extends TrySenderOptions {
  readonly page: PageShape
  /** Records a page, 1 to 200. */
  readonly pageSize: number
  /** The retry table in force. */
  readonly policy?: ReadonlyArray<RetryRow>
  readonly retryBudget?: RetryBudgetOptions
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
    /** What the run has waited as a whole so far. */
    readonly held: Effect.Effect<Held>
    /** The rate that got through the API's limit, in requests a second; null where none was met. */
    readonly learntRate: Effect.Effect<number | null>
    /** Whether anything was answered, a probe among it. */
    readonly heard: Effect.Effect<boolean>
    /** First pages that may be asked for while nobody has answered yet, to find out whether it is one list or all. */
    readonly mayAsk: (requests: ReadonlyArray<PageRequest>) => Effect.Effect<void>
    /** What failed will be asked once more. */
    readonly onceMore: Effect.Effect<void>
    /** Begins at the rate that an earlier run learnt. */
    readonly startAtRate: (rate: number | null) => Effect.Effect<void>
  }
>() {
  static readonly layer = (options: PartnerApiOptions): Layer.Layer<PartnerApi, never, Transport> =>
    Layer.scoped(PartnerApi, make(options))
}

/** What a request has met so far. */
interface Meetings {
  /** Failures that were its own affair, by class. */
  readonly own: Map<FailureClass, number>
  /** Failures in a row of which nobody can tell yet whose affair they are. */
  undecided: number
}

const make = (options: PartnerApiOptions): Effect.Effect<PartnerApi["Type"], never, Transport | Scope.Scope> =>
  Effect.gen(function* () {
    const { credentials, policy = retryPolicy, retryBudget = defaultRetryBudget } = options
    const entropy = yield* Entropy
    const tally = makeRequestTally()
    const budget = makeRetryBudget(retryBudget)
    const urlOf = (request: PageRequest): URL => pageUrl(credentials.baseUrl, options.page, options.pageSize, request)
    const { gate, send, withheld } = yield* makeTrySender(options, tally, urlOf)

    const sleepWithin = (tried: Try, after: TryFailure, millis: number): Effect.Effect<void, RequestWithheld> => {
      const shut = gate.shutIn(millis)
      return shut === null ? Effect.sleep(millis) : Effect.fail(withheld({ ...tried, after }, shut))
    }

    /** Counts a failure that was the request's own affair, or not for certain everybody's; fails where there is no further try. */
    const chargeOrFail = (tried: Try, failure: TryFailure, row: RetryRow, met: Meetings, isFree: boolean) =>
      Effect.suspend((): Effect.Effect<number, ApiFailure> => {
        const count = (met.own.get(row.failure) ?? 0) + 1 + met.undecided
        met.undecided = 0
        // Only two stale signatures in a row say that setting the clock does not help.
        if (row.failure !== "signature_expired") met.own.delete("signature_expired")
        met.own.set(row.failure, count)
        const asked = failure._tag === "PartnerProblem" ? (failure.retryAfterMillis ?? 0) : 0
        if (count >= row.tries || asked > Math.max(Duration.toMillis(row.cap), 1)) return Effect.fail(failure)
        if (isFree || budget.take()) return retryWait(row, count, asked)
        const { requestId } = tried
        const detail = budgetSentence(retryBudget)
        return new RequestWithheld({ reason: "BudgetSpent", requestId, detail, after: failure })
      })

    /** Waits until the request may be tried again, and says for how long it waited by itself; fails where it may not. */
    const waitOrFail = (tried: Try, failure: TryFailure, row: RetryRow, met: Meetings) =>
      Effect.gen(function* () {
        const { turn } = tried
        // A failure that fell into a hold is judged by a witness; another one after its own wait, which tells as well.
        const isWeather = row.tells === "silent" && turn?.hold === null && options.patient !== false
        const waited = isWeather ? yield* retryWait(row, (met.own.get(row.failure) ?? 0) + 1, 0) : 0
        if (isWeather) yield* sleepWithin(tried, failure, waited)
        const asWithheld = Effect.mapError((shut: Parameters<typeof withheld>[1]) =>
          withheld({ ...tried, after: failure }, shut),
        )
        // Nobody can tell of silence yet where no hold began; what else began none is the request's own affair.
        const canTell = turn !== null && (turn.hold !== null || row.tells === "silent")
        const verdict = canTell ? yield* asWithheld(gate.verdict(turn)) : "alone"
        if (verdict === "everybody") {
          met.undecided = 0
          return waited
        }
        if (verdict === null) {
          met.undecided++
          return waited
        }
        const wait = yield* chargeOrFail(tried, failure, row, met, verdict === "passed")
        const rest = Math.max(0, wait - waited)
        yield* sleepWithin(tried, failure, rest)
        return waited + rest
      })

    const note = (tried: Try, failure: TryFailure, failedAtMillis: number, waitedMillis: number | null): void =>
      tally.failed({
        failedAtMillis,
        requestId: tried.requestId,
        apiRequestId: failure._tag === "PartnerProblem" ? failure.echoedRequestId : tried.apiRequestId,
        customerId: tried.request.customerId,
        stream: tried.request.stream.stream,
        endpoint: `GET ${tried.url.pathname}`,
        attempt: tried.attempt,
        failure: classify(failure),
        status: tried.status,
        problemCode: failure._tag === "PartnerProblem" ? failure.code : null,
        waitedMillis,
      })

    /** Waits before the next try; fails where there is none. */
    const beforeNextTry = (tried: Try, failure: TryFailure, met: Meetings) =>
      Effect.gen(function* () {
        const failedAt = yield* Clock.currentTimeMillis
        tried.request.trouble?.(failedAt)
        const row = rowOf(classify(failure), policy)
        const waitedMillis = yield* waitOrFail(tried, failure, row, met).pipe(
          Effect.tapError(() => Effect.sync(() => note(tried, failure, failedAt, null))),
        )
        note(tried, failure, failedAt, waitedMillis)
        yield* Effect.logDebug("a request is tried again").pipe(
          Effect.annotateLogs({
            failure: row.failure,
            waitMillis: waitedMillis,
            stream: tried.request.stream.stream,
            customerId: tried.request.customerId,
            requestId: tried.requestId,
            attempt: tried.attempt,
          }),
        )
      })

    const page: PartnerApi["Type"]["page"] = (request, check) =>
      Effect.gen(function* () {
        const url = urlOf(request)
        const requestId = entropy.uuid()
        const met: Meetings = { own: new Map(), undecided: 0 }
        let after: TryFailure | null = null
        budget.requestMade()
        for (let attempt = 1; ; attempt++) {
          const tried: Try = { request, url, requestId, attempt, after, status: null, apiRequestId: null, turn: null }
          const outcome = yield* send(tried, check).pipe(
            whereSeen(
              Effect.withSpan("request", {
                attributes: { stream: request.stream.stream, customerId: request.customerId, requestId, attempt },
                captureStackTrace: false,
              }),
            ),
            Effect.either,
          )
          if (Either.isRight(outcome)) {
            if (met.own.has("rate_limited")) gate.eased()
            return outcome.right
          }
          const failure = outcome.left
          if (failure._tag === "RequestWithheld") return yield* failure
          yield* beforeNextTry(tried, failure, met)
          after = failure
        }
      })

    return {
      page,
      counts: Effect.sync(tally.counts),
      takeFailedTries: Effect.sync(tally.takeFailedTries),
      held: Effect.sync(gate.held),
      learntRate: Effect.sync(gate.learnt),
      heard: Effect.sync(gate.heard),
      mayAsk: (requests) => Effect.sync(() => gate.mayAsk(requests)),
      onceMore: Effect.sync(budget.onceMore),
      startAtRate: (rate) => Effect.sync(() => gate.startAt(rate)),
    }
  })
