-- title: Does the money tie?
-- about: For each currency, over all customers: the opening balances, every kind of movement since, and whether they make the closing balances that the API states. Movements out are negative.
-- columns: currency text, lines integer, lines_that_do_not_tie integer, lines_not_judged integer, difference money(currency),
--   opening money(currency), deposits money(currency), withdrawals money(currency), refunds money(currency),
--   conversions_in money(currency), conversions_out money(currency), collections money(currency), fees money(currency),
--   adjustments money(currency), computed_closing money(currency), reported_closing money(currency)
-- order: currency

SELECT l.currency, count(*) AS lines,
  recon.exact_sum(l.opening) AS opening,
  recon.exact_sum(l.deposits) AS deposits,
  recon.exact_sum(l.withdrawals) AS withdrawals,
  recon.exact_sum(l.refunds) AS refunds,
  recon.exact_sum(l.conversions_in) AS conversions_in,
  recon.exact_sum(l.conversions_out) AS conversions_out,
  recon.exact_sum(l.collections) AS collections,
  recon.exact_sum(l.fees) AS fees,
  recon.exact_sum(l.adjustments) AS adjustments,
  recon.exact_sum(l.computed_closing) AS computed_closing,
  recon.exact_sum(l.reported_closing) AS reported_closing,
  recon.exact_sum(l.difference) AS difference,
  count(*) FILTER (l.status = 'differs') AS lines_that_do_not_tie, count(*) FILTER (l.status NOT IN ('agrees', 'differs')) AS lines_not_judged
FROM recon.rollforward AS l
WHERE l.run_id = getvariable('run')
GROUP BY l.currency
