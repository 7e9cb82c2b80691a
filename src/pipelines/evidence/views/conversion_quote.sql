-- about: The quotes of the judged run: those on lists which it read to their end, and refused ones as far as they can be read.
-- quote_id: The quote.
-- customer_id: Its customer.
-- from_currency: What would be given, by the name that counts.
-- to_currency: What would be taken, by the name that counts.
-- from_amount: How much would be given.
-- to_amount: How much would be taken.
-- rate: Units of to_currency for one of from_currency.
-- fee: What would be charged.
-- fee_currency: The fee's currency, by the name that counts.
-- expires_at: Until when it may be taken.
-- obstacle: Why a column that is NULL is not known: the quote cannot be read.
SELECT q.quote_id, q.customer_id, recon.currency_name(q.from_currency) AS from_currency, recon.currency_name(q.to_currency) AS to_currency,
  q.from_amount, q.to_amount, q.rate, q.fee, recon.currency_name(q.fee_currency) AS fee_currency, q.expires_at, NULL AS obstacle
FROM main.conversion_quotes AS q
JOIN recon.coverage AS listed ON listed.run_id = recon.run() AND listed.customer_id = q.customer_id AND listed.stream = 'conversion_quotes' AND listed.state = 'COMPLETE'
WHERE q.last_seen_run = recon.run()
UNION ALL
SELECT f.record_id, f.customer_id, recon.currency_name(f.readable['from_currency']), recon.currency_name(f.readable['to_currency']),
  TRY_CAST(f.readable['from_amount'] AS DECIMAL(38,18)), TRY_CAST(f.readable['to_amount'] AS DECIMAL(38,18)),
  TRY_CAST(f.readable['rate'] AS DECIMAL(38,18)),
  TRY_CAST(f.readable['fee'] AS DECIMAL(38,18)), recon.currency_name(f.readable['fee_currency']), TRY_CAST(f.readable['expires_at'] AS TIMESTAMPTZ), f.name
FROM recon.refused AS f WHERE f.stream = 'conversion_quotes' AND f.record_id IS NOT NULL
