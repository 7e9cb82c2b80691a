import { Duration, Either } from "effect"
import { type ApiFailure, groundsOf, type TryFailure, type UnreadablePage } from "./failures.ts"
import { patience } from "./patience.ts"
import { type PartnerProblem, type ProblemCode, problemCodes } from "./problem.ts"
import type { Finding } from "./turn.ts"

/**
 * What is done about each class of failure: one row a class, and nothing about retrying stands elsewhere. Source:
 * docs/partner-api.md, "Errors". What Oceafin's guide does not document is marked assumed.
 */
export interface RetryRow {
  readonly failure: FailureClass
  readonly recognised: string
  /** All tries together, the first included; 1 means never again. */
  readonly tries: number
  readonly firstDelay: Duration.DurationInput
  readonly growth: number
  readonly cap: Duration.DurationInput
  /** Whether a partition that ended so is asked once more at the end of the run, and again while that brings any list on. */
  readonly requeue: boolean
  /**
   * What it tells of everybody, and so whether the run holds: then it costs no try and no budget. Where a witness shows
   * that others are answered, it is the affair of its list, and what stands in this row holds. `nothing`: it always is.
   */
  readonly tells: "answered" | "limited" | "silent" | "refused" | "nothing"
  /** What becomes of the partition when the tries are used up. `RESTARTED`: its chain is read again from its beginning. */
  readonly partition: "FAILED" | "PARTIAL" | "DENIED" | "NOT_APPLICABLE" | "RESTARTED"
  /**
   * `stop`: nothing else would succeed, once witnesses confirm it. `skip stream`: no other customer's list would either,
   * once three confirm it and none contradicts.
   */
  readonly run: "goes on" | "skip stream" | "stop"
}

export type FailureClass =
  | "transport"
  | "barred"
  | "rate_limited"
  | "processing_unavailable"
  | "server_error"
  | "not_its_own"
  | "signature_expired"
  | "nonce_replayed"
  | "unauthorized"
  | "scope_denied"
  | "product_disabled"
  | "customer_not_found"
  | "cursor_expired"
  | "other_refusal"
  | "unknown_code"
  | "redirect"
  | "malformed_body"
  | "unreadable_envelope"
  | "unreadable_chain"
  | "run_deadline"
  | "budget_spent"

const never = { tries: 1, firstDelay: 0, growth: 1, cap: 0, requeue: false, tells: "answered" } as const
const atOnce = { ...never, tries: 2 } as const
/** What passes: asked again with growing waits, and once more at the end. */
const weather = {
  tries: 5,
  firstDelay: "500 millis",
  growth: 2,
  cap: "30 seconds",
  requeue: true,
  tells: "silent",
} as const
const failed = { partition: "FAILED", run: "goes on" } as const

export const retryPolicy: ReadonlyArray<RetryRow> = [
  {
    failure: "transport",
    recognised: "no answer in time, a connection refused or reset, a body cut short",
    ...weather,
    ...failed,
  },
  {
    failure: "rate_limited",
    recognised: "status 429 (assumed)",
    ...weather,
    tries: 6,
    cap: "60 seconds",
    tells: "limited",
    ...failed,
  },
  {
    failure: "processing_unavailable",
    recognised: "PARTNER_PROCESSING_UNAVAILABLE",
    ...weather,
    tries: 4,
    firstDelay: "5 seconds",
    cap: "120 seconds",
    ...failed,
  },
  {
    failure: "server_error",
    recognised: "status 408, any other status of 500 or more; with 503 and Retry-After the run holds as for a limit",
    ...weather,
    cap: "60 seconds",
    ...failed,
  },
  {
    failure: "not_its_own",
    recognised: "any other refusal that is no problem document and has no code of the API: a proxy's, a firewall's",
    ...weather,
    ...failed,
  },
  {
    failure: "signature_expired",
    recognised: "PARTNER_SIGNATURE_EXPIRED; our clock is set by the answer's Date first; twice in a row is final",
    ...atOnce,
    requeue: true,
    tells: "nothing",
    partition: "FAILED",
    run: "stop",
  },
  {
    failure: "nonce_replayed",
    recognised: "PARTNER_NONCE_REPLAYED; the next try has a new nonce, as every try has",
    ...atOnce,
    ...failed,
  },
  {
    failure: "unauthorized",
    recognised: "PARTNER_AUTH_FAILED, PARTNER_SIGNATURE_INVALID, any other status 401 in the API's own words",
    ...weather,
    tries: 3,
    firstDelay: "1 second",
    tells: "refused",
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
  { failure: "customer_not_found", recognised: "PARTNER_CUSTOMER_NOT_FOUND", ...never, ...failed },
  {
    failure: "cursor_expired",
    recognised:
      "a cursor refused with status 400, 404, 409, 410 or 422 and no code, PARTNER_RESOURCE_STATE_INVALID, PARTNER_RESOURCE_NOT_FOUND or an unlisted code (assumed)",
    ...never,
    partition: "RESTARTED",
    run: "goes on",
  },
  { failure: "other_refusal", recognised: "any other refusal", ...never, ...failed },
  {
    failure: "unknown_code",
    recognised: "a code of the API that the guide does not list, with any other status below 500",
    ...never,
    ...failed,
  },
  {
    failure: "redirect",
    recognised: "status 300 to 399; never followed, because a signed request is for this API alone",
    ...never,
    requeue: true,
    tells: "nothing",
    ...failed,
  },
  {
    failure: "barred",
    recognised: "a certificate that is not trusted, a proxy that refuses or asks for a password",
    ...never,
    requeue: true,
    tells: "nothing",
    ...failed,
  },
  {
    failure: "malformed_body",
    recognised: "a page that cannot be decompressed, is not UTF-8 or is not JSON",
    ...weather,
    tries: 3,
    ...failed,
  },
  {
    failure: "unreadable_envelope",
    recognised: "JSON without the items or the pageInfo of the contract",
    ...never,
    requeue: true,
    tells: "nothing",
    ...failed,
  },
  {
    failure: "unreadable_chain",
    recognised: "a chain that goes in circles or says that more follows and not where, a page too large",
    ...never,
    tells: "nothing",
    ...failed,
  },
  {
    failure: "run_deadline",
    recognised: "not sent: the run's deadline has passed, or would before the next try",
    ...never,
    tells: "nothing",
    partition: "PARTIAL",
    run: "goes on",
  },
  {
    failure: "budget_spent",
    recognised: "not sent again: the run's retries are used up",
    ...never,
    requeue: true,
    tells: "nothing",
    ...failed,
  },
]

const byCode: Readonly<Partial<Record<ProblemCode, FailureClass>>> = {
  PARTNER_PROCESSING_UNAVAILABLE: "processing_unavailable",
  PARTNER_SIGNATURE_EXPIRED: "signature_expired",
  PARTNER_NONCE_REPLAYED: "nonce_replayed",
  PARTNER_AUTH_FAILED: "unauthorized",
  PARTNER_SIGNATURE_INVALID: "unauthorized",
  PARTNER_SCOPE_DENIED: "scope_denied",
  PARTNER_PRODUCT_DISABLED: "product_disabled",
  PARTNER_CUSTOMER_NOT_FOUND: "customer_not_found",
}

/** Of a request with a cursor the list was there a page before: what is not found, or not valid, is the cursor. */
const cursorStatuses: ReadonlySet<number> = new Set([400, 404, 409, 410, 422])
const cursorCodes: ReadonlySet<ProblemCode> = new Set(["PARTNER_RESOURCE_STATE_INVALID", "PARTNER_RESOURCE_NOT_FOUND"])

/** What a status says whoever says it. */
const byStatus = (status: number): FailureClass | null => {
  if (status === 429) return "rate_limited"
  if (status === 408 || status >= 500) return "server_error"
  return status >= 300 && status < 400 ? "redirect" : null
}

const byReason = {
  BadEncoding: "malformed_body",
  NotUtf8: "malformed_body",
  NotJson: "malformed_body",
  NoItems: "unreadable_envelope",
  NoPageInfo: "unreadable_envelope",
  MoreWithoutCursor: "unreadable_chain",
  RepeatedCursor: "unreadable_chain",
  RepeatedPage: "unreadable_chain",
  EmptyPages: "unreadable_chain",
  TooLarge: "unreadable_chain",
} as const satisfies Record<UnreadablePage["reason"], FailureClass>

/** By its code where the guide lists it, else by its status: a 429 or a 503 says enough whatever code comes with it. */
const classifyProblem = ({ code, isOwn, status, withCursor }: PartnerProblem): FailureClass => {
  const known = problemCodes.find((listed) => listed === code)
  const said = (known === undefined ? undefined : byCode[known]) ?? byStatus(status)
  if (said !== null) return said
  if (!isOwn) return "not_its_own"
  if (status === 401) return "unauthorized"
  const mayMeanTheCursor = known === undefined || cursorCodes.has(known)
  if (withCursor && mayMeanTheCursor && cursorStatuses.has(status)) return "cursor_expired"
  return code === null || known !== undefined ? "other_refusal" : "unknown_code"
}

/** The class of a failure: the row of the table that it falls in. */
export const classify = (failure: ApiFailure): FailureClass => {
  switch (failure._tag) {
    case "TransportFailure":
      return failure.reason === "Barred" ? "barred" : "transport"
    case "UnreadablePage":
      return byReason[failure.reason]
    case "RequestWithheld":
      if (failure.reason === "Deadline" || failure.after === null) return "run_deadline"
      return failure.reason === "BudgetSpent" ? "budget_spent" : classify(failure.after)
    case "PartnerProblem":
      return classifyProblem(failure)
  }
}

export const rowOf = (failureClass: FailureClass, policy: ReadonlyArray<RetryRow>): RetryRow => {
  const row = policy.find((candidate) => candidate.failure === failureClass)
  if (row === undefined) throw new Error(`the retry table has no row for ${failureClass}`)
  return row
}

export const policyOf = (failure: ApiFailure, policy: ReadonlyArray<RetryRow> = retryPolicy): RetryRow =>
  rowOf(classify(failure), policy)

/** Whether the failure means that nobody answers, rather than that somebody refuses. */
export const meansOutage = (failure: ApiFailure): boolean => {
  const { failure: failureClass, tells } = policyOf(groundsOf(failure))
  return tells === "silent" && failureClass !== "not_its_own" && failureClass !== "malformed_body"
}

/** A Retry-After that holds everybody: on a limit, and where the API is down for a while that it knows. */
const askedOfAll = (failure: TryFailure): number | null => {
  if (failure._tag !== "PartnerProblem" || failure.retryAfterMillis === null) return null
  return failure.retryAfterMillis <= Duration.toMillis(patience.longestHold) ? failure.retryAfterMillis : null
}

/**
 * What a failed try tells of everybody. A 503 with Retry-After is a limit; a wait that is asked for and longer than the run
 * would hold is its list's own affair. A second stale signature in a row is none of the clock's.
 */
export const findingFrom = (failure: TryFailure, after: TryFailure | null): Finding => {
  const { failure: failureClass, tells } = policyOf(failure)
  const isProblem = failure._tag === "PartnerProblem"
  const asked = askedOfAll(failure)
  if (isProblem && failure.status === 503 && asked !== null) return { _tag: "limited", askedMillis: asked }
  if (tells === "limited") {
    return isProblem && failure.retryAfterMillis !== null && asked === null
      ? { _tag: "unknown" }
      : { _tag: "limited", askedMillis: asked }
  }
  if (failureClass === "signature_expired" && after !== null && classify(after) === "signature_expired") {
    return { _tag: "refused", failure }
  }
  if (tells === "nothing") return { _tag: "unknown" }
  return tells === "answered" ? { _tag: "answered" } : { _tag: tells, failure }
}

/** What a user may change of a row. */
export interface RetryChange {
  readonly tries?: number | undefined
  readonly firstDelaySeconds?: number | undefined
  readonly capSeconds?: number | undefined
}

/** Limits of the client itself. */
const ownLimits: ReadonlySet<FailureClass> = new Set(["run_deadline", "budget_spent"])

/** Why a row with a single try must stay so. */
const whyNever = (failure: FailureClass): string =>
  ownLimits.has(failure)
    ? "this is a limit of the client itself and no answer of the API"
    : "the same request would get the same answer, and repeating it may do harm"

/** The row with a user's changes; left, the sentence that says which key cannot be, and why. */
const changeRow = (row: RetryRow, change: RetryChange): Either.Either<RetryRow, string> => {
  const key = `retry.${row.failure}`
  const [asked] = Object.keys(change)
  if (asked === undefined) return Either.right(row)
  if (row.tries === 1) {
    return Either.left(
      `${key}.${asked} cannot be set, because ${row.failure} is never tried again: ${whyNever(row.failure)}; remove ${key}`,
    )
  }
  const firstDelay = Duration.decode(
    change.firstDelaySeconds === undefined ? row.firstDelay : Duration.seconds(change.firstDelaySeconds),
  )
  const cap = Duration.decode(change.capSeconds === undefined ? row.cap : Duration.seconds(change.capSeconds))
  if (Duration.greaterThan(firstDelay, cap)) {
    const [first, most] = [Duration.toSeconds(firstDelay), Duration.toSeconds(cap)]
    return Either.left(
      change.firstDelaySeconds === undefined
        ? `${key}.capSeconds: ${most} is shorter than the first wait of ${first} s; lower firstDelaySeconds with it`
        : `${key}.firstDelaySeconds: ${first} is longer than the longest wait of ${most} s; raise capSeconds with it`,
    )
  }
  return Either.right({ ...row, tries: change.tries ?? row.tries, firstDelay, cap })
}

/** The table with a user's changes laid over it. Left: a sentence that names the key and says why it cannot be. */
export const changePolicy = (
  changes: Readonly<Record<string, RetryChange>>,
  policy: ReadonlyArray<RetryRow> = retryPolicy,
): Either.Either<ReadonlyArray<RetryRow>, string> => {
  const classes = policy.map((row) => row.failure)
  const unknown = Object.keys(changes).find((name) => !classes.some((failure) => failure === name))
  if (unknown !== undefined) {
    return Either.left(`retry.${unknown} is not known; the known ones are ${classes.join(", ")}`)
  }
  return Either.all(
    policy.map((row) => {
      const change = changes[row.failure]
      return change === undefined ? Either.right(row) : changeRow(row, change)
    }),
  )
}
