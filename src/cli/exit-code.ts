import { ValidationError } from "@effect/cli"
import { Cause, ConfigError, Data, Option } from "effect"
import { freeSpace, reasonOf } from "../store/store-error.ts"

/** A command that did its work and has something to say by its exit code. */
export class Finished extends Data.TaggedError("Finished")<{ readonly code: number }> {}

/** What the user asked for cannot be done as asked; the sentence names the remedy. Exit code 2. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

const missingNames = (error: ConfigError.ConfigError): ReadonlyArray<string> => {
  if (error._op === "And" || error._op === "Or") return [...missingNames(error.left), ...missingNames(error.right)]
  return error._op === "MissingData" ? [error.path.join(".")] : []
}

/** What to print, null where it was printed already, and the code to end with. Source: design, section 7. */
export interface Ending {
  readonly code: number
  readonly message: string | null
}

const codeOfTag: Readonly<Record<string, number>> = {
  ConfigurationError: 78,
  ReportDefinitionError: 78,
  NoReportDefinitions: 78,
  UsageError: 2,
  RosterError: 2,
  BookMapError: 2,
  BookFileError: 2,
  NoSuchRun: 2,
  UnknownRun: 2,
  ReportsUnreadable: 2,
  ActRefused: 2,
  SignRefused: 2,
  RunIsSigned: 2,
  ExceptionIdError: 2,
  UnknownFilterValue: 2,
  SandboxListenError: 2,
  CredentialsRefused: 77,
  ApiUnavailable: 75,
  NotThePartnerApi: 78,
  RunHeld: 75,
  StoreInUse: 75,
}

const codeOfStoreReason: Readonly<Record<string, number>> = {
  Locked: 75,
  Foreign: 2,
  Missing: 2,
  Unreadable: 2,
  Denied: 2,
}

/** The signals that ask a run to end. Others end the process at once, as SIGKILL does. */
export type EndingSignal = "SIGINT" | "SIGTERM"

/** 128 and the signal's number, as a shell has it. */
const codeOfSignal: Readonly<Record<EndingSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/** What a shell reports of a program whose reader went away (SIGPIPE). */
const readerGone = 141

const configurationSentences = (error: ConfigError.ConfigError): ReadonlyArray<string> => {
  switch (error._op) {
    case "And":
    case "Or":
      return [...configurationSentences(error.left), ...configurationSentences(error.right)]
    case "MissingData":
      return []
    case "InvalidData":
      return [`the environment variable ${error.path.join(".")} ${error.message}`]
    default:
      return [error.message]
  }
}

const environmentSentence = (error: ConfigError.ConfigError): string => {
  const missing = missingNames(error)
  const notSet = missing.length === 0 ? [] : [`not set in the environment: ${missing.join(", ")}`]
  return [...notSet, ...configurationSentences(error)].join("; ")
}

/** Whether a full disk is at the root of an error, of which the error itself may say little. */
const isFullDisk = (error: unknown): boolean =>
  error instanceof Error && (reasonOf(error.message) === "Full" || isFullDisk(error.cause))

const isTagged = (error: unknown): error is { readonly _tag: string; readonly message: string } =>
  typeof error === "object" && error !== null && "_tag" in error && "message" in error

const endingOfFailure = (error: unknown): Ending => {
  if (error instanceof Finished) return { code: error.code, message: null }
  if (ValidationError.isValidationError(error)) return { code: 2, message: null }
  if (ConfigError.isConfigError(error)) return { code: 78, message: environmentSentence(error) }
  if (!isTagged(error)) return { code: 1, message: String(error) }
  if (error._tag === "StoreError" && "reason" in error) {
    return { code: codeOfStoreReason[String(error.reason)] ?? 1, message: error.message }
  }
  if (error._tag === "OutputError" && "reason" in error && error.reason === "Closed") {
    return { code: readerGone, message: null }
  }
  if (isFullDisk(error)) return fullDisk(error.message)
  return { code: codeOfTag[error._tag] ?? 1, message: error.message }
}

const fullDisk = (what: string): Ending => ({ code: 1, message: `the disk is full: ${what}; ${freeSpace}` })

const interrupted = (signal: EndingSignal): Ending => ({
  code: codeOfSignal[signal],
  message: `interrupted (${signal}); everything that was committed is kept; run the same command again to go on`,
})

/** How the program ends after this cause. `signal` is the one that interrupted it. */
export const endingOf = (cause: Cause.Cause<unknown>, signal: EndingSignal = "SIGINT"): Ending => {
  const failure = Cause.failureOption(cause)
  if (Option.isSome(failure)) return endingOfFailure(failure.value)
  if (Cause.isInterruptedOnly(cause)) return interrupted(signal)
  const defect = Cause.squash(cause)
  if (isFullDisk(defect)) return fullDisk(String(defect))
  return { code: 1, message: `unexpected error, please report it:\n${Cause.pretty(cause)}` }
}
