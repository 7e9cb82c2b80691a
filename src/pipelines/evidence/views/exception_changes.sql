-- about: What happened to exceptions since the night before the judged one: what the run found, found again or no longer, whose severity or amount moved, and what people did meanwhile. One row an event.
-- event_no: The order in which events were put on record.
-- change: new, reopened, resolved, changed (severity or amount), accepted (written off), acknowledged, assigned, noted.
-- occurred_at: When a person acted, or the run began.
-- who: Who; tidemark where the run did.
-- exception_id: The exception.
-- code: The check that found it.
-- severity: Its severity now.
-- state: Its state now.
-- from_state: Its state before the event; NULL where it is new.
-- to_state: Its state after it.
-- stream: The list of the record.
-- record_id: What it is about.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- currency: The currency of the amount.
-- amount_at_stake: How much money it was about then: as a person accepted it, or as the run found it; of a resolved one, as it was found last.
-- note: Why, where a person said so; of what changed, what it was and what it is.
-- proof: Of a resolved one, what the run proved.
-- evidence: The command that shows the records behind it.
WITH before AS (
  SELECT max(run_id) AS run_id, max(started_at) AS started_at FROM recon.runs WHERE run_id = recon.last_run()
),
-- What people did before the last night's run was in its reports.
told AS (
  SELECT max(e.event_no) AS event_no FROM recon.exception_events AS e JOIN before AS b ON e.run_id <= b.run_id
),
since AS (
  SELECT e.* FROM recon.exception_events AS e CROSS JOIN before AS b CROSS JOIN told AS t
  WHERE e.run_id = recon.run()
    OR e.run_id IS NULL AND (b.run_id IS NULL OR e.occurred_at >= b.started_at AND e.event_no > coalesce(t.event_no, 0))
)
SELECT s.event_no,
  CASE s.event WHEN 'opened' THEN 'new' WHEN 'written_off' THEN 'accepted' ELSE s.event END AS change,
  s.occurred_at, s.who, s.exception_id, e.code, e.severity, e.state, s.from_state, s.to_state, e.stream, e.record_id,
  e.customer_id, c.partner_customer_ref, s.currency, s.at_stake AS amount_at_stake,
  CASE WHEN s.event = 'assigned' THEN concat_ws(': ', concat('to ', s.assignee), s.note) ELSE s.note END AS note,
  CASE WHEN s.event = 'resolved' THEN concat('Run ', s.run_id, ' did not find it, and ', CASE k.rests_on
      WHEN 'list' THEN concat('read the list ', e.stream, ' of the customer to its end')
      WHEN 'stream' THEN concat('read the list ', e.stream, CASE WHEN e.customer_id IS NULL THEN ' of every customer' ELSE ' of the customer' END, ' to its end')
      WHEN 'roster' THEN 'went by the roster'
      WHEN 'customer' THEN CASE WHEN e.customer_id IS NULL THEN 'read every list of every customer to its end' ELSE 'read every list of the customer to its end' END
      ELSE 'read every list of every customer to its end' END) END AS proof,
  concat('tidemark exceptions show ', s.exception_id) AS evidence
FROM since AS s
JOIN recon.exceptions AS e ON e.exception_id = s.exception_id
LEFT JOIN recon.check_settings AS k ON k.code = e.code
LEFT JOIN main.customers AS c ON c.customer_id = e.customer_id
