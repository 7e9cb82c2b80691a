-- about: The first run that read a customer's list of records to its end: what it brought may be older than what other lists still hold.
-- customer_id: The customer.
-- stream: The list.
-- run_id: The run.
-- started_at: When the run began.
SELECT v.customer_id, v.stream, min(v.run_id) AS run_id, min_by(r.started_at, v.run_id) AS started_at
FROM recon.coverage AS v JOIN recon.runs AS r ON r.run_id = v.run_id
WHERE v.state = 'COMPLETE' AND v.stream IN (SELECT stream FROM recon.product)
GROUP BY v.customer_id, v.stream
