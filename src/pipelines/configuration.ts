import { FileSystem } from "@effect/platform"
import { Data, Duration, Effect, Either, ParseResult, Schema } from "effect"
import { type Contract, type ContractOverrides, resolveContract } from "../api/contract.ts"
import { defaultRetryBudget } from "../api/retry-budget.ts"
import { changePolicy, type RetryRow } from "../api/retry-policy.ts"
import { sha256Hex } from "../api/signing.ts"
import { defaultBreaker } from "../api/stream-breaker.ts"
import { type StreamName, streams } from "../api/streams.ts"
import { LedgerSettingsSchema, ledgerFault } from "./ledger/ledger-settings.ts"

/** Why a configuration cannot be used; the sentence names the key and the remedy. Exit code 78. */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly file: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}

export const severities = ["critical", "high", "medium", "low", "info"] as const
export type Severity = (typeof severities)[number]
export const SeveritySchema = Schema.Literal(...severities)

const Decimal = Schema.String.pipe(
  Schema.pattern(/^\d{1,20}(\.\d{1,18})?$/, { message: () => 'must be a decimal written as a string, such as "0.01"' }),
)

const Whole = (least: number, most: number) => {
  const message = () => `must be a whole number from ${least} to ${most}`
  return Schema.Number.pipe(Schema.int({ message }), Schema.between(least, most, { message }))
}

const Seconds = Schema.Number.pipe(
  Schema.between(0, 3600, { message: () => "must be a number of seconds from 0 to 3600" }),
)

/** What may be changed of a row of the retry table. */
const RetryChangeSchema = Schema.Struct({
  tries: Schema.optional(Whole(1, 100)),
  firstDelaySeconds: Schema.optional(Seconds),
  capSeconds: Schema.optional(Seconds),
})

const RetryBudgetSchema = Schema.Struct({
  percent: Schema.optionalWith(Whole(0, 1000), { default: () => defaultRetryBudget.percent }),
  floor: Schema.optionalWith(Whole(0, 1_000_000), { default: () => defaultRetryBudget.floor }),
})

const BreakerSchema = Schema.Struct({
  failures: Schema.optionalWith(Whole(1, 1000), { default: () => defaultBreaker.failures }),
  coolDownSeconds: Schema.optionalWith(Whole(1, 3600), { default: () => Duration.toSeconds(defaultBreaker.coolDown) }),
})

/** What is accepted as equal: the larger of an absolute amount and basis points of the expected amount. */
const Tolerance = Schema.Struct({
  absolute: Schema.optionalWith(Decimal, { default: () => "0" }),
  basisPoints: Schema.optionalWith(Whole(0, 10_000), { default: () => 0 }),
})

export type Tolerance = typeof Tolerance.Type

/** Settings of one check; where it is silent, those for all checks hold. `*` is every currency that is not named. */
const CheckSettings = Schema.Struct({
  enabled: Schema.optional(Schema.Boolean),
  severity: Schema.optional(SeveritySchema),
  tolerance: Schema.optional(Schema.Record({ key: Schema.String, value: Tolerance })),
  graceMinutes: Schema.optional(Whole(0, 10_080)),
  limitHours: Schema.optional(Whole(1, 100_000)),
})

const StreamOverrideSchema = Schema.Struct({
  path: Schema.optional(Schema.NonEmptyString),
  fields: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.NonEmptyString })),
  statuses: Schema.optional(
    Schema.Record({ key: Schema.String, value: Schema.Literal("open", "settled", "void", "undone") }),
  ),
})

const ContractSchema = Schema.Struct({
  page: Schema.optional(
    Schema.Struct({
      items: Schema.optional(Schema.String),
      nextCursor: Schema.optional(Schema.NonEmptyString),
      hasMore: Schema.optional(Schema.NonEmptyString),
      limitParameter: Schema.optional(Schema.NonEmptyString),
      cursorParameter: Schema.optional(Schema.NonEmptyString),
    }),
  ),
  streams: Schema.optional(Schema.Record({ key: Schema.String, value: StreamOverrideSchema })),
})

/** Decimal places of the currencies that the contract names. Source: design, CONV_RATE: ISO 4217 for fiat, then crypto. */
export const knownPlaces: Readonly<Record<string, number>> = {
  USD: 2,
  EUR: 2,
  GBP: 2,
  CHF: 2,
  AUD: 2,
  CAD: 2,
  SGD: 2,
  HKD: 2,
  CNY: 2,
  JPY: 0,
  KRW: 0,
  USDT: 6,
  USDC: 6,
  BTC: 8,
  ETH: 18,
}

/** Hours that a record may stay open. Source: design, AGE_STUCK. */
export const knownAgeLimits: Readonly<Record<string, number>> = {
  fiat_deposits: 48,
  fiat_withdrawals: 72,
  crypto_deposits: 24,
  crypto_withdrawals: 24,
  crypto_refunds: 24,
  conversions: 1,
  collection_payments: 24,
  transactions: 72,
}

const ConfigurationFile = Schema.Struct({
  $schema: Schema.optional(Schema.String),
  pageSize: Schema.optionalWith(Whole(1, 200), { default: () => 200 }),
  concurrency: Schema.optionalWith(Whole(1, 256), { default: () => 8 }),
  requestsPerSecond: Schema.optionalWith(Schema.NullOr(Whole(1, 10_000)), { default: () => null }),
  requestTimeoutSeconds: Schema.optionalWith(Whole(1, 3600), { default: () => 30 }),
  retry: Schema.optionalWith(Schema.Record({ key: Schema.String, value: RetryChangeSchema }), { default: () => ({}) }),
  retryBudget: Schema.optionalWith(RetryBudgetSchema, { default: () => RetryBudgetSchema.make({}) }),
  breaker: Schema.optionalWith(BreakerSchema, { default: () => BreakerSchema.make({}) }),
  deadlineMinutes: Schema.optionalWith(Schema.NullOr(Whole(1, 10_080)), { default: () => 360 }),
  maxPageMegabytes: Schema.optionalWith(Whole(1, 512), { default: () => 20 }),
  memoryLimit: Schema.optionalWith(
    Schema.String.pipe(Schema.pattern(/^\d+(KB|MB|GB)$/, { message: () => 'must be a size such as "512MB"' })),
    { default: () => "512MB" },
  ),
  resumeWithinMinutes: Schema.optionalWith(Whole(0, 10_080), { default: () => 360 }),
  failOn: Schema.optionalWith(SeveritySchema, { default: () => "high" as const }),
  personalData: Schema.optionalWith(Schema.Literal("hash", "keep"), { default: () => "hash" as const }),
  csvProfile: Schema.optionalWith(Schema.Literal("plain", "excel"), { default: () => "plain" as const }),
  graceMinutes: Schema.optionalWith(Whole(0, 10_080), { default: () => 60 }),
  tolerance: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Tolerance }), { default: () => ({}) }),
  currencyPlaces: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Whole(0, 18) }), {
    default: () => ({}),
  }),
  ageLimitHours: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Whole(1, 100_000) }), {
    default: () => ({}),
  }),
  checks: Schema.optionalWith(Schema.Record({ key: Schema.String, value: CheckSettings }), { default: () => ({}) }),
  ledger: Schema.optionalWith(LedgerSettingsSchema, {
    default: () => Schema.decodeSync(LedgerSettingsSchema)({}),
  }),
  contract: Schema.optionalWith(ContractSchema, { default: () => ({}) }),
})

type FileSettings = typeof ConfigurationFile.Type

/** Everything a run may be told, defaults filled in. */
export interface Configuration extends Omit<FileSettings, "contract" | "retry" | "$schema"> {
  readonly contract: Contract
  readonly retryPolicy: ReadonlyArray<RetryRow>
  /** SHA-256 over the settings in force, keys in order: two runs with the same hash judged by the same rules. */
  readonly sha256: string
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}

/** What a user may set of a row, in numbers: the sentences beside them are no rule. */
const retryNumbers = ({ cap, failure, firstDelay, tries }: RetryRow) => ({
  failure,
  tries,
  firstDelayMillis: Duration.toMillis(firstDelay),
  capMillis: Duration.toMillis(cap),
})

const unknownName = (key: string, given: string, known: ReadonlyArray<string>): string =>
  `${key}.${given} is not known; the known ones are ${known.join(", ")}`

/** A check as the configuration knows it: its code, and which settings it answers to. */
export interface KnownCheck {
  readonly code: string
  readonly takes?: ReadonlyArray<"grace" | "tolerance">
  readonly limitHours?: number | Readonly<Record<string, number>>
}

const isCurrency = (name: string): boolean => /^[A-Z][A-Z0-9]{1,11}$/.test(name)

const currencyFault = (key: string, byCurrency: Readonly<Record<string, unknown>>): string | null => {
  const odd = Object.keys(byCurrency).find((name) => name !== "*" && !isCurrency(name))
  if (odd === undefined) return null
  return `${key}.${odd} is not a currency; write it in capitals, as the API does, or "*" for all that are not named`
}

/** Settings of a check that it does not answer to. */
const checkFault = (settings: FileSettings, checks: ReadonlyArray<KnownCheck>): string | null => {
  const known = checks.map(({ code }) => code)
  for (const [code, own] of Object.entries(settings.checks)) {
    const check = checks.find((candidate) => candidate.code === code)
    if (check === undefined) return unknownName("checks", code, known)
    const refuse = (key: string, what: string) => `checks.${code}.${key}: this check has no ${what}; remove the key`
    if (own.graceMinutes !== undefined && check.takes?.includes("grace") !== true)
      return refuse("graceMinutes", "grace")
    if (own.limitHours !== undefined && check.limitHours === undefined) return refuse("limitHours", "limit")
    if (own.tolerance === undefined) continue
    if (check.takes?.includes("tolerance") !== true) return refuse("tolerance", "tolerance")
    const fault = currencyFault(`checks.${code}.tolerance`, own.tolerance)
    if (fault !== null) return fault
  }
  return null
}

/** Names that the schema cannot check by itself, because they stand in tables. */
const nameFault = (settings: FileSettings, checks: ReadonlyArray<KnownCheck>): string | null => {
  const badCheck = checkFault(settings, checks)
  if (badCheck !== null) return badCheck
  const badTolerance = currencyFault("tolerance", settings.tolerance)
  if (badTolerance !== null) return badTolerance
  const odd = Object.keys(settings.currencyPlaces).find((currency) => !isCurrency(currency))
  if (odd !== undefined) return `currencyPlaces.${odd} is not a currency; write it in capitals, as the API does`
  const limits = Object.keys(knownAgeLimits)
  const badLimit = Object.keys(settings.ageLimitHours).find((stream) => !limits.includes(stream))
  if (badLimit !== undefined) return unknownName("ageLimitHours", badLimit, limits)
  const badLedger = ledgerFault(settings.ledger)
  if (badLedger !== null) return badLedger
  const names: ReadonlyArray<string> = streams.map((row) => row.stream)
  for (const [stream, override] of Object.entries(settings.contract.streams ?? {})) {
    const row = streams.find((candidate) => candidate.stream === (stream as StreamName))
    if (row === undefined) return unknownName("contract.streams", stream, names)
    const columns = row.fields.map((field) => field.column)
    const badColumn = Object.keys(override.fields ?? {}).find((column) => !columns.includes(column))
    if (badColumn !== undefined) return unknownName(`contract.streams.${stream}.fields`, badColumn, columns)
  }
  return null
}

const literal = /^Expected ("[^"]*"), actual (.*)$/s

/** One sentence for a key: a choice of literals folded into one, and nothing about what the validator wanted besides. */
const describeKey = (key: string, issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>): string => {
  const at = key === "" ? "" : `${key}: `
  if (issues.some((issue) => issue._tag === "Unexpected")) {
    return `${key} is not a key of the configuration; remove it or correct its spelling`
  }
  const messages = issues.map((issue) => issue.message)
  const choices = messages.flatMap((message) => literal.exec(message) ?? [])
  if (choices.length > 0) {
    const allowed = messages.flatMap((message) => literal.exec(message)?.[1] ?? [])
    return `${at}must be one of ${allowed.join(", ")}; found ${choices[2]}`
  }
  if (key === "") return "must be an object { … } of settings"
  return (
    at +
    (messages[0] ?? "is not what this key expects").replace(
      /^Expected \{.*\}, actual/s,
      "must be an object { … }; found",
    )
  )
}

const describe = (error: ParseResult.ParseError): string => {
  const all = ParseResult.ArrayFormatter.formatErrorSync(error)
  // An optional key may also be left out: the validator says so of each of its parents, and nobody needs to hear it.
  const telling = all.filter((issue) => !issue.message.startsWith("Expected undefined"))
  const issues = telling.length === 0 ? all : telling
  const keys = [...new Set(issues.map((issue) => issue.path.join(".")))]
  return keys
    .map((key) =>
      describeKey(
        key,
        issues.filter((issue) => issue.path.join(".") === key),
      ),
    )
    .join("; ")
}

const resolve = (
  file: string,
  content: unknown,
  knownChecks: ReadonlyArray<KnownCheck>,
): Effect.Effect<Configuration, ConfigurationError> =>
  Schema.decodeUnknown(ConfigurationFile, { onExcessProperty: "error", errors: "all" })(content).pipe(
    Effect.mapError((error) => new ConfigurationError({ file, detail: describe(error) })),
    Effect.flatMap((settings) => {
      const fault = nameFault(settings, knownChecks)
      if (fault !== null) return Effect.fail(new ConfigurationError({ file, detail: fault }))
      const policy = changePolicy(settings.retry)
      if (Either.isLeft(policy)) return Effect.fail(new ConfigurationError({ file, detail: policy.left }))
      const { $schema: _, contract: overrides, retry: __, ...rest } = settings
      const contract = resolveContract(overrides as ContractOverrides)
      const inForce = { ...rest, contract }
      const hashed = { ...inForce, retry: policy.right.map(retryNumbers) }
      const sha256 = sha256Hex(JSON.stringify(canonical(hashed)))
      return Effect.succeed({ ...inForce, retryPolicy: policy.right, sha256 })
    }),
  )

export const defaultConfigurationFile = "tidemark.json"

/**
 * Reads the configuration. The default file may be absent, a named one may not; a key that is not known is refused, so
 * that a misspelt setting never passes for the default.
 */
export const readConfiguration = (
  named: string | null,
  knownChecks: ReadonlyArray<KnownCheck>,
): Effect.Effect<Configuration, ConfigurationError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = named ?? defaultConfigurationFile
    const fail = (detail: string) => new ConfigurationError({ file, detail })
    const present = yield* fs.exists(file).pipe(Effect.mapError((error) => fail(error.message)))
    if (!present) {
      if (named !== null) return yield* fail("there is no such file; check the path given to --config")
      return yield* resolve("the default configuration", {}, knownChecks)
    }
    const text = yield* fs
      .readFileString(file)
      .pipe(
        Effect.mapError((error) =>
          fail(error.message.includes("EISDIR") ? "is a folder; --config names a file" : error.message),
        ),
      )
    const content = yield* Effect.try({
      try: () => JSON.parse(text) as unknown,
      catch: (error) => fail(`is not JSON: ${error instanceof Error ? error.message : String(error)}`),
    })
    return yield* resolve(file, content, knownChecks)
  })
