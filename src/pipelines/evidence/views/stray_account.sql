-- about: Product records that are not void and name an account, wallet or beneficiary which their customer does not have in their currency and on their network, or had no longer when they were created; a record that names a quote may be of another currency.
-- kind: table
-- stream: The record's list.
-- noun: What a person calls the record.
-- record_id: The record.
-- customer_id: Its customer.
-- currency: Its currency.
-- network: Its network; empty where it has none.
-- amount: Its amount.
-- created_at: When it was created.
-- first_seen_run: The run that first saw it.
-- account_id: What it names.
-- account_stream: The list that should hold it.
-- account_noun: What a person calls it.
-- own_account: Whether an account of that id was on the customer's list, on whatever night, and had not gone to another customer's when the record was created.
-- owner: Another customer on whose list it was; NULL where it was on none.
-- held_as: The currency and network of the customer's own account.
-- is_listed: Whether the customer's list was read to its end tonight.
-- read_from: When reading that list began: grace is counted to here.
-- unread: Why nothing may be concluded from that list, in a sentence.
-- refused: An account that cannot be read and is the one, or could be.
WITH changed AS (
  SELECT * FROM recon.account SEMI JOIN (SELECT stream, account_id FROM recon.account WHERE version > 1) USING (stream, account_id)
),
holder AS (
  SELECT stream, account_id, customer_id, max(version) AS version, max(last_seen_run) AS last_seen_run FROM changed GROUP BY stream, account_id, customer_id
),
-- What went to another customer's list, and is not on the customer's own tonight: a night saw it there, and what is created later is a stranger's.
handed_at AS (
  SELECT h.stream AS account_stream, h.account_id, h.customer_id, any_value(w.handed_to) AS handed_to, coalesce(max(p.server_time), any_value(seen.started_at)) AS handed_at
  FROM holder AS h
  JOIN changed AS n ON n.stream = h.stream AND n.account_id = h.account_id AND n.version = h.version + 1
  JOIN (SELECT stream, account_id, arg_max(customer_id, version) AS handed_to FROM holder GROUP BY stream, account_id) AS w
    ON w.stream = h.stream AND w.account_id = h.account_id
  JOIN recon.runs AS seen ON seen.run_id = n.version_seen_run
  LEFT JOIN raw.pages AS p ON p.run_id = n.version_seen_run AND p.customer_id = n.customer_id AND p.stream = n.stream
  WHERE h.last_seen_run <> recon.run()
  GROUP BY h.stream, h.account_id, h.customer_id
),
used AS (
  SELECT r.stream, r.noun, r.record_id, r.customer_id, r.currency, coalesce(r.network, '') AS network, r.amount, r.created_at, r.first_seen_run,
    r.account_id, r.quote_id, p.account_stream, p.account_noun, CASE WHEN r.created_at > h.handed_at THEN h.handed_to ELSE '' END AS handed_to
  FROM recon.product_record AS r JOIN recon.product AS p ON p.stream = r.stream
  LEFT JOIN handed_at AS h ON h.account_stream = p.account_stream AND h.account_id = r.account_id AND h.customer_id = r.customer_id
  WHERE r.account_id IS NOT NULL AND r.class <> 'void'
),
fitting AS (SELECT DISTINCT stream AS account_stream, account_id, customer_id, currency, network, '' AS handed_to FROM recon.account),
stray AS (SELECT * REPLACE (nullif(handed_to, '') AS handed_to) FROM used ANTI JOIN fitting USING (account_stream, account_id, customer_id, currency, network, handed_to)),
own AS (
  SELECT stream, account_id, customer_id, list_distinct(list(network)) AS networks,
    array_to_string(list_sort(list_distinct(list(concat_ws(' on ', currency, nullif(network, ''))))), ', ') AS held_as
  FROM recon.account GROUP BY stream, account_id, customer_id
),
others AS (SELECT stream, account_id, customer_id FROM recon.account),
owned AS (
  SELECT s.stream, s.record_id, min(o.customer_id) AS owner
  FROM stray AS s JOIN others AS o ON o.stream = s.account_stream AND o.account_id = s.account_id AND o.customer_id <> s.customer_id
  GROUP BY s.stream, s.record_id
),
refused AS (
  SELECT stream, record_id, min(name) AS name FROM recon.refused WHERE record_id IS NOT NULL GROUP BY stream, record_id
),
nameless AS (
  SELECT stream, customer_id, min(name) AS name FROM recon.refused WHERE record_id IS NULL GROUP BY stream, customer_id
)
SELECT s.* EXCLUDE (quote_id, handed_to), a.account_id IS NOT NULL AND s.handed_to IS NULL AS own_account, coalesce(s.handed_to, o.owner) AS owner, a.held_as, r.is_proven IS TRUE AS is_listed,
  coalesce(r.began_at, recon.started_at()) AS read_from,
  coalesce(r.obstacle, CASE WHEN r.is_proven IS NOT TRUE THEN concat(s.account_stream, ' of the customer were not read') END) AS unread,
  coalesce(f.name, l.name) AS refused
FROM stray AS s
LEFT JOIN own AS a ON a.stream = s.account_stream AND a.account_id = s.account_id AND a.customer_id = s.customer_id
LEFT JOIN owned AS o ON o.stream = s.stream AND o.record_id = s.record_id
LEFT JOIN recon.reading AS r ON r.customer_id = s.customer_id AND r.stream = s.account_stream
LEFT JOIN refused AS f ON f.stream = s.account_stream AND f.record_id = s.account_id
LEFT JOIN nameless AS l ON l.stream = s.account_stream AND l.customer_id = s.customer_id
WHERE s.handed_to IS NOT NULL OR NOT coalesce(s.quote_id IS NOT NULL AND list_contains(a.networks, s.network), FALSE)
