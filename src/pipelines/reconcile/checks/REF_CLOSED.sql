-- severity: high
-- family: references
-- definition: A record was created after the night that first saw the account, wallet or beneficiary which it names closed.
-- finds: A deposit of this morning to a fiat account that last night saw CLOSED.
-- silent: A deposit from before that night; one after another night that saw the account ACTIVE again; a withdrawal that FAILED.
-- action: Ask the partner why a closed account is used.
-- settings: accountClosed = CLOSED DISABLED BLOCKED
-- rests on: customer
-- accepts: counterpart_id, account_status
-- unproven when: The customer's list of accounts was not read to its end tonight, or the account cannot be read.
WITH version AS (
  SELECT a.stream, a.account_id, a.customer_id, a.status, a.version, a.version_seen_run, a.last_seen_run,
    list_contains(recon.words_of('REF_CLOSED', 'accountClosed'), upper(trim(a.status))) AS is_closed
  FROM recon.account AS a
),
followed AS (
  SELECT *, lead(is_closed) OVER turn AS stays_closed, lead(version_seen_run) OVER turn AS next_seen_run
  FROM version SEMI JOIN (SELECT stream, account_id FROM version WHERE is_closed) USING (stream, account_id)
  WINDOW turn AS (PARTITION BY stream, account_id ORDER BY version)
),
-- When a night read the list: what was created while it ran may be older than the closing.
read_at AS (
  SELECT f.stream, f.account_id, f.version, max(p.server_time) AS read_at
  FROM followed AS f JOIN raw.pages AS p ON p.run_id = f.version_seen_run AND p.customer_id = f.customer_id AND p.stream = f.stream
  WHERE f.is_closed GROUP BY f.stream, f.account_id, f.version
),
closed AS (
  SELECT f.stream, f.account_id, f.customer_id, f.status, coalesce(r.read_at, seen.started_at) AS closed_from, f.version_seen_run,
    CASE WHEN f.stays_closed IS NULL THEN 'infinity'::TIMESTAMPTZ WHEN f.stays_closed THEN next.started_at ELSE last.started_at END AS closed_until
  FROM followed AS f
  JOIN recon.runs AS seen ON seen.run_id = f.version_seen_run
  LEFT JOIN recon.runs AS last ON last.run_id = f.last_seen_run
  LEFT JOIN recon.runs AS next ON next.run_id = f.next_seen_run
  LEFT JOIN read_at AS r ON r.stream = f.stream AND r.account_id = f.account_id AND r.version = f.version
  WHERE f.is_closed
),
refused AS (
  SELECT stream, record_id, min(name) AS name FROM recon.refused WHERE record_id IS NOT NULL GROUP BY stream, record_id
),
used AS (
  SELECT r.*, p.account_noun, c.status AS account_status, c.closed_from, coalesce(l.obstacle, f.name) AS obstacle
  FROM recon.product_record AS r
  JOIN recon.product AS p ON p.stream = r.stream
  JOIN closed AS c ON c.stream = p.account_stream AND c.account_id = r.account_id AND c.customer_id = r.customer_id
  LEFT JOIN recon.reading AS l ON l.customer_id = r.customer_id AND l.stream = p.account_stream
  LEFT JOIN refused AS f ON f.stream = p.account_stream AND f.record_id = r.account_id
  WHERE r.class <> 'void' AND r.created_at > c.closed_from AND r.created_at <= c.closed_until
)
SELECT CASE WHEN obstacle IS NULL THEN 'exception' ELSE 'unproven' END AS outcome, obstacle,
  stream, record_id, account_id AS counterpart_id, customer_id, currency, amount AS actual, account_status,
  concat(recon.titled(noun), ' of ', recon.money(amount, currency), ' was created at ', recon.moment(created_at), ' and names ', account_noun, ' ', account_id,
    ', which was ', account_status, ' at ', recon.moment(closed_from), ' already') AS detail
FROM used
