import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import { quoteText } from "../../store/describe-table.ts"
import { ageBucket } from "../evidence/age-bucket.ts"
import type { Run } from "../run/run.ts"
import type { Verdict } from "../run/run-summary.ts"

/** What a report's query may use besides the tables: the run's id and start, the night's verdict, and the bucket of an age. */
const sessionSql = (run: Run, verdict: Verdict): ReadonlyArray<string> => [
  `SET VARIABLE verdict = ${quoteText(verdict)}`,
  `SET VARIABLE run = ${quoteText(run.runId)}`,
  `SET VARIABLE started_at = ${quoteText(run.startedAt)}::TIMESTAMPTZ`,
  `CREATE OR REPLACE TEMP MACRO age_bucket(age_days) AS ${ageBucket("age_days")}`,
]

export const beginReports = (connection: DuckDBConnection, run: Run, verdict: Verdict): Effect.Effect<void> =>
  Effect.forEach(sessionSql(run, verdict), (statement) => Effect.promise(() => connection.run(statement)), {
    discard: true,
  })
