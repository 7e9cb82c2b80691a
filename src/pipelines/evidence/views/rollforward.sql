-- about: How each balance came from its opening to its closing.
-- kind: kept
WITH column_of AS (
  SELECT customer_id, currency, network_key, place, whole, rest, recon.rollforward_column(type, resource_type, direction) AS column_name
  FROM recon.posted WHERE is_posted
),
moved AS (
  SELECT p.customer_id, p.currency, p.network_key,
    recon.sum_where(whole, rest, column_name = 'deposits') AS deposits, recon.sum_where(whole, rest, column_name = 'withdrawals') AS withdrawals,
    recon.sum_where(whole, rest, column_name = 'refunds') AS refunds, recon.sum_where(whole, rest, column_name = 'conversions_in') AS conversions_in,
    recon.sum_where(whole, rest, column_name = 'conversions_out') AS conversions_out, recon.sum_where(whole, rest, column_name = 'collections') AS collections,
    recon.sum_where(whole, rest, column_name = 'fees') AS fees, recon.sum_where(whole, rest, column_name = 'adjustments') AS adjustments
  FROM column_of AS p JOIN recon.closing AS c ON c.customer_id = p.customer_id AND c.currency = p.currency AND c.network_key = p.network_key
  WHERE p.place = 'within' OR p.place = 'at closing' AND c.takes_closing OR p.place = 'at opening' AND c.takes_opening
  GROUP BY p.customer_id, p.currency, p.network_key
),
line AS (
  SELECT c.*, c.opening IS NOT NULL AS has_opening, CASE WHEN c.opening IS NULL THEN c.since_inception ELSE c.rolled END AS computed,
    CASE WHEN c.opening IS NULL THEN c.inception_ties ELSE c.rolled_ties END AS ties,
    CASE WHEN c.opening IS NULL THEN c.inception_obstacle ELSE c.rolled_obstacle END AS in_the_way,
    CASE WHEN c.is_listed AND c.inception_obstacle IS NULL AND NOT c.inception_ties THEN TRY(c.total - c.since_inception) END AS inception_difference,
    CASE WHEN c.is_listed AND c.rolled_obstacle IS NULL AND NOT c.rolled_ties AND c.opening IS NOT NULL THEN TRY(c.total - c.rolled) END AS rolled_difference,
    g.lacking
  FROM recon.closing AS c
  LEFT JOIN recon.gone_balance AS g ON g.customer_id = c.customer_id AND g.currency = c.currency AND g.network_key = c.network_key
)
SELECT recon.run() AS run_id, l.customer_id, l.currency, l.network, l.opening_as_of, l.opening_run, l.oldest_as_of AS closing_oldest_as_of,
  CASE WHEN l.is_listed THEN l.stated_as_of END AS closing_as_of, coalesce(l.opening, 0) AS opening,
  coalesce(m.deposits, 0) AS deposits, coalesce(m.withdrawals, 0) AS withdrawals, coalesce(m.refunds, 0) AS refunds,
  coalesce(m.conversions_in, 0) AS conversions_in, coalesce(m.conversions_out, 0) AS conversions_out, coalesce(m.collections, 0) AS collections,
  coalesce(m.fees, 0) AS fees, coalesce(m.adjustments, 0) AS adjustments, l.computed AS computed_closing, l.total AS reported_closing,
  -- A closing that is gone counts as zero; one that could not be read may be anything.
  TRY(CASE WHEN l.is_listed THEN l.total WHEN l.in_the_way IS NULL AND l.has_balances THEN 0 END - l.computed) AS difference,
  CASE
    WHEN l.in_the_way IS NOT NULL OR NOT l.has_balances THEN 'unproven'
    WHEN NOT l.is_listed THEN CASE WHEN l.lacking <> 0 THEN 'unstated' ELSE 'agrees' END
    WHEN l.total = l.computed THEN 'agrees' WHEN l.ties THEN 'within tolerance' ELSE 'differs'
  END AS status,
  CASE
    WHEN NOT l.is_listed OR l.is_ahead OR l.in_the_way IS NOT NULL THEN 'unproven'
    WHEN l.inception_difference IS NULL AND l.ties THEN 'proven'
    ELSE 'differs'
  END AS standing,
  l.inception_difference, l.rolled_difference, l.newest_posted_at
FROM line AS l
LEFT JOIN moved AS m ON m.customer_id = l.customer_id AND m.currency = l.currency AND m.network_key = l.network_key
WHERE l.is_listed OR l.newest_posted_at IS NOT NULL OR l.lacking <> 0
