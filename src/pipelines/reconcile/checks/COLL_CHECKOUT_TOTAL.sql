-- severity: high
-- family: collections
-- definition: A checkout's paidAmount differs beyond tolerance from the sum of its customer's settled payments for it in its currency, with and without those that were undone, past the grace.
-- finds: A checkout with a paidAmount of 80 USDC whose one COMPLETED payment was 79.999999 USDC.
-- silent: A checkout paid by one COMPLETED payment, with another that FAILED; or one whose payment was sent back later (REVERSED), whether it counts as paid or not.
-- action: Ask the partner which is right before goods leave; what was paid in another currency is told as unproven until checkouts in the configuration says notCompared.
-- settings: grace, tolerance
-- rests on: run
-- accepts: currency, difference
-- unproven when: The customer's payments were not read to their end, one that may belong to the checkout cannot be read or has a status outside the contract, or it was paid in another currency, too.
WITH payment AS (
  SELECT record_id, customer_id, checkout_id, currency, amount, class, settled_at,
    CASE class WHEN 'unknown' THEN concat('the status ', status, ' of payment ', record_id, ' is outside the contract') END AS obstacle
  FROM recon.product_record WHERE stream = 'collection_payments' AND checkout_id IS NOT NULL
  UNION ALL
  -- A refused one that says all that matters counts like any other.
  SELECT record_id, customer_id, checkout_id, currency, amount, class, NULL,
    CASE WHEN class IS NULL OR class = 'unknown' OR class IN ('settled', 'undone') AND (currency IS NULL OR amount IS NULL) THEN name END
  FROM recon.refused_record WHERE stream = 'collection_payments' AND amount IS DISTINCT FROM 0
),
-- A payment whose checkout cannot be read may belong to any of its customer's; what was read before stays its checkout.
stray AS (
  SELECT customer_id, currency, min(obstacle) AS obstacle FROM payment
  WHERE checkout_id IS NULL AND class IS DISTINCT FROM 'void' AND class IS DISTINCT FROM 'open' GROUP BY customer_id, currency
),
moved_on AS (
  SELECT p.checkout_id, p.customer_id, min(f.name) AS obstacle
  FROM main.collection_payments AS p JOIN recon.refused AS f ON f.stream = 'collection_payments' AND f.record_id = p.payment_id
  WHERE p.checkout_id IS NOT NULL GROUP BY p.checkout_id, p.customer_id
),
summed AS (
  SELECT k.checkout_id, count(*) FILTER (p.class = 'settled' AND p.currency = k.currency) AS payments,
    recon.exact_sum(CASE WHEN p.class = 'settled' AND p.currency = k.currency THEN coalesce(p.amount, 0) ELSE 0 END) AS settled,
    recon.exact_sum(CASE WHEN p.class = 'undone' AND p.currency = k.currency THEN coalesce(p.amount, 0) ELSE 0 END) AS undone,
    max(p.settled_at) FILTER (p.class IN ('settled', 'undone')) AS last_paid_at,
    min(p.currency) FILTER (p.class = 'settled' AND p.currency <> k.currency) AS other_currency, min(p.obstacle) AS obstacle
  FROM recon.checkout AS k JOIN payment AS p ON p.checkout_id = k.checkout_id AND p.customer_id = k.customer_id
  WHERE k.obstacle IS NULL
  GROUP BY k.checkout_id
),
compared AS (
  SELECT k.*, coalesce(s.payments, 0) AS payments, CASE WHEN s.checkout_id IS NULL THEN 0 ELSE s.settled END AS settled,
    CASE WHEN s.checkout_id IS NULL THEN 0 ELSE s.undone END AS undone, s.other_currency,
    greatest(k.updated_at, s.last_paid_at) AS since, least(own.began_at, paid.began_at) AS read_from,
    recon.tolerance('COLL_CHECKOUT_TOTAL', k.currency, s.settled) AS tolerance,
    coalesce(paid.obstacle, CASE WHEN paid.is_proven IS NOT TRUE THEN 'collection_payments of the customer were not read' END, s.obstacle, y.obstacle, m.obstacle,
      CASE WHEN s.other_currency IS NOT NULL AND recon.compares_checkouts()
        THEN concat('it was paid in ', s.other_currency, ', too, which cannot be compared (checkouts in the configuration)') END) AS doubt
  FROM recon.checkout AS k
  LEFT JOIN summed AS s ON s.checkout_id = k.checkout_id
  LEFT JOIN (SELECT customer_id, min(obstacle) AS obstacle FROM stray GROUP BY customer_id) AS y ON y.customer_id = k.customer_id
  LEFT JOIN moved_on AS m ON m.checkout_id = k.checkout_id AND m.customer_id = k.customer_id
  LEFT JOIN recon.reading AS own ON own.customer_id = k.customer_id AND own.stream = 'checkouts'
  LEFT JOIN recon.reading AS paid ON paid.customer_id = k.customer_id AND paid.stream = 'collection_payments'
  WHERE k.obstacle IS NULL
),
judged AS (
  SELECT *, coalesce(TRY(abs(paid_amount - settled)) > tolerance AND TRY(abs(paid_amount - settled - undone)) > tolerance, TRUE) AS is_off,
    -- Whatever else was paid can only add to what is missing.
    coalesce(TRY(paid_amount + tolerance < settled), FALSE) AS is_short
  FROM compared
),
told AS (
  SELECT *, is_off AND (is_short OR doubt IS NULL AND other_currency IS NULL) AS is_wrong FROM judged
)
SELECT CASE WHEN is_wrong THEN recon.outcome(NULL, since + recon.grace('COLL_CHECKOUT_TOTAL') > read_from) ELSE 'unproven' END AS outcome,
  CASE WHEN NOT is_wrong THEN doubt END AS obstacle,
  'checkouts' AS stream, checkout_id AS record_id, customer_id, currency, settled AS expected, paid_amount AS actual, tolerance,
  concat('Checkout says that ', recon.money(paid_amount, currency), ' was paid, but ', payments, CASE payments WHEN 1 THEN ' settled payment makes ' ELSE ' settled payments make ' END,
    coalesce(recon.money(settled, currency), 'more than can be stored')) AS detail
FROM told WHERE is_wrong OR doubt IS NOT NULL
