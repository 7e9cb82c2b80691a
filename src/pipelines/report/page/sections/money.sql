-- title: Does the money tie?
-- about: For each currency, over all customers: the opening balances, every kind of movement since, and whether they make the closing balances that the API states. Movements out are negative. A line is a customer's balance; a difference is the reported closing less the computed one. One whose roll-forward agrees does not tie either where it is not the sum of all that was posted (BAL_INCEPTION).
-- columns: currency text, lines integer, lines_that_do_not_tie integer, difference_where_it_does_not_tie money(currency),
--   lines_not_judged integer, difference_where_not_judged money(currency),
--   opening money(currency), deposits money(currency), withdrawals money(currency), refunds money(currency),
--   conversions_in money(currency), conversions_out money(currency), collections money(currency), fees money(currency),
--   adjustments money(currency), computed_closing money(currency), reported_closing money(currency),
--   difference money(currency)
-- order: currency

-- A balance that the API states no more, though money should be there, does not tie; it was judged. Where the opening was proven and what it rested
-- on is no longer there, the roll-forward agrees and the whole does not.
WITH line AS (
  SELECT r.*, CASE WHEN r.status IN ('differs', 'unstated') THEN r.difference WHEN e.exception_id IS NOT NULL THEN r.inception_difference END AS untied,
    r.status IN ('differs', 'unstated') OR e.exception_id IS NOT NULL AND r.inception_difference IS NOT NULL AS is_untied
  FROM recon.rollforward AS r
  LEFT JOIN counted_exception AS e ON e.code = 'BAL_INCEPTION' AND e.customer_id = r.customer_id AND e.currency = r.currency AND e.leg IS NOT DISTINCT FROM r.network
  WHERE r.run_id = getvariable('run')
)
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
  count(*) FILTER (l.is_untied) AS lines_that_do_not_tie,
  recon.exact_sum(l.untied) AS difference_where_it_does_not_tie,
  count(*) FILTER (l.status = 'unproven') AS lines_not_judged,
  recon.exact_sum(CASE WHEN l.status = 'unproven' THEN l.difference END) AS difference_where_not_judged
FROM line AS l
GROUP BY l.currency
