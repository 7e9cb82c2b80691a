import { severities } from "../configuration/file.ts"
import { count, grouped, plural } from "./quantities.ts"
import type { RunSummary, Stake } from "./run-summary.ts"

/** Exceptions that count tonight. */
export const exceptionCount = ({ exceptions }: RunSummary): number =>
  severities.reduce((sum, severity) => sum + exceptions[severity], 0)

/** One word, and what it means tonight. Only a night with nothing wrong and nothing unproven is called by the first. */
export const headline = (summary: RunSummary): string => {
  const unproven = `${plural(summary.unproven, "case")} could not be judged`
  const andUnproven = summary.unproven === 0 ? "" : `, and ${unproven}`
  switch (summary.verdict) {
    case "CLEAN":
      return "CLEAN: every list was read to its end, and everything agrees"
    case "ACCEPTED":
      return `ACCEPTED: every list was read to its end; nothing is wrong but ${plural(summary.accepted, "exception")} that ${summary.accepted === 1 ? "was" : "were"} accepted`
    case "UNPROVEN":
      return `UNPROVEN: every list was read to its end; no exceptions, and ${unproven}`
    case "EXCEPTIONS":
      return `EXCEPTIONS: every list was read to its end; ${plural(exceptionCount(summary), "exception")}${andUnproven}`
    case "PARTIAL":
      return `PARTIAL: not every list was read to its end, so nothing is called absent there; ${plural(exceptionCount(summary), "exception")} in what was read${andUnproven}`
  }
}

/** `1,250.00 EUR in 3, 0.5 ETH in 1; 2 without an amount` */
export const stakeText = (stakes: ReadonlyArray<Stake>): string => {
  const withAmount = stakes.flatMap(({ amount, cases, currency }) =>
    currency === null
      ? []
      : [`${amount === null ? "more than can be added" : grouped(amount)} ${currency} in ${count(cases)}`],
  )
  const without = stakes.find(({ currency }) => currency === null)?.cases ?? 0
  const parts = [
    ...(withAmount.length === 0 ? [] : [withAmount.join(", ")]),
    ...(without === 0 ? [] : [`${count(without)} without an amount`]),
  ]
  return parts.join("; ")
}
