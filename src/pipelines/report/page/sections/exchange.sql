-- title: Foreign exchange in the last 30 days
-- about: Settled conversions by pair, and how many were made at another rate than the quote that they name.
-- columns: sold text, bought text, conversions integer, sold_amount money(sold), bought_amount money(bought),
--   with_quote integer, at_another_rate integer
-- order: sold, bought

SELECT from_currency AS sold, to_currency AS bought, count(*) AS conversions, recon.exact_sum(from_amount) AS sold_amount,
  recon.exact_sum(to_amount) AS bought_amount, count(quoted_rate) AS with_quote,
  count(*) FILTER (quoted_rate <> rate) AS at_another_rate
FROM recon.quoted_conversion
WHERE class = 'settled' AND created_at > getvariable('started_at') - INTERVAL 30 DAY
GROUP BY from_currency, to_currency
