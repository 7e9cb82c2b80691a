import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { appendEvents, tidemarkItself } from "../exceptions/event-log.ts"
import { rememberGraceSql } from "./grace.ts"
import { resolvedSql } from "./resolution.ts"

/** Of an exception of earlier versions the stake is what it was taken to be then. */
const stakeBefore = "recon.stake_of(e.at_stake, e.difference, e.actual, e.expected)"
const stakeNow = "f.at_stake"
const found = "(SELECT * FROM recon.finding WHERE outcome = 'exception')"

const inMoney = (amount: string, row: string): string =>
  `coalesce(recon.plain(${amount}) || coalesce(' ' || ${row}.currency, ''), 'no amount')`

const moneyChanged = `(${stakeBefore} IS DISTINCT FROM ${stakeNow} OR recon.currency_name(e.currency) IS DISTINCT FROM recon.currency_name(f.currency))`

/** Of a record's money its customer is part of what is accepted, also where no transaction names one; two customers' records of one id change places all night. */
const customerChanged = `(f.family = 'ledger' AND e.customer_id <> f.customer_id
  AND (f.stream, f.record_id) NOT IN (SELECT (stream, record_id) FROM recon.former_version WHERE is_anothers))`

/** Whether what a person accepted is no longer what is there; earlier versions kept the money alone. */
const affairsChanged = `(${customerChanged} OR CASE WHEN e.state_of_affairs IS NULL THEN ${moneyChanged} ELSE recon.names_that_count(e.state_of_affairs) <> recon.names_that_count(f.state_of_affairs) END)`

/** An event of the run itself, dated by its start. */
const runEvent = (event: string): string =>
  `recon.run() AS run_id, recon.started_at() AS occurred_at, '${event}' AS event, '${tidemarkItself}' AS who, NULL AS assignee`

/** Exceptions that were settled and are back, with the reason why a written-off one is. */
const returnedSql = `
  CREATE OR REPLACE TEMP TABLE returned AS
  SELECT e.exception_id, e.state, f.at_stake, f.currency,
    CASE e.state WHEN 'written_off' THEN concat(
      'written off at ', ${inMoney(stakeBefore, "e")}, coalesce(' (' || recon.affairs(e.state_of_affairs) || ')', ''), ', and found with ',
        ${inMoney(stakeNow, "f")}, ' (', recon.affairs(f.state_of_affairs), ')',
        CASE WHEN e.customer_id <> f.customer_id THEN concat(' at customer ', f.customer_id, ', no longer at ', e.customer_id) END) END AS note
  FROM recon.exceptions AS e JOIN ${found} AS f ON f.exception_id = e.exception_id
  WHERE e.state = 'resolved' OR e.state = 'written_off' AND ${affairsChanged}`

const changedSql = `
  SELECT e.exception_id, ${runEvent("changed")}, e.state AS from_state, e.state AS to_state, f.at_stake, f.currency,
    concat_ws('; ',
      CASE WHEN e.severity <> f.severity THEN concat('severity ', e.severity, ', now ', f.severity) END,
      CASE WHEN ${moneyChanged} THEN concat('amount ', ${inMoney(stakeBefore, "e")}, ', now ', ${inMoney(stakeNow, "f")}) END
    ) AS note
  FROM recon.exceptions AS e JOIN ${found} AS f ON f.exception_id = e.exception_id
  WHERE recon.is_live(e.state) AND (e.severity <> f.severity OR ${moneyChanged})`

const lifeSql: ReadonlyArray<string> = [
  returnedSql,
  appendEvents(`
    SELECT exception_id, ${runEvent("reopened")}, state AS from_state, 'reopened' AS to_state, note, at_stake, currency FROM returned`),
  appendEvents(changedSql),
  `UPDATE recon.exceptions AS e SET
     severity = f.severity, record_id = f.record_id, leg = f.leg, counterpart_id = f.counterpart_id, customer_id = f.customer_id, currency = f.currency,
     expected = f.expected, actual = f.actual, difference = TRY(f.actual - f.expected), tolerance = f.tolerance, detail = f.detail,
     at_stake = f.at_stake, state_of_affairs = f.state_of_affairs,
     last_seen_run = recon.run(), last_seen = recon.started_at()
   FROM ${found} AS f WHERE f.exception_id = e.exception_id`,
  "UPDATE recon.exceptions SET state = 'reopened' WHERE exception_id IN (SELECT exception_id FROM returned)",
  appendEvents(`
    SELECT exception_id, ${runEvent("opened")}, NULL AS from_state, 'open' AS to_state, NULL AS note, at_stake, currency
    FROM ${found} AS f ANTI JOIN recon.exceptions USING (exception_id)`),
  `INSERT INTO recon.exceptions BY NAME
   SELECT exception_id, code, severity, 'open' AS state, stream, record_id, leg, counterpart_id, customer_id, currency, expected, actual,
     TRY(actual - expected) AS difference, tolerance, recon.run() AS first_seen_run, recon.started_at() AS first_seen,
     recon.run() AS last_seen_run, recon.started_at() AS last_seen, NULL AS assignee, detail, at_stake, state_of_affairs
   FROM ${found} AS f ANTI JOIN recon.exceptions USING (exception_id)`,
  resolvedSql,
  appendEvents(`
    SELECT exception_id, ${runEvent("resolved")}, state AS from_state, 'resolved' AS to_state, NULL AS note, at_stake, currency FROM gone`),
  "UPDATE recon.exceptions SET state = 'resolved' WHERE exception_id IN (SELECT exception_id FROM gone)",
  ...rememberGraceSql,
]

/**
 * Carries every exception on from the run before, by what recon.finding holds. Found again, a break keeps its id, its first
 * sight and its state, and takes its severity, amounts and detail from the run; what changed in money or severity is an
 * event. Found after it was resolved, it is reopened. Found after it was written off, it stays written off as long as
 * the state of affairs is the one that a person accepted; another reopens it, and the event names both. No longer found, it is
 * resolved where the run proves that (resolution.ts). What is in flight is remembered (grace.ts). Source: docs/rules.md, "Exceptions live".
 */
export const carryExceptionsOn = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.forEach(lifeSql, (statement) => sql.run(statement), { discard: true })
