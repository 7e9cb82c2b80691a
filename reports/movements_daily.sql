-- title: Movements by day
-- about: What moved each balance on each day (UTC), by the columns of the roll-forward. Opening and closing are the day's, the same on each of its rows: each closing is the opening of the next day on which something moved, and the last one that is in the balance is the roll-forward's computed closing. What was posted after the balance was stated follows it, not yet in the balance. Of this month and the one before, or of the period that was asked for. Of lists that this night read to their end.
-- columns: date date, customer_id text, partner_customer_ref text, currency text, network text, in_balance boolean,
--   category text, transactions integer, gross_in money(currency), gross_out money(currency), fee money(currency),
--   net money(currency), opening money(currency), closing money(currency)
-- order: partner_customer_ref, customer_id, currency, network, in_balance desc, date, category

SELECT *, day AS date FROM recon.daily_movements
WHERE CASE getvariable('period')
  WHEN 'all' THEN TRUE
  WHEN 'night' THEN day >= date_trunc('month', recon.started_at()::DATE) - INTERVAL 1 MONTH
  ELSE day >= getvariable('period_from')::DATE AND day < getvariable('period_until')::DATE END
