-- title: Conservation
-- about: Every expected movement and every transaction is in exactly one category. The rows of a side and currency add up to its total, which is counted on the tables themselves.
-- columns: side text, currency text, category text, items integer, amount money(currency)
-- order: side, currency, category_order

SELECT *,
  list_position(['matched', 'within tolerance', 'exception', 'in flight', 'void', 'unreferenced', 'unproven', 'not read', 'switched off', 'total'], category) AS category_order
FROM recon.conservation
WHERE run_id = getvariable('run')
