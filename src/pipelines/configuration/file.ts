import { data as isoCurrencies } from "currency-codes"
import { Schema } from "effect"
import { cryptoCurrencies } from "../../api/contract/currencies.ts"
import { products } from "../../api/contract/products.ts"
import { defaultRetryBudget } from "../../api/retry-budget.ts"
import { BookSettingsSchema } from "./books-settings.ts"
import { CsvSetting } from "./csv-settings.ts"
import { OnFinishSetting, WebhookSetting } from "./notice-settings.ts"
import { oneOrSeveral } from "./one-or-several.ts"
import { positive, whole, written } from "./setting-values.ts"

export const severities = ["critical", "high", "medium", "low", "info"] as const
export type Severity = (typeof severities)[number]
export const SeveritySchema = Schema.Literal(...severities)

/** What may end a run with 3: an exception that is at least so severe, or a case that could not be judged. */
export const failOnWords = [...severities, "unproven"] as const

/** A folder, or several, beside the configuration file unless a path is whole. */
const Folders = Schema.optionalWith(
  Schema.transform(
    Schema.Union(Schema.NonEmptyString, Schema.Array(Schema.NonEmptyString)),
    Schema.Array(Schema.String),
    {
      strict: true,
      decode: (given) => (typeof given === "string" ? [given] : given),
      encode: (folders) => folders,
    },
  ),
  { default: () => [] },
)

const Decimal = written(/^\d{1,20}(\.\d{1,18})?$/, 'must be a decimal written as a string, such as "0.01"')

const secondsSentence = () => "must be a number of seconds from 0 to 3600"

const Seconds = Schema.Number.annotations({ message: secondsSentence }).pipe(
  Schema.between(0, 3600, { message: secondsSentence }),
)

/** What may be changed of a row of the retry table. */
const RetryChangeSchema = Schema.Struct({
  tries: Schema.optional(whole(1, 100)),
  firstDelaySeconds: Schema.optional(Seconds),
  capSeconds: Schema.optional(Seconds),
})

const RetryBudgetSchema = Schema.Struct({
  percent: Schema.optionalWith(whole(0, 1000), { default: () => defaultRetryBudget.percent }),
  floor: Schema.optionalWith(whole(0, 1_000_000), { default: () => defaultRetryBudget.floor }),
})

/** What a stream was left alone by, before a run held by itself; still accepted, and told to have lost its meaning. */
const BreakerSchema = Schema.Struct({
  failures: Schema.optional(whole(1, 1000)),
  coolDownSeconds: Schema.optional(whole(1, 3600)),
})

/** What is accepted as equal: the larger of an absolute amount and basis points of the expected amount. */
const Tolerance = Schema.Struct({
  absolute: Schema.optionalWith(Decimal, { default: () => "0" }),
  basisPoints: Schema.optionalWith(whole(0, 10_000), { default: () => 0 }),
})

export type Tolerance = typeof Tolerance.Type

/** Other names of currencies or networks, each with the one that counts. */
const Aliases = Schema.optionalWith(Schema.Record({ key: Schema.NonEmptyString, value: Schema.NonEmptyString }), {
  default: () => ({}),
})

const ofStream = <Word extends string>(...words: readonly [Word, ...Word[]]) =>
  Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.Literal(...words) }), { default: () => ({}) })

/** Settings of one check; where it is silent, those for all checks hold. `*` is every currency that is not named. */
const CheckSettings = Schema.Struct({
  enabled: Schema.optional(Schema.Boolean),
  severity: Schema.optional(SeveritySchema),
  tolerance: Schema.optional(Schema.Record({ key: Schema.String, value: Tolerance })),
  graceMinutes: Schema.optional(whole(0, 10_080)),
  limitHours: Schema.optional(whole(1, 100_000)),
  windowHours: Schema.optional(whole(1, 100_000)),
  futureMinutes: Schema.optional(whole(0, 100_000)),
  exceptCustomers: Schema.optional(Schema.Array(Schema.NonEmptyString)),
  accountClosed: Schema.optional(Schema.Array(Schema.NonEmptyString)),
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

/** Decimal places of the crypto currencies that the contract names. Source: docs/rules.md, "Decimal places". */
export const cryptoPlaces: Readonly<Record<string, number>> = Object.fromEntries(
  cryptoCurrencies.map(({ code, places }) => [code, places]),
)

/** Metals, bond units and codes for testing, for which ISO 4217 gives no minor unit and the list says 0. */
const withoutMinorUnit = /^X(AG|AU|BA|BB|BC|BD|DR|PD|PT|SU|TS|UA|XX)$/

/** Decimal places of every currency that has some: ISO 4217 for fiat, then crypto. */
export const knownPlaces: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    isoCurrencies.filter(({ code }) => !withoutMinorUnit.test(code)).map(({ code, digits }) => [code, digits]),
  ),
  ...cryptoPlaces,
}

/** Hours that a record may stay open, and a transaction that names none. Source: docs/rules.md, "Age limits". */
export const knownAgeLimits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(products.map(({ ageLimitHours, stream }) => [stream, ageLimitHours])),
  transactions: 72,
}

/** The keys of tidemark.json, with their defaults. */
export const ConfigurationFile = Schema.Struct({
  $schema: Schema.optional(Schema.String),
  pageSize: Schema.optionalWith(whole(1, 200), { default: () => 200 }),
  concurrency: Schema.optionalWith(whole(1, 256), { default: () => 8 }),
  requestsPerSecond: Schema.optionalWith(Schema.NullOr(positive(10_000)), { default: () => null }),
  requestTimeoutSeconds: Schema.optionalWith(whole(1, 3600), { default: () => 30 }),
  retry: Schema.optionalWith(Schema.Record({ key: Schema.String, value: RetryChangeSchema }), { default: () => ({}) }),
  retryBudget: Schema.optionalWith(RetryBudgetSchema, { default: () => RetryBudgetSchema.make({}) }),
  breaker: Schema.optional(BreakerSchema),
  startPatienceMinutes: Schema.optionalWith(whole(0, 10_080), { default: () => 10 }),
  headSlackMinutes: Schema.optionalWith(whole(0, 1440), { default: () => 5 }),
  deadlineMinutes: Schema.optionalWith(Schema.NullOr(whole(1, 10_080)), { default: () => 360 }),
  maxPageMegabytes: Schema.optionalWith(whole(1, 512), { default: () => 20 }),
  memoryLimit: Schema.optionalWith(
    written(/^([1-9]\d{5,9}KB|[1-9]\d{2,6}MB|[1-9]\d{0,3}GB)$/, 'must be a size from 100MB on, such as "512MB"'),
    { default: () => "512MB" },
  ),
  resumeWithinMinutes: Schema.optionalWith(whole(0, 10_080), { default: () => 360 }),
  failOn: Schema.optionalWith(oneOrSeveral(failOnWords), { default: () => ["high"] as const }),
  personalData: Schema.optionalWith(Schema.Literal("hash", "keep"), { default: () => "hash" as const }),
  csv: CsvSetting,
  csvProfile: Schema.optional(Schema.Literal("plain", "excel")),
  /** The folder of the lake that each night writes; none by default. */
  lake: Schema.optional(Schema.NonEmptyString),
  workbookRows: Schema.optionalWith(whole(1, 1_000_000), { default: () => 20_000 }),
  graceMinutes: Schema.optionalWith(whole(0, 10_080), { default: () => 60 }),
  tolerance: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Tolerance }), { default: () => ({}) }),
  currencyPlaces: Schema.optionalWith(Schema.Record({ key: Schema.String, value: whole(0, 18) }), {
    default: () => ({}),
  }),
  currencyAliases: Aliases,
  networkAliases: Aliases,
  /** Whether the API lists the refunds of a product; where it does not, money that stands may have gone back unseen. */
  refunds: ofStream("listed", "notListed"),
  /** Whether fees that name a record are part of its money, or charged apart from it. */
  fees: ofStream("included", "separate"),
  /** Whether payments in another currency than their checkout's are told as not compared each night. */
  checkouts: Schema.optionalWith(Schema.Literal("compared", "notCompared"), { default: () => "compared" as const }),
  /** Whether a conversion's rate is applied to fromAmount before or after its fee. */
  conversionFee: Schema.optionalWith(Schema.Literal("apart", "beforeRate", "afterRate"), {
    default: () => "apart" as const,
  }),
  ageLimitHours: Schema.optionalWith(Schema.Record({ key: Schema.String, value: whole(1, 100_000) }), {
    default: () => ({}),
  }),
  checks: Schema.optionalWith(Schema.Record({ key: Schema.String, value: CheckSettings }), { default: () => ({}) }),
  /** Where further checks and report definitions lie. */
  ownChecks: Folders,
  ownReports: Folders,
  books: Schema.optionalWith(BookSettingsSchema, {
    default: () => Schema.decodeSync(BookSettingsSchema)({}),
  }),
  contract: Schema.optionalWith(ContractSchema, { default: () => ({}) }),
  onFinish: OnFinishSetting,
  webhook: WebhookSetting,
})
