import { severities } from "../configuration/file.ts"
import { plural } from "./quantities.ts"
import type { RunSummary } from "./run-summary.ts"

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
