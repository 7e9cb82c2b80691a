-- severity: high
-- family: conversions
-- definition: A conversion's rate or pair of currencies differs from its quote's, or its amounts or its fee exceed those that were quoted.
-- finds: A conversion at 1.0873 on a quote of 1.0874, or to USD on a quote to SGD; 1,000 EUR converted on a quote for 100 EUR; a fee of 9.00 EUR where 1.50 EUR was quoted.
-- silent: A conversion of less than was quoted, or for a smaller fee, at the rate that was quoted.
-- action: Ask the partner which terms hold, and to settle the difference.
-- rests on: customer
-- accepts: quoted, converted
-- unproven when: The customer's quotes were not read to their end, or the quote cannot be read and may deviate.
WITH compared AS (
  SELECT *, quoted_rate <> rate OR quoted_from_currency <> from_currency OR quoted_to_currency <> to_currency AS has_other_terms,
    -- A fee in another currency was not quoted, whatever it is; where none is charged, none exceeds.
    fee > 0 AND (fee_currency <> quoted_fee_currency OR fee > quoted_fee) AS charges_more
  FROM recon.quoted_conversion
),
worded AS (
  SELECT *, CASE WHEN from_amount > quoted_from_amount AND quoted_from_currency = from_currency THEN 'from'
      WHEN to_amount > quoted_to_amount AND quoted_to_currency = to_currency THEN 'to' WHEN charges_more THEN 'fee' END AS exceeds,
    from_amount > quoted_from_amount OR to_amount > quoted_to_amount OR charges_more AS is_more,
    concat_ws(' ', recon.money(from_amount, from_currency), 'to', recon.money(to_amount, to_currency), 'at', recon.plain(rate),
      CASE WHEN charges_more THEN concat('for a fee of ', recon.money(fee, fee_currency)) END) AS converted,
    concat_ws(' ', recon.money(quoted_from_amount, quoted_from_currency), 'to', recon.money(quoted_to_amount, quoted_to_currency), 'at', recon.plain(quoted_rate),
      CASE WHEN charges_more THEN concat('for a fee of ', recon.money(quoted_fee, quoted_fee_currency)) END) AS quoted
  FROM compared
),
judged AS (
  SELECT *, has_other_terms OR is_more AS is_off FROM worded
)
-- Rates stand in the sentence alone: expected and actual are amounts of a currency.
SELECT CASE WHEN is_off THEN 'exception' ELSE 'unproven' END AS outcome, CASE WHEN is_off IS NULL THEN obstacle END AS obstacle,
  'conversions' AS stream, conversion_id AS record_id, quote_id AS counterpart_id, customer_id,
  CASE exceeds WHEN 'from' THEN from_currency WHEN 'to' THEN to_currency WHEN 'fee' THEN fee_currency END AS currency,
  CASE exceeds WHEN 'from' THEN quoted_from_amount WHEN 'to' THEN quoted_to_amount
    WHEN 'fee' THEN CASE WHEN quoted_fee_currency = fee_currency THEN quoted_fee ELSE 0 END END AS expected,
  CASE exceeds WHEN 'from' THEN from_amount WHEN 'to' THEN to_amount WHEN 'fee' THEN fee END AS actual,
  quoted, converted, concat('Quoted ', quoted, ', but converted ', converted) AS detail
FROM judged WHERE is_off OR is_off IS NULL AND obstacle IS NOT NULL
