import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { contentHash, lineOf, sealHash } from "../../store/seal.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type Finding, tableFinding } from "./finding.ts"

const log = "recon.exception_events"

/** The chain of seals: none altered, none taken out but the newest. */
const chainSql = `
  WITH chained AS (
    SELECT seal_no, sha256, previous_sha256, ${sealHash} AS computed, lag(seal_no, 1, 0) OVER chain AS before,
      lag(sha256) OVER chain AS given
    FROM recon.seals WINDOW chain AS (ORDER BY seal_no)
  )
  SELECT seal_no FROM chained
  WHERE sha256 <> computed OR seal_no <> before + 1 OR previous_sha256 IS DISTINCT FROM given ORDER BY seal_no LIMIT 1`

interface Seal {
  readonly subject: string
  readonly run_id: string | null
  readonly columns: ReadonlyArray<string>
  readonly rows: bigint
  readonly content_sha256: string
}

/** Of one table and run the newest seal counts, and of a run only while what was judged is its last word. */
const sealsSql = `
  SELECT subject, run_id, columns, rows, content_sha256 FROM recon.seals AS s
  WHERE subject <> '${log}' AND ($1 IS NULL OR run_id = $1)
    AND (run_id IS NULL OR run_id IN (SELECT run_id FROM recon.runs WHERE recon.was_judged(state)))
  QUALIFY row_number() OVER (PARTITION BY subject, run_id ORDER BY seal_no DESC) = 1
  ORDER BY subject, run_id`

const counted = (now: bigint, sealed: bigint): string =>
  now === sealed
    ? "its rows are not what they were when they were sealed"
    : `it holds ${now} rows, and ${sealed} were sealed`

/** One table's rows of all sealed runs at once, because there may be many nights. */
const contentsSql = (subject: string, columns: ReadonlyArray<string>, byRun: boolean): string => `
  WITH sealed_row AS (
    SELECT ${byRun ? "run_id" : "NULL AS run_id"}, ${lineOf(columns)} AS line FROM ${subject}
    ${byRun ? "WHERE run_id IN (SELECT unnest($1))" : "WHERE $1 IS NOT NULL"}
  )
  SELECT run_id, count(*) AS rows, ${contentHash} AS content_sha256 FROM sealed_row GROUP BY run_id`

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const sealsHold = (sql: Sql, runId: string | null): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    const groups = new Map<string, Array<Seal>>()
    for (const one of yield* sql.rows<Seal>(sealsSql, [runId])) {
      const key = JSON.stringify([one.subject, one.columns, one.run_id === null])
      groups.set(key, [...(groups.get(key) ?? []), one])
    }
    const findings = yield* Effect.forEach(groups.values(), (seals) =>
      Effect.gen(function* () {
        const [first] = seals
        if (first === undefined) return []
        const { columns, run_id, subject } = first
        const now = yield* sql.rows<Pick<Seal, "run_id" | "rows" | "content_sha256">>(
          contentsSql(subject, columns, run_id !== null),
          [seals.map((one) => one.run_id ?? "")],
        )
        const nowOf = new Map(now.map((row) => [row.run_id, row]))
        return seals.flatMap((one) => {
          const { content_sha256, rows } = nowOf.get(one.run_id) ?? { rows: 0n, content_sha256: emptyHash }
          if (rows === one.rows && content_sha256 === one.content_sha256) return []
          return [tableFinding(subject, one.run_id, [counted(rows, one.rows)])]
        })
      }),
    )
    return findings.flat()
  })

/** Runs that were judged since seals are made, and have none. */
const unsealedSql = `
  SELECT run_id FROM recon.runs
  WHERE recon.was_judged(state) AND ($1 IS NULL OR run_id = $1)
    AND run_id > (SELECT min(run_id) FROM recon.seals WHERE subject = 'recon.runs')
    AND run_id NOT IN (SELECT run_id FROM recon.seals WHERE subject = 'recon.runs')
  ORDER BY run_id`

/** Events by the seals that cover them; of seals over the same events the newest counts. */
const eventsSql = `
  WITH newest AS (
    SELECT * FROM recon.seals AS s WHERE subject = '${log}' AND NOT EXISTS (
      FROM recon.seals AS later WHERE later.subject = '${log}' AND later.seal_no > s.seal_no AND later.first_no <= s.first_no AND later.last_no >= s.last_no)
  )
  SELECT first_no, last_no, columns, rows, content_sha256 FROM newest ORDER BY first_no`

const gapsSql = `
  SELECT event_no + 1 AS first, following - 1 AS last
  FROM (SELECT event_no, lead(event_no) OVER (ORDER BY event_no) AS following FROM ${log}
        UNION ALL SELECT 0, min(event_no) FROM ${log}
        UNION ALL SELECT coalesce(max(event_no), 0), (SELECT max(last_no) + 1 FROM recon.seals WHERE subject = '${log}') FROM ${log})
  WHERE following > event_no + 1 ORDER BY first LIMIT 20`

const eventsHold = (sql: Sql): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    type Span = { first_no: bigint; last_no: bigint } & Pick<Seal, "columns" | "rows" | "content_sha256">
    const faults: Array<string> = []
    for (const { first, last } of yield* sql.rows<{ first: bigint; last: bigint }>(gapsSql)) {
      faults.push(first === last ? `event ${first} is gone` : `events ${first} to ${last} are gone`)
    }
    for (const span of yield* sql.rows<Span>(eventsSql)) {
      const [now] = yield* sql.rows<{ rows: bigint; content_sha256: string }>(
        `WITH sealed_row AS (SELECT ${lineOf(span.columns)} AS line FROM ${log} WHERE event_no BETWEEN $1::BIGINT AND $2::BIGINT)
         SELECT count(*) AS rows, ${contentHash} AS content_sha256 FROM sealed_row`,
        [String(span.first_no), String(span.last_no)],
      )
      if (now?.content_sha256 === span.content_sha256 && now.rows === span.rows) continue
      faults.push(`events ${span.first_no} to ${span.last_no} are not as they were when they were sealed`)
    }
    const [beyond] = yield* sql.rows<{ first: bigint | null }>(
      `SELECT min(event_no) AS first FROM ${log} WHERE event_no > (SELECT max(last_no) FROM recon.seals WHERE subject = '${log}')`,
    )
    if (beyond?.first != null) faults.push(`events from ${beyond.first} on were added by nobody whom the program knows`)
    return faults.length === 0 ? [] : [tableFinding(log, null, faults)]
  })

/** An exception is in the state, and with the person, that its log says last. */
const statesSql = `
  WITH last_word AS (
    SELECT exception_id, arg_max(to_state, event_no) AS state, arg_max(assignee, event_no) FILTER (assignee IS NOT NULL) AS assignee
    FROM ${log} GROUP BY exception_id
  )
  SELECT coalesce(x.exception_id, l.exception_id) AS exception_id,
    CASE WHEN x.exception_id IS NULL THEN 'the log knows it, and it is gone' WHEN l.exception_id IS NULL THEN 'the log does not know it'
      WHEN x.state <> l.state THEN concat('it is ', x.state, ', and the log says ', l.state)
      ELSE concat('it is assigned to ', coalesce(x.assignee, 'nobody'), ', and the log says ', coalesce(l.assignee, 'nobody')) END AS fault
  FROM recon.exceptions AS x FULL OUTER JOIN last_word AS l USING (exception_id)
  WHERE x.exception_id IS NULL OR l.exception_id IS NULL OR x.state <> l.state OR x.assignee IS DISTINCT FROM l.assignee
  ORDER BY exception_id LIMIT 20`

const withoutSeals = ({ run_id }: { readonly run_id: string }): Finding =>
  tableFinding("recon.seals", run_id, ["the run was judged, and its seals are gone"])

/**
 * What runs and people left in the store is what was sealed: exceptions, the log of their events, roll-forward, coverage,
 * settings and the rest. No chain can show that its newest seals were cut off together with what they covered.
 */
export const sealsUnbroken = (sql: Sql, runId: string | null): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    const [broken] = yield* sql.rows<{ seal_no: bigint }>(chainSql)
    const chain =
      broken === undefined
        ? []
        : [
            tableFinding("recon.seals", null, [
              `seal ${broken.seal_no} does not follow from the one before: altered, or one was taken out`,
            ]),
          ]
    const unsealed = yield* sql.rows<{ run_id: string }>(unsealedSql, [runId])
    const held = yield* sealsHold(sql, runId)
    // Exceptions and their log are of no run alone.
    if (runId !== null) return [...chain, ...unsealed.map(withoutSeals), ...held]
    const states = yield* sql.rows<{ exception_id: string; fault: string }>(statesSql)
    return [
      ...chain,
      ...unsealed.map(withoutSeals),
      ...held,
      ...(yield* eventsHold(sql)),
      ...(states.length === 0
        ? []
        : [
            tableFinding(
              "recon.exceptions",
              null,
              states.map(({ exception_id, fault }) => `${exception_id}: ${fault}`),
            ),
          ]),
    ]
  })
