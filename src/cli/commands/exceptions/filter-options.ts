import { Options } from "@effect/cli"
import { Option } from "effect"
import { severities } from "../../../pipelines/configuration/file.ts"
import type { ExceptionFilter } from "../../../pipelines/exceptions/filter.ts"
import { choices, wholeNumber } from "../../option-kinds.ts"

export const code = Options.text("code").pipe(
  Options.withPseudoName("CODE"),
  Options.withDescription("Only those that this check found. May be given several times, to choose more."),
  Options.repeated,
)

export const customer = Options.text("customer").pipe(
  Options.withPseudoName("CUSTOMER"),
  Options.withDescription(
    "Only those of this customer: Oceafin's id or your own reference. May be given several times.",
  ),
  Options.repeated,
)

export const currency = Options.text("currency").pipe(
  Options.withPseudoName("CURRENCY"),
  Options.withDescription("Only those in this currency. May be given several times."),
  Options.repeated,
)

export const severity = choices("severity", severities).pipe(
  Options.withDescription("Only those of this severity. May be given several times."),
)

export const assignee = Options.text("assignee").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Only those assigned to this person. May be given several times."),
  Options.repeated,
)

export const olderThan = wholeNumber("older-than", 0, 100_000).pipe(
  Options.withDescription("Only those first seen more than so many days before the newest run."),
  Options.optional,
)

export const filterOptions = { code, customer, currency, severity, assignee, olderThan }

/** What the options above choose. A currency may be written in small letters. */
export const filterOf = (options: {
  readonly code: ReadonlyArray<string>
  readonly customer: ReadonlyArray<string>
  readonly currency: ReadonlyArray<string>
  readonly severity: ReadonlyArray<ExceptionFilter["severities"][number]>
  readonly assignee: ReadonlyArray<string>
  readonly olderThan: Option.Option<number>
}): ExceptionFilter => ({
  codes: options.code.map((code) => code.toUpperCase()),
  customers: options.customer,
  currencies: options.currency.map((currency) => currency.toUpperCase()),
  severities: options.severity,
  assignees: options.assignee,
  olderThanDays: Option.getOrNull(options.olderThan),
})
