import { Duration, Effect } from "effect"
import type { RetryRow } from "../../api/retry-policy.ts"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { command } from "../command.ts"
import { exitCodes } from "../exit-codes.ts"
import { config, json } from "../options.ts"
import { writeOut } from "../output.ts"
import { plural } from "../quantities.ts"
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
      breaker: configuration.breaker,
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
  row.partition,
  row.run,
  row.recognised,
]

const limitLines = (configuration: Configuration): ReadonlyArray<string> => {
  const { breaker, concurrency, deadlineMinutes, requestsPerSecond, retryBudget } = configuration
  const rate = requestsPerSecond === null ? "" : `, ${requestsPerSecond} a second`
  return [
    "waits        drawn at random between half the first wait and the grown wait, at most the longest;",
    "             what Retry-After asks for is the least",
    `budget       ${retryBudget.percent} % of the run's requests and ${retryBudget.floor} more may be tried again`,
    `concurrency  ${plural(concurrency, "request")} under way at once${rate}; halved on a 429, then regained one by one`,
    `breaker      after ${plural(breaker.failures, "try", "tries")} in a row without an answer (transport, server_error, processing_unavailable),`,
    `             a stream is left alone for ${breaker.coolDownSeconds} s, then one request finds out`,
    deadlineMinutes === null
      ? "deadline     none"
      : `deadline     nothing is asked later than ${plural(deadlineMinutes, "minute")} after the run's start`,
  ]
}

export const policyText = (configuration: Configuration): string => {
  const titles = ["failure", "tries", "first wait", "growth", "longest", "requeue", "partition", "run", "recognised by"]
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
