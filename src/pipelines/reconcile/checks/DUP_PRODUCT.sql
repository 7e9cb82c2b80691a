-- severity: high
-- family: duplicates
-- definition: A settled record repeats an earlier settled one of its list that was created within the window before: same customer, currency, amount and reference, as people write it.
-- finds: Two COMPLETED deposits of 250.00 USD within an hour, one with the reference "INV 7", the other with "inv 7 ".
-- silent: A standing order of equal amount and reference every 24 hours, a first one that FAILED, or two deposits without a reference.
-- action: Ask the customer whether both are meant; where equal payments are a habit of theirs, name the customer in exceptCustomers.
-- settings: windowHours = 12, exceptCustomers = none
-- rests on: customer
-- accepts: record_id, counterpart_id
-- unproven when: A record that cannot be read, or has a status outside the contract, may be the earlier one.
WITH candidate AS (
  SELECT stream, noun, record_id, customer_id, currency, amount, reference, class, created_at,
    CASE class WHEN 'unknown' THEN concat('the status ', status, ' of ', noun, ' ', record_id, ' is outside the contract') END AS obstacle
  FROM recon.product_record WHERE class IN ('settled', 'unknown') AND reference IS NOT NULL
  UNION ALL
  SELECT stream, noun, record_id, customer_id, currency, amount, reference, class, created_at,
    -- A refused one that says all that matters counts like any other.
    CASE WHEN (class = 'settled' AND currency || reference || record_id IS NOT NULL AND amount IS NOT NULL AND created_at IS NOT NULL) IS NOT TRUE THEN name END
  FROM recon.refused_record
  WHERE coalesce(class IN ('settled', 'unknown'), TRUE) AND stream IN (SELECT stream FROM recon.product WHERE has_reference)
),
-- Customers are named by their id or by the partner's own reference.
excepted AS (
  SELECT unnest(recon.words_of('DUP_PRODUCT', 'exceptCustomers')) AS customer_id
  UNION ALL
  SELECT customer_id FROM main.customers WHERE list_contains(recon.words_of('DUP_PRODUCT', 'exceptCustomers'), partner_customer_ref)
),
-- Amounts that occur once have no copy, whatever their references.
repeated_amount AS (
  SELECT stream, customer_id, currency, amount FROM candidate GROUP BY ALL HAVING count(*) > 1
),
considered AS (
  SELECT * FROM candidate WHERE obstacle IS NOT NULL
  UNION ALL
  SELECT * FROM candidate SEMI JOIN repeated_amount USING (stream, customer_id, currency, amount) WHERE obstacle IS NULL
  UNION ALL
  -- What cannot be read may be a copy of any of its customer's.
  SELECT c.* FROM candidate AS c SEMI JOIN (SELECT customer_id, stream FROM candidate WHERE obstacle IS NOT NULL) AS d USING (customer_id, stream)
  ANTI JOIN repeated_amount USING (stream, customer_id, currency, amount) WHERE c.obstacle IS NULL
),
written AS (
  SELECT c.* REPLACE (recon.as_written(c.reference) AS reference), c.reference AS printed
  FROM considered AS c
  WHERE recon.as_written(c.reference) IS DISTINCT FROM '' AND c.customer_id NOT IN (SELECT customer_id FROM excepted)
),
known AS (SELECT * FROM written WHERE obstacle IS NULL),
-- Only what occurs more than once is put in order. A third copy is measured from the second, not from the first.
repeated AS (
  SELECT stream, customer_id, currency, amount, reference FROM known GROUP BY ALL HAVING count(*) > 1
),
in_turn AS (
  SELECT *, lag(record_id) OVER turn AS earlier_id, lag(created_at) OVER turn AS earlier_at
  FROM known SEMI JOIN repeated USING (stream, customer_id, currency, amount, reference)
  WINDOW turn AS (PARTITION BY stream, customer_id, currency, amount, reference ORDER BY created_at, record_id)
),
copy AS (
  SELECT * FROM in_turn WHERE created_at <= earlier_at + to_hours(recon.number_of('DUP_PRODUCT', 'windowHours'))
),
doubtful AS (
  SELECT k.stream, k.customer_id, k.currency, k.amount, CASE WHEN d.created_at > k.created_at THEN d.record_id ELSE k.record_id END AS record_id, d.obstacle
  FROM written AS d JOIN known AS k ON k.stream = d.stream AND k.customer_id = d.customer_id
    AND recon.may_equal(d.currency, k.currency) AND recon.may_equal(d.amount, k.amount) AND recon.may_equal(d.reference, k.reference)
    AND coalesce(d.created_at BETWEEN k.created_at - to_hours(recon.number_of('DUP_PRODUCT', 'windowHours'))
      AND k.created_at + to_hours(recon.number_of('DUP_PRODUCT', 'windowHours')), TRUE)
  WHERE d.obstacle IS NOT NULL
)
SELECT 'exception' AS outcome, NULL AS obstacle, stream, record_id, earlier_id AS counterpart_id, customer_id, currency, amount AS actual,
  concat(recon.titled(noun), ' of ', recon.money(amount, currency), ' with the reference ', printed, ' was recorded before, at ', recon.moment(earlier_at)) AS detail
FROM copy
UNION ALL BY NAME
SELECT 'unproven' AS outcome, min(obstacle) AS obstacle, stream, record_id, customer_id, currency, amount AS actual FROM doubtful ANTI JOIN copy USING (stream, record_id)
WHERE record_id IS NOT NULL
GROUP BY ALL
