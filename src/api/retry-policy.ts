import { Duration, Effect, Random, Schedule, ScheduleDecision, ScheduleInterval } from "effect"
import type { ApiFailure } from "./failures.ts"

/**
 * What is done about each class of failure: one row a class, and nothing about retrying stands elsewhere. Source: the
 * guide's retry guidance; design, section 3 "Retry is a table".
 */
export interface RetryRow {
  readonly failure: FailureClass
  readonly recognised: string
  /** All tries together, the first included; 1 means never again. */
  readonly tries: number
  readonly firstDelay: Duration.DurationInput
  readonly growth: number
  readonly cap: Duration.DurationInput
  /** What becomes of the partition when the tries are used up. */
  readonly partition: "FAILED" | "DENIED" | "NOT_APPLICABLE"
  /** `stop`: the credentials are wrong, nothing else would succeed. `skip stream`: no other customer's list would either. */
  readonly run: "goes on" | "skip stream" | "stop"
}

export type FailureClass =
  | "transport"
  | "rate_limited"
  | "processing_unavailable"
  | "server_error"
  | "signature_expired"
  | "nonce_replayed"
  | "unauthorized"
  | "scope_denied"
  | "product_disabled"
  | "customer_not_found"
  | "malformed_body"
  | "unreadable_envelope"
  | "other_refusal"

const never = { tries: 1, firstDelay: 0, growth: 1, cap: 0 } as const

export const retryPolicy: ReadonlyArray<RetryRow> = [
  {
    failure: "transport",
    recognised: "no answer, a reset, a time-out, a body cut short",
    tries: 5,
    firstDelay: "500 millis",
    growth: 2,
    cap: "30 seconds",
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "rate_limited",
    recognised: "status 429",
    tries: 6,
    firstDelay: "500 millis",
    growth: 2,
    cap: "60 seconds",
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "processing_unavailable",
    recognised: "PARTNER_PROCESSING_UNAVAILABLE",
    tries: 4,
    firstDelay: "5 seconds",
    growth: 2,
    cap: "120 seconds",
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "server_error",
    recognised: "any other status of 500 or more",
    tries: 5,
    firstDelay: "500 millis",
    growth: 2,
    cap: "60 seconds",
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "signature_expired",
    recognised: "PARTNER_SIGNATURE_EXPIRED; the clock offset is taken from Date first",
    tries: 2,
    firstDelay: 0,
    growth: 1,
    cap: 0,
    partition: "FAILED",
    run: "stop",
  },
  {
    failure: "nonce_replayed",
    recognised: "PARTNER_NONCE_REPLAYED; every try has a new nonce",
    tries: 2,
    firstDelay: 0,
    growth: 1,
    cap: 0,
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "unauthorized",
    recognised: "PARTNER_AUTH_FAILED, PARTNER_SIGNATURE_INVALID, any other status 401",
    ...never,
    partition: "FAILED",
    run: "stop",
  },
  { failure: "scope_denied", recognised: "PARTNER_SCOPE_DENIED", ...never, partition: "DENIED", run: "skip stream" },
  {
    failure: "product_disabled",
    recognised: "PARTNER_PRODUCT_DISABLED",
    ...never,
    partition: "NOT_APPLICABLE",
    run: "goes on",
  },
  {
    failure: "customer_not_found",
    recognised: "PARTNER_CUSTOMER_NOT_FOUND",
    ...never,
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "malformed_body",
    recognised: "a page that is not UTF-8 or not JSON",
    tries: 3,
    firstDelay: "500 millis",
    growth: 2,
    cap: "30 seconds",
    partition: "FAILED",
    run: "goes on",
  },
  {
    failure: "unreadable_envelope",
    recognised: "JSON without the items or the pageInfo of the contract, or over the size limit",
    ...never,
    partition: "FAILED",
    run: "goes on",
  },
  { failure: "other_refusal", recognised: "any other code or status", ...never, partition: "FAILED", run: "goes on" },
]

const byCode: ReadonlyMap<string, FailureClass> = new Map<string, FailureClass>(
  Object.entries({
    PARTNER_PROCESSING_UNAVAILABLE: "processing_unavailable",
    PARTNER_SIGNATURE_EXPIRED: "signature_expired",
    PARTNER_NONCE_REPLAYED: "nonce_replayed",
    PARTNER_AUTH_FAILED: "unauthorized",
    PARTNER_SIGNATURE_INVALID: "unauthorized",
    PARTNER_SCOPE_DENIED: "scope_denied",
    PARTNER_PRODUCT_DISABLED: "product_disabled",
    PARTNER_CUSTOMER_NOT_FOUND: "customer_not_found",
  }),
)

const byStatus = (status: number): FailureClass => {
  if (status === 429) return "rate_limited"
  if (status === 401) return "unauthorized"
  return status >= 500 ? "server_error" : "other_refusal"
}

/** The class of a failure: by its code where one is known, else by its status. */
export const classify = (failure: ApiFailure): FailureClass => {
  switch (failure._tag) {
    case "TransportFailure":
      return "transport"
    case "UnreadablePage":
      return failure.reason === "NotJson" || failure.reason === "NotUtf8" ? "malformed_body" : "unreadable_envelope"
    case "PartnerProblem":
      return byCode.get(failure.code ?? "") ?? byStatus(failure.status)
  }
}

export const policyOf = (failure: ApiFailure): RetryRow => {
  const failureClass = classify(failure)
  const row = retryPolicy.find((candidate) => candidate.failure === failureClass)
  if (row === undefined) throw new Error(`the retry table has no row for ${failureClass}`)
  return row
}

/** A wait that the server asks for and that is longer than this is not worth a night: the partition ends instead. */
const longestRetryAfter = Duration.minutes(5)

/**
 * The wait before try number `tries + 1`: full jitter between half the first delay and the grown delay, never less than
 * Retry-After. Null where the policy is to give up.
 */
const nextDelay = (failure: ApiFailure, tries: number): Effect.Effect<Duration.Duration | null> => {
  const row = policyOf(failure)
  const asked = failure._tag === "PartnerProblem" ? (failure.retryAfterMillis ?? 0) : 0
  if (tries >= row.tries || asked > Duration.toMillis(longestRetryAfter)) return Effect.succeed(null)
  const first = Duration.toMillis(row.firstDelay)
  const grown = Math.min(Duration.toMillis(row.cap), first * row.growth ** (tries - 1))
  return Effect.map(Random.nextRange(first / 2, Math.max(grown, first / 2 + 1)), (drawn) =>
    Duration.millis(grown === 0 ? asked : Math.max(drawn, asked)),
  )
}

/** The table as a schedule. Tries are counted per class, so that one late 503 does not use up the tries of a reset. */
export const retrySchedule: Schedule.Schedule<number, ApiFailure> = Schedule.makeWithState(
  {} as Readonly<Partial<Record<FailureClass, number>>>,
  (now, failure: ApiFailure, seen) => {
    const failureClass = classify(failure)
    const tries = (seen[failureClass] ?? 0) + 1
    const state = { ...seen, [failureClass]: tries }
    return Effect.map(nextDelay(failure, tries), (delay) =>
      delay === null
        ? [state, tries, ScheduleDecision.done]
        : [state, tries, ScheduleDecision.continueWith(ScheduleInterval.after(now + Duration.toMillis(delay)))],
    )
  },
)
