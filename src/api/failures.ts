import { Data } from "effect"
import type { PartnerProblem } from "./problem.ts"

/** No usable answer arrived. `CutShort`: the connection ended inside the body. */
export class TransportFailure extends Data.TaggedError("TransportFailure")<{
  readonly reason: "Timeout" | "Connection" | "CutShort"
  readonly detail: string
  readonly requestId: string
}> {
  override get message(): string {
    return `${transportSentences[this.reason]} (${this.detail}; request ${this.requestId})`
  }
}

const transportSentences = {
  Timeout: "the API did not answer in time",
  Connection: "the API could not be reached",
  CutShort: "the answer ended before it was whole",
} as const

/** An answer that promised a page and is none. The bytes are kept, because they are evidence. */
export class UnreadablePage extends Data.TaggedError("UnreadablePage")<{
  readonly reason:
    | "NotUtf8"
    | "NotJson"
    | "NoItems"
    | "NoPageInfo"
    | "MoreWithoutCursor"
    | "RepeatedCursor"
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
  NotUtf8: "the page is not UTF-8",
  NotJson: "the page is not JSON",
  NoItems: "the page holds no list of items",
  NoPageInfo: "the page's pageInfo cannot be read",
  MoreWithoutCursor: "the page says that more follows and gives no cursor",
  RepeatedCursor: "the page gives a cursor that this chain has already used",
  TooLarge: "the page is larger than the limit",
} as const

export type ApiFailure = PartnerProblem | TransportFailure | UnreadablePage
