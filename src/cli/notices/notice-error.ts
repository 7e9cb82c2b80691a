import { Data } from "effect"

/** A notice did not go out: which, and why. It changes nothing of the night. */
export class NoticeError extends Data.TaggedError("NoticeError")<{
  readonly notice: "onFinish" | "webhook" | "metrics" | "last-night"
  readonly detail: string
}> {
  override get message(): string {
    return `${this.notice}: ${this.detail}`
  }
}
