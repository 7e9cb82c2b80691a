import { streams } from "../../api/streams.ts"
import { idColumnOf } from "./id-column.ts"

/**
 * What a run knows of the runs before it, as tables that several queries ask. Balances are left out: a balance has no life
 * of its own, and one that is no longer stated is the business of BAL_UNSTATED.
 */
const withLife = streams.filter(({ stream }) => stream !== "balances")

/** The rows of every list that a condition picks, with a column of the list's own. */
const everyRecord = (condition: string, column: string): string =>
  withLife
    .map(
      (row) =>
        `SELECT '${row.stream}' AS stream, ${idColumnOf(row)} AS record_id, customer_id, ${column} FROM main.${row.stream} WHERE ${condition}`,
    )
    .join("\n  UNION ALL\n  ")

/**
 * Records that an earlier run knew and this one has not met; met in a chain that was later restarted is met. Whether their
 * list was walked to its end, so that they are absent from it, and nothing unreadable on it could be one of them.
 */
const unmetSql = `
  CREATE OR REPLACE TEMP TABLE unmet AS
  WITH known AS (
  ${everyRecord("last_seen_run < getvariable('run')", "last_seen_run")}
  ),
  nameless AS (SELECT DISTINCT customer_id, stream FROM quarantined WHERE record_id IS NULL),
  walked AS (
    SELECT customer_id, stream FROM proven ANTI JOIN nameless USING (customer_id, stream)
    WHERE (SELECT mode FROM recon.runs WHERE run_id = getvariable('run')) = 'full'
  )
  SELECT k.*, w.stream IS NOT NULL AS is_walked
  FROM known AS k
  LEFT JOIN walked AS w ON w.customer_id = k.customer_id AND w.stream = k.stream`

/**
 * Records that no run had met when the last judgement was made, of customers whom a run had met before them, each with the
 * last run before it that walked its list to its end: so that what came between two judgements is judged once, however
 * often the lists were read meanwhile. A record that an earlier run had in quarantine was met; so may any have been that
 * had no readable id in that last walk.
 */
const newcomerSql = `
  CREATE OR REPLACE TEMP TABLE newcomer AS
  WITH judged_before AS (
    SELECT coalesce(max(run_id), '') AS run_id FROM recon.runs
    WHERE run_id < getvariable('run') AND state IN ('reconciled', 'reported')
  ),
  fresh AS (
    SELECT n.* FROM (
  ${everyRecord("first_seen_run > (SELECT run_id FROM judged_before) AND first_seen_run <= getvariable('run')", "created_at, first_seen_run")}
    ) AS n
    JOIN main.customers AS c ON c.customer_id = n.customer_id AND c.first_seen_run < n.first_seen_run
    WHERE NOT EXISTS (
      SELECT 1 FROM raw.quarantine AS q WHERE q.run_id < n.first_seen_run AND q.stream = n.stream AND q.record_id = n.record_id
    )
  ),
  listing AS (SELECT DISTINCT customer_id, stream, first_seen_run FROM fresh),
  reading AS (
    SELECT n.customer_id, n.stream, n.first_seen_run, v.run_id, r.started_at, v.state = 'COMPLETE' AND r.mode = 'full' AS is_walked
    FROM listing AS n
    JOIN recon.coverage AS v ON v.customer_id = n.customer_id AND v.stream = n.stream AND v.run_id < n.first_seen_run
    JOIN recon.runs AS r ON r.run_id = v.run_id
    WHERE v.state <> 'NOT_APPLICABLE'
  ),
  last_walk AS (
    SELECT customer_id, stream, first_seen_run, max(run_id) FILTER (is_walked) AS run_id, max(started_at) FILTER (is_walked) AS started_at
    FROM reading GROUP BY customer_id, stream, first_seen_run
  ),
  nameless AS (
    SELECT DISTINCT run_id, customer_id, stream FROM raw.quarantine WHERE run_id < getvariable('run') AND record_id IS NULL
  )
  SELECT n.*, l.run_id AS walked_run, l.started_at AS walked_from, l.run_id IS NOT NULL AND u.run_id IS NULL AS is_judgeable
  FROM fresh AS n
  JOIN last_walk AS l ON l.customer_id = n.customer_id AND l.stream = n.stream AND l.first_seen_run = n.first_seen_run
  LEFT JOIN nameless AS u ON u.run_id = l.run_id AND u.customer_id = n.customer_id AND u.stream = n.stream`

/** Leaves `unmet` and `newcomer` behind. */
export const historySql: ReadonlyArray<string> = [unmetSql, newcomerSql]
