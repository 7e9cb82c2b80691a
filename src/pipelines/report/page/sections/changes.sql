-- title: What changed since the night before
-- about: What this run found, found again, resolved or saw change, and what people did since the run before.
-- columns: what text, severity text, code text, currency text, at_stake money(currency),
--   partner_customer_ref text, who text, note text, exception_id text, record_id text
-- order: change_order, severity_order, code, exception_id, event_no

SELECT replace(change, '_', ' ') AS what, event_no, who, note, exception_id, severity, code, record_id, currency,
  amount_at_stake AS at_stake, partner_customer_ref,
  list_position(['new', 'reopened', 'changed', 'resolved', 'accepted', 'assigned', 'acknowledged', 'noted'], change) AS change_order,
  recon.severity_order(severity) AS severity_order
FROM recon.exception_changes
