-- title: Does the money tie?
-- about: For each currency, over all customers: the opening balances, every kind of movement since, and whether they make the closing balances that the API states. Movements out are negative.
-- columns: currency text, lines integer, lines_that_do_not_tie integer, lines_not_judged integer, difference money(currency),
--   opening money(currency), deposits money(currency), withdrawals money(currency), refunds money(currency),
--   conversions_in money(currency), conversions_out money(currency), collections money(currency), fees money(currency),
--   adjustments money(currency), computed_closing money(currency), reported_closing money(currency)
-- order: currency

WITH gathered AS (
  SELECT currency, count(*) AS lines, list(opening) AS opening, list(deposits) AS deposits,
    list(withdrawals) AS withdrawals, list(refunds) AS refunds,
    list(conversions_in) AS conversions_in, list(conversions_out) AS conversions_out,
    list(collections) AS collections, list(fees) AS fees,
    list(adjustments) AS adjustments, list(computed_closing) AS computed_closing,
    list(reported_closing) AS reported_closing, list(difference) AS difference,
    count(*) FILTER (status = 'differs') AS lines_that_do_not_tie, count(*) FILTER (status NOT IN ('agrees', 'differs')) AS lines_not_judged
  FROM recon.rollforward
  WHERE run_id = getvariable('run')
  GROUP BY currency
)
SELECT * REPLACE (TRY(list_sum(opening)) AS opening, TRY(list_sum(deposits)) AS deposits, TRY(list_sum(withdrawals)) AS withdrawals, TRY(list_sum(refunds)) AS refunds, TRY(list_sum(conversions_in)) AS conversions_in, TRY(list_sum(conversions_out)) AS conversions_out, TRY(list_sum(collections)) AS collections, TRY(list_sum(fees)) AS fees, TRY(list_sum(adjustments)) AS adjustments, TRY(list_sum(computed_closing)) AS computed_closing, TRY(list_sum(reported_closing)) AS reported_closing, TRY(list_sum(difference)) AS difference)
FROM gathered
