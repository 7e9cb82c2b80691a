-- about: Everything that is wrong and not yet settled: exceptions that are open, acknowledged or reopened, with their age at the judged run and the command that shows the evidence.
-- exception_id: The same for the same break night after night.
-- code: The check that found it.
-- severity: critical, high, medium, low or info.
-- state: open, acknowledged or reopened.
-- stream: The list of the record; NULL where it is about no list.
-- record_id: What it is about.
-- leg: The part of the record, where it has several.
-- counterpart_id: The record on the other side.
-- transaction_id: The transaction that it is about: the record itself, or its counterpart.
-- customer_id: The customer; NULL where it is about all.
-- partner_customer_ref: Your own reference of the customer.
-- currency: The currency of the amounts.
-- expected: What should be.
-- actual: What is.
-- difference: Actual less expected.
-- tolerance: The difference that is accepted.
-- amount_at_stake: How much money it is about, without sign; NULL where it is about no amount.
-- first_seen: The start of the run that found it first.
-- last_seen: The start of the run that found it last.
-- age_days: Days from the first sight to the judged run.
-- bucket: The bucket of that age.
-- assignee: Who looks after it; NULL for nobody.
-- last_note: What a person wrote last.
-- detail: What is wrong, in a sentence.
-- what_to_do: What the check advises.
-- evidence: The command that shows the records behind it.
-- severity_order: 1 for critical to 5 for info, to sort by.
WITH aged AS (
  SELECT *, date_diff('day', first_seen::DATE, recon.started_at()::DATE) AS age_days
  FROM recon.exceptions WHERE recon.is_live(state)
),
-- Notes of people; what a run notes is what has changed, and stands among the changes.
noted AS (
  SELECT exception_id, arg_max(note, event_no) AS last_note FROM recon.exception_events
  WHERE run_id IS NULL AND note IS NOT NULL GROUP BY exception_id
)
SELECT a.exception_id, a.code, a.severity, a.state, a.stream, a.record_id, a.leg, a.counterpart_id,
  CASE WHEN a.stream = 'transactions' THEN a.record_id ELSE t.transaction_id END AS transaction_id,
  a.customer_id, c.partner_customer_ref, a.currency, a.expected, a.actual, a.difference, a.tolerance, a.at_stake AS amount_at_stake,
  a.first_seen, a.last_seen, a.age_days, recon.age_bucket(a.age_days) AS bucket, a.assignee, n.last_note, a.detail, s.what_to_do,
  concat('tidemark exceptions show ', a.exception_id) AS evidence,
  recon.severity_order(a.severity) AS severity_order
FROM aged AS a
LEFT JOIN noted AS n ON n.exception_id = a.exception_id
LEFT JOIN main.transactions AS t ON t.transaction_id = a.counterpart_id
LEFT JOIN main.customers AS c ON c.customer_id = a.customer_id
LEFT JOIN recon.check_settings AS s ON s.code = a.code
