import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { atStake } from "../exceptions/at-stake.ts"
import { appendEvents, tidemarkItself } from "../exceptions/event-log.ts"
import { resolvedSql } from "./resolution.ts"

const stakeBefore = atStake("e.difference", "e.actual", "e.expected")
const stakeNow = atStake("TRY(f.actual - f.expected)", "f.actual", "f.expected")

const inMoney = (amount: string, row: string): string =>
  `coalesce(concat_ws(' ', plain(${amount}), ${row}.currency), 'no amount')`

const moneyChanged = `(${stakeBefore} IS DISTINCT FROM ${stakeNow} OR e.currency IS DISTINCT FROM f.currency)`

/** An event of the run itself, dated by its start. */
const runEvent = (event: string): string =>
  `getvariable('run') AS run_id, getvariable('started_at') AS occurred_at, '${event}' AS event, '${tidemarkItself}' AS who, NULL AS assignee`

/** Exceptions that were settled and are back, with the reason why a written-off one is. */
const returnedSql = `
  CREATE OR REPLACE TEMP TABLE returned AS
  SELECT e.exception_id, e.state,
    CASE e.state WHEN 'written_off' THEN concat(
      'written off at ', ${inMoney(stakeBefore, "e")}, ', and found with ', ${inMoney(stakeNow, "f")}) END AS note
  FROM recon.exceptions AS e JOIN finding AS f ON f.exception_id = e.exception_id
  WHERE e.state = 'resolved' OR e.state = 'written_off' AND ${moneyChanged}`

const changedSql = `
  SELECT e.exception_id, ${runEvent("changed")}, e.state AS from_state, e.state AS to_state,
    concat_ws('; ',
      CASE WHEN e.severity <> f.severity THEN concat('severity ', e.severity, ', now ', f.severity) END,
      CASE WHEN ${moneyChanged} THEN concat('amount ', ${inMoney(stakeBefore, "e")}, ', now ', ${inMoney(stakeNow, "f")}) END
    ) AS note
  FROM recon.exceptions AS e JOIN finding AS f ON f.exception_id = e.exception_id
  WHERE e.state IN ('open', 'acknowledged', 'reopened') AND (e.severity <> f.severity OR ${moneyChanged})`

const lifeSql: ReadonlyArray<string> = [
  returnedSql,
  appendEvents(`
    SELECT exception_id, ${runEvent("reopened")}, state AS from_state, 'reopened' AS to_state, note FROM returned`),
  appendEvents(changedSql),
  `UPDATE recon.exceptions AS e SET
     severity = f.severity, counterpart_id = f.counterpart_id, customer_id = f.customer_id, currency = f.currency,
     expected = f.expected, actual = f.actual, difference = TRY(f.actual - f.expected), tolerance = f.tolerance, detail = f.detail,
     last_seen_run = getvariable('run'), last_seen = getvariable('started_at')
   FROM finding AS f WHERE f.exception_id = e.exception_id`,
  "UPDATE recon.exceptions SET state = 'reopened' WHERE exception_id IN (SELECT exception_id FROM returned)",
  appendEvents(`
    SELECT exception_id, ${runEvent("opened")}, NULL AS from_state, 'open' AS to_state, NULL AS note
    FROM finding ANTI JOIN recon.exceptions USING (exception_id)`),
  `INSERT INTO recon.exceptions BY NAME
   SELECT exception_id, code, severity, 'open' AS state, stream, record_id, leg, counterpart_id, customer_id, currency, expected, actual,
     TRY(actual - expected) AS difference, tolerance, getvariable('run') AS first_seen_run, getvariable('started_at') AS first_seen,
     getvariable('run') AS last_seen_run, getvariable('started_at') AS last_seen, NULL AS assignee, detail
   FROM finding ANTI JOIN recon.exceptions USING (exception_id)`,
  resolvedSql,
  appendEvents(`
    SELECT exception_id, ${runEvent("resolved")}, state AS from_state, 'resolved' AS to_state, NULL AS note FROM gone`),
  "UPDATE recon.exceptions SET state = 'resolved' WHERE exception_id IN (SELECT exception_id FROM gone)",
]

/**
 * Carries every exception on from the run before, by what `finding` holds. Found again, a break keeps its id, its first
 * sight and its state, and takes its severity, amounts and detail from the run; what changed in money or severity is an
 * event. Found after it was resolved, it is reopened. Found after it was written off, it stays written off as long as it
 * puts the same amount at stake, for that is what a person accepted; another amount reopens it. No longer found, it is
 * resolved where the run proves that (resolution.ts). Source: design, "Exceptions live".
 */
export const carryExceptionsOn = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.forEach(lifeSql, (statement) => sql.run(statement), { discard: true })
