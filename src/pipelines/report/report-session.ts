import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { quoteText } from "../../store/describe-table.ts"
import { ageBucket } from "../evidence/age-bucket.ts"
import { kindOfObstacle } from "../run/kind-of-obstacle.ts"
import type { Run } from "../run/run.ts"
import type { Verdict } from "../run/run-summary.ts"
import { type Period, periodName } from "./period.ts"

const monthSql = (period: Period, next: string): string =>
  typeof period === "string" ? "NULL::TIMESTAMPTZ" : `${quoteText(`${period.month}-01T00:00:00Z`)}::TIMESTAMPTZ${next}`

/**
 * What a report's query may use besides the tables: the run's id and start, the night's verdict, the bucket of an age, the kind of an obstacle, and the
 * period, with the run since which rows are new (NULL for all) and the instants between which they lie (NULL for no month).
 */
const sessionSql = (run: Run, verdict: Verdict | null, period: Period): ReadonlyArray<string> => [
  `SET VARIABLE verdict = ${verdict === null ? "NULL::VARCHAR" : quoteText(verdict)}`,
  `SET VARIABLE run = ${quoteText(run.runId)}`,
  `SET VARIABLE started_at = ${quoteText(run.startedAt)}::TIMESTAMPTZ`,
  `SET VARIABLE period = ${quoteText(periodName(period))}`,
  `SET VARIABLE since_run = ${period === "night" ? "recon.last_run()" : "NULL::VARCHAR"}`,
  `SET VARIABLE period_from = ${monthSql(period, "")}`,
  `SET VARIABLE period_until = ${monthSql(period, " + INTERVAL 1 MONTH")}`,
  `CREATE OR REPLACE TEMP MACRO age_bucket(age_days) AS ${ageBucket("age_days")}`,
  `CREATE OR REPLACE TEMP MACRO kind_of_obstacle(obstacle) AS ${kindOfObstacle("obstacle")}`,
  `CREATE OR REPLACE TEMP MACRO is_in_period(version_seen_run, instant) AS
     (getvariable('since_run') IS NULL OR version_seen_run > getvariable('since_run'))
     AND (getvariable('period_from') IS NULL OR coalesce(instant >= getvariable('period_from') AND instant < getvariable('period_until'), FALSE))`,
]

export const beginReports = (
  connection: DuckDBConnection,
  run: Run,
  verdict: Verdict | null,
  period: Period,
): Effect.Effect<void> =>
  Effect.forEach(sessionSql(run, verdict, period), (statement) => Effect.promise(() => connection.run(statement)), {
    discard: true,
  })
