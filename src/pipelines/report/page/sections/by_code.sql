-- title: What kind of thing is wrong, and what to do
-- about: Open exceptions by check, the worst first, with what each check finds and what to do about it. Each exception by itself stands further down and in the CSV file.
-- columns: severity text, code text, cases integer, new_tonight integer, oldest_days integer, finds text, what_to_do text
-- order: severity_order, code

SELECT e.severity, e.code, count(*) AS cases, count(*) FILTER (e.first_seen_run = getvariable('run')) AS new_tonight,
  max(e.age_days) AS oldest_days, any_value(s.definition) AS finds, any_value(s.what_to_do) AS what_to_do,
  recon.severity_order(e.severity) AS severity_order
FROM counted_exception AS e
LEFT JOIN recon.check_settings AS s ON s.code = e.code
GROUP BY e.severity, e.code
