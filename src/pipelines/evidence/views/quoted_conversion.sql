-- about: Each conversion beside the quote that it names, of its own customer; columns of a quote that is not known are NULL.
-- quoted_from_currency: The quote's from_currency.
-- quoted_to_currency: The quote's to_currency.
-- quoted_from_amount: The quote's from_amount.
-- quoted_to_amount: The quote's to_amount.
-- quoted_rate: The quote's rate.
-- quoted_fee: The quote's fee.
-- quoted_fee_currency: The quote's fee_currency.
-- expires_at: Until when the quote might be taken.
-- obstacle: Why the quote is not known, in a sentence; NULL where it is, and where there is none (CONV_QUOTE_MISSING).
SELECT c.*, q.from_currency AS quoted_from_currency, q.to_currency AS quoted_to_currency, q.from_amount AS quoted_from_amount,
  q.to_amount AS quoted_to_amount, q.rate AS quoted_rate, q.fee AS quoted_fee, q.fee_currency AS quoted_fee_currency, q.expires_at, coalesce(r.obstacle, q.obstacle) AS obstacle
FROM recon.conversion AS c
LEFT JOIN recon.conversion_quote AS q ON q.quote_id = c.quote_id AND q.customer_id = c.customer_id
LEFT JOIN recon.reading AS r ON r.customer_id = c.customer_id AND r.stream = 'conversion_quotes'
