-- title: Conversions
-- about: Each conversion beside its quote: what was quoted and what was done, at which rate and fee, and the difference in basis points and in money of what was bought. The effective rate is what was bought for one of what was sold, the fee aside. A void conversion, which did nothing, has neither rate nor difference. Those that are new or changed since the last night, or of the period that was asked for. Of lists that this night read to their end.
-- columns: conversion_id text, customer_id text, partner_customer_ref text, status text, created_at time, completed_at time,
--   quote_id text, quote_expires_at time, from_currency text, to_currency text, quoted_sold money(from_currency),
--   quoted_bought money(to_currency), sold money(from_currency), bought money(to_currency), quoted_rate money,
--   stated_rate money, effective_rate money, difference_bp money, difference money(to_currency), fee money(fee_currency),
--   fee_currency text, sold_transactions text, bought_transactions text,
--   quoted_fee money(quoted_fee_currency), quoted_fee_currency text
-- order: created_at, conversion_id

SELECT *, quoted_from_amount AS quoted_sold, quoted_to_amount AS quoted_bought FROM recon.conversion_terms
WHERE is_in_period(version_seen_run, created_at)
