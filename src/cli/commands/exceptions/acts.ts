import { Effect } from "effect"
import { type Act, acts } from "../../../pipelines/exceptions/act.ts"
import { type ActOutcome, actOn } from "../../../pipelines/exceptions/act-on.ts"
import { refuseUnknownValues, refuseVagueAmount } from "../../../pipelines/exceptions/known-values.ts"
import { publishActs } from "../../../pipelines/exceptions/publish.ts"
import { checks } from "../../../pipelines/reconcile/checks.ts"
import { plural } from "../../../pipelines/run/quantities.ts"
import { Database } from "../../../store/database.ts"
import { command } from "../../command.ts"
import { conclude } from "../../conclusion.ts"
import { existingStore } from "../../open-store.ts"
import { argument, type Given, optional, repeated, required, text } from "../../option-row.ts"
import { by, config, db, dryRun, filters, json, quiet } from "../../options.ts"
import { tell } from "../../output.ts"
import { loginName, personOf } from "../../person.ts"
import { textTable } from "../../text-table.ts"
import { configurationOf } from "../../workplace.ts"
import { filterOf } from "./list.ts"

/** What every command that acts on exceptions takes. */
const actRows = {
  ...filters,
  by,
  dryRun,
  config,
  db,
  json,
  quiet,
  id: argument(
    repeated(
      text("ID"),
      "Exceptions, by their ids or enough of each id's beginning. Without any: those that --code, --customer, --currency, --severity, --assignee, --older-than, --before and --max-amount choose together.",
    ),
  ),
}

type ActOptions = Given<typeof actRows>

const reason = { ...optional(text("TEXT"), "Why, in words; the log keeps it."), alias: "note" }

/** What the person says besides. */
interface Said {
  readonly reason: string | null
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

const outcomeJson = (act: Act, { dryRun }: ActOptions, outcome: ActOutcome) => ({
  act: act.event,
  dry_run: dryRun,
  done: outcome.done.map(({ state, ...row }) => ({ ...row, from: state })),
  skipped: outcome.skipped,
})

const headline = (act: Act, { dryRun }: ActOptions, { done }: ActOutcome): string => {
  if (done.length === 0) return "nothing was changed"
  return dryRun
    ? `${plural(done.length, "exception")} would be ${act.done}; nothing was changed`
    : `${plural(done.length, "exception")} ${act.done}`
}

/** Runs one act from the command line, under the working database's lock, and publishes what it changed. */
const runAct = (act: Act, options: ActOptions, { assignee, reason }: Said) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const person = yield* personOf(options.by)
    const osUser = yield* loginName
    const filter = filterOf(options)
    const { dryRun, id: ids } = options
    const { outcome, published } = yield* Effect.gen(function* () {
      const database = yield* Database
      yield* refuseUnknownValues(
        database,
        filter,
        checks.map((check) => check.code),
      )
      yield* refuseVagueAmount(database, filter, act.byFilter)
      const outcome = yield* actOn({ act, ids, filter, by: person, osUser, reason, assignee, dryRun })
      // Also where nothing is left to do: what was done before may have been stored by a command that could not publish it.
      return { outcome, published: dryRun || (yield* publishActs) !== null }
    }).pipe(Effect.provide(existingStore(options.db, { configuration, command: "exceptions" })))

    const skipped = outcome.skipped.map(({ because, exception_id }) => `${exception_id} ${because}`)
    // Why something was passed over is an error, and told in any case.
    for (const line of skipped) yield* tell(line)
    const matched = outcome.done.length + skipped.length > 0
    yield* conclude(options, {
      json: outcomeJson(act, options, outcome),
      text: options.quiet || outcome.done.length === 0 ? "" : outcomeTable(act, assignee, outcome),
      told: [
        matched ? headline(act, options, outcome) : "nothing matches, so nothing was changed",
        ...(published
          ? []
          : [
              "The newest run was not read to its end, so the snapshot stays as it was: analysts see this when the next run ends.",
            ]),
      ],
      // Nothing was done, and of some exception that was named the act makes no sense.
      exitCode: outcome.done.length === 0 && outcome.skipped.some(({ already }) => !already) ? 2 : 0,
    })
  })

/** Acts of which nothing more need be said than, perhaps, why. */
const plainActs = [
  ["ack", acts.ack, "Acknowledge exceptions: somebody has seen them and is looking into them."],
  [
    "write-off",
    acts.writeOff,
    "Write exceptions off: they are accepted as they are, for a --reason. Found with another amount, one is reopened.",
  ],
  ["reopen", acts.reopen, "Reopen exceptions that were written off or resolved; without ids, written-off ones only."],
] as const

export const actCommands = [
  ...plainActs.map(([name, act, about]) =>
    command({
      name: `exceptions ${name}`,
      about,
      rows: { ...actRows, reason },
      run: (options) => runAct(act, options, { reason: options.reason, assignee: null }),
    }),
  ),
  command({
    name: "exceptions assign",
    about: "Assign exceptions to a person; their state stays what it is.",
    rows: { to: required(text("NAME"), "Who shall look after them."), ...actRows, reason },
    run: (options) => runAct(acts.assign, options, { reason: options.reason, assignee: options.to }),
  }),
  command({
    name: "exceptions note",
    about: "Put a note on exceptions; their state stays what it is.",
    rows: {
      note: { ...required(text("TEXT"), "What there is to say; the log keeps it."), alias: "reason" },
      ...actRows,
    },
    run: (options) => runAct(acts.note, options, { reason: options.note, assignee: null }),
  }),
]
