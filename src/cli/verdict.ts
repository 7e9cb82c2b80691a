import type { Severity } from "../pipelines/configuration/file.ts"
import { severities } from "../pipelines/configuration/file.ts"
import type { RunSummary } from "../pipelines/run/run-summary.ts"
import { byteSize, count, duration, plural } from "./quantities.ts"

const headline = (summary: RunSummary): string => {
  const total = severities.reduce((sum, severity) => sum + summary.exceptions[severity], 0)
  switch (summary.verdict) {
    case "CLEAN":
      return summary.unproven === 0
        ? "CLEAN: every list was read to its end, and everything agrees"
        : `CLEAN: every list was read to its end, and nothing disagrees; ${plural(summary.unproven, "case")} could not be judged`
    case "EXCEPTIONS":
      return `EXCEPTIONS: every list was read to its end, and ${plural(total, "thing")} ${total === 1 ? "does" : "do"} not agree`
    case "PARTIAL":
      return `PARTIAL: not every list was read to its end, so nothing is called absent there; ${plural(total, "exception")} in what was read`
  }
}

export const coverageLine = ({ coverage, partitions }: RunSummary): string => {
  const proven = coverage.COMPLETE + coverage.NOT_APPLICABLE
  const parts = [
    `${count(coverage.COMPLETE)} complete`,
    ...(coverage.NOT_APPLICABLE > 0 ? [`${count(coverage.NOT_APPLICABLE)} not applicable`] : []),
    ...(coverage.PARTIAL > 0 ? [`${count(coverage.PARTIAL)} partial`] : []),
    ...(coverage.DENIED > 0 ? [`${count(coverage.DENIED)} denied`] : []),
    ...(coverage.FAILED > 0 ? [`${count(coverage.FAILED)} failed`] : []),
  ]
  return `${count(proven)} of ${plural(partitions, "list")} proven (${parts.join(", ")})`
}

/** The commonest reasons, and how many lists have others, so that the lines add up to what the coverage says. */
const failureLines = ({ coverage, failures }: RunSummary): ReadonlyArray<string> => {
  const told = failures.reduce((sum, { lists }) => sum + lists, 0)
  const others = coverage.PARTIAL + coverage.DENIED + coverage.FAILED - told
  return [
    ...failures.map(({ lists, reason }) => `${plural(lists, "list")}: ${reason}`),
    ...(others > 0 ? [`and ${plural(others, "more list")}`] : []),
  ]
}

const severityLine = (exceptions: Readonly<Record<Severity, number>>): string =>
  severities.map((severity) => `${count(exceptions[severity])} ${severity}`).join(", ")

const codeLines = (summary: RunSummary): ReadonlyArray<string> => {
  const width = Math.max(0, ...summary.byCode.map((row) => row.code.length))
  return summary.byCode.map(
    (row) => `  ${row.severity.padEnd(8)}  ${row.code.padEnd(width)}  ${count(row.count).padStart(5)}`,
  )
}

/** `1,204 records on 31 pages, 33 requests, 1.2 MB, 4 seen again, resumed once` */
const readLine = ({ bytes, duplicates, pages, records, requests, resumed }: RunSummary): string =>
  [
    `${plural(records, "record")} on ${plural(pages, "page")}`,
    plural(requests, "request"),
    byteSize(bytes),
    ...(duplicates === 0 ? [] : [`${count(duplicates)} seen again`]),
    ...(resumed === 0 ? [] : [`resumed ${resumed === 1 ? "once" : `${count(resumed)} times`}`]),
  ].join(", ")

/** `5 after 3 rate_limited, 2 transport; 12 s waited` */
const retriesLine = ({ retries, retriesByClass, waitedMillis }: RunSummary): string => {
  const classes = retriesByClass.flatMap((row) => (row.retries === 0 ? [] : [`${count(row.failures)} ${row.failure}`]))
  const waited = waitedMillis === 0 ? "" : `; ${duration(waitedMillis)} waited, all requests together`
  return `${count(retries)}${classes.length === 0 ? "" : ` after ${classes.join(", ")}`}${waited}`
}

/** What a person reads at the end of a night, and where it left things. */
export const verdictText = (summary: RunSummary, places: Readonly<Record<string, string>> = {}): string =>
  [
    headline(summary),
    "",
    `run         ${summary.runId}`,
    `coverage    ${coverageLine(summary)}`,
    ...failureLines(summary).map((line) => `            ${line}`),
    `read        ${readLine(summary)}`,
    ...(summary.retries > 0 ? [`retries     ${retriesLine(summary)}`] : []),
    ...(summary.quarantined > 0
      ? [`quarantine  ${plural(summary.quarantined, "record")} that the contract cannot read`]
      : []),
    ...(summary.unproven > 0
      ? [`unproven    ${plural(summary.unproven, "case")} that could not be judged for lack of proof`]
      : []),
    ...summary.notes.map((note) => `note        ${note}`),
    `exceptions  ${severityLine(summary.exceptions)}`,
    ...codeLines(summary),
    ...Object.entries(places).map(([name, place]) => `${name.padEnd(12)}${place}`),
  ].join("\n")

/** The same in one line. */
export const verdictSentence = (summary: RunSummary): string =>
  `${headline(summary)} (run ${summary.runId}; ${severityLine(summary.exceptions)})`
