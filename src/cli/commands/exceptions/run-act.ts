import { Args, Options } from "@effect/cli"
import { Effect, Option } from "effect"
import type { Act } from "../../../pipelines/exceptions/act.ts"
import { type ActOutcome, actOn } from "../../../pipelines/exceptions/act-on.ts"
import { refuseUnknownValues } from "../../../pipelines/exceptions/known-values.ts"
import { publishActs } from "../../../pipelines/exceptions/publish.ts"
import { checks } from "../../../pipelines/reconcile/checks.ts"
import { Database } from "../../../store/database.ts"
import { Finished } from "../../exit-code.ts"
import { config, db, json, quiet } from "../../options.ts"
import { by, personOf } from "../../person.ts"
import { plural, tell, writeOut } from "../../terminal.ts"
import { textTable } from "../../text-table.ts"
import { configurationOf, existingDatabase } from "../../workplace.ts"
import { filterOf, filterOptions } from "./filter-options.ts"

const ids = Args.text({ name: "id" }).pipe(
  Args.withDescription(
    "Exceptions, by their ids or enough of each id's beginning. Without any: those that --code, --customer, --currency, --severity, --assignee and --older-than choose together.",
  ),
  Args.repeated,
)

const dryRun = Options.boolean("dry-run").pipe(Options.withDescription("Print what would be done, and do nothing."))

export const reason = Options.text("reason").pipe(
  Options.withAlias("note"),
  Options.withPseudoName("TEXT"),
  Options.withDescription("Why, in words; the log keeps it."),
  Options.optional,
)

/** What every command that acts on exceptions takes. */
export const actOptions = { ids, ...filterOptions, by, dryRun, config, db, json, quiet }

type ActOptions = Parameters<typeof filterOf>[0] &
  Parameters<typeof configurationOf>[0] & {
    readonly ids: ReadonlyArray<string>
    readonly by: Option.Option<string>
    readonly dryRun: boolean
    readonly db: string
    readonly json: boolean
    readonly quiet: boolean
  }

/** What the person says besides. */
interface Said {
  readonly reason: Option.Option<string>
  readonly assignee: string | null
}

/** What the act changed: the state, or to whom it is assigned; a note changes neither. */
const outcomeTable = (act: Act, assignee: string | null, { done }: ActOutcome): string => {
  const changed =
    act.to !== null
      ? { names: ["was", "is"], of: (row: ActOutcome["done"][number]) => [row.state, row.to] }
      : assignee !== null
        ? {
            names: ["was assigned to", "is assigned to"],
            of: (row: ActOutcome["done"][number]) => [row.assignee ?? "nobody", assignee],
          }
        : { names: ["state"], of: (row: ActOutcome["done"][number]) => [row.state] }
  return textTable(
    ["exception", "severity", "code", "record", ...changed.names],
    done.map((row) => [row.exception_id, row.severity, row.code, row.record_id, ...changed.of(row)]),
  )
}

const outcomeJson = (act: Act, options: ActOptions, outcome: ActOutcome): string =>
  JSON.stringify(
    {
      act: act.event,
      dry_run: options.dryRun,
      done: outcome.done.map(({ state, ...row }) => ({ ...row, from: state })),
      skipped: outcome.skipped,
    },
    null,
    2,
  )

const headline = (act: Act, options: ActOptions, { done }: ActOutcome): string => {
  if (done.length === 0) return "nothing was changed"
  return options.dryRun
    ? `${plural(done.length, "exception")} would be ${act.done}; nothing was changed`
    : `${plural(done.length, "exception")} ${act.done}`
}

/** Runs one act from the command line, under the working database's lock, and publishes what it changed. */
export const runAct = (act: Act, options: ActOptions, said: Said) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const person = yield* personOf(options.by)
    const filter = filterOf(options)
    const { outcome, published } = yield* Effect.gen(function* () {
      const database = yield* Database
      yield* refuseUnknownValues(
        database,
        filter,
        checks.map((check) => check.code),
      )
      const outcome = yield* actOn({
        act,
        ids: options.ids,
        filter,
        by: person,
        reason: Option.getOrNull(said.reason),
        assignee: said.assignee,
        dryRun: options.dryRun,
      })
      const changed = !options.dryRun && outcome.done.length > 0
      return { outcome, published: changed ? (yield* publishActs) !== null : true }
    }).pipe(Effect.provide(existingDatabase(options.db, configuration, "exceptions")))

    if (options.json) yield* writeOut(`${outcomeJson(act, options, outcome)}\n`)
    else if (!options.quiet && outcome.done.length > 0)
      yield* writeOut(`${outcomeTable(act, said.assignee, outcome)}\n`)
    for (const { because, exception_id } of outcome.skipped) yield* tell(`${exception_id} ${because}`)
    if (options.quiet) return yield* refusedAltogether(outcome)
    if (outcome.done.length + outcome.skipped.length === 0) {
      return yield* tell("nothing matches, so nothing was changed")
    }
    yield* tell(headline(act, options, outcome))
    if (!published) {
      yield* tell(
        "The newest run was not read to its end, so the snapshot stays as it was: analysts see this when the next run ends.",
      )
    }
    return yield* refusedAltogether(outcome)
  })

/** Nothing was done, and of some exception that was named the act makes no sense: wrong usage. */
const refusedAltogether = ({ done, skipped }: ActOutcome): Effect.Effect<void, Finished> =>
  done.length === 0 && skipped.some(({ already }) => !already) ? Effect.fail(new Finished({ code: 2 })) : Effect.void
