import { Schema } from "effect"
import { whole, written } from "./setting-values.ts"

const Day = written(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a date such as "2026-01-31"')

/** What a rule compares. The order of the rules is the order of their trust. */
export const ruleNames = [
  "transactionId",
  "resourceId",
  "reference",
  "amount",
  "sumOfTransactions",
  "sumOfLines",
] as const
export type RuleName = (typeof ruleNames)[number]

/**
 * One rule of matching. `transactionId`, `resourceId` and `reference` take lines that refer so; `amount` takes customer,
 * currency and amount within the window; the two sums search for several of one side that make one of the other.
 */
const Rule = Schema.Struct({
  by: Schema.Literal(...ruleNames),
  /** Hours that booking and posting may lie apart: of `amount` and the sums. */
  windowHours: Schema.optional(whole(0, 8784)),
  /** Members of a sum, at most. */
  maxGroup: Schema.optional(whole(2, 8)),
  /** Candidates that a sum is searched among, at most: where there are more, nothing is guessed, and that is said. */
  maxCandidates: Schema.optional(whole(2, 40)),
})

const Currency = written(/^[A-Z][A-Z0-9]{1,11}$/, 'must be a currency in capital letters, such as "USD"')

/** What a book is meant to hold. What is left out is not limited. */
const Scope = Schema.Struct({
  from: Schema.optional(Day),
  to: Schema.optional(Day),
  currencies: Schema.optional(Schema.Array(Currency)),
  types: Schema.optional(Schema.Array(Schema.NonEmptyString)),
  /** Ids of Oceafin's or the partner's own references. */
  customers: Schema.optional(Schema.Array(Schema.NonEmptyString)),
})

export const defaultRules: ReadonlyArray<typeof Rule.Type> = [
  { by: "transactionId" },
  { by: "resourceId" },
  { by: "reference" },
  { by: "amount", windowHours: 0 },
  { by: "amount", windowHours: 24 },
  { by: "amount", windowHours: 72 },
  { by: "sumOfTransactions", windowHours: 24 },
  { by: "sumOfLines", windowHours: 24 },
]

/** The key `books` of the configuration: how the partner's books are matched with the API's transactions. */
export const BookSettingsSchema = Schema.Struct({
  rules: Schema.optionalWith(Schema.Array(Rule), { default: () => defaultRules }),
  /** What a line's amount is compared with: netAmount moved the balance, amount is before the fee. */
  amount: Schema.optionalWith(Schema.Literal("netAmount", "amount"), { default: () => "netAmount" as const }),
  /** Hours that booking and posting of what is matched by a reference may lie apart. */
  dateWindowHours: Schema.optionalWith(whole(0, 8784), { default: () => 72 }),
  /** A line that lies further from now, in years, is set aside. */
  plausibleYears: Schema.optionalWith(
    Schema.Struct({
      back: Schema.optionalWith(whole(0, 200), { default: () => 10 }),
      ahead: Schema.optionalWith(whole(0, 200), { default: () => 1 }),
    }),
    { default: () => ({ back: 10, ahead: 1 }) },
  ),
  /** By the book's name. */
  scope: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Scope }), { default: () => ({}) }),
})

export type BookSettings = typeof BookSettingsSchema.Type
export type BookRule = typeof Rule.Type

/** A rule with its bounds filled in. */
export interface BoundedRule {
  readonly by: RuleName
  readonly windowHours: number
  readonly maxGroup: number
  readonly maxCandidates: number
}

export const boundedRule = (rule: BookRule): BoundedRule => ({
  by: rule.by,
  windowHours: rule.windowHours ?? 24,
  maxGroup: rule.maxGroup ?? 4,
  maxCandidates: rule.maxCandidates ?? 20,
})

const isSum = (rule: BookRule): boolean => rule.by === "sumOfTransactions" || rule.by === "sumOfLines"

/** A setting that its rule would not heed: better refused than believed. Null where there is none. */
export const bookFault = (settings: BookSettings): string | null => {
  for (const [place, rule] of settings.rules.entries()) {
    const key = `books.rules.${place}`
    if (rule.windowHours !== undefined && rule.by !== "amount" && !isSum(rule)) {
      return `${key}.windowHours: a rule by ${rule.by} has no window of its own; set books.dateWindowHours, or remove it`
    }
    if ((rule.maxGroup !== undefined || rule.maxCandidates !== undefined) && !isSum(rule)) {
      return `${key}: maxGroup and maxCandidates are for sumOfTransactions and sumOfLines; remove them`
    }
  }
  const windows = settings.rules.flatMap((rule) => (rule.by === "amount" ? [boundedRule(rule).windowHours] : []))
  if (windows.some((hours, place) => place > 0 && hours <= (windows[place - 1] ?? 0))) {
    return "books.rules: the windows of the rules by amount must grow from one to the next, the narrowest first"
  }
  for (const [name, { from, to }] of Object.entries(settings.scope)) {
    if (from !== undefined && to !== undefined && to < from) return `books.scope.${name}: to lies before from`
  }
  return null
}
