import type { Configuration } from "../pipelines/configuration/settings.ts"
import type { Check } from "../pipelines/reconcile/check.ts"
import { settingsInForce } from "../pipelines/reconcile/check-settings.ts"
import { preparedIn } from "../pipelines/reconcile/prepared.ts"
import { plural } from "./quantities.ts"

/** A text without blank lines and without the indentation that its lines share. */
const dedent = (text: string): string => {
  const lines = text.split("\n").filter((line) => line.trim() !== "")
  const indents = lines.map((line) => line.length - line.trimStart().length)
  const shared = Math.min(...indents)
  return lines.map((line) => line.slice(shared).trimEnd()).join("\n")
}

/** Everything that can be said of a check, with the settings in force. */
export const explanationOf = (check: Check, configuration: Configuration) => {
  const settings = settingsInForce(check, configuration)
  return {
    code: check.code,
    family: check.family,
    definition: check.definition,
    ...settings,
    defaultSeverity: check.severity,
    unprovenWhen: check.unproven === null ? null : (check.unprovenWhen ?? "Some cases may lack proof."),
    finds: check.finds ?? null,
    silent: check.silent ?? null,
    query: dedent(check.query),
    prepared: Object.fromEntries(preparedIn(check.query)),
  }
}

type Explanation = ReturnType<typeof explanationOf>

const toleranceText = ({ tolerance }: Explanation): string => {
  if (tolerance === null) return "none; this check has no tolerance"
  const rows = Object.entries(tolerance).map(([currency, { absolute, basisPoints }]) => {
    const name = currency === "*" ? "any other currency" : currency
    return `${name}: the larger of ${absolute} and ${plural(basisPoints, "basis point")}`
  })
  return rows.length === 0 ? "0 in every currency" : rows.join("; ")
}

const limitText = ({ limitHours }: Explanation): string => {
  if (limitHours === null) return "none; this check has no limit"
  if (typeof limitHours === "number") return plural(limitHours, "hour")
  return Object.entries(limitHours)
    .map(([stream, hours]) => `${stream} ${plural(hours, "hour")}`)
    .join(", ")
}

const settingsRows = (about: Explanation): ReadonlyArray<readonly [string, string]> => [
  [
    "severity",
    about.severity === about.defaultSeverity
      ? about.severity
      : `${about.severity} by the configuration, ${about.defaultSeverity} without it`,
  ],
  ["switched", about.enabled ? "on" : "off by the configuration"],
  ["grace", about.graceMinutes === null ? "none; this check has no grace" : plural(about.graceMinutes, "minute")],
  ["tolerance", toleranceText(about)],
  ["limit", limitText(about)],
  ["unproven", about.unprovenWhen ?? "never; this check relies on nothing being absent"],
  ...(about.finds === null ? [] : [["finds", about.finds] as const]),
  ...(about.silent === null ? [] : [["silent on", about.silent] as const]),
]

const table = (rows: ReadonlyArray<readonly [string, string]>): string => {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")
}

/** The same for a person. */
export const explanationText = (about: Explanation): string =>
  [
    `${about.code} (${about.family})`,
    about.definition,
    "",
    table(settingsRows(about)),
    "",
    "query",
    about.query,
    ...(Object.keys(about.prepared).length === 0
      ? []
      : ["", "of which the run prepares", table(Object.entries(about.prepared))]),
  ].join("\n")
