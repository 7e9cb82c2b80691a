-- about: For a balance that does not add up: what its residual equals, so that a person begins with a suspect and not with a list. Three suspects at most; pairs are sought for the thousand largest residuals, among their two thousand newest transactions.
-- kind: table
-- code: The check that tells the residual.
-- customer_id: The customer.
-- currency: The currency.
-- network: The network, where the balance is judged by network.
-- suspects: The suspects, the most telling first.
WITH newest AS (
  SELECT * FROM recon.residual_entry WHERE is_posted AND in_period AND residual_no <= 1000
  QUALIFY row_number() OVER (PARTITION BY residual_no ORDER BY posted_at DESC, transaction_id) <= 2000
),
-- Of each amount one or two, so that amount meets amount by equality and no product of the two sets arises.
amount AS (
  SELECT residual_no, gap, moved, list(transaction_id ORDER BY posted_at DESC, transaction_id)[:2] AS ids, max(posted_at) AS posted_at
  FROM newest GROUP BY residual_no, gap, moved
),
wanted AS (
  SELECT *, TRY(-gap - moved) AS other, 'the balance does not contain them' AS what FROM amount
  UNION ALL
  SELECT *, TRY(gap - moved), 'the balance contains them twice' FROM amount
),
pair AS (
  SELECT one.residual_no, one.posted_at, one.what, one.ids[1] AS first_id, one.moved AS first_moved,
    CASE WHEN one.moved = two.moved THEN two.ids[2] ELSE two.ids[1] END AS second_id, two.moved AS second_moved
  FROM wanted AS one JOIN amount AS two ON two.residual_no = one.residual_no AND two.moved = one.other
  WHERE one.moved < two.moved OR one.moved = two.moved AND len(two.ids) > 1
),
entry AS (
  SELECT *, concat('transaction ', transaction_id, ' (', recon.plain(moved), CASE WHEN is_posted THEN ', posted ' || recon.moment(posted_at) ELSE ', ' || status END, ')') AS name
  FROM recon.residual_entry
),
suspect AS (
  SELECT residual_no, 1 AS place, posted_at, transaction_id AS first_id, NULL AS second_id,
    concat(name, ' was posted before the opening balance was read, and is listed only now') AS text
  FROM entry WHERE is_late AND moved = gap
  UNION ALL BY NAME
  SELECT r.residual_no, 2 AS place, c.changed_at AS posted_at, c.record_id AS first_id, c.direction AS second_id,
    concat(c.noun, ' ', c.record_id, ' (', recon.plain(r.gap), ') is settled, and has no transaction') AS text
  FROM recon.residual AS r JOIN recon.money_case AS c
    ON c.disagreement = 'nothing' AND c.customer_id = r.customer_id AND c.currency = r.currency
    AND CASE c.direction WHEN 'CREDIT' THEN c.net_amount ELSE -c.net_amount END = r.gap
  UNION ALL BY NAME
  SELECT residual_no, 3 AS place, posted_at, transaction_id AS first_id, concat(name, ' is not posted, and the balance moved by as much') AS text
  FROM entry WHERE NOT is_posted AND moved = gap
  UNION ALL BY NAME
  SELECT residual_no, 4 AS place, posted_at, transaction_id AS first_id,
    concat(name, CASE WHEN moved = gap THEN ': the balance contains it twice' ELSE ': the balance does not contain it' END) AS text
  FROM entry WHERE is_posted AND in_period AND abs(moved) = abs(gap)
  UNION ALL BY NAME
  SELECT residual_no, 5 AS place, posted_at, transaction_id AS first_id, concat('the fee of ', name, ' is as much') AS text
  FROM entry WHERE is_posted AND in_period AND fee = abs(gap)
  UNION ALL BY NAME
  SELECT residual_no, 6 AS place, posted_at, transaction_id AS first_id, concat(name, ': the balance took it with the other sign') AS text
  FROM entry WHERE is_posted AND in_period AND TRY(moved + moved) = -gap
  UNION ALL BY NAME
  SELECT residual_no, 7 AS place, posted_at, first_id, second_id,
    concat('transactions ', first_id, ' (', recon.plain(first_moved), ') and ', second_id, ' (', recon.plain(second_moved), '): ', what) AS text
  FROM pair
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY residual_no ORDER BY place, posted_at DESC NULLS LAST, first_id, second_id, text) AS rank
  FROM suspect QUALIFY rank <= 3
)
SELECT r.code, r.customer_id, r.currency, r.network, string_agg(text, '; ' ORDER BY rank) AS suspects
FROM ranked JOIN recon.residual AS r USING (residual_no)
GROUP BY r.code, r.customer_id, r.currency, r.network
