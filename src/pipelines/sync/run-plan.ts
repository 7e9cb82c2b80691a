import { Clock, DateTime, Effect, Either } from "effect"
import type { ContractStream } from "../../api/contract.ts"
import type { ListHead } from "../../api/list-head.ts"
import { type ChainPosition, firstPosition } from "../../api/page-chain.ts"
import { readPage } from "../../api/read-page.ts"
import { sha256Hex } from "../../api/signing.ts"
import type { Database, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { RosterEntry } from "../configuration/roster.ts"
import type { Configuration } from "../configuration/settings.ts"
import { newRun, type Run } from "../run/run.ts"
import type { Unread } from "./read-partitions.ts"

/** A run about to read, and what of it is left to read. */
export interface PlannedRun {
  readonly run: Run
  /** True where an interrupted run goes on. */
  readonly resumed: boolean
  readonly unread: Unread
  /** Requests a second that got through this API's limit, as the newest run that met it learnt; null where none did. */
  readonly learntRate: number | null
  /** Requests that the run had sent before it was interrupted. */
  readonly requestsBefore: number
}

export interface PlanOptions {
  readonly configuration: Configuration
  readonly customers: ReadonlyArray<RosterEntry>
  readonly baseUrl: string
  /** Null where it is not to be kept. */
  readonly clientId: string | null
  /** Begin a new run even where an interrupted one could go on. */
  readonly fresh: boolean
  /** The run is to be judged and reported too. */
  readonly night: boolean
}

const rosterHash = (customers: ReadonlyArray<RosterEntry>): string =>
  sha256Hex(
    JSON.stringify(
      customers
        .map(({ customerId, partnerCustomerRef, products }) => [
          customerId,
          partnerCustomerRef,
          [...(products ?? [])].sort(),
        ])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    ),
  )

interface Resumable {
  readonly run_id: string
  readonly started_at: string
  readonly requests: bigint
}

/**
 * The newest run, if its process ended before it did, what it read is kept, it read the same API for the same customers
 * by the same configuration, and it began not too long ago. A night is not at its end before its reports are written.
 */
const resumableRun = (sql: Sql, { baseUrl, configuration, customers, night }: PlanOptions, now: string) =>
  Effect.map(
    sql.rows<Resumable>(
      `SELECT run_id, started_at, coalesce(requests, 0) AS requests FROM recon.runs AS r
       WHERE run_id = (SELECT max(run_id) FROM recon.runs)
         AND NOT was_reported
         AND (state IN ('running', 'interrupted', 'failed') OR $6 AND night AND state IN ('synced', 'reconciled'))
         AND api = $1 AND configuration_sha256 = $2 AND roster_sha256 = $3
         AND started_at >= $4::TIMESTAMPTZ - to_minutes($5::BIGINT)
         AND EXISTS (FROM raw.pages AS p WHERE p.run_id = r.run_id)`,
      [baseUrl, configuration.sha256, rosterHash(customers), now, String(configuration.resumeWithinMinutes), night],
    ),
    ([row]) => row ?? null,
  )

interface OpenPartition {
  readonly customer_id: string
  readonly stream: string
  readonly chain: number | null
  readonly sequence: number | null
  readonly next_cursor: string | null
  readonly used: string | null
  readonly first_body: string | null
  readonly first_read_at: string | null
}

/** Partitions that the run has not finished, each with the last page of its last chain and that chain's first page. */
const openPartitions = `
  WITH last_chain AS (
    SELECT customer_id, stream, max(chain) AS chain FROM raw.pages WHERE run_id = $1 AND fault IS NULL GROUP BY ALL
  ),
  page AS (
    SELECT * FROM raw.pages JOIN last_chain USING (customer_id, stream, chain) WHERE run_id = $1 AND fault IS NULL
  ),
  reached AS (
    SELECT customer_id, stream, chain, max(sequence) AS sequence, last(cursor_out ORDER BY sequence) FILTER (part = 'chain') AS next_cursor,
      to_json(list(cursor_out) FILTER (part = 'chain' AND cursor_out IS NOT NULL))::VARCHAR AS used
    FROM page GROUP BY ALL
  ),
  first AS (
    SELECT customer_id, stream, raw.body_of(body, body_no) AS first_body, coalesce(server_time, received_at) AS first_read_at
    FROM page WHERE part = 'chain' AND sequence = 1
  )
  SELECT c.customer_id, c.stream, reached.chain, reached.sequence, reached.next_cursor, reached.used, first_body, first_read_at
  FROM recon.coverage AS c
  LEFT JOIN reached USING (customer_id, stream)
  LEFT JOIN first USING (customer_id, stream)
  WHERE c.run_id = $1 AND c.state NOT IN ('COMPLETE', 'NOT_APPLICABLE', 'DENIED')`

const headOf = (configuration: Configuration, stream: ContractStream, row: OpenPartition): ListHead | null => {
  if (row.first_body === null || row.first_read_at === null) return null
  const body = new TextEncoder().encode(row.first_body)
  const received = { body, status: 200, requestId: "" }
  const page = readPage(configuration.contract, stream, row.customer_id, { _tag: "Keep" }, received)
  return Either.isRight(page) ? { ids: page.right.ids, readAtMillis: Date.parse(row.first_read_at) } : null
}

/** A chain goes on after its last stored page; one that had come to its last page has only to be looked back at. */
const positionOf = (configuration: Configuration, row: OpenPartition): ChainPosition => {
  const stream = configuration.contract.streams.find((candidate) => candidate.stream === row.stream)
  if (row.chain === null || row.sequence === null || stream === undefined) return firstPosition
  return {
    chain: row.chain,
    part: row.next_cursor === null ? "look back" : "chain",
    sequence: row.sequence + 1,
    cursor: row.next_cursor,
    head: headOf(configuration, stream, row),
    used: new Set(JSON.parse(row.used ?? "[]") as ReadonlyArray<string>),
  }
}

const partitionKey = (customerId: string, stream: string): string => `${stream}\n${customerId}`

/** Takes an interrupted run up again: what it finished stays, the other chains go on where they were. */
const resume = (
  sql: Sql,
  configuration: Configuration,
  found: Resumable,
): Effect.Effect<Omit<PlannedRun, "learntRate">, StoreError> =>
  Effect.gen(function* () {
    const run: Run = { runId: found.run_id, startedAt: found.started_at }
    yield* sql.run(
      "UPDATE recon.runs SET state = 'running', detail = NULL, finished_at = NULL, resumed = resumed + 1 WHERE run_id = $1",
      [run.runId],
    )
    const rows = yield* sql.rows<OpenPartition>(openPartitions, [run.runId])
    yield* sql.run(
      `UPDATE recon.coverage SET state = 'PARTIAL', reason = 'the list was not read', problem_code = NULL, request_id = NULL
       WHERE run_id = $1 AND state NOT IN ('COMPLETE', 'NOT_APPLICABLE', 'DENIED')`,
      [run.runId],
    )
    const open = new Map(rows.map((row) => [partitionKey(row.customer_id, row.stream), positionOf(configuration, row)]))
    return {
      run,
      resumed: true,
      unread: (customerId, stream) => open.get(partitionKey(customerId, stream)) ?? null,
      requestsBefore: Number(found.requests),
    }
  })

/**
 * Puts the run, its customers and every partition it means to read on record, before the first request: what is missing
 * afterwards shows.
 */
export const beginRun = (sql: Sql, run: Run, { baseUrl, clientId, configuration, customers, night }: PlanOptions) =>
  Effect.gen(function* () {
    yield* sql.run(
      `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256, partitions, api, roster_sha256, night, client_id)
       VALUES ($1, 'full', $2::TIMESTAMPTZ, 'running', $3, $4, $5, $6, $7, $8)`,
      [
        run.runId,
        run.startedAt,
        configuration.sha256,
        customers.length * configuration.contract.streams.length,
        baseUrl,
        rosterHash(customers),
        night,
        clientId,
      ],
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
  })

/** The interrupted run, where it may go on; else a new one. A run that still says it is running has lost its process. */
export const planRun = (database: Database["Type"], options: PlanOptions): Effect.Effect<PlannedRun, StoreError> =>
  database.transaction((sql) =>
    Effect.gen(function* () {
      const now = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
      const found = options.fresh ? null : yield* resumableRun(sql, options, now)
      yield* sql.run(
        `UPDATE recon.runs SET state = 'interrupted', detail = 'its process ended before the run did'
         WHERE state = 'running' AND run_id IS DISTINCT FROM $1`,
        [found?.run_id ?? null],
      )
      const [learnt] = yield* sql.rows<{ rate: number }>(
        `SELECT learnt_rate AS rate FROM recon.runs WHERE api = $1 AND learnt_rate IS NOT NULL
         ORDER BY run_id DESC LIMIT 1`,
        [options.baseUrl],
      )
      const learntRate = learnt?.rate ?? null
      if (found !== null) return { ...(yield* resume(sql, options.configuration, found)), learntRate }
      const run = yield* newRun(sql)
      yield* beginRun(sql, run, options)
      return { run, resumed: false, unread: () => firstPosition, requestsBefore: 0, learntRate }
    }),
  )
