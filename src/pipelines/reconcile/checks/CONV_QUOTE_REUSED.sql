-- severity: critical
-- family: conversions
-- definition: A conversion takes a quote that an earlier conversion had taken, and neither is void.
-- finds: Two conversions that name one quote, the first COMPLETED, the second PENDING.
-- silent: Two conversions that name one quote, the first FAILED.
-- action: Ask the partner which of the two stands, and to take back the other.
-- rests on: run
-- accepts: record_id, counterpart_id
-- unproven when: One of the two has a status outside the contract or cannot be read, and may be void or of another quote.
WITH taking AS (
  SELECT conversion_id, customer_id, quote_id, created_at, class <> 'unknown' AS is_known,
    CASE class WHEN 'unknown' THEN concat('the status ', status, ' of conversion ', conversion_id, ' is outside the contract') END AS obstacle
  FROM recon.conversion WHERE class <> 'void'
  UNION ALL
  SELECT record_id, customer_id, quote_id, created_at, class <> 'unknown' AND record_id IS NOT NULL AND created_at IS NOT NULL IS TRUE, name
  FROM recon.refused_record WHERE stream = 'conversions' AND class IS DISTINCT FROM 'void'
),
shared AS (SELECT quote_id FROM taking WHERE quote_id IS NOT NULL GROUP BY quote_id HAVING count(*) > 1),
in_turn AS (
  -- What cannot be dated may be the earlier one.
  SELECT *, last_value(CASE WHEN is_known THEN conversion_id END IGNORE NULLS) OVER before AS earlier_id,
    last_value(CASE WHEN NOT is_known THEN obstacle END IGNORE NULLS) OVER before AS doubt, count(*) OVER before > 0 AS is_later
  FROM taking SEMI JOIN shared USING (quote_id)
  WINDOW before AS (
    PARTITION BY quote_id ORDER BY created_at NULLS FIRST, conversion_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
),
-- One whose quote cannot be read may have taken any of its customer's.
elsewhere AS (
  SELECT c.conversion_id, c.customer_id, c.quote_id, min(t.obstacle) AS obstacle
  FROM taking AS t JOIN recon.conversion AS c ON c.customer_id = t.customer_id AND c.class <> 'void' AND recon.may_equal(t.created_at <= c.created_at, TRUE)
  WHERE t.quote_id IS NULL
  GROUP BY ALL
)
SELECT CASE WHEN is_known AND earlier_id IS NOT NULL THEN 'exception' ELSE 'unproven' END AS outcome,
  CASE WHEN NOT (is_known AND earlier_id IS NOT NULL) THEN coalesce(obstacle, doubt) END AS obstacle,
  'conversions' AS stream, conversion_id AS record_id, earlier_id AS counterpart_id, customer_id,
  concat('Conversion takes quote ', quote_id, ', which conversion ', earlier_id, ' had taken') AS detail
FROM in_turn WHERE is_later AND conversion_id IS NOT NULL
UNION ALL BY NAME
SELECT 'unproven' AS outcome, obstacle, 'conversions' AS stream, conversion_id AS record_id, customer_id FROM elsewhere
