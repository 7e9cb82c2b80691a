import { Data, Effect } from "effect"
import type { Database, Sql } from "../../store/database.ts"
import type { TypedTable } from "../../store/typed-table.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { CheckFile } from "../reconcile/check-file.ts"
import { findCases } from "../reconcile/reconcile.ts"
import type { Run } from "../run/run.ts"
import { alter, type Reading } from "./alter.ts"
import { fitBalances, measureShift, rememberPosted } from "./fit-balances.ts"
import { type Chosen, customersOf, passesOf } from "./sample.ts"

/** How the balances stand beside an alteration. */
export const balanceStates = ["as they are", "made to fit"] as const
export type BalanceState = (typeof balanceStates)[number]

export type Outcome = "noticed" | "unproven" | "missed"

/** What came of one alteration. */
export interface Judged {
  readonly chosen: Chosen
  readonly outcome: Outcome
  /** The checks that noticed it, else those that could not judge it. */
  readonly codes: ReadonlyArray<string>
  /** Whether it moved a balance, so that one may be made to fit. */
  readonly movesBalance: boolean
}

/** An exception at a customer whom no alteration of the pass touched. */
export interface RaisedElsewhere {
  readonly code: string
  readonly record_id: string
}

interface New {
  readonly code: string
  readonly outcome: string
  readonly record_id: string
  readonly customer_id: string | null
  /**
   * Whose the record is that it was compared with, or was before the alteration: a transaction that names an altered record of another
   * customer is told with it, and so is a record whose money another customer held, once that customer's transaction is gone.
   */
  readonly other_customer: string | null
  readonly is_new: boolean
}

/** Carries what was found out of a transaction that is rolled back. */
class Found extends Data.TaggedError("Found")<{
  readonly rows: ReadonlyArray<New>
  /** Customers of whom a balance moved, or would have to. */
  readonly moved: ReadonlySet<string>
}> {}

const baselineSql: ReadonlyArray<string> = [
  `CREATE OR REPLACE TABLE drill.baseline AS
   SELECT exception_id, outcome, record_id, counterpart_id, at_stake, expected, actual, detail FROM recon.finding`,
  "CREATE OR REPLACE TABLE drill.owner AS SELECT record_id, any_value(customer_id) AS customer_id FROM recon.known_record GROUP BY record_id",
]

/** What is told of the altered reading, and whether it is told only now, or otherwise than before. */
const differenceSql = `
  SELECT f.code, f.outcome, f.record_id, f.customer_id, o.customer_id AS other_customer,
    b.exception_id IS NULL OR f.outcome = 'exception'
      AND (f.at_stake IS DISTINCT FROM b.at_stake OR f.expected IS DISTINCT FROM b.expected OR f.actual IS DISTINCT FROM b.actual OR f.detail IS DISTINCT FROM b.detail) AS is_new
  FROM recon.finding AS f LEFT JOIN drill.baseline AS b ON b.exception_id = f.exception_id AND b.outcome = f.outcome
  LEFT JOIN (SELECT record_id, any_value(counterpart_id) AS counterpart_id FROM drill.baseline WHERE counterpart_id IS NOT NULL GROUP BY record_id) AS before
    ON before.record_id = f.record_id
  LEFT JOIN drill.owner AS o ON o.record_id = coalesce(f.counterpart_id, before.counterpart_id)
  WHERE f.outcome IN ('exception', 'unproven', 'in flight') AND (is_new OR f.outcome = 'unproven')
  ORDER BY f.code, f.record_id`

/** The record, and the balance in which it stands: an old doubt about either is why a change of it cannot be judged. */
const isAbout = (chosen: Chosen, recordId: string): boolean =>
  [chosen.record_id, `${chosen.customer_id}/${chosen.currency}`].includes(recordId)

const isAt = (customers: ReadonlyArray<string>, { customer_id, other_customer }: New): boolean =>
  [customer_id, other_customer].some((customer) => customer !== null && customers.includes(customer))

const judgedBy = (chosen: Chosen, { moved, rows }: Found): Judged => {
  const customers = customersOf(chosen)
  const movesBalance = customers.some((customer) => moved.has(customer))
  const own = rows.filter((row) => isAt(customers, row))
  const codesOf = (some: ReadonlyArray<New>) => [...new Set(some.map(({ code }) => code))].sort()
  const noticed = own.filter(({ is_new, outcome }) => is_new && outcome === "exception")
  if (noticed.length > 0) return { chosen, outcome: "noticed", codes: codesOf(noticed), movesBalance }
  const doubtful = own.filter(({ is_new, record_id }) => is_new || isAbout(chosen, record_id))
  return { chosen, outcome: doubtful.length > 0 ? "unproven" : "missed", codes: codesOf(doubtful), movesBalance }
}

export interface Pass {
  readonly run: Run
  readonly reading: Reading
  readonly checks: ReadonlyArray<CheckFile>
  readonly configuration: Configuration
  readonly tables: ReadonlyArray<TypedTable>
}

/** Alters, judges, and takes everything back. */
const judgeAltered = (
  database: Database["Type"],
  { checks, configuration, reading, run, tables }: Pass,
  cases: ReadonlyArray<Chosen>,
  balances: BalanceState,
) =>
  database
    .transaction((sql) =>
      Effect.gen(function* () {
        yield* sql.run("CREATE OR REPLACE TABLE drill.touched AS SELECT DISTINCT unnest($1) AS customer_id", [
          cases.flatMap(customersOf),
        ])
        yield* rememberPosted(sql, run.runId)
        yield* alter(sql, cases, tables, reading)
        const moved = yield* measureShift(sql, run.runId)
        if (balances === "made to fit") yield* fitBalances(sql, run.runId)
        yield* findCases(sql, run, checks, configuration)
        return yield* new Found({ rows: yield* sql.rows<New>(differenceSql), moved })
      }),
    )
    .pipe(Effect.catchTag("Found", (found) => Effect.succeed(found)))

/** What the reading says before anything is altered: whatever is told beyond it is told of an alteration. */
export const rememberBaseline = (sql: Sql) =>
  Effect.forEach(baselineSql, (statement) => sql.run(statement), { discard: true })

/** Tries all of them, many in a pass, and says what came of each. */
export const judgeAll = (
  database: Database["Type"],
  pass: Pass,
  cases: ReadonlyArray<Chosen>,
  balances: BalanceState,
) =>
  Effect.forEach(passesOf(cases), (together) =>
    Effect.map(judgeAltered(database, pass, together, balances), (found) => {
      const touched = together.flatMap(customersOf)
      const elsewhere = found.rows.filter((row) => row.is_new && row.outcome === "exception" && !isAt(touched, row))
      return {
        judged: together.map((chosen) => judgedBy(chosen, found)),
        raisedElsewhere: elsewhere.map(({ code, record_id }): RaisedElsewhere => ({ code, record_id })),
      }
    }),
  ).pipe(
    Effect.map((all) => ({
      judged: all.flatMap(({ judged }) => judged),
      raisedElsewhere: all.flatMap(({ raisedElsewhere }) => raisedElsewhere),
    })),
  )
