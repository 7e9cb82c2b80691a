import { Data } from "effect"

/** The store holds no such run, or none at all. */
export class UnknownRun extends Data.TaggedError("UnknownRun")<{
  readonly file: string
  /** Null where any run would have done. */
  readonly runId: string | null
}> {
  readonly exitCode = 2
  override get message(): string {
    return this.runId === null
      ? `${this.file} holds no run yet; run tidemark nightly first`
      : `${this.file} holds no run ${this.runId}; tidemark runs lists those that it holds`
  }
}
