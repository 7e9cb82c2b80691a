import { ValidationError } from "@effect/cli"
import { Cause, ConfigError, Data, Option } from "effect"

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
  NoSuchRun: 2,
  UnknownRun: 2,
  ReportsUnreadable: 2,
  ActRefused: 2,
  ExceptionIdError: 2,
  UnknownFilterValue: 2,
  SandboxListenError: 2,
  CredentialsRefused: 77,
  ApiUnavailable: 75,
  StoreInUse: 75,
}

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

const isTagged = (error: unknown): error is { readonly _tag: string; readonly message: string } =>
  typeof error === "object" && error !== null && "_tag" in error && "message" in error

const endingOfFailure = (error: unknown): Ending => {
  if (error instanceof Finished) return { code: error.code, message: null }
  if (ValidationError.isValidationError(error)) return { code: 2, message: null }
  if (ConfigError.isConfigError(error)) return { code: 78, message: environmentSentence(error) }
  if (!isTagged(error)) return { code: 1, message: String(error) }
  if (error._tag === "StoreError" && "reason" in error) {
    if (error.reason === "Locked") return { code: 75, message: error.message }
    if (error.reason === "Missing" || error.reason === "Unreadable" || error.reason === "Denied") {
      return { code: 2, message: error.message }
    }
  }
  return { code: codeOfTag[error._tag] ?? 1, message: error.message }
}

export const endingOf = (cause: Cause.Cause<unknown>): Ending => {
  const failure = Cause.failureOption(cause)
  if (Option.isSome(failure)) return endingOfFailure(failure.value)
  if (Cause.isInterruptedOnly(cause))
    return { code: 130, message: "interrupted; everything that was committed is kept" }
  return { code: 1, message: `unexpected error, please report it:\n${Cause.pretty(cause)}` }
}
