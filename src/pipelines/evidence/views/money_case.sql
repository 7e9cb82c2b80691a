-- about: The money test, named: for each leg of a suspect record what must have moved, what did, and the facts that tell which exception it is. A leg that is not here agrees.
-- kind: table
-- stream: The record's list.
-- noun: What a person calls the record.
-- resource_type: How transactions name its kind.
-- record_id: The record.
-- leg: DEBIT, CREDIT or FEE of a conversion; NULL for a record with one leg.
-- customer_id: The record's customer.
-- direction: CREDIT or DEBIT.
-- status: The record's status.
-- class: open, settled, void, undone, or unknown.
-- currency: The leg's currency.
-- network: The network that the record states.
-- net_amount: What the leg moves when it is settled, without sign.
-- fee: The fee on the leg.
-- expected: What must have moved in the leg's direction. Of an open record: what did, as long as it is not more than the record.
-- actual: What moved in the leg's direction and currency, for the record's customer.
-- tolerance: The difference that is accepted.
-- elsewhere: What moved in the leg's direction and currency for other customers.
-- holders: Those customers.
-- foreign_currency: A currency in which money moved although it is none of the record's.
-- foreign_moved: What moved in it, in the leg's direction.
-- on_network: What moved on the record's network; NULL where the record or a transaction states none.
-- posted: How many transactions are posted.
-- posted_its_way: Posted ones in the leg's direction and currency.
-- waiting: Transactions that are not posted.
-- waiting_status: The status of one of them.
-- has_reversed: Whether one of the posted is REVERSED.
-- charged: Fees that were posted as transactions of type FEE.
-- posted_fee: The fees of posted transactions, those of type FEE with what they moved.
-- without_charges: What moved without transactions of type FEE.
-- transactions: The posted transactions, in the order of their ids.
-- first_transaction: One transaction, a posted one where there is one.
-- state_of_affairs: Sums by customer, currency and network, and the posted transactions: what a write-off accepts.
-- changed_at: When the record came to its state.
-- since: The later of that and the newest posting: grace is counted from here.
-- is_wrong: Whether the difference is beyond the tolerance, or money moved elsewhere.
-- disagreement: What is wrong, the first of the decision table that applies; NULL where nothing is.
-- read_from: When reading the customer's transactions began: grace is counted to here.
-- obstacle: Why it cannot be judged, in a sentence; NULL where it can.
-- at_stake: The money that the difference is about.
WITH leg AS (
  SELECT m.* FROM recon.movement AS m
  SEMI JOIN recon.suspect AS s ON s.resource_type = m.resource_type AND s.record_id = m.record_id
),
own AS (
  SELECT stream, record_id, leg,
    recon.exact_sum(CASE WHEN is_here AND is_own THEN moved ELSE 0 END) AS moved,
    recon.exact_sum(CASE WHEN is_here AND NOT is_own THEN moved ELSE 0 END) AS moved_elsewhere,
    count(*) FILTER (is_posted) AS posted, count(*) FILTER (NOT is_posted) AS waiting,
    min(status) FILTER (NOT is_posted) AS waiting_status, min(transaction_id) FILTER (class = 'unknown') AS doubtful,
    count(*) FILTER (is_posted AND is_here AND direction = 'CREDIT') AS credits, count(*) FILTER (is_posted AND is_here AND direction = 'DEBIT') AS debits,
    bool_or(class = 'undone') AS has_reversed, max(posted_at) FILTER (is_posted) AS newest_posted_at,
    recon.exact_sum(CASE WHEN is_here AND is_own AND type = 'FEE' THEN -moved ELSE 0 END) AS charged,
    recon.exact_sum(CASE WHEN is_here AND is_own AND is_posted AND type <> 'FEE' THEN fee ELSE 0 END) AS fees,
    bool_and(network IS NOT NULL) FILTER (is_here AND is_own AND is_posted) AS states_networks,
    string_agg(transaction_id, ', ' ORDER BY transaction_id) FILTER (is_posted) AS transactions,
    coalesce(min(transaction_id) FILTER (is_posted), min(transaction_id)) AS first_transaction
  FROM recon.named_transaction WHERE stream IS NOT NULL
  GROUP BY stream, record_id, leg
),
by_network AS (
  SELECT n.stream, n.record_id, n.leg, recon.exact_sum(n.moved) AS moved
  FROM recon.named_transaction AS n JOIN leg AS l ON l.stream = n.stream AND l.record_id = n.record_id AND l.leg IS NOT DISTINCT FROM n.leg
  WHERE n.is_here AND n.is_own AND n.is_posted AND n.network = l.network
  GROUP BY n.stream, n.record_id, n.leg
),
foreign_sum AS (
  SELECT stream, record_id, leg, currency, recon.exact_sum(moved) AS moved FROM recon.named_transaction
  WHERE stream IS NOT NULL AND NOT is_here AND is_posted
  GROUP BY stream, record_id, leg, currency HAVING recon.exact_sum(moved) IS DISTINCT FROM 0
),
foreign_money AS (
  SELECT stream, record_id, leg, min(currency) AS currency, arg_min(moved, currency) AS moved FROM foreign_sum GROUP BY stream, record_id, leg
),
held AS (
  SELECT stream, record_id, leg, customer_id, currency, network, recon.exact_sum(moved) AS moved FROM recon.named_transaction
  WHERE stream IS NOT NULL AND is_posted
  GROUP BY stream, record_id, leg, customer_id, currency, network
),
affairs AS (
  SELECT stream, record_id, leg,
    string_agg(concat_ws(' ', customer_id, currency, network, recon.plain(moved)), '; ' ORDER BY customer_id, currency, network) AS sums
  FROM held GROUP BY stream, record_id, leg
),
holder AS (
  SELECT h.stream, h.record_id, h.leg, string_agg(DISTINCT h.customer_id, ', ' ORDER BY h.customer_id) AS customers
  FROM held AS h JOIN leg AS l ON l.stream = h.stream AND l.record_id = h.record_id AND l.leg IS NOT DISTINCT FROM h.leg
  WHERE h.customer_id <> l.customer_id AND h.moved <> 0
  GROUP BY h.stream, h.record_id, h.leg
),
-- When a night first saw the record in its present state, by what the record said then.
first_in_state AS (
  SELECT l.stream, l.record_id, min(CAST(json_extract_string(v.content, '$.updated_at') AS TIMESTAMPTZ)) AS updated_at
  FROM (SELECT DISTINCT stream, record_id, status FROM leg) AS l
  JOIN main.superseded_versions AS v ON v.stream = l.stream AND v.record_id = l.record_id AND json_extract_string(v.content, '$.status') = l.status
  GROUP BY l.stream, l.record_id
),
gathered AS (
  SELECT l.*, recon.noun(l.stream) AS noun,
    CASE l.direction WHEN 'CREDIT' THEN 1 ELSE -1 END AS sign,
    CASE WHEN o.stream IS NULL THEN 0 ELSE o.moved END AS moved, CASE WHEN o.stream IS NULL THEN 0 ELSE o.moved_elsewhere END AS moved_elsewhere, coalesce(o.posted, 0) AS posted,
    CASE l.direction WHEN 'CREDIT' THEN coalesce(o.credits, 0) ELSE coalesce(o.debits, 0) END AS posted_its_way,
    coalesce(o.waiting, 0) AS waiting, o.waiting_status, o.doubtful, coalesce(o.has_reversed, FALSE) AS has_reversed, o.newest_posted_at,
    coalesce(o.charged, 0) AS charged, coalesce(o.charged, 0) + coalesce(o.fees, 0) AS posted_fee, o.transactions, o.first_transaction,
    CASE WHEN l.network IS NOT NULL AND o.states_networks THEN coalesce(w.moved, 0) END AS moved_on_network,
    f.currency AS foreign_currency, f.moved AS foreign_sum, a.sums, h.customers AS holders,
    coalesce(b.settled, 0) AS refunded, coalesce(b.waiting, 0) AS refund_waiting, coalesce(b.doubtful, 0) AS refund_doubtful,
    CASE WHEN l.class = 'settled' THEN coalesce(l.completed_at, s.updated_at, l.updated_at) ELSE coalesce(s.updated_at, l.updated_at) END AS changed_at
  FROM leg AS l
  LEFT JOIN own AS o ON o.stream = l.stream AND o.record_id = l.record_id AND o.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN by_network AS w ON w.stream = l.stream AND w.record_id = l.record_id AND w.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN foreign_money AS f ON f.stream = l.stream AND f.record_id = l.record_id AND f.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN affairs AS a ON a.stream = l.stream AND a.record_id = l.record_id AND a.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN holder AS h ON h.stream = l.stream AND h.record_id = l.record_id AND h.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN first_in_state AS s ON s.stream = l.stream AND s.record_id = l.record_id
  LEFT JOIN recon.refunded AS b ON b.stream = l.stream AND b.record_id = l.record_id AND b.customer_id = l.customer_id AND b.currency = l.currency
),
-- In the leg's direction, so that more is more and less is less.
turned AS (
  SELECT * EXCLUDE (moved, moved_elsewhere, moved_on_network, foreign_sum, sign),
    sign * moved AS actual, sign * moved_elsewhere AS elsewhere, sign * moved_on_network AS on_network, sign * foreign_sum AS foreign_moved,
    sign * moved + CASE direction WHEN 'CREDIT' THEN charged ELSE -charged END AS without_charges
  FROM gathered
),
expecting AS (
  SELECT *,
    CASE class
      WHEN 'settled' THEN net_amount
      WHEN 'void' THEN 0
      -- Taken back by reversals or by refunds, which return what came in net or gross.
      WHEN 'undone' THEN CASE WHEN actual IN (refunded, refunded - fee) AND (refunded <> 0 OR actual = 0) THEN actual ELSE refunded END
      ELSE greatest(least(actual, greatest(net_amount, amount)), 0)
    END AS expected,
    class = 'undone' AND refund_waiting <> 0 AND actual IN (refunded + refund_waiting, refunded + refund_waiting - fee) AS refund_is_under_way,
    CASE WHEN class IN ('void', 'undone') THEN recon.absolute_tolerance('LED_AMOUNT_MISMATCH', currency)
      ELSE recon.tolerance('LED_AMOUNT_MISMATCH', currency, net_amount) END AS tolerance
  FROM turned
),
weighed AS (
  SELECT e.*,
    NOT refund_is_under_way AND (
      NOT recon.is_within(actual, expected, tolerance) AND actual IS NOT NULL AND expected IS NOT NULL OR abs(elsewhere) > tolerance OR foreign_moved IS NOT NULL
      OR class = 'settled' AND abs(on_network - actual) > tolerance
    ) IS TRUE AS is_wrong
  FROM expecting AS e
)
SELECT w.*, greatest(w.changed_at, w.newest_posted_at) AS since, coalesce(r.began_at, recon.started_at()) AS read_from,
  -- The decision table: the first line that applies, from top to bottom.
  CASE
    WHEN NOT w.is_wrong THEN NULL
    WHEN w.class IN ('void', 'undone') THEN 'money stands'
    WHEN w.actual = 0 AND w.elsewhere <> 0 AND abs(w.elsewhere - w.net_amount) <= w.tolerance THEN 'another customer'
    WHEN w.actual = 0 AND w.elsewhere = 0 AND w.foreign_moved IS NOT NULL THEN 'another currency'
    WHEN recon.is_within(w.actual, w.expected, w.tolerance) AND abs(w.elsewhere) <= w.tolerance AND w.foreign_moved IS NULL THEN 'another network'
    WHEN w.actual = -w.net_amount AND w.elsewhere = 0 THEN 'opposite'
    WHEN w.posted = 0 AND w.waiting > 0 THEN 'not posted'
    WHEN w.posted = 0 THEN 'nothing'
    WHEN w.actual = 0 AND w.elsewhere = 0 AND w.has_reversed THEN 'taken back'
    WHEN w.charged <> 0 AND w.elsewhere = 0 AND abs(w.without_charges - w.expected) <= w.tolerance THEN 'charged'
    WHEN w.actual + w.elsewhere > w.expected + w.tolerance AND w.posted_its_way > 1 THEN 'more than once'
    ELSE 'differs'
  END AS disagreement,
  concat_ws(': ', w.sums, w.transactions) AS state_of_affairs,
  CASE WHEN NOT recon.is_within(w.actual, w.expected, w.tolerance) THEN TRY(abs(w.actual - w.expected)) WHEN abs(w.elsewhere) > w.tolerance THEN abs(w.elsewhere)
    WHEN w.foreign_moved IS NOT NULL THEN abs(w.foreign_moved) ELSE abs(w.on_network - w.actual) END AS at_stake,
  coalesce(
    r.obstacle,
    CASE WHEN r.customer_id IS NULL OR NOT r.is_proven THEN 'transactions of the customer were not read' END,
    t.obstacle,
    CASE WHEN w.doubtful IS NOT NULL THEN concat('transaction ', w.doubtful, ' has a status outside the contract') END,
    CASE WHEN w.net_amount IS NULL OR w.actual IS NULL OR w.elsewhere IS NULL THEN 'its sum leaves DECIMAL(38,18)' END,
    CASE WHEN w.class = 'undone' THEN coalesce(
      CASE WHEN w.refund_doubtful <> 0 THEN 'a refund of it has a status outside the contract' END,
      recon_refunds.obstacle,
      CASE WHEN w.is_wrong AND NOT recon.lists_refunds(w.stream) THEN 'the API does not list refunds of this product (refunds in the configuration)' END
    ) END,
    CASE WHEN w.class = 'unknown' AND NOT w.is_wrong THEN concat('its status ', w.status, ' is outside the contract') END
  ) AS obstacle
FROM weighed AS w
LEFT JOIN recon.reading AS r ON r.customer_id = w.customer_id AND r.stream = 'transactions'
LEFT JOIN recon.touched AS t ON t.resource_type = w.resource_type AND t.record_id = w.record_id
LEFT JOIN recon.refunds_in_doubt AS recon_refunds ON recon_refunds.stream = w.stream AND recon_refunds.customer_id = w.customer_id
  AND coalesce(recon_refunds.record_id, w.record_id) = w.record_id
