import { CompiledQuery, type Migration } from "kysely"
import { addColumn } from "../describe-table.ts"

const events = "recon.exception_events"

/** What changes an amount is an event, so that the one of now is what was at stake since the last of these. */
const knownSql = `
  UPDATE ${events} AS v SET at_stake = e.at_stake, currency = e.currency
  FROM recon.exceptions AS e
  LEFT JOIN (
    SELECT exception_id, max(event_no) AS event_no FROM ${events} WHERE event IN ('changed', 'reopened') AND run_id IS NOT NULL GROUP BY exception_id
  ) AS c ON c.exception_id = e.exception_id
  WHERE e.exception_id = v.exception_id AND v.event_no >= coalesce(c.event_no, 0)`

/** An exception's amount moves on with the nights; what a person accepted at the time does not. */
export const stakeOfEvents: Migration = {
  up: async (db) => {
    const statements = [
      ...addColumn(
        events,
        "at_stake",
        "DECIMAL(38,18)",
        "How much money it was about then, without sign: the amount that a person accepted, or that a run found. NULL where it had no amount, and of earlier versions where it changed since.",
      ),
      ...addColumn(events, "currency", "VARCHAR", "The currency of at_stake."),
      knownSql,
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
