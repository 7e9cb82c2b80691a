-- about: Closings that differ and whose difference a person accepted: each, by the first run that was judged after it. What was accepted once opens later roll-forwards, whatever becomes of the exception.
-- kind: added
SELECT r.run_id AS closing_run, r.customer_id, r.currency, r.network, recon.run() AS accepted_for_run
FROM recon.rollforward AS r
ANTI JOIN recon.accepted_closing AS a ON a.closing_run = r.run_id AND a.customer_id = r.customer_id AND a.currency = r.currency AND a.network IS NOT DISTINCT FROM r.network
LEFT JOIN recon.exceptions AS inception ON inception.code = 'BAL_INCEPTION' AND inception.state = 'written_off'
  AND inception.record_id = concat_ws('/', r.customer_id, r.currency) AND inception.leg IS NOT DISTINCT FROM r.network
  AND inception.difference = r.inception_difference
LEFT JOIN recon.exceptions AS rolled ON rolled.code = 'BAL_ROLLFORWARD' AND rolled.state = 'written_off'
  AND rolled.record_id = concat_ws('/', r.customer_id, r.currency) AND rolled.leg IS NOT DISTINCT FROM r.network
  AND rolled.difference = r.rolled_difference
WHERE r.run_id < recon.run() AND r.standing = 'differs'
  AND (r.inception_difference IS NULL OR inception.code IS NOT NULL) AND (r.rolled_difference IS NULL OR rolled.code IS NOT NULL)
