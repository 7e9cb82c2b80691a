import type { Configuration } from "../pipelines/configuration/settings.ts"
import type { CheckFile } from "../pipelines/reconcile/check-file.ts"
import { settingsInForce } from "../pipelines/reconcile/check-settings.ts"
import { plural } from "../pipelines/run/quantities.ts"
import { twoColumns } from "./text-table.ts"

/** A text without blank lines and without the indentation that its lines share. */
const dedent = (text: string): string => {
  const lines = text.split("\n").filter((line) => line.trim() !== "")
  const indents = lines.map((line) => line.length - line.trimStart().length)
  const shared = Math.min(...indents)
  return lines.map((line) => line.slice(shared).trimEnd()).join("\n")
}

/** Everything that can be said of a check, with the settings in force. */
export const explanationOf = (check: CheckFile, configuration: Configuration) => {
  const settings = settingsInForce(check, configuration)
  return {
    code: check.code,
    family: check.family,
    definition: check.definition,
    ...settings,
    defaultSeverity: check.severity,
    restsOn: check.restsOn,
    accepts: check.accepts,
    unprovenWhen: check.unprovenWhen,
    finds: check.finds,
    silent: check.silent,
    action: check.action,
    query: dedent(check.sql),
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

const limitText = ({ limitHours, numbers, words }: Explanation): string => {
  const rows = [
    ...Object.entries(limitHours ?? {}).map(([stream, hours]) => `${stream} ${plural(hours, "hour")}`),
    ...Object.entries(numbers).map(([name, value]) =>
      name === "limitHours" ? plural(value, "hour") : `${name} ${value}`,
    ),
    ...Object.entries(words).map(([name, list]) => `${name} ${list.length === 0 ? "none" : list.join(" ")}`),
  ]
  return rows.length === 0 ? "none; this check has no limit" : rows.join(", ")
}

/** What must be proven before an exception that was not found is resolved. */
const restsOnText = {
  list: "its own list, read to its end",
  stream: "that list of every customer",
  customer: "every list of its customer",
  run: "every list of the run",
  roster: "nothing but the roster",
} as const

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
  ["unproven", about.unprovenWhen ?? "told case by case, with what stands in the way"],
  ["rests on", restsOnText[about.restsOn]],
  ["finds", about.finds],
  ["silent on", about.silent],
  ["what to do", about.action],
]

/** The same for a person. */
export const explanationText = (about: Explanation): string =>
  [
    `${about.code} (${about.family})`,
    about.definition,
    "",
    twoColumns(settingsRows(about)),
    "",
    "query",
    about.query,
  ].join("\n")
