-- about: Each conversion beside the quote that it took, and the transactions that it made. Rates are units of to_currency for one of from_currency; a rate that was computed is rounded to 12 decimals.
-- conversion_id: The conversion.
-- customer_id: The customer.
-- partner_customer_ref: Your own reference of the customer.
-- status: The conversion's status.
-- created_at: When it was made.
-- completed_at: When it was completed.
-- quote_id: The quote that it took.
-- quote_expires_at: Until when the quote might be taken.
-- from_currency: What was given.
-- to_currency: What was taken.
-- quoted_from_amount: How much the quote would give.
-- quoted_to_amount: How much the quote would take.
-- sold: How much was given.
-- bought: How much was taken.
-- quoted_rate: The quote's rate; NULL where the quote is not known, or is of another pair.
-- stated_rate: The rate that the conversion states.
-- effective_rate: What was taken for one of what was given, fee aside (conversionFee says where it is); NULL of a void conversion, which took nothing.
-- difference_bp: By how many basis points more or less was taken than the quoted rate makes of what was given; NULL of a void conversion.
-- difference: The same in money of to_currency.
-- fee: Its fee.
-- fee_currency: The fee's currency.
-- quoted_fee: The fee that was quoted.
-- quoted_fee_currency: The quoted fee's currency.
-- sold_transactions: The posted transactions that took what was given.
-- bought_transactions: The posted transactions that brought what was taken.
-- version_seen_run: The run that first saw it as it is.
WITH compared AS (
  SELECT *, quoted_from_currency = from_currency AND quoted_to_currency = to_currency AS is_same_pair FROM recon.quoted_conversion
),
valued AS (
  SELECT *, CASE WHEN is_same_pair AND class <> 'void' THEN recon.of_units(recon.product_floor(given, quoted_rate)) END AS quoted_value FROM compared
),
posted AS (
  SELECT t.resource_id AS conversion_id, t.customer_id,
    array_to_string(list_sort(list(t.transaction_id) FILTER (t.direction = 'DEBIT' AND t.type <> 'FEE')), ' ') AS sold_transactions,
    array_to_string(list_sort(list(t.transaction_id) FILTER (t.direction = 'CREDIT' AND t.type <> 'FEE')), ' ') AS bought_transactions
  FROM recon.transaction AS t WHERE t.is_posted AND t.names_record AND t.resource_type = 'conversion'
  GROUP BY t.resource_id, t.customer_id
)
SELECT v.conversion_id, v.customer_id, r.partner_customer_ref, v.status, v.created_at, c.completed_at, v.quote_id, v.expires_at AS quote_expires_at,
  v.from_currency, v.to_currency, v.quoted_from_amount, v.quoted_to_amount, v.from_amount AS sold, v.to_amount AS bought,
  CASE WHEN v.is_same_pair THEN v.quoted_rate END AS quoted_rate, v.rate AS stated_rate,
  CASE WHEN v.class <> 'void' THEN round(recon.ratio(v.made, v.given), 12) END AS effective_rate,
  recon.basis_points(TRY(v.made - v.quoted_value), v.quoted_value) AS difference_bp,
  TRY(v.made - v.quoted_value) AS difference, v.fee, v.fee_currency, v.quoted_fee, v.quoted_fee_currency, p.sold_transactions, p.bought_transactions, c.version_seen_run
FROM valued AS v
JOIN main.conversions AS c ON c.conversion_id = v.conversion_id
LEFT JOIN posted AS p ON p.conversion_id = v.conversion_id AND p.customer_id = v.customer_id
LEFT JOIN main.customers AS r ON r.customer_id = v.customer_id
