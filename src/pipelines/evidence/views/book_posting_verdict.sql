-- about: Every transaction of a book's period, and every other that is matched or tied with one of its lines, in exactly one verdict.
-- kind: table
-- book: The book.
-- transaction_id: The transaction.
-- customer_id: Its customer.
-- currency: Its currency.
-- amount: What it did to the balance.
-- posted_at: When it was posted.
-- match_id: Its match.
-- bound_note: Why it could not be searched.
-- obstacle: Why it cannot be said that the book lacks it, in a sentence.
-- verdict: matched, within tolerance, in flight, unproven, or the check that tells what is wrong.
WITH placed AS (
  SELECT p.*, g.match_id, t.record_id IS NOT NULL AS is_claimed, t.rule AS claim_rule, t.candidates AS claim_candidates, t.ties AS claim_ties, t.note AS bound_note
  FROM book_posting AS p
  LEFT JOIN book_member AS g ON g.side = 'transaction' AND g.book = p.book AND g.record_id = p.transaction_id
  LEFT JOIN book_claim AS t ON t.side = 'transaction' AND t.book = p.book AND t.record_id = p.transaction_id
  WHERE p.is_in_period OR g.match_id IS NOT NULL OR t.record_id IS NOT NULL
),
-- A line that cannot be read may be a transaction's where nothing that can be read of it speaks against it.
unreadable AS (
  SELECT q.book, coalesce(q.customer_id, k.customer_id) AS customer_id, recon.currency_name(q.currency) AS currency, q.amount, q.booked_from, q.booked_to, q.reference,
    concat('line ', q.source_line, ' of ', i.file, ', which cannot be read (', q.reason, '), may be it') AS name
  FROM raw.book_quarantine AS q
  JOIN recon.book_imports AS i ON i.import_id = q.import_id
  LEFT JOIN recon.customer_reference AS k ON k.partner_customer_ref = q.partner_customer_ref
  WHERE q.in_force
),
doubted AS (
  SELECT p.book, p.transaction_id, min(u.name) AS name
  FROM placed AS p JOIN unreadable AS u ON u.book = p.book
  WHERE p.match_id IS NULL AND NOT p.is_claimed AND coalesce(u.customer_id = p.customer_id, TRUE)
    AND (u.reference IN (p.transaction_id, p.resource_id, p.reference)
      OR coalesce(u.currency = p.currency, TRUE)
        AND (u.amount IS NULL OR recon.book_has_sums() AND sign(u.amount) = sign(p.amount) OR recon.is_within(u.amount, p.amount, recon.tolerance('BOOK_AMOUNT', p.currency, p.amount)))
        AND coalesce(p.posted_at BETWEEN u.booked_from - recon.book_widest() AND u.booked_to + recon.book_widest(), TRUE))
  GROUP BY p.book, p.transaction_id
)
SELECT p.* EXCLUDE (is_claimed, claim_rule, claim_candidates, claim_ties), m.line_ids, m.transactions, m.lines, m.booked, m.difference, m.tolerance, m.line_currency,
  coalesce(m.rule, p.claim_rule) AS rule, coalesce(m.candidates, p.claim_candidates) AS candidates, coalesce(m.ties, p.claim_ties) AS ties, d.name AS obstacle,
  CASE
    WHEN m.match_id IS NOT NULL THEN m.verdict
    -- What moves nothing needs no line.
    WHEN p.amount = 0 THEN 'matched'
    WHEN p.is_claimed THEN 'BOOK_AMBIGUOUS'
    WHEN p.posted_at + recon.grace('BOOK_MISSING_HERE') > least(recon.started_at(), p.period_to) THEN 'in flight'
    WHEN d.name IS NOT NULL THEN 'unproven'
    ELSE 'BOOK_MISSING_HERE'
  END AS verdict
FROM placed AS p
LEFT JOIN recon.book_match AS m ON m.book = p.book AND m.match_id = p.match_id
LEFT JOIN doubted AS d ON d.book = p.book AND d.transaction_id = p.transaction_id
