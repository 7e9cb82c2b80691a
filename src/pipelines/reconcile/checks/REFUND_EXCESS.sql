-- severity: critical
-- family: refunds
-- definition: The refunds of one deposit in its currency, void and undone ones aside, exceed its amount beyond tolerance.
-- finds: A deposit of 100 USDT with two refunds of 60 USDT, one COMPLETED, one still PENDING.
-- silent: A deposit of 100 USDT with two refunds of 50 USDT, a third that FAILED, and a fourth that came back (REVERSED); or a deposit that is void (REFUND_STATE).
-- action: Ask the partner to stop the refunds that are open, and to recover what was sent back too much.
-- settings: tolerance
-- rests on: run
-- accepts: currency, difference
-- unproven when: A refund or the deposit has a status outside the contract or cannot be read, and could make the sum exceed the deposit.
WITH sent AS (
  SELECT of_stream, of_record, customer_id, currency, amount,
    CASE WHEN class <> 'unknown' THEN class IN ('settled', 'open') END AS counts,
    CASE class WHEN 'unknown' THEN concat('the status ', status, ' of refund ', record_id, ' is outside the contract') END AS name
  FROM recon.refund
  UNION ALL
  SELECT p.stream, r.place, r.customer_id, r.currency, r.amount, CASE WHEN r.class <> 'unknown' THEN r.class IN ('settled', 'open') END, r.name
  FROM recon.refused_record AS r JOIN recon.product AS p ON p.refunds_stream = r.stream
),
-- What may be a refund of any record of its customer is asked once for each of them.
sent_of AS (
  SELECT o.stream, o.record_id, s.currency, s.amount, s.counts, s.name
  FROM recon.original AS o JOIN sent AS s ON s.of_stream = o.stream AND s.of_record = o.record_id
  UNION ALL
  SELECT o.stream, o.record_id, s.currency, s.amount, NULL, s.name
  FROM recon.original AS o JOIN sent AS s ON s.of_stream = o.stream AND s.customer_id = o.customer_id
  WHERE s.of_record IS NULL AND s.counts IS NOT FALSE
),
weighed AS (
  SELECT o.stream, o.noun, o.record_id, o.customer_id, o.currency, o.amount, o.class, o.obstacle AS of_original,
    s.amount AS sent, s.counts AND s.currency = o.currency AS counts, recon.may_equal(s.currency, o.currency) AS may_count, s.name
  FROM recon.original AS o JOIN sent_of AS s ON s.stream = o.stream AND s.record_id = o.record_id
),
summed AS (
  SELECT stream, noun, record_id, customer_id, currency, amount, class, of_original, count(*) FILTER (counts) AS refunds,
    recon.exact_sum(CASE WHEN counts THEN coalesce(sent, 0) ELSE 0 END) AS total,
    recon.exact_sum(CASE WHEN counts IS NOT FALSE AND may_count THEN coalesce(sent, 0) ELSE 0 END) AS possible_total,
    coalesce(bool_or(counts IS NOT FALSE AND may_count AND sent IS NULL), FALSE) AS is_open_ended,
    min(name) FILTER ((counts IS NULL OR sent IS NULL) AND may_count) AS of_refund
  FROM weighed
  GROUP BY ALL
),
judged AS (
  SELECT *, recon.tolerance('REFUND_EXCESS', currency, amount) AS tolerance,
    class <> 'void' AND refunds > 0 AND (total IS NULL OR total - amount > recon.tolerance('REFUND_EXCESS', currency, amount)) AS is_excess,
    class IS DISTINCT FROM 'void' AND coalesce(
      is_open_ended OR possible_total IS NULL OR possible_total - amount > recon.tolerance('REFUND_EXCESS', currency, amount), TRUE) AS may_be_excess
  FROM summed
)
SELECT CASE WHEN is_excess THEN 'exception' ELSE 'unproven' END AS outcome,
  CASE WHEN is_excess IS NOT TRUE THEN coalesce(of_refund, of_original) END AS obstacle,
  stream, record_id, customer_id, currency, amount AS expected, total AS actual, tolerance,
  concat(refunds, CASE refunds WHEN 1 THEN ' refund sends' ELSE ' refunds send' END, ' back ', coalesce(recon.money(total, currency), 'more than can be stored'),
    ', more than the ', noun, ' of ', recon.money(amount, currency)) AS detail
FROM judged WHERE is_excess OR may_be_excess AND coalesce(of_refund, of_original) IS NOT NULL
