-- title: What could not be judged, and why
-- about: Such a case is neither right nor wrong. Nothing is guessed. Where several cases are about the same money, each of them counts it.
-- columns: code text, obstacle text, cases integer, currency text, amount money(currency), what text
-- order: cases desc, code, obstacle, currency

SELECT f.code, kind_of_obstacle(f.obstacle) AS obstacle, count(*) AS cases,
  CASE WHEN f.at_stake IS NOT NULL THEN f.currency END AS currency, recon.exact_sum(f.at_stake) AS amount,
  any_value(s.definition) AS what
FROM recon.finding AS f
LEFT JOIN recon.check_settings AS s ON s.code = f.code
WHERE f.outcome = 'unproven' AND f.run_id = getvariable('run')
GROUP BY ALL
