import { DateTime } from "effect"
import { severities } from "../../pipelines/configuration/file.ts"
import type { Webhook } from "../../pipelines/configuration/notice-settings.ts"
import { headline, stakeText } from "../../pipelines/run/headline.ts"
import { count, duration } from "../../pipelines/run/quantities.ts"
import type { RunSummary } from "../../pipelines/run/run-summary.ts"
import { exitCodes } from "../exit-codes.ts"
import { coverageLine } from "../verdict.ts"
import type { ToldNight } from "./told-night.ts"

const meaningOf = (exitCode: number): string => exitCodes.find(({ code }) => code === exitCode)?.meaning ?? "unknown"

/** What may be told without a person's leave: no record, no name, no amount. */
const countsOf = ({
  accepted,
  changes,
  coverage,
  exceptions,
  partitions,
  quarantined,
  records,
  unproven,
}: RunSummary) => ({ exceptions, changes, accepted, unproven, coverage, lists: partitions, records, quarantined })

const sumsOf = ({ acceptedStake, atStake, unprovenStake }: RunSummary) => ({ atStake, acceptedStake, unprovenStake })

/** For programs. */
const asJson = (night: ToldNight, tells: Webhook["tells"]): object => {
  const { ended, endedAt, result, startedAt } = night
  return {
    run: ended.run,
    verdict: result?.summary.verdict ?? null,
    exitCode: ended.exitCode,
    meaning: meaningOf(ended.exitCode),
    startedAt: DateTime.formatIso(startedAt),
    endedAt: DateTime.formatIso(endedAt),
    ...(result === null ? {} : { ...countsOf(result.summary), paths: result.places }),
    ...(tells === "counts" ? {} : { why: ended.why, ...(result === null ? {} : sumsOf(result.summary)) }),
  }
}

const judgedLines = ({ places, summary }: NonNullable<ToldNight["result"]>, tells: Webhook["tells"]) => {
  const { changes, exceptions } = summary
  return [
    headline(summary),
    severities.map((severity) => `${count(exceptions[severity])} ${severity}`).join(", "),
    `since the last night: ${count(changes.opened)} new, ${count(changes.reopened)} reopened, ${count(changes.resolved)} resolved`,
    coverageLine(summary),
    ...(tells === "sums" && summary.atStake.length > 0 ? [`at stake: ${stakeText(summary.atStake)}`] : []),
    ...Object.entries(places).map(([name, place]) => `${name}: ${place}`),
  ]
}

/** For people: what happened on the first line. */
const asLines = (night: ToldNight, tells: Webhook["tells"]): ReadonlyArray<string> => {
  const { ended, endedAt, result, startedAt } = night
  const took = duration(DateTime.toEpochMillis(endedAt) - DateTime.toEpochMillis(startedAt))
  const isOfItself = ended.exitCode === 0 || ended.exitCode === 3
  const ending = `exit code ${ended.exitCode}: ${meaningOf(ended.exitCode)}`
  return [
    ...(result === null || !isOfItself ? [ending] : []),
    ...(result === null ? [] : judgedLines(result, tells)),
    ...(tells === "sums" && result === null && ended.why !== null ? [ended.why] : []),
    `${ended.run === null ? "no run was begun" : `run ${ended.run}`}; ${took}`,
  ]
}

/** The three characters that Slack takes for its own. */
const forSlack = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const forms: Readonly<Record<Webhook["form"], (night: ToldNight, tells: Webhook["tells"]) => object>> = {
  json: asJson,
  slack: (night, tells) => ({ text: forSlack(["Tidemark", ...asLines(night, tells)].join("\n")) }),
}

/** The body of a message about a night. */
export const messageOf = (night: ToldNight, { form, tells }: Pick<Webhook, "form" | "tells">): string =>
  JSON.stringify(forms[form](night, tells))
