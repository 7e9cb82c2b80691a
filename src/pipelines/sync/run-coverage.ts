import { Effect } from "effect"
import type { Held } from "../../api/gate.ts"
import { chainHashes } from "../../store/chain-hash.ts"
import type { Database } from "../../store/database.ts"
import type { RunState } from "../../store/states.ts"
import type { StoreError } from "../../store/store-error.ts"
import { recordIdOf, type TypedTable } from "../../store/typed-table.ts"
import type { Run } from "../run/run.ts"
import { keepCosts, type ReadingCosts } from "./reading-costs.ts"

const ofEach = (tables: ReadonlyArray<TypedTable>, select: (table: TypedTable) => string): string =>
  tables.map(select).join(" UNION ALL ")

/**
 * What remains of "walked to the end" once the counts are compared: every record received is stored, quarantined or a
 * repetition, and the stored pages form one chain. Source: docs/rules.md, "Proven lists".
 */
const demoteUnproven = (tables: ReadonlyArray<TypedTable>): string => `
  WITH current AS (
    ${ofEach(
      tables,
      ({ name }) =>
        `SELECT '${name}' AS stream, customer_id, count(*) AS records FROM main.${name} WHERE last_seen_run = $1 GROUP BY ALL`,
    )}
  ),
  -- One id on the lists of several customers: the record that was read first is among the versions that were replaced in this run,
  -- and that which was read last was counted as a repetition.
  replaced AS (
    SELECT stream, record_id, arg_min(json_extract_string(content, '$.customer_id'), version) AS customer_id
    FROM main.superseded_versions WHERE last_seen_run = $1 GROUP BY ALL
  ),
  shared AS (
    SELECT r.stream, r.customer_id AS first, o.customer_id AS last
    FROM replaced AS r JOIN (
      ${ofEach(
        tables,
        (table) =>
          `SELECT '${table.name}' AS stream, ${recordIdOf(table, "t")} AS record_id, t.customer_id FROM main.${table.name} AS t
           WHERE t.last_seen_run = $1 AND ${recordIdOf(table, "t")} IN (SELECT record_id FROM replaced WHERE stream = '${table.name}')`,
      )}
    ) AS o ON o.stream = r.stream AND o.record_id = r.record_id AND o.customer_id <> r.customer_id
  ),
  stored AS (
    SELECT stream, customer_id, sum(records) AS records
    FROM (FROM current UNION ALL SELECT stream, first, 1 FROM shared UNION ALL SELECT stream, last, -1 FROM shared)
    GROUP BY ALL
  ),
  received AS (
    SELECT stream, customer_id, count(*) AS pages, sum(items) AS items FROM raw.pages
    WHERE run_id = $1 AND fault IS NULL GROUP BY ALL
  ),
  last_chain AS (
    SELECT stream, customer_id, chain, part, sequence, cursor_in, has_more,
      lag(cursor_out) OVER pages AS given, lag(sequence, 1, 0) OVER pages AS before, lag(part, 1, '') OVER pages AS part_before,
      lead(part, 1, '') OVER pages AS part_after
    FROM raw.pages WHERE run_id = $1 AND fault IS NULL
    WINDOW pages AS (PARTITION BY stream, customer_id, chain ORDER BY sequence)
    QUALIFY chain = max(chain) OVER (PARTITION BY stream, customer_id)
  ),
  chain AS (
    SELECT stream, customer_id,
      bool_and(
        sequence = before + 1
        AND CASE part
          WHEN 'chain' THEN cursor_in IS NOT DISTINCT FROM given AND has_more = (part_after = 'chain')
          -- A process that was killed while it looked back leaves a page; the next one looks back anew.
          ELSE cursor_in IS NULL OR (cursor_in = given AND part_before = 'look back')
        END
      )
      -- A list of several pages may have moved between them, unless somebody looked.
      AND (count(*) FILTER (part = 'chain') = 1 OR bool_or(part = 'look back')) AS unbroken
    FROM last_chain GROUP BY ALL
  )
  UPDATE recon.coverage AS c SET state = 'PARTIAL',
    reason = CASE WHEN NOT coalesce(h.unbroken, FALSE) OR p.pages <> c.pages THEN 'the stored pages do not form one unbroken chain'
      ELSE 'the records received do not tie to the records stored' END
  FROM recon.coverage AS k
  LEFT JOIN stored AS s ON s.stream = k.stream AND s.customer_id = k.customer_id
  LEFT JOIN received AS p ON p.stream = k.stream AND p.customer_id = k.customer_id
  LEFT JOIN chain AS h ON h.stream = k.stream AND h.customer_id = k.customer_id
  WHERE k.run_id = $1 AND c.run_id = k.run_id AND c.customer_id = k.customer_id AND c.stream = k.stream
    AND c.state = 'COMPLETE'
    AND (NOT coalesce(h.unbroken, FALSE) OR p.pages <> c.pages OR p.items <> c.records
      OR c.records <> coalesce(s.records, 0) + c.duplicate_records + c.quarantined_records)`

export interface RunEnd {
  readonly state: RunState
  readonly detail: string | null
  readonly finishedAt: string
  /** Those since costs were last kept, and all requests. */
  readonly costs: ReadingCosts
  readonly held: Held
  readonly learntRate: number | null
}

/**
 * Where this machine's clock and the API's are further apart than a slow answer explains, the run's times become those of
 * the API, whose records they are compared with; once for a run.
 */
const correctClock = `
  WITH apart AS (
    -- The Date header has no fractions: half a second is its usual lack.
    SELECT round(median(epoch_ms(server_time) + 500 - epoch_ms(received_at)))::BIGINT AS offset_ms
    FROM raw.pages WHERE run_id = $1 AND server_time IS NOT NULL
  )
  UPDATE recon.runs AS r SET clock_offset_ms = offset_ms, started_at = r.started_at + to_milliseconds(offset_ms),
    finished_at = r.finished_at + to_milliseconds(offset_ms)
  FROM apart WHERE r.run_id = $1 AND r.clock_offset_ms IS NULL AND abs(offset_ms) >= 120000`

/** Compares the counts, and puts the run's coverage and its end on record. */
export const proveCoverage = (
  database: Database["Type"],
  run: Run,
  tables: ReadonlyArray<TypedTable>,
  end: RunEnd,
): Effect.Effect<void, StoreError> =>
  database.transaction((sql) =>
    Effect.gen(function* () {
      yield* sql.run(demoteUnproven(tables), [run.runId])
      yield* sql.run(
        `UPDATE recon.coverage AS c SET chain_sha256 = h.chain_sha256 FROM (${chainHashes}) AS h
         WHERE c.run_id = $1 AND c.customer_id = h.customer_id AND c.stream = h.stream`,
        [run.runId],
      )
      yield* keepCosts(sql, run.runId, end.costs)
      yield* sql.run("DELETE FROM recon.run_retries WHERE run_id = $1", [run.runId])
      yield* sql.run(
        `INSERT INTO recon.run_retries
         SELECT run_id, failure, count(*), count(waited_ms), coalesce(sum(waited_ms), 0)::BIGINT
         FROM recon.failed_requests WHERE run_id = $1 GROUP BY ALL`,
        [run.runId],
      )
      yield* sql.run(
        `UPDATE recon.runs SET state = $2, detail = $3, finished_at = $4::TIMESTAMPTZ,
           retries = r.retries, waited_ms = r.waited_ms, pages = k.pages, bytes = k.bytes, records = p.records,
           limited_ms = coalesce(limited_ms, 0) + $5::BIGINT, limit_refusals = coalesce(limit_refusals, 0) + $6::BIGINT,
           silent_ms = coalesce(silent_ms, 0) + $7::BIGINT, learnt_rate = coalesce($8::DOUBLE, learnt_rate),
           duplicates = p.duplicates, quarantined = p.quarantined, partitions_proven = p.proven,
           coverage = CASE WHEN p.proven = p.planned THEN 'COMPLETE' ELSE 'PARTIAL' END
         FROM (
           SELECT count(*) AS planned, count(*) FILTER (state IN ('COMPLETE', 'NOT_APPLICABLE')) AS proven,
             sum(records - duplicate_records)::BIGINT AS records, sum(duplicate_records)::BIGINT AS duplicates,
             sum(quarantined_records)::BIGINT AS quarantined
           FROM recon.coverage WHERE run_id = $1
         ) AS p
         CROSS JOIN (
           SELECT count(*) AS pages, coalesce(sum(bytes), 0) AS bytes FROM raw.pages WHERE run_id = $1
         ) AS k
         CROSS JOIN (
           SELECT coalesce(sum(retries), 0)::BIGINT AS retries, coalesce(sum(waited_ms), 0)::BIGINT AS waited_ms
           FROM recon.run_retries WHERE run_id = $1
         ) AS r
         WHERE run_id = $1`,
        [
          run.runId,
          end.state,
          end.detail,
          end.finishedAt,
          String(Math.round(end.held.limitedMillis)),
          String(end.held.refusals),
          String(Math.round(end.held.silentMillis)),
          end.learntRate === null ? null : String(end.learntRate),
        ],
      )
      yield* sql.run(correctClock, [run.runId])
    }),
  )
