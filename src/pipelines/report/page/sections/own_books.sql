-- title: Your own books
-- about: Lines of your own books and transactions of their period, and what the matching made of them.
-- columns: book text, side text, category text, code text, items integer, currency text, amount money(currency)
-- order: book, side, category, code, currency

WITH gathered AS (
  SELECT book, side, category, code, currency, count(*) AS items, list(amount) AS amount
  FROM recon.book_judged
  WHERE run_id = getvariable('run')
  GROUP BY ALL
)
SELECT * REPLACE (TRY(list_sum(amount)) AS amount)
FROM gathered
