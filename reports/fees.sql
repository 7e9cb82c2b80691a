-- title: Fees
-- about: Every fee with the transaction that charged it and the record that caused it, in basis points of the gross amount where there is one in its currency, and what the record says that its fee is. A settled record whose fee was not charged has a row without a transaction, in the month in which it was settled. Those that are new or changed since the last night, or of the period that was asked for. Of lists that this night read to their end.
-- columns: charged_at time, transaction_id text, customer_id text, partner_customer_ref text, category text, cause text,
--   currency text, gross money(currency), fee money(currency), basis_points money, stream text, record_id text,
--   record_fee money(currency), charged_in_all money(currency), difference money(currency), reference text
-- order: charged_at, transaction_id, stream, record_id

SELECT * FROM recon.fees WHERE is_in_period(version_seen_run, due_at)
