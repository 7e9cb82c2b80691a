-- about: Every line of the partner's books in exactly one verdict.
-- kind: table
-- book: The book.
-- line_id: The line.
-- customer_id: The customer that it names, by the API's id.
-- currency: Its currency.
-- amount: What it says it did to the balance.
-- booked_from: When it was booked, or the beginning of that day.
-- booked_to: The same instant, or the end of that day.
-- match_id: Its match.
-- first_line: The first of the lines that say the same.
-- of_line: The line that it repeats.
-- rule: The rule that matched or tied it.
-- bound_note: Why it could not be searched.
-- obstacle: Why it cannot be said that it has no transaction, in a sentence.
-- verdict: matched, within tolerance, in flight, unproven, or the check that tells what is wrong.
WITH everyone AS (
  SELECT coalesce(bool_and(is_proven), FALSE) AS is_proven FROM recon.reading WHERE stream = 'transactions'
),
placed AS (
  SELECT l.*, g.match_id, c.of_line, a.first_line, a.place, t.record_id IS NOT NULL AS is_claimed, t.rule AS claim_rule, t.candidates AS claim_candidates,
    t.ties AS claim_ties, t.note AS bound_note
  FROM book_line AS l
  JOIN book_alike AS a ON a.book = l.book AND a.line_id = l.line_id
  LEFT JOIN book_member AS g ON g.side = 'line' AND g.book = l.book AND g.record_id = l.line_id
  LEFT JOIN book_copy AS c ON c.book = l.book AND c.line_id = l.line_id
  LEFT JOIN book_claim AS t ON t.side = 'line' AND t.book = l.book AND t.record_id = l.line_id
),
alone AS (
  SELECT * FROM placed WHERE match_id IS NULL AND NOT is_claimed
),
-- A transaction that cannot be read may be a line's where nothing that can be read of it speaks against it: by its reference, or by its amount.
unreadable AS (
  SELECT d.*, f.readable, TRY_CAST(f.readable[recon.book_amount()] AS DECIMAL(38,18)) AS amount
  FROM recon.doubtful_posting AS d JOIN recon.refused AS f ON f.stream = 'transactions' AND f.customer_id = d.customer_id AND f.name = d.name
),
near AS (
  SELECT l.book, l.line_id, l.currency AS line_currency, l.amount AS line_amount, l.booked_from, l.booked_to, l.refers_to, l.reference, u.*
  FROM alone AS l JOIN unreadable AS u ON u.customer_id = l.customer WHERE NOT l.is_nameless
  UNION ALL
  SELECT l.book, l.line_id, l.currency, l.amount, l.booked_from, l.booked_to, l.refers_to, l.reference, u.*
  FROM alone AS l CROSS JOIN unreadable AS u WHERE l.is_nameless
),
doubted AS (
  SELECT book, line_id, min(name) AS name FROM near
  WHERE reference IS NOT NULL AND recon.may_be(readable, CASE refers_to WHEN 'transactionId' THEN 'transaction_id' WHEN 'resourceId' THEN 'resource_id' ELSE 'reference' END, reference)
    OR coalesce(currency = line_currency, TRUE)
      AND recon.may_be(readable, 'direction', CASE WHEN line_amount < 0 THEN 'DEBIT' ELSE 'CREDIT' END)
      AND (amount IS NULL OR recon.book_has_sums() OR recon.is_within(abs(line_amount), amount, recon.tolerance('BOOK_AMOUNT', line_currency, amount)))
      AND coalesce(posted_at BETWEEN booked_from - recon.book_widest() AND booked_to + recon.book_widest(), TRUE)
  GROUP BY book, line_id
),
asked AS (
  SELECT l.book, l.line_id, coalesce(
      CASE WHEN l.is_nameless AND NOT e.is_proven THEN 'the line names no customer, and not every customer''s transactions were read to their end'
        WHEN l.is_nameless THEN NULL
        WHEN starts_with(l.customer, '?') THEN concat('the reference ', l.customer[2:], ' is on the roster for no customer, or for several')
        WHEN r.customer_id IS NULL THEN concat('customer ', l.customer, ' is not on the roster')
        WHEN NOT r.is_proven THEN concat('the transactions of customer ', l.customer, ' were not read to their end') END,
      CASE WHEN d.name IS NOT NULL THEN concat(d.name, ', may be it') END) AS obstacle
  FROM alone AS l CROSS JOIN everyone AS e
  LEFT JOIN recon.reading AS r ON r.customer_id = l.customer AND r.stream = 'transactions'
  LEFT JOIN doubted AS d ON d.book = l.book AND d.line_id = l.line_id
)
SELECT p.* EXCLUDE (place, is_claimed, claim_rule, claim_candidates, claim_ties), m.transaction_ids, m.transactions, m.lines, m.line_ids, m.booked, m.posted,
  m.posted_from, m.difference, m.tolerance, m.currency AS posting_currency, m.customer_id AS posting_customer, coalesce(m.rule, p.claim_rule) AS rule,
  coalesce(m.candidates, p.claim_candidates) AS candidates, coalesce(m.ties, p.claim_ties) AS ties, a.obstacle,
  CASE
    WHEN m.match_id IS NOT NULL THEN m.verdict
    -- What moves nothing needs no transaction.
    WHEN p.amount = 0 THEN 'matched'
    WHEN p.of_line IS NOT NULL THEN 'BOOK_DUPLICATE'
    WHEN p.place > 1 AND p.reference IS NOT NULL AND NOT p.is_claimed THEN 'BOOK_DUPLICATE'
    WHEN p.is_claimed THEN 'BOOK_AMBIGUOUS'
    WHEN p.booked_to + recon.grace('BOOK_MISSING_THERE') > recon.started_at() THEN 'in flight'
    WHEN a.obstacle IS NOT NULL THEN 'unproven'
    ELSE 'BOOK_MISSING_THERE'
  END AS verdict
FROM placed AS p
LEFT JOIN recon.book_match AS m ON m.book = p.book AND m.match_id = p.match_id
LEFT JOIN asked AS a ON a.book = p.book AND a.line_id = p.line_id
