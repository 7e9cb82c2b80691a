-- title: How much money is at stake
-- about: What open exceptions are about, by currency and severity. Amounts of different currencies are never added.
-- columns: currency text, cases integer, critical money(currency), high money(currency), medium money(currency),
--   low money(currency), info money(currency), total money(currency)
-- order: currency

WITH gathered AS (
  SELECT currency, count(*) AS cases, list(at_stake) AS total,
    list(at_stake) FILTER (severity = 'critical') AS critical,
    list(at_stake) FILTER (severity = 'high') AS high,
    list(at_stake) FILTER (severity = 'medium') AS medium,
    list(at_stake) FILTER (severity = 'low') AS low,
    list(at_stake) FILTER (severity = 'info') AS info
  FROM counted_exception
  WHERE at_stake IS NOT NULL
  GROUP BY currency
)
SELECT * REPLACE (TRY(list_sum(total)) AS total, TRY(list_sum(critical)) AS critical, TRY(list_sum(high)) AS high, TRY(list_sum(medium)) AS medium, TRY(list_sum(low)) AS low, TRY(list_sum(info)) AS info)
FROM gathered
