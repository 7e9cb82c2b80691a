import { Cause, Data, Option } from "effect"
import { freeSpace, reasonOf } from "../store/store-error.ts"
import type { ExitCode } from "./exit-codes.ts"
import type { EndingSignal } from "./outside.ts"

/** A command that did its work and has something to say by its exit code. */
export class Finished extends Data.TaggedError("Finished")<{
  readonly exitCode: ExitCode
  /** Why, in a sentence for stderr, where nothing but JSON was asked for; null where that was said already. */
  readonly why: string | null
}> {}

/** What the user asked for cannot be done as asked; the sentence names the remedy. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly detail: string }> {
  readonly exitCode = 2
  override get message(): string {
    return this.detail
  }
}

/** The code to end with and the sentence to print; null where there is nothing more to say. */
export interface Ending {
  readonly code: number
  readonly message: string | null
}

/** 128 and the signal's number, as a shell has it. */
const codeOfSignal: Readonly<Record<EndingSignal, ExitCode>> = { SIGINT: 130, SIGTERM: 143 }

/** Whether a full disk is at the root of an error, of which the error itself may say little. */
const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && (reasonOf(error.message) === "Full" || isFullDisk(error.cause))

const fullDisk = (what: string): Ending => ({ code: 1, message: `the disk is full: ${what}; ${freeSpace}` })

/** Every error that a command can end with carries its exit code; one that carries none is unexpected. */
const exitCodeOf = (error: object): number =>
  "exitCode" in error && typeof error.exitCode === "number" ? error.exitCode : 1

const endingOfFailure = (error: unknown): Ending => {
  if (error instanceof Finished) return { code: error.exitCode, message: null }
  if (!(error instanceof Error)) return { code: 1, message: String(error) }
  const told = error.message === "" ? null : error.message
  if ("_tag" in error && error._tag === "StoreError") return { code: exitCodeOf(error), message: told }
  return isFullDisk(error) ? fullDisk(error.message) : { code: exitCodeOf(error), message: told }
}

/** Where a command that was interrupted says nothing of its own. */
export const goesOn = "everything that was committed is kept; run the same command again to go on"

/** How the program ends after this cause. `signal` is the one that interrupted it, `kept` what there is to say of it. */
export const endingOf = (cause: Cause.Cause<unknown>, signal: EndingSignal = "SIGINT", kept = goesOn): Ending => {
  const failure = Cause.failureOption(cause)
  if (Option.isSome(failure)) return endingOfFailure(failure.value)
  if (Cause.isInterruptedOnly(cause)) {
    return { code: codeOfSignal[signal], message: `interrupted (${signal}); ${kept}` }
  }
  const defect = Cause.squash(cause)
  if (isFullDisk(defect)) return fullDisk(String(defect))
  return { code: 1, message: `unexpected error, please report it:\n${Cause.pretty(cause)}` }
}
