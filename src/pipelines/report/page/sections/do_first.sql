-- title: What to do first
-- about: Of each person or desk the first five open exceptions: the worst, and of equally bad ones the oldest.
-- columns: assigned_to text, severity text, code text, customer text, currency text, at_stake money(currency),
--   age_days integer, what_to_do text, exception_id text
-- order: is_nobody, assigned_to, place

WITH placed AS (
  SELECT *, row_number() OVER (PARTITION BY assignee ORDER BY recon.severity_order(severity), age_days DESC, code, exception_id) AS place
  FROM counted_exception
)
SELECT coalesce(p.assignee, 'nobody yet') AS assigned_to, p.assignee IS NULL AS is_nobody, p.place, p.severity, p.code,
  coalesce(c.partner_customer_ref, p.customer_id) AS customer, p.currency, p.at_stake, p.age_days, s.what_to_do, p.exception_id
FROM placed AS p
LEFT JOIN main.customers AS c ON c.customer_id = p.customer_id
LEFT JOIN recon.check_settings AS s ON s.code = p.code
WHERE p.place <= 5
