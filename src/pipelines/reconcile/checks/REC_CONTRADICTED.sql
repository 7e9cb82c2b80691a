-- severity: high
-- family: records
-- definition: One id was listed twice in one night, with other money, for another customer, on another network or with another hash; or one balance twice as of one instant.
-- finds: A deposit of 100.00 on the first page, and of 90.00 under the same id on the second, or on another customer's list; a customer's EUR with a total of 400.00 and of 500.00.
-- silent: A record that came twice and says the same, or that only moved on in its status meanwhile; a balance that was taken anew, or of which more is held, while the list was read.
-- action: Ask the partner which of the two is right. The one that came last is judged, and the other may be the true one; of two customers' records the money of both is.
-- rests on: list
-- accepts: amounts
WITH seen_twice AS (
  SELECT * FROM recon.former_version WHERE version_last_seen_run = recon.run() AND last_seen_run = recon.run()
),
contradiction AS (
  SELECT s.stream, s.record_id, s.customer_id, s.version, list_filter(list_zip(s.names, s.said, s.says),
      lambda field: recon.is_other(field[1], field[2], field[3]) AND regexp_matches(field[1], '(^|_)(amount|fee|rate|currency|network|hash)$|^direction$|^customer_id$')) AS changes
  FROM seen_twice AS s
  UNION ALL
  -- What is held may change while a balance's instant, that of its last movement, does not; its total may not.
  SELECT 'balances', concat_ws('/', b.customer_id, b.currency, b.network), b.customer_id, v.version,
    list_filter(list_zip(['total'], [json_extract_string(v.content, '$.total')], [CAST(b.total AS VARCHAR)]), lambda field: field[2] IS DISTINCT FROM field[3])
  FROM main.superseded_versions AS v
  JOIN main.balances AS b ON b.customer_id = json_extract_string(v.content, '$.customer_id') AND b.currency = json_extract_string(v.content, '$.currency')
    AND b.network IS NOT DISTINCT FROM json_extract_string(v.content, '$.network') AND b.as_of = CAST(json_extract_string(v.content, '$.as_of') AS TIMESTAMPTZ)
  WHERE v.stream = 'balances' AND v.last_seen_run = recon.run() AND b.last_seen_run = recon.run()
),
told AS (
  SELECT stream, record_id, customer_id, version,
    list_aggregate(list_transform(changes, lambda field: concat(field[1], ' ', least(recon.exact_text(field[2]), recon.exact_text(field[3])), ' and ', greatest(recon.exact_text(field[2]), recon.exact_text(field[3])))), 'string_agg', '; ') AS amounts
  FROM contradiction WHERE len(changes) > 0
),
-- Only of these few records are the pages looked at: bodies are most of what a store holds, so a join may hold none of the others.
place AS (
  SELECT p.stream, p.customer_id, p.sequence, p.chain, p.body, p.body_no
  FROM raw.pages AS p SEMI JOIN told AS t ON t.stream = p.stream AND t.customer_id = p.customer_id
  WHERE p.run_id = recon.run()
),
piece AS (
  SELECT body_no, piece, text FROM raw.body_pieces WHERE body_no IN (SELECT body_no FROM place)
),
-- An id may lie over the end of a piece.
looked_at AS (
  SELECT stream, customer_id, sequence, chain, body AS text FROM place WHERE body IS NOT NULL
  UNION ALL
  SELECT l.stream, l.customer_id, l.sequence, l.chain, concat(b.text, follows.start)
  FROM place AS l JOIN piece AS b ON b.body_no = l.body_no
  LEFT JOIN (SELECT body_no, piece - 1 AS piece, left(text, 1000) AS start FROM piece) AS follows ON follows.body_no = b.body_no AND follows.piece = b.piece
),
page AS (
  SELECT c.stream, c.record_id, string_agg(DISTINCT concat('page ', p.sequence, ' of chain ', p.chain), ', ' ORDER BY concat('page ', p.sequence, ' of chain ', p.chain)) AS pages
  FROM (SELECT DISTINCT stream, record_id, customer_id FROM told) AS c
  JOIN looked_at AS p ON p.customer_id = c.customer_id AND p.stream = c.stream AND contains(p.text, concat('"', c.record_id, '"'))
  GROUP BY c.stream, c.record_id
)
SELECT t.stream, t.record_id, t.customer_id, string_agg(DISTINCT t.amounts, '; ' ORDER BY t.amounts) AS amounts,
  concat('was listed more than once in this run, with ', string_agg(DISTINCT t.amounts, '; ' ORDER BY t.amounts), coalesce(': ' || any_value(p.pages), '')) AS detail
FROM told AS t LEFT JOIN page AS p ON p.stream = t.stream AND p.record_id = t.record_id
GROUP BY t.stream, t.record_id, t.customer_id
