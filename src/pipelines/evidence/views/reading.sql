-- about: What the judged run read of each list of each customer on its roster. A customer who is not on it has no row.
-- kind: table
-- customer_id: The customer.
-- stream: The list.
-- is_proven: Whether the list was read from its beginning to its end, so that what is not on it is absent.
-- is_whole: Whether nothing is missing: it is proven, or the customer cannot have it.
-- began_at: When its first page was read, by the API's clock; where no page was kept, when the run began.
-- ended_at: When its last page was read, by the API's clock; where the API told no time, by ours.
-- obstacle: Why nothing may be concluded from the list, in a sentence; NULL where it is whole.
WITH page AS (
  SELECT customer_id, stream, min(server_time) AS began_at, coalesce(max(server_time), greatest(max(received_at), recon.started_at())) AS ended_at
  FROM raw.pages WHERE run_id = recon.run()
  GROUP BY customer_id, stream
)
SELECT c.customer_id, c.stream, c.state = 'COMPLETE' AS is_proven, c.state IN ('COMPLETE', 'NOT_APPLICABLE') AS is_whole,
  coalesce(p.began_at, recon.started_at()) AS began_at, coalesce(p.ended_at, recon.started_at()) AS ended_at,
  CASE WHEN c.state NOT IN ('COMPLETE', 'NOT_APPLICABLE') THEN concat(c.stream, ' of the customer were not read to their end') END AS obstacle
FROM recon.coverage AS c
LEFT JOIN page AS p ON p.customer_id = c.customer_id AND p.stream = c.stream
WHERE c.run_id = recon.run()
