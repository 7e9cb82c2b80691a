import type { HttpClient } from "@effect/platform"
import { Cause, Clock, Duration, Effect, Exit, Option, RateLimiter, type Scope } from "effect"
import { makeAdaptivePermits } from "./adaptive-permits.ts"
import { serverTimeMillis } from "./answer-times.ts"
import type { Credentials } from "./credentials.ts"
import { Entropy } from "./entropy.ts"
import type { ApiFailure, TryFailure, UnreadablePage } from "./failures.ts"
import type { PageRequest } from "./page-request.ts"
import { type PartnerProblem, problemOfAnswer } from "./problem.ts"
import type { ReceivedAnswer } from "./received-answer.ts"
import type { RequestTally } from "./request-tally.ts"
import { classify, meansOutage } from "./retry-policy.ts"
import type { RunLimits } from "./run-limits.ts"
import { signedGet } from "./signed-request.ts"
import type { Passage } from "./stream-breaker.ts"
import { makeWire, type WireAnswer } from "./wire.ts"

/** One try of a request. What the answer's head said is written down here as soon as it is known. */
export interface Try {
  readonly request: PageRequest
  readonly stream: string
  readonly url: URL
  readonly requestId: string
  /** From 1. */
  readonly attempt: number
  /** The failure of the try before. */
  readonly after: TryFailure | null
  status: number | null
  apiRequestId: string | null
}

export interface TrySenderOptions {
  readonly credentials: Credentials
  readonly concurrency: number
  readonly requestsPerSecond: number | null
  readonly timeout: Duration.DurationInput
  readonly maxPageBytes: number
}

export type TrySender = <A>(
  tried: Try,
  check: (answer: ReceivedAnswer) => Effect.Effect<A, UnreadablePage>,
) => Effect.Effect<A, ApiFailure>

/** Sends a try when its turn has come, unless a limit of the run holds it back, and lets the limits learn from its end. */
export const makeTrySender = (
  options: TrySenderOptions,
  limits: RunLimits,
  tally: RequestTally,
): Effect.Effect<TrySender, never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const entropy = yield* Entropy
    const permits = yield* makeAdaptivePermits(options.concurrency)
    const wire = yield* makeWire({ ...options, onBytes: tally.received })
    const limited =
      options.requestsPerSecond === null
        ? <A, E, R>(effect: Effect.Effect<A, E, R>) => effect
        : yield* RateLimiter.make({ limit: 1, interval: Duration.millis(1000 / options.requestsPerSecond) })
    /** The API's time less ours, milliseconds, once the API has found fault with ours. */
    let clockOffset = 0

    const notHeldBack = (tried: Try) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => limits.hindrance(tried, now) ?? Effect.void)

    /** Asks the limits and goes out in one step, so that no other request comes between. */
    const send = (tried: Try, onPassage: (passage: Passage | null) => void) =>
      Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<WireAnswer, ApiFailure> => {
        const held = limits.hindrance(tried, now)
        if (held !== null) return held
        onPassage(limits.breakers.enter(tried.stream, now))
        tally.sent(tried.attempt)
        if (tried.attempt === 1) limits.budget.requestMade()
        const stamp = { requestId: tried.requestId, nonce: entropy.uuid(), atMillis: now + clockOffset }
        return wire(signedGet(options.credentials, tried.url, stamp), tried.requestId, ({ headers, status }) => {
          tried.status = status
          tried.apiRequestId = headers["x-request-id"] ?? null
        })
      })

    const problemOf = (tried: Try, answer: WireAnswer): PartnerProblem =>
      problemOfAnswer({
        ...answer,
        url: tried.url,
        requestId: tried.requestId,
        withCursor: tried.request.cursor !== null,
      })

    /** A refusal may also come with status 200; then only its code, in the place of a list, tells what it is. */
    const refusalInside = (tried: Try, answer: WireAnswer, failure: UnreadablePage): TryFailure => {
      if (failure.reason !== "NoItems") return failure
      const problem = problemOf(tried, answer)
      return problem.code?.startsWith("PARTNER_") === true ? problem : failure
    }

    const read = <A>(
      tried: Try,
      answer: WireAnswer,
      check: (answer: ReceivedAnswer) => Effect.Effect<A, UnreadablePage>,
    ): Effect.Effect<A, TryFailure> => {
      const { body, receivedAtMillis, status } = answer
      if (status !== 200) return problemOf(tried, answer)
      return check({
        body,
        status,
        requestId: tried.requestId,
        attempts: tried.attempt,
        serverTimeMillis: serverTimeMillis(answer.headers),
        receivedAtMillis,
      }).pipe(Effect.mapError((failure) => refusalInside(tried, answer, failure)))
    }

    const learn = (tried: Try, passage: Passage, exit: Exit.Exit<unknown, ApiFailure>) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const failure = Exit.isSuccess(exit) ? null : Option.getOrNull(Cause.failureOption(exit.cause))
        if (failure === null) {
          limits.breakers.found(tried.stream, passage, Exit.isSuccess(exit) ? "answered" : "unknown", now)
          if (Exit.isSuccess(exit)) yield* permits.succeeded
          return
        }
        const failureClass = classify(failure)
        const outage = meansOutage(failureClass)
        if (outage) yield* permits.failed
        if (limits.breakers.found(tried.stream, passage, outage ? "outage" : "answered", now)) {
          yield* Effect.logWarning("a stream does not answer and is left alone for a while").pipe(
            Effect.annotateLogs({ stream: tried.stream, failure: failureClass }),
          )
        }
        if (failure._tag !== "PartnerProblem") return
        if (failure.status === 429) yield* permits.overloaded
        if (failureClass === "signature_expired") clockOffset = failure.clockOffsetMillis ?? clockOffset
      })

    return (tried, check) =>
      Effect.suspend(() => {
        let passage: Passage | null = null
        const onPassage = (given: Passage | null): void => {
          passage = given
        }
        // Held back at once, rather than after a wait for its turn; and once more when that has come.
        return notHeldBack(tried).pipe(
          Effect.zipRight(permits.withPermit(limited(send(tried, onPassage)))),
          Effect.flatMap((answer) => read(tried, answer, check)),
          Effect.onExit((exit) => (passage === null ? Effect.void : learn(tried, passage, exit))),
        )
      })
  })
