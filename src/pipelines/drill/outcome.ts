import { Path } from "@effect/platform"
import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import { knownPlaces } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import { makeFolder } from "../make-folder.ts"
import { writeCsv } from "../report/csv-file.ts"
import type { ReportDefinition } from "../report/definition.ts"
import { nightFile, nightFolder } from "../report/nights.ts"
import { alterations } from "./alterations.ts"
import type { Drilled, Tried } from "./drill.ts"
import { type Unseen, unseen } from "./unseen.ts"

/** Why no check can see an alteration in the way in which it was judged; null where one should. */
export const unseenIn = ({ balances, chosen, judgedAs }: Tried): Unseen | null => {
  const reason = alterations.find(({ name }) => name === chosen.alteration)?.unseen
  if (reason === undefined) return null
  const givenAway =
    (reason.onlyMadeToFit && balances === "as they are") || (reason.onlyFirstReading && judgedAs === "next night")
  return givenAway ? null : reason.why
}

/** Whether money is somewhere else than it was, or said to be. */
export const movesMoney = ({ chosen }: Tried): boolean =>
  alterations.find(({ name }) => name === chosen.alteration)?.movesMoney === true

const columns: ReadonlyArray<readonly [name: string, type: string, value: (one: Tried) => string | null]> = [
  ["judged_as", "VARCHAR", ({ judgedAs }) => judgedAs],
  ["balances", "VARCHAR", ({ balances }) => balances],
  ["alteration", "VARCHAR", ({ chosen }) => chosen.alteration],
  ["moves_money", "BOOLEAN", (one) => String(movesMoney(one))],
  ["stream", "VARCHAR", ({ chosen }) => chosen.listed_as],
  ["currency", "VARCHAR", ({ chosen }) => chosen.currency],
  ["amount", "DECIMAL(38,18)", ({ chosen }) => chosen.amount],
  ["record_id", "VARCHAR", ({ chosen }) => chosen.record_id],
  ["outcome", "VARCHAR", ({ outcome }) => outcome],
  ["codes", "VARCHAR", ({ codes }) => codes.join(" ")],
  ["no_check_can_see", "VARCHAR", (one) => unseenIn(one)],
]

const counted = (outcome: string): string => `count(*) FILTER (outcome = '${outcome}')`

const outcomes = ["noticed", "unproven", "missed"] as const

const countsSql = `count(*) AS tried, ${outcomes.map((outcome) => `${counted(outcome)} AS ${outcome}`).join(", ")}`

/** The amounts, to be summed exactly outside of the grouping. */
const amountsSql = `list(amount) AS of_tried, ${outcomes.map((outcome) => `list(amount) FILTER (outcome = '${outcome}') AS of_${outcome}`).join(", ")}`

/** A sum that leaves the type is NULL. */
const moneySql = ["tried", ...outcomes]
  .map(
    (name) => `CASE WHEN of_${name} IS NULL THEN 0 ELSE TRY(list_sum(of_${name})) END::DECIMAL(38,18) AS money_${name}`,
  )
  .join(", ")

const rowsSql = `
  WITH grouped AS (
    SELECT judged_as, balances, alteration, moves_money, stream, currency, ${countsSql}, ${amountsSql},
      coalesce(list_aggregate(list_sort(list_distinct(flatten(list(string_split(codes, ' ')) FILTER (outcome = 'noticed')))), 'string_agg', ' '), '') AS codes,
      min(record_id) FILTER (outcome = 'missed') AS example_missed, any_value(no_check_can_see) AS no_check_can_see
    FROM drill.tried GROUP BY judged_as, balances, alteration, moves_money, stream, currency
  )
  SELECT judged_as, balances, alteration, moves_money, stream, currency, tried, noticed, unproven, missed, ${moneySql}, codes, example_missed, no_check_can_see
  FROM grouped`

const money = { kind: "money", currencyColumn: "currency" } as const
const text = { kind: "text" } as const
const integer = { kind: "integer" } as const

/** The report `drill`, in the form of those in `reports/`; it is about a drill and not about a night, so no night writes it. */
const definition: ReportDefinition = {
  name: "drill",
  title: "Drill",
  about:
    "What the checks notice where real records are altered on purpose, on a throw-away copy of the newest reading.",
  columns: [
    ...["judged_as", "balances", "alteration"].map((name) => ({ name, type: text })),
    { name: "moves_money", type: { kind: "boolean" } },
    ...["stream", "currency"].map((name) => ({ name, type: text })),
    ...["tried", "noticed", "unproven", "missed"].map((name) => ({ name, type: integer })),
    ...["money_tried", "money_noticed", "money_unproven", "money_missed"].map((name) => ({ name, type: money })),
    ...["codes", "example_missed", "no_check_can_see"].map((name) => ({ name, type: text })),
  ],
  order: [
    { column: "judged_as", descending: false },
    { column: "balances", descending: false },
    { column: "missed", descending: true },
    { column: "alteration", descending: false },
    { column: "stream", descending: false },
  ],
  sql: rowsSql,
}

/** How many were tried in one way, and what came of them. */
export interface Counts {
  readonly tried: number
  readonly noticed: number
  readonly unproven: number
  readonly missed: number
}

export interface Total extends Counts {
  readonly judgedAs: string
  readonly balances: string
  /** Of alterations that move money; those that no check can see are counted apart. */
  readonly of: "money moved" | "no money moved" | "no check can see it"
  /** By currency, as exact decimals. */
  readonly money: ReadonlyArray<Readonly<Record<"currency" | "tried" | "noticed" | "unproven" | "missed", string>>>
}

export interface DrillOutcome {
  readonly run: string
  readonly sample: number
  readonly seed: number
  readonly totals: ReadonlyArray<Total>
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
  /** Exceptions at customers whom nothing was done to: false alarms. */
  readonly raisedElsewhere: Drilled["raisedElsewhere"]
  readonly whatNoCheckSees: typeof unseen
  /** The report as CSV. */
  readonly report: string
}

const totalsSql = `
  WITH counted AS (
    SELECT *, CASE WHEN no_check_can_see IS NOT NULL THEN 'no check can see it' WHEN moves_money THEN 'money moved' ELSE 'no money moved' END AS of_kind
    FROM drill.tried
  ),
  grouped AS (
    SELECT judged_as, balances, of_kind, currency, ${countsSql}, ${amountsSql} FROM counted GROUP BY judged_as, balances, of_kind, currency
  ),
  by_currency AS (SELECT judged_as, balances, of_kind, currency, tried, noticed, unproven, missed, ${moneySql} FROM grouped)
  SELECT judged_as, balances, of_kind, sum(tried)::INTEGER AS tried, sum(noticed)::INTEGER AS noticed, sum(unproven)::INTEGER AS unproven, sum(missed)::INTEGER AS missed,
    CAST(to_json(list({currency: currency, tried: recon_plain(money_tried), noticed: recon_plain(money_noticed), unproven: recon_plain(money_unproven), missed: recon_plain(money_missed)}
      ORDER BY currency)) AS VARCHAR) AS money
  FROM by_currency GROUP BY judged_as, balances, of_kind ORDER BY ALL`

interface TotalRow extends Counts {
  readonly judged_as: string
  readonly balances: string
  readonly of_kind: Total["of"]
  readonly money: string
}

/** Writes the report into the folder `out`, and says in sums what came of it. */
export const tellDrill = (
  drilled: Drilled,
  given: {
    readonly configuration: Configuration
    readonly sample: number
    readonly seed: number
    readonly out: string
  },
) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const database = yield* Database
    yield* database.run("CREATE SCHEMA drill")
    yield* database.run("CREATE MACRO recon_plain(amount) AS rtrim(rtrim(CAST(amount AS VARCHAR), '0'), '.')")
    yield* database.run(
      `CREATE TABLE drill.tried AS SELECT ${columns.map(([name, type], place) => `CAST(unnest($${place + 1}) AS ${type}) AS ${name}`).join(", ")}`,
      columns.map(([, , value]) => drilled.tried.map(value)),
    )
    const { runId } = drilled.run
    const file = path.join(given.out, nightFile(yield* nightFolder(given.out, drilled.run), ".csv", "drill"))
    yield* makeFolder(given.out)
    const places = new Map(Object.entries({ ...knownPlaces, ...given.configuration.currencyPlaces }))
    yield* Effect.scoped(
      Effect.flatMap(database.reader, (connection) =>
        writeCsv({ connection, definition, file, places, form: given.configuration.csv }),
      ),
    )
    const totals = yield* database.rows<TotalRow>(totalsSql)
    const rows =
      yield* database.rows(`SELECT * REPLACE (tried::INTEGER AS tried, noticed::INTEGER AS noticed, unproven::INTEGER AS unproven, missed::INTEGER AS missed)
      FROM (${rowsSql}) ORDER BY judged_as, balances, alteration, stream, currency`)
    return {
      run: runId,
      sample: given.sample,
      seed: given.seed,
      totals: totals.map(({ judged_as, money, of_kind, ...counts }) => ({
        judgedAs: judged_as,
        of: of_kind,
        ...counts,
        money: JSON.parse(money) as Total["money"],
      })),
      rows,
      raisedElsewhere: drilled.raisedElsewhere,
      whatNoCheckSees: unseen,
      report: file,
    } satisfies DrillOutcome
  }).pipe(Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" })))
