-- about: The transactions that a residual may come from: those that it was computed with, and those that are just beside.
-- kind: table
-- residual_no: The residual.
-- gap: What it comes to.
-- transaction_id: The transaction.
-- status: Its status.
-- posted_at: When it was posted.
-- fee: Its fee.
-- moved: Its net amount, with sign.
-- is_posted: Whether it moved the balance.
-- in_period: Whether the residual was computed with it.
-- is_late: Whether it was posted before the opening and is listed only since.
WITH beside AS (
  SELECT r.residual_no, r.gap, t.transaction_id, t.status, t.posted_at, t.fee, t.is_posted,
    CASE t.direction WHEN 'CREDIT' THEN t.net_amount ELSE -t.net_amount END AS moved,
    t.posted_at <= r.until AND (r.since IS NULL OR t.posted_at > r.since) AS in_period,
    coalesce(t.posted_at <= r.since AND t.first_seen_run > r.opening_run, FALSE) AS is_late
  FROM recon.residual AS r JOIN recon.transaction AS t ON t.customer_id = r.customer_id AND t.currency = r.currency
  WHERE r.network IS NULL OR t.network = r.network
)
SELECT * FROM beside WHERE NOT is_posted OR in_period OR is_late
