-- about: Product records that are not void and name an account, wallet or beneficiary which their customer does not have in their currency and on their network; a record that names a quote may be of another currency.
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
-- own_account: Whether an account of that id was on the customer's list, on whatever night.
-- owner: Another customer on whose list it was; NULL where it was on none.
-- held_as: The currency and network of the customer's own account.
-- is_listed: Whether the customer's list was read to its end tonight.
-- read_from: When reading that list began: grace is counted to here.
-- unread: Why nothing may be concluded from that list, in a sentence.
-- refused: An account that cannot be read and is the one, or could be.
WITH used AS (
  SELECT r.stream, r.noun, r.record_id, r.customer_id, r.currency, coalesce(r.network, '') AS network, r.amount, r.created_at, r.first_seen_run,
    r.account_id, r.quote_id, p.account_stream, p.account_noun
  FROM recon.product_record AS r JOIN recon.product AS p ON p.stream = r.stream
  WHERE r.account_id IS NOT NULL AND r.class <> 'void'
),
fitting AS (SELECT DISTINCT stream AS account_stream, account_id, customer_id, currency, network FROM recon.account),
stray AS (SELECT * FROM used ANTI JOIN fitting USING (account_stream, account_id, customer_id, currency, network)),
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
SELECT s.* EXCLUDE (quote_id), a.account_id IS NOT NULL AS own_account, o.owner, a.held_as, r.is_proven IS TRUE AS is_listed,
  coalesce(r.began_at, recon.started_at()) AS read_from,
  coalesce(r.obstacle, CASE WHEN r.is_proven IS NOT TRUE THEN concat(s.account_stream, ' of the customer were not read') END) AS unread,
  coalesce(f.name, l.name) AS refused
FROM stray AS s
LEFT JOIN own AS a ON a.stream = s.account_stream AND a.account_id = s.account_id AND a.customer_id = s.customer_id
LEFT JOIN owned AS o ON o.stream = s.stream AND o.record_id = s.record_id
LEFT JOIN recon.reading AS r ON r.customer_id = s.customer_id AND r.stream = s.account_stream
LEFT JOIN refused AS f ON f.stream = s.account_stream AND f.record_id = s.account_id
LEFT JOIN nameless AS l ON l.stream = s.account_stream AND l.customer_id = s.customer_id
WHERE NOT coalesce(s.quote_id IS NOT NULL AND list_contains(a.networks, s.network), FALSE)
