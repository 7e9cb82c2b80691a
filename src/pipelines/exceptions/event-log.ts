/**
 * The statement that puts events on record. The query gives exception_id, run_id, occurred_at, event, who, note,
 * from_state, to_state, assignee, and what was at stake, and of a write-off what it accepted, one row an event; the log numbers
 * them. Nothing ever changes or removes a row.
 */
export const appendEvents = (query: string): string => `
  INSERT INTO recon.exception_events BY NAME
  SELECT (SELECT coalesce(max(event_no), 0) FROM recon.exception_events) + row_number() OVER (ORDER BY exception_id) AS event_no, *
  FROM (${query})`

/** Who acts where no person does. */
export const tidemarkItself = "tidemark"
