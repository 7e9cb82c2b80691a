import { Duration, Effect } from "effect"
import { patience } from "../../api/patience.ts"
import type { RetryRow } from "../../api/retry-policy.ts"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { command } from "../command.ts"
import { exitCodes } from "../exit-codes.ts"
import { config, json } from "../options.ts"
import { writeOut } from "../output.ts"
import { textTable } from "../text-table.ts"
import { configurationOf } from "../workplace.ts"

const jsonRow = ({ cap, firstDelay, ...row }: RetryRow) => ({
  ...row,
  firstDelaySeconds: Duration.toSeconds(firstDelay),
  capSeconds: Duration.toSeconds(cap),
})

export const policyJson = (configuration: Configuration): string =>
  JSON.stringify(
    {
      rows: configuration.retryPolicy.map(jsonRow),
      retryBudget: configuration.retryBudget,
      patience,
      startPatienceMinutes: configuration.startPatienceMinutes,
      headSlackMinutes: configuration.headSlackMinutes,
      concurrency: configuration.concurrency,
      requestsPerSecond: configuration.requestsPerSecond,
      deadlineMinutes: configuration.deadlineMinutes,
      exitCodes,
    },
    null,
    2,
  )

const waitText = (row: RetryRow, wait: Duration.DurationInput): string =>
  row.tries === 1 ? "" : Duration.toMillis(wait) === 0 ? "none" : `${Duration.toSeconds(wait)} s`

const tableRow = (row: RetryRow): ReadonlyArray<string> => [
  row.failure,
  String(row.tries),
  waitText(row, row.firstDelay),
  row.growth === 1 ? "" : `×${row.growth}`,
  waitText(row, row.cap),
  row.requeue ? "once" : "",
  row.tells === "nothing" || row.tells === "answered" ? "" : row.tells,
  row.partition,
  row.run,
  row.recognised,
]

const probeLines = Object.entries(patience.probes).map(
  ([why, { cap, first, growth }]) =>
    `             ${why}: the first pause is ${first}, each ×${growth}, at most ${cap}`,
)

const limitLines = (configuration: Configuration): ReadonlyArray<string> => {
  const { concurrency, deadlineMinutes, headSlackMinutes, requestsPerSecond, retryBudget } = configuration
  const rate = requestsPerSecond === null ? "" : `, ${requestsPerSecond} a second`
  return [
    "waits        drawn at random between half the first wait and the grown wait, at most the longest;",
    "             what Retry-After asks for is the least, and where that is longer than the longest, the list is left",
    "holds        what is limited, silent or refused in the same way everywhere holds the whole run, and costs no try and no",
    "             budget; one probe after another finds out when all go on. Where a witness is answered, it is the list's own",
    "             a limit of all that is over before a witness is answered costs a try and no budget",
    ...probeLines,
    `             a Retry-After of more than ${patience.longestHold} is the affair of the list that was told so`,
    `silent       when ${patience.silentInARow} tries in a row, over all lists, were not answered`,
    `refused      the run ends with 77 at once before anybody was accepted, else after ${patience.refusedProbes} probes that are refused too`,
    `start        the first answer is waited for ${plural(configuration.startPatienceMinutes, "minute")} (startPatienceMinutes), then the run ends with 75`,
    `once more    ${patience.onceMoreAfter} after all else is read, what is requeued is asked for once more, by half as many at once;`,
    "             and so again, for as long as that brings any of these lists on",
    `budget       ${retryBudget.percent} % of the run's requests and ${retryBudget.floor} more may be tried again, and ${retryBudget.floor} more each time that what is requeued is asked for`,
    `concurrency  ${plural(concurrency, "request")} under way at once${rate}; a limit that was met sets the pace, tonight and in the next night`,
    `head         a record may be ${plural(headSlackMinutes, "minute")} older than its list's first page and arrive later (headSlackMinutes)`,
    deadlineMinutes === null
      ? `deadline     none; a hold ends after ${patience.withoutDeadline}`
      : `deadline     nothing is asked later than ${plural(deadlineMinutes, "minute")} after the run's start`,
  ]
}

export const policyText = (configuration: Configuration): string => {
  const titles = [
    "failure",
    "tries",
    "first wait",
    "growth",
    "longest",
    "requeue",
    "holds",
    "partition",
    "run",
    "recognised by",
  ]
  const numbers = [false, true, true, true, true]
  const codes = exitCodes.map(({ code, meaning, remedy }) => [String(code), meaning, remedy])
  return [
    textTable(titles, configuration.retryPolicy.map(tableRow), numbers),
    "",
    ...limitLines(configuration),
    "",
    textTable(["exit code", "meaning", "what to do"], codes, [true]),
  ].join("\n")
}

export const policyCommand = command({
  name: "policy",
  about:
    "Show how each failure of the API is answered: tries, waits, and what becomes of the partition and the run; and what each exit code means.",
  rows: { config, json },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      yield* writeOut(`${options.json ? policyJson(configuration) : policyText(configuration)}\n`)
    }),
})
