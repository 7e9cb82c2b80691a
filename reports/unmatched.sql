-- title: Unmatched
-- about: Every expected movement and every transaction that is an exception, in flight or unproven, and why. Where a movement is an exception, expected and actual are what the exception compares: of a void record nothing is expected, of a fee the fees.
-- columns: side text, category text, code text, stream text, record_id text, leg text, transaction_id text,
--   customer_id text, partner_customer_ref text, currency text, expected money(currency), actual money(currency)
-- order: category, code, side, customer_id, stream, record_id, leg, transaction_id

SELECT m.* EXCLUDE (expected, actual), c.partner_customer_ref,
  CASE WHEN e.code IS NULL THEN m.expected ELSE e.expected END AS expected, CASE WHEN e.code IS NULL THEN m.actual ELSE e.actual END AS actual
FROM recon.matches AS m
LEFT JOIN recon.exceptions AS e
  ON e.code = CASE m.side WHEN 'movement' THEN m.code END AND e.stream = m.stream AND e.record_id = m.record_id AND coalesce(e.leg, m.leg) = m.leg
LEFT JOIN main.customers AS c ON c.customer_id = m.customer_id
WHERE m.run_id = getvariable('run') AND m.category IN ('exception', 'in flight', 'unproven')
