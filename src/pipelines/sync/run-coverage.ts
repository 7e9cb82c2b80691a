import { Effect } from "effect"
import type { Database } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { RunState } from "../../store/tables.ts"
import type { Configuration } from "../configuration.ts"
import type { RosterEntry } from "../roster.ts"
import type { Run } from "../run-id.ts"

/**
 * Puts the run, its customers and every partition it means to read on record, before the first request: what is missing
 * afterwards shows. A run that still says it is running has lost its process.
 */
export const planRun = (
  database: Database["Type"],
  run: Run,
  configuration: Configuration,
  customers: ReadonlyArray<RosterEntry>,
): Effect.Effect<void, StoreError> =>
  database.transaction((sql) =>
    Effect.gen(function* () {
      yield* sql.run(
        "UPDATE recon.runs SET state = 'interrupted', detail = 'its process ended before the run did' WHERE state = 'running'",
      )
      yield* sql.run(
        `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256, partitions)
         VALUES ($1, 'full', $2::TIMESTAMPTZ, 'running', $3, $4)`,
        [run.runId, run.startedAt, configuration.sha256, customers.length * configuration.contract.streams.length],
      )
      const ids = customers.map((customer) => customer.customerId)
      yield* sql.run(
        `CREATE OR REPLACE TEMP TABLE roster AS
         SELECT unnest($1) AS customer_id, unnest($2) AS partner_customer_ref, unnest($3) AS products`,
        [
          ids,
          customers.map((customer) => customer.partnerCustomerRef),
          customers.map((customer) => customer.products?.join(" ") ?? null),
        ],
      )
      yield* sql.run(
        `UPDATE main.customers AS c SET partner_customer_ref = r.partner_customer_ref, products = r.products, last_seen_run = $1
         FROM roster AS r WHERE r.customer_id = c.customer_id`,
        [run.runId],
      )
      yield* sql.run(
        `INSERT INTO main.customers
         SELECT customer_id, partner_customer_ref, products, $1, $1 FROM roster ANTI JOIN main.customers USING (customer_id)`,
        [run.runId],
      )
      yield* sql.run(
        `INSERT INTO recon.coverage BY NAME
         SELECT $1 AS run_id, r.customer_id, s.stream, s.product, 'PARTIAL' AS state, 'the list was not read' AS reason,
           0 AS pages, 0 AS records, 0 AS new_records, 0 AS changed_records, 0 AS unchanged_records, 0 AS duplicate_records,
           0 AS quarantined_records, FALSE AS ended
         FROM roster AS r CROSS JOIN (SELECT unnest($2) AS stream, unnest($3) AS product) AS s`,
        [
          run.runId,
          configuration.contract.streams.map((stream) => stream.stream),
          configuration.contract.streams.map((stream) => stream.product),
        ],
      )
    }),
  )

/**
 * What remains of "walked to the end" once the counts are compared: every record received is stored, quarantined or a
 * repetition, and the stored pages form one chain. Source: design, "proven".
 */
const demoteUnproven = (tables: ReadonlyArray<string>): string => `
  WITH stored AS (
    ${tables
      .map(
        (table) =>
          `SELECT '${table}' AS stream, customer_id, count(*) AS records FROM main.${table} WHERE last_seen_run = $1 GROUP BY ALL`,
      )
      .join(" UNION ALL ")}
  ),
  chained AS (
    SELECT stream, customer_id, cursor_in, cursor_out, sequence, has_more, items,
      lag(cursor_out) OVER chain AS given, lag(sequence, 1, 0) OVER chain AS before, lead(sequence) OVER chain AS after
    FROM raw.pages WHERE run_id = $1 AND fault IS NULL
    WINDOW chain AS (PARTITION BY stream, customer_id ORDER BY sequence)
  ),
  chain AS (
    SELECT stream, customer_id, count(*) AS pages, sum(items) AS items,
      bool_and(sequence = before + 1 AND cursor_in IS NOT DISTINCT FROM given AND has_more = (after IS NOT NULL)) AS unbroken
    FROM chained GROUP BY ALL
  )
  UPDATE recon.coverage AS c SET state = 'PARTIAL',
    reason = CASE WHEN NOT coalesce(p.unbroken, FALSE) OR p.pages <> c.pages THEN 'the stored pages do not form one unbroken chain'
      ELSE 'the records received do not tie to the records stored' END
  FROM recon.coverage AS k
  LEFT JOIN stored AS s ON s.stream = k.stream AND s.customer_id = k.customer_id
  LEFT JOIN chain AS p ON p.stream = k.stream AND p.customer_id = k.customer_id
  WHERE k.run_id = $1 AND c.run_id = k.run_id AND c.customer_id = k.customer_id AND c.stream = k.stream
    AND c.state = 'COMPLETE'
    AND (NOT coalesce(p.unbroken, FALSE) OR p.pages <> c.pages OR p.items <> c.records
      OR c.records <> coalesce(s.records, 0) + c.duplicate_records + c.quarantined_records)`

export interface RunEnd {
  readonly state: RunState
  readonly detail: string | null
  readonly finishedAt: string
  readonly requests: number
  readonly retries: number
}

/** Compares the counts, and puts the run's coverage and its end on record. */
export const proveCoverage = (database: Database["Type"], run: Run, end: RunEnd): Effect.Effect<void, StoreError> =>
  database.transaction((sql) =>
    Effect.gen(function* () {
      const streams = yield* sql.rows<{ stream: string }>(
        "SELECT DISTINCT stream FROM recon.coverage WHERE run_id = $1 ORDER BY stream",
        [run.runId],
      )
      yield* sql.run(demoteUnproven(streams.map((row) => row.stream)), [run.runId])
      yield* sql.run(
        `UPDATE recon.runs SET state = $2, detail = $3, finished_at = $4::TIMESTAMPTZ, requests = $5, retries = $6,
           pages = k.pages, records = k.records, bytes = k.bytes, partitions_proven = p.proven,
           coverage = CASE WHEN p.proven = p.planned THEN 'COMPLETE' ELSE 'PARTIAL' END
         FROM (
           SELECT count(*) AS planned, count(*) FILTER (state IN ('COMPLETE', 'NOT_APPLICABLE')) AS proven
           FROM recon.coverage WHERE run_id = $1
         ) AS p
         CROSS JOIN (
           SELECT count(*) AS pages, coalesce(sum(items), 0) AS records, coalesce(sum(bytes), 0) AS bytes
           FROM raw.pages WHERE run_id = $1
         ) AS k
         WHERE run_id = $1`,
        [run.runId, end.state, end.detail, end.finishedAt, end.requests, end.retries],
      )
    }),
  )
