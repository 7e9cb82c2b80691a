-- about: The conversions that stand on a list which the judged run read to its end.
-- conversion_id: The conversion.
-- customer_id: Its customer.
-- quote_id: The quote that it took.
-- from_currency: What was given, by the name that counts.
-- to_currency: What was taken, by the name that counts.
-- from_amount: How much was given.
-- to_amount: How much was taken.
-- rate: Units of to_currency for one of from_currency.
-- rate_places: With how many decimals the rate was written; of a record that an earlier version stored, as many as it needs.
-- fee: Its fee.
-- fee_currency: The fee's currency.
-- given: What the rate is applied to: from_amount, less the fee where the configuration says that it is taken before (conversionFee).
-- made: What the rate made: to_amount, and the fee where the configuration says that it was taken after.
-- status: Its status.
-- class: open, settled, void, undone, or unknown.
-- created_at: When it was created.
WITH listed AS (
  SELECT c.conversion_id, c.customer_id, c.quote_id, recon.currency_name(c.from_currency) AS from_currency,
    recon.currency_name(c.to_currency) AS to_currency, c.from_amount, c.to_amount, c.rate,
    coalesce(c.rate_places, length(recon.fraction(c.rate)))::INTEGER AS rate_places, c.fee, recon.currency_name(c.fee_currency) AS fee_currency,
    c.status, recon.class_of_conversions(c.status) AS class, c.created_at
  FROM main.conversions AS c
  JOIN recon.coverage AS v ON v.run_id = recon.run() AND v.customer_id = c.customer_id AND v.stream = 'conversions' AND v.state = 'COMPLETE'
  WHERE c.last_seen_run = recon.run()
)
-- A fee is no part of either amount, unless the configuration says that it is taken from what is given or from what is made.
SELECT *, TRY(from_amount - CASE WHEN recon.conversion_fee() = 'beforeRate' AND fee_currency = from_currency THEN fee ELSE 0 END) AS given,
  TRY(to_amount + CASE WHEN recon.conversion_fee() = 'afterRate' AND fee_currency = to_currency THEN fee ELSE 0 END) AS made
FROM listed
