import { Effect } from "effect"
import { drill } from "../../pipelines/drill/drill.ts"
import { type DrillOutcome, type Total, tellDrill } from "../../pipelines/drill/outcome.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { UsageError } from "../ending.ts"
import { snapshotStore } from "../open-store.ts"
import { defaultTo, wholeNumber } from "../option-row.ts"
import { config, db, json, out, quiet } from "../options.ts"
import { textTable } from "../text-table.ts"
import { configurationOf, prepareOut } from "../workplace.ts"

const sample = defaultTo(
  wholeNumber(1, 100_000),
  "10",
  "How many records each alteration is tried on, spread over the lists.",
)

const seed = defaultTo(wholeNumber(0), "1", "The same seed draws the same records.")

/** `99.4 %`, rounded down, so that 100 % is said of all alone. */
const share = (part: number, whole: number): string =>
  whole === 0 ? "-" : `${(Math.floor((part * 1000) / whole) / 10).toFixed(1)} %`

const totalLine = ({ balances, judgedAs, missed, noticed, of, tried, unproven }: Total): string =>
  `as ${judgedAs === "next night" ? "the" : "a"} ${judgedAs}, balances ${balances}; ${of}: ${noticed} of ${tried} noticed (${share(noticed, tried)}), ${unproven} unproven, ${missed} missed`

const missedTable = ({ rows }: DrillOutcome): string => {
  const missed = rows.filter((row) => Number(row.missed) > 0)
  if (missed.length === 0) return ""
  const names = [
    "judged_as",
    "balances",
    "alteration",
    "stream",
    "currency",
    "tried",
    "missed",
    "example_missed",
    "no_check_can_see",
  ]
  return textTable(
    names,
    missed.map((row) => names.map((name) => String(row[name] ?? ""))),
  )
}

export const drillCommand = command({
  name: "drill",
  about:
    "Try what the checks would notice: alter real records of the newest reading, on a throw-away copy, and judge them. The store is only read, and nothing leaves the machine.",
  rows: { config, db, out, sample, seed, json, quiet },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      yield* prepareOut(options.out)
      const { file } = yield* Database.pipe(Effect.provide(snapshotStore(options.db, "current")))
      const given = { configuration, sample: options.sample, seed: options.seed }
      const drilled = yield* drill({ ...given, file })
      if (drilled.tried.length === 0) {
        return yield* new UsageError({
          detail: `${file} holds no record of which everything agrees and that is a day old, so there is nothing to alter`,
        })
      }
      const outcome = yield* tellDrill(drilled, { ...given, out: options.out })
      const { raisedElsewhere } = outcome
      yield* conclude(options, {
        json: outcome,
        text: missedTable(outcome),
        told: [
          ...outcome.totals.map(totalLine),
          ...(raisedElsewhere.length === 0
            ? ["nothing was raised at customers whom no alteration touched"]
            : [
                `${plural(raisedElsewhere.length, "exception")} at customers whom no alteration touched: ${raisedElsewhere
                  .slice(0, 3)
                  .map(({ code, record_id }) => `${code} ${record_id}`)
                  .join(", ")}`,
              ]),
          `what no check can see, and why: docs/checks.md; every alteration by list and currency: ${outcome.report}`,
        ],
      })
    }),
})
