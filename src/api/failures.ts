import { Data } from "effect"
import type { PartnerProblem } from "./problem.ts"

/**
 * No usable answer arrived. `CutShort`: the connection ended inside the body. `Barred`: the way there is closed until a
 * person opens it; the detail says how.
 */
export class TransportFailure extends Data.TaggedError("TransportFailure")<{
  readonly reason: "Timeout" | "Connection" | "CutShort" | "Barred"
  readonly detail: string
  readonly requestId: string
  /** Whether an old connection may be the reason: it was reset before the first byte of an answer. */
  readonly mayBeOld?: boolean
}> {
  override get message(): string {
    return `${transportSentences[this.reason]} (${this.detail}; request ${this.requestId})`
  }
}

const transportSentences = {
  Timeout: "the API did not answer in time",
  Connection: "the API could not be reached",
  CutShort: "the answer ended before it was whole",
  Barred: "the way to the API is closed",
} as const

/** An answer that promised a page and is none. The bytes are kept, because they are evidence. */
export class UnreadablePage extends Data.TaggedError("UnreadablePage")<{
  readonly reason:
    | "BadEncoding"
    | "NotUtf8"
    | "NotJson"
    | "NoItems"
    | "NoPageInfo"
    | "MoreWithoutCursor"
    | "RepeatedCursor"
    | "RepeatedPage"
    | "EmptyPages"
    | "TooLarge"
  readonly detail: string
  readonly requestId: string
  readonly status: number
  readonly body: Uint8Array
}> {
  override get message(): string {
    return `${pageSentences[this.reason]}: ${this.detail} (request ${this.requestId})`
  }
}

const pageSentences = {
  BadEncoding: "the page cannot be decompressed",
  NotUtf8: "the page is not UTF-8",
  NotJson: "the page is not JSON",
  NoItems: "the page holds no list of items",
  NoPageInfo: "the page's pageInfo cannot be read",
  MoreWithoutCursor: "the page says that more follows and gives no cursor",
  RepeatedCursor: "the page gives a cursor that this chain has already used",
  RepeatedPage: "the page gives records that this chain has already given",
  EmptyPages: "too many empty pages in a row say that more follows",
  TooLarge: "the page is larger than the limit",
} as const

/**
 * A request that this client did not send, or not again: because of the run's deadline or its budget of retries, because
 * nobody answers, or because the API refuses who we say we are. `after` is the failure of its last try, or what the run
 * met; null where there was none.
 */
export class RequestWithheld extends Data.TaggedError("RequestWithheld")<{
  readonly reason: "Deadline" | "BudgetSpent" | "NobodyThere" | "Refused"
  readonly requestId: string
  readonly detail: string
  readonly after: PartnerProblem | TransportFailure | UnreadablePage | null
}> {
  override get message(): string {
    // Its last try names the request.
    const after = this.after === null ? ` (request ${this.requestId})` : `; before that: ${this.after.message}`
    return `${withheldSentences[this.reason]}${this.detail === "" ? "" : `: ${this.detail}`}${after}`
  }
}

const withheldSentences = {
  Deadline: "not asked, because of the run's deadline",
  BudgetSpent: "not asked again, because the run's retries are used up",
  NobodyThere: "not asked, because nobody answers",
  Refused: "not asked, because the credentials are refused",
} as const

/** What can go wrong with a request that was sent. */
export type TryFailure = PartnerProblem | TransportFailure | UnreadablePage

export type ApiFailure = TryFailure | RequestWithheld

/** The failure itself, where one lies behind a request that was not sent. */
export const groundsOf = (failure: ApiFailure): ApiFailure =>
  failure._tag === "RequestWithheld" ? (failure.after ?? failure) : failure
