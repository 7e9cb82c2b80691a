-- about: Each transaction that names a suspect record, with the leg of the record that it belongs to: the leg of its currency, else the one of its direction. Without a leg, the record stands on no list.
-- kind: table
-- stream: The record's list; NULL where the record stands on none.
-- record_id: The record that it names.
-- leg: The record's leg, as in recon.movement.
-- is_here: Whether it is its leg's own currency.
-- is_its_way: Whether it is its leg's direction.
-- is_own: Whether it belongs to the record's customer.
WITH named AS MATERIALIZED (
  SELECT t.transaction_id, t.customer_id, t.type, t.direction, t.currency, t.network, t.fee, t.net_amount, t.moved, t.status, t.class, t.is_posted, t.posted_at, t.created_at,
    t.resource_type, t.resource_id
  FROM recon.transaction AS t
  SEMI JOIN recon.suspect_key AS s ON s.key = hash(t.resource_type, t.resource_id)
  WHERE t.names_record
),
candidate AS (
  SELECT t.transaction_id, l.stream, l.leg, l.customer_id = t.customer_id AS is_own, l.direction = t.direction AS is_its_way,
    -- Where both legs are of one currency they are told apart by direction, unless they must make nothing together.
    l.is_by_direction AND l.class IN ('void', 'undone') AS is_one_sum,
    l.currency = t.currency AND (NOT l.is_by_direction OR l.direction = t.direction OR l.class IN ('void', 'undone')) AS is_here,
    (l.leg IS NOT DISTINCT FROM 'FEE') = (t.type = 'FEE') AS is_its_kind
  FROM named AS t JOIN recon.suspect_leg AS l ON l.resource_type = t.resource_type AND l.record_id = t.resource_id
),
chosen AS (
  SELECT * FROM candidate
  QUALIFY row_number() OVER (PARTITION BY transaction_id ORDER BY is_here DESC, is_its_kind DESC, NOT (is_here AND is_one_sum) AND is_its_way DESC, leg) = 1
)
SELECT c.stream, t.resource_id AS record_id, c.leg, c.is_here, c.is_its_way, c.is_own, t.* EXCLUDE (resource_id)
FROM named AS t LEFT JOIN chosen AS c USING (transaction_id)
