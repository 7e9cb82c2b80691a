-- title: Your own books
-- about: Lines of your own books and transactions of their period, and what the matching made of them.
-- columns: book text, side text, category text, code text, items integer, currency text, amount money(currency)
-- order: book, side, category, code, currency

SELECT j.book, j.side, j.category, j.code, j.currency, count(*) AS items, recon.exact_sum(j.amount) AS amount
FROM recon.book_judged AS j
WHERE j.run_id = getvariable('run')
GROUP BY j.book, j.side, j.category, j.code, j.currency
