import type { Severity } from "../pipelines/configuration/file.ts"
import { severities } from "../pipelines/configuration/file.ts"
import { exceptionCount, headline, stakeText } from "../pipelines/run/headline.ts"
import { byteSize, count, duration, plural } from "../pipelines/run/quantities.ts"
import type { RunSummary } from "../pipelines/run/run-summary.ts"

/** What a reader in finance asks first: how much money, what is new, what was not judged, what was accepted. */
const moneyLines = (summary: RunSummary): ReadonlyArray<string> => {
  const { accepted, acceptedStake, atStake, changes, ofAbsentCustomers, unproven, unprovenBy, unprovenStake } = summary
  const { opened, reopened, resolved } = changes
  const told = unprovenBy.reduce((sum, { cases }) => sum + cases, 0)
  return [
    ...(exceptionCount(summary) > 0 ? [`at stake    ${stakeText(atStake)}`] : []),
    ...(opened + reopened + resolved > 0
      ? [`this night  ${count(opened)} new, ${count(reopened)} reopened, ${count(resolved)} resolved`]
      : []),
    ...(unproven > 0
      ? [
          `unproven    ${plural(unproven, "case")} that could not be judged: ${stakeText(unprovenStake)}`,
          ...unprovenBy.map(({ cases, code, obstacle }) => `            ${count(cases)} ${code}: ${obstacle}`),
          ...(unproven > told ? [`            and ${count(unproven - told)} more; see the report unproven`] : []),
        ]
      : []),
    ...(accepted > 0
      ? [
          `accepted    ${plural(accepted, "exception")} that people wrote off still stand${accepted === 1 ? "s" : ""}: ${stakeText(acceptedStake)}`,
        ]
      : []),
    ...(ofAbsentCustomers > 0
      ? [
          `left out    ${plural(ofAbsentCustomers, "exception")} about customers who are not on tonight's roster; listed, and not counted`,
        ]
      : []),
  ]
}

export const coverageLine = ({ coverage, partitions }: Pick<RunSummary, "coverage" | "partitions">): string => {
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

/** `1 min 2 s for the API's limit (19 refusals), 30 s while nobody answered` */
const heldLine = ({ held: { limitedMillis, refusals, silentMillis } }: RunSummary): string =>
  [
    ...(limitedMillis > 0
      ? [`${duration(limitedMillis)} for the API's rate limit (${plural(refusals, "refusal")})`]
      : []),
    ...(silentMillis > 0 ? [`${duration(silentMillis)} while nobody answered`] : []),
  ].join(", ")

/** What a person reads at the end of a night, and where it left things. */
export const verdictText = (summary: RunSummary, places: Readonly<Record<string, string>> = {}): string =>
  [
    headline(summary),
    "",
    ...moneyLines(summary),
    `run         ${summary.runId}`,
    `coverage    ${coverageLine(summary)}`,
    ...failureLines(summary).map((line) => `            ${line}`),
    `read        ${readLine(summary)}`,
    ...(summary.retries > 0 ? [`retries     ${retriesLine(summary)}`] : []),
    ...(heldLine(summary) === "" ? [] : [`waited      ${heldLine(summary)}`]),
    ...(summary.quarantined > 0
      ? [`quarantine  ${plural(summary.quarantined, "record")} that the contract cannot read`]
      : []),
    ...summary.notes.map((note) => `note        ${note}`),
    `exceptions  ${severityLine(summary.exceptions)}`,
    ...codeLines(summary),
    ...Object.entries(places).map(([name, place]) => `${name.padEnd(12)}${place}`),
  ].join("\n")

/** The same in one line. */
export const verdictSentence = (summary: RunSummary): string =>
  `${headline(summary)} (run ${summary.runId}; ${severityLine(summary.exceptions)})`
