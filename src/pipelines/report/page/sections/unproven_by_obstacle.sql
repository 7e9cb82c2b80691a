-- title: What could not be judged, and why
-- about: Such a case is neither right nor wrong. Nothing is guessed.
-- columns: code text, obstacle text, cases integer, currency text, amount money(currency), what text
-- order: cases desc, code, obstacle, currency

WITH gathered AS (
  SELECT f.code, coalesce(regexp_replace(f.obstacle, '( more than [0-9]+ [a-z]+)|( since)? ("[^"]*"( \(x for a letter, 9 for a digit\))?|[^ ]*[0-9][^ ]*)', '\1', 'g'), 'lack of proof') AS obstacle, count(*) AS cases,
    CASE WHEN f.at_stake IS NOT NULL THEN f.currency END AS currency, list(f.at_stake) AS amount,
    any_value(s.definition) AS what
  FROM recon.finding AS f
  LEFT JOIN recon.check_settings AS s ON s.code = f.code
  WHERE f.outcome = 'unproven' AND f.run_id = getvariable('run')
  GROUP BY ALL
)
SELECT * REPLACE (TRY(list_sum(amount)) AS amount)
FROM gathered
