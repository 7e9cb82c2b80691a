-- about: What moved each balance, day by day (UTC), by the columns of the roll-forward. Opening and closing are those of the day: each day's closing is the opening of the next day on which something moved, and the last one that is in the balance is what the roll-forward computes. The first opening is 0, or what the roll-forward does not owe to any posting: a difference that a person accepted, or one that stands.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- currency: The currency.
-- network: The network, where the balance is judged by network.
-- day: The day on which it was posted.
-- in_balance: Whether it is in the balance that the judged run read; FALSE for what was posted after the balance's asOf, which the next night proves.
-- category: deposits, withdrawals, refunds, conversions_in, conversions_out, collections, fees or adjustments.
-- transactions: How many were posted.
-- gross_in: The gross amounts of credits.
-- gross_out: The gross amounts of debits, negative.
-- fee: The fees that are part of them, charged where positive.
-- net: What they moved the balance by.
-- opening: The balance before the day.
-- closing: The balance after the day.
WITH by_network AS (
  SELECT DISTINCT customer_id, currency FROM recon.closing WHERE network IS NOT NULL
),
unit AS (
  SELECT customer_id, currency, network, network_key, oldest_as_of, newest_posted_at, takes_closing,
    CASE WHEN opening IS NULL THEN since_inception ELSE rolled END AS computed_closing
  FROM recon.closing
),
-- Whole units of very large amounts are summed apart, so that no sum overflows.
posted AS (
  SELECT t.customer_id, t.currency, coalesce(CASE WHEN n.currency IS NOT NULL THEN t.network END, '') AS network_key, t.posted_at::DATE AS day,
    u.newest_posted_at IS NOT NULL AND t.posted_at <= u.newest_posted_at AND (u.takes_closing OR u.oldest_as_of IS NULL OR t.posted_at < u.oldest_as_of) AS in_balance,
    t.type, t.resource_type, t.direction, count(*) AS transactions, recon.exact_sum(t.amount) AS gross, recon.exact_sum(t.fee) AS fee,
    coalesce(sum(recon.large_part(t.moved)), 0) AS whole, sum(recon.rest_of(t.moved)) AS rest
  FROM recon.transaction AS t
  LEFT JOIN by_network AS n ON n.customer_id = t.customer_id AND n.currency = t.currency
  LEFT JOIN unit AS u ON u.customer_id = t.customer_id AND u.currency = t.currency
    AND u.network_key = coalesce(CASE WHEN n.currency IS NOT NULL THEN t.network END, '')
  WHERE t.is_posted
  GROUP BY ALL
),
category AS (
  SELECT customer_id, currency, network_key, day, in_balance, recon.rollforward_column(type, resource_type, direction) AS category,
    sum(transactions)::BIGINT AS transactions, CASE WHEN bool_and(gross IS NOT NULL) THEN recon.exact_sum(CASE WHEN direction = 'CREDIT' THEN gross ELSE 0 END) END AS gross_in,
    CASE WHEN bool_and(gross IS NOT NULL) THEN recon.exact_sum(CASE WHEN direction = 'CREDIT' THEN 0 ELSE -gross END) END AS gross_out,
    CASE WHEN bool_and(fee IS NOT NULL) THEN recon.exact_sum(fee) END AS fee, sum(whole) AS whole, sum(rest) AS rest
  FROM posted GROUP BY ALL
),
per_day AS (
  SELECT customer_id, currency, network_key, day, in_balance, sum(whole) AS whole, sum(rest) AS rest FROM category GROUP BY ALL
),
running AS (
  SELECT *, sum(whole) OVER so_far AS whole_so_far, sum(rest) OVER so_far AS rest_so_far,
    sum(CASE WHEN in_balance THEN whole ELSE 0 END) OVER whole_unit AS whole_in_balance, sum(CASE WHEN in_balance THEN rest ELSE 0 END) OVER whole_unit AS rest_in_balance
  FROM per_day
  WINDOW so_far AS (PARTITION BY customer_id, currency, network_key ORDER BY in_balance DESC, day ROWS UNBOUNDED PRECEDING),
    whole_unit AS (PARTITION BY customer_id, currency, network_key)
),
-- Counted back from what the roll-forward computes, so that an accepted difference is carried on from the first opening.
chained AS (
  SELECT r.*, u.network,
    TRY(coalesce(u.computed_closing, recon.in_decimal(r.whole_in_balance, r.rest_in_balance)) - recon.in_decimal(r.whole_in_balance, r.rest_in_balance)) AS carried
  FROM running AS r
  LEFT JOIN unit AS u ON u.customer_id = r.customer_id AND u.currency = r.currency AND u.network_key = r.network_key
)
SELECT c.customer_id, r.partner_customer_ref, c.currency, coalesce(d.network, nullif(c.network_key, '')) AS network, c.day, c.in_balance, c.category, c.transactions,
  c.gross_in, c.gross_out, c.fee, recon.in_decimal(c.whole, c.rest) AS net,
  TRY(d.carried + recon.in_decimal(d.whole_so_far - d.whole, d.rest_so_far - d.rest)) AS opening,
  TRY(d.carried + recon.in_decimal(d.whole_so_far, d.rest_so_far)) AS closing
FROM category AS c
JOIN chained AS d ON d.customer_id = c.customer_id AND d.currency = c.currency AND d.network_key = c.network_key AND d.day = c.day AND d.in_balance = c.in_balance
LEFT JOIN main.customers AS r ON r.customer_id = c.customer_id
