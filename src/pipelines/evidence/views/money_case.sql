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
-- least_tolerance: The part of it that does not depend on what was expected: for money that moved elsewhere.
-- differs: Whether the difference is beyond the tolerance.
-- elsewhere: What moved in the leg's direction and currency for other customers.
-- apart: The same without sign, customer by customer.
-- holders: Those customers.
-- strayed: The transaction by which an earlier night found the money with a customer whose transactions were not read tonight; NULL where there is none, or the record has transactions of its own.
-- foreign_currency: A currency in which money moved although it is none of the record's.
-- foreign_moved: What moved in it, in the leg's direction.
-- foreign_apart: The same without sign, customer by customer.
-- on_network: What moved on the record's network; NULL where the record or a transaction states none.
-- off_network: What moved on other networks, without sign, network by network.
-- other_networks: Those networks.
-- posted: How many transactions are posted.
-- posted_its_way: Posted ones in the leg's direction and currency.
-- waiting: Transactions that are not posted.
-- waiting_status: The status of one of them.
-- has_reversed: Whether one of the posted is REVERSED.
-- charged: Fees that were posted as transactions of type FEE.
-- posted_fee: The fees of posted transactions that stand, those of type FEE with what they moved; where nothing is posted, the record's.
-- transactions: The posted transactions, in the order of their ids.
-- first_transaction: One transaction, a posted one where there is one.
-- state_of_affairs: Sums by customer, currency and network, and the posted transactions: what a write-off accepts.
-- changed_at: When the record came to its state.
-- since: The later of that and the newest posting: grace is counted from here. An instant that lies ahead is none.
-- is_wrong: Whether the difference is beyond the tolerance, or money moved elsewhere.
-- disagreement: What is wrong, the first of the decision table that applies; NULL where nothing is.
-- read_from: When reading the customer's transactions began: grace is counted to here.
-- obstacle: Why it cannot be judged, in a sentence; NULL where it can.
-- at_stake: The money that the difference is about.
-- at_stake_currency: Its currency.
WITH own AS (
  SELECT stream, record_id, leg,
    recon.exact_sum(CASE WHEN is_here AND is_own THEN moved ELSE 0 END) AS moved,
    count(*) FILTER (is_posted) AS posted, count(*) FILTER (is_posted AND is_here AND is_own) AS posted_at_home, count(*) FILTER (NOT is_posted) AS waiting,
    min(status) FILTER (NOT is_posted) AS waiting_status, min(transaction_id) FILTER (class = 'unknown' AND net_amount <> 0) AS doubtful,
    count(*) FILTER (is_posted AND is_here AND is_its_way) AS posted_its_way,
    bool_or(class = 'undone') AS has_reversed, max(posted_at) FILTER (is_posted) AS newest_posted_at,
    recon.exact_sum(CASE WHEN is_here AND is_own AND type = 'FEE' THEN -moved ELSE 0 END) AS charged,
    -- Of what was taken back the fee does not count, or counts as given back: a reversal says either.
    recon.exact_sum(CASE WHEN is_here AND is_own AND is_posted AND type <> 'FEE' AND (is_its_way OR moved = 0) AND class = 'settled' THEN fee ELSE 0 END) AS kept_fees,
    recon.exact_sum(CASE WHEN is_here AND is_own AND is_posted AND type <> 'FEE' THEN CASE WHEN is_its_way OR moved = 0 THEN fee ELSE -fee END ELSE 0 END) AS all_fees,
    bool_and(network IS NOT NULL) FILTER (is_here AND is_own AND is_posted) AS states_networks,
    array_to_string(list_sort(list(transaction_id) FILTER (is_posted)), ', ') AS transactions,
    coalesce(min(transaction_id) FILTER (is_posted), min(transaction_id)) AS first_transaction
  FROM recon.named_transaction WHERE stream IS NOT NULL
  GROUP BY stream, record_id, leg
),
network_sum AS (
  SELECT stream, record_id, leg, network, recon.exact_sum(moved) AS moved FROM recon.named_transaction
  WHERE is_here AND is_own AND is_posted GROUP BY stream, record_id, leg, network
),
by_network AS (
  SELECT n.stream, n.record_id, n.leg, recon.exact_sum(CASE WHEN n.network = l.network THEN n.moved ELSE 0 END) AS moved,
    recon.exact_sum(CASE WHEN n.network <> l.network THEN abs(n.moved) ELSE 0 END) AS moved_off,
    array_to_string(list_sort(list(n.network) FILTER (n.network <> l.network)), ' and ') AS other_networks
  FROM network_sum AS n JOIN recon.suspect_leg AS l ON l.stream = n.stream AND l.record_id = n.record_id AND l.leg IS NOT DISTINCT FROM n.leg
  GROUP BY n.stream, n.record_id, n.leg
),
-- Sums of other customers and of other currencies, each of its own, so that none cancels another out.
stray AS (
  SELECT stream, record_id, leg, is_here, customer_id, currency, moved FROM recon.named_transaction
  WHERE stream IS NOT NULL AND is_posted AND NOT (is_here AND is_own)
  UNION ALL
  -- Less what must have moved of another customer's record of the same id.
  SELECT d.stream, d.record_id, l.leg, l.currency = d.currency, d.customer_id, d.currency, -d.signed_net
  FROM recon.displaced AS d JOIN recon.suspect_leg AS l ON l.stream = d.stream AND l.record_id = d.record_id
  QUALIFY row_number() OVER (PARTITION BY d.stream, d.record_id, d.customer_id, d.direction, d.currency ORDER BY l.currency = d.currency DESC, l.direction = d.direction DESC, l.leg) = 1
),
stray_sum AS (
  SELECT stream, record_id, leg, is_here, customer_id, currency, recon.exact_sum(moved) AS moved FROM stray
  GROUP BY stream, record_id, leg, is_here, customer_id, currency
),
holder AS (
  SELECT stream, record_id, leg, recon.exact_sum(moved) AS moved, recon.exact_sum(abs(moved)) AS moved_apart,
    string_agg(customer_id, ', ' ORDER BY customer_id) FILTER (moved <> 0) AS customers
  FROM stray_sum WHERE is_here GROUP BY stream, record_id, leg
),
foreign_sum AS (
  SELECT stream, record_id, leg, currency, recon.exact_sum(moved) AS moved, recon.exact_sum(abs(moved)) AS moved_apart
  FROM stray_sum WHERE NOT is_here GROUP BY stream, record_id, leg, currency
),
foreign_money AS (
  SELECT * FROM foreign_sum WHERE moved_apart > recon.absolute_tolerance('LED_AMOUNT_MISMATCH', currency)
  QUALIFY row_number() OVER (PARTITION BY stream, record_id, leg ORDER BY currency) = 1
),
held AS (
  SELECT stream, record_id, leg, customer_id, currency, network, recon.exact_sum(moved) AS moved FROM recon.named_transaction
  WHERE stream IS NOT NULL AND is_posted
  GROUP BY stream, record_id, leg, customer_id, currency, network
),
affairs AS (
  SELECT stream, record_id, leg,
    -- Lists, put in order, cost half of what an aggregate in order costs.
    array_to_string(list_transform(list_sort(list({'customer': customer_id, 'currency': currency, 'network': network,
      'sum': concat_ws(' ', customer_id, currency, network, recon.plain(moved))})), lambda held: held.sum), '; ') AS sums
  FROM held GROUP BY stream, record_id, leg
),
in_doubt AS (
  SELECT l.stream, l.record_id, l.leg, min(d.obstacle) AS obstacle
  FROM recon.suspect_leg AS l JOIN recon.refunds_in_doubt AS d ON d.stream = l.stream AND d.customer_id = l.customer_id
    AND coalesce(d.record_id = l.record_id, TRUE) AND coalesce(d.currency = l.currency, TRUE)
  WHERE l.class = 'undone' GROUP BY l.stream, l.record_id, l.leg
),
-- What an earlier night found with another customer, whose list was not read tonight: it stays with that customer until somebody looks.
strayed AS (
  SELECT e.stream, e.record_id, e.leg, any_value(e.counterpart_id) AS transaction_id, any_value(json_extract_string(e.state_of_affairs, '$[2]')) AS affairs,
    string_agg(DISTINCT t.customer_id, ', ' ORDER BY t.customer_id) AS customers
  FROM recon.exceptions AS e
  JOIN main.transactions AS t ON t.transaction_id = e.counterpart_id
  JOIN recon.reading AS r ON r.customer_id = t.customer_id AND r.stream = 'transactions' AND r.obstacle IS NOT NULL
  WHERE e.code = 'LED_OWNER_MISMATCH' AND e.state <> 'resolved'
  GROUP BY e.stream, e.record_id, e.leg
),
-- When a night first saw the record in its present state, by what the record said then.
first_in_state AS (
  SELECT l.stream, l.record_id, min(CAST(json_extract_string(v.content, '$.updated_at') AS TIMESTAMPTZ)) AS updated_at,
    min(CAST(json_extract_string(v.content, '$.completed_at') AS TIMESTAMPTZ)) AS completed_at
  FROM (SELECT DISTINCT stream, record_id, status FROM recon.suspect_leg) AS l
  JOIN main.superseded_versions AS v ON v.stream = l.stream AND v.record_id = l.record_id AND json_extract_string(v.content, '$.status') = l.status
  GROUP BY l.stream, l.record_id
),
gathered AS (
  SELECT l.*, recon.noun(l.stream) AS noun,
    CASE l.direction WHEN 'CREDIT' THEN 1 ELSE -1 END AS sign,
    CASE WHEN o.stream IS NULL THEN 0 ELSE o.moved END AS moved,
    CASE WHEN h.stream IS NULL THEN 0 ELSE h.moved END AS moved_elsewhere, CASE WHEN h.stream IS NULL THEN 0 ELSE h.moved_apart END AS apart,
    coalesce(o.posted, 0) AS posted, coalesce(o.posted_at_home, 0) AS posted_at_home, coalesce(o.posted_its_way, 0) AS posted_its_way,
    coalesce(o.waiting, 0) AS waiting, o.waiting_status, o.doubtful, coalesce(o.has_reversed, FALSE) AS has_reversed, o.newest_posted_at,
    coalesce(o.charged, 0) AS charged, TRY(o.charged + o.kept_fees) AS kept_fees, TRY(o.charged + o.all_fees) AS all_fees, o.transactions, coalesce(o.first_transaction, y.transaction_id) AS first_transaction,
    CASE WHEN l.network IS NOT NULL AND o.states_networks THEN w.moved END AS moved_on_network,
    CASE WHEN l.network IS NOT NULL AND o.states_networks THEN w.moved_off END AS off_network, w.other_networks,
    f.currency AS foreign_currency, f.moved AS foreign_sum, f.moved_apart AS foreign_apart, coalesce(a.sums, y.affairs) AS sums, coalesce(h.customers, y.customers) AS holders, CASE WHEN o.stream IS NULL THEN y.transaction_id END AS strayed,
    CASE WHEN b.stream IS NULL THEN 0 ELSE b.settled END AS refunded, CASE WHEN b.stream IS NULL THEN 0 ELSE b.waiting END AS refund_waiting,
    CASE WHEN b.stream IS NULL THEN 0 ELSE b.doubtful END AS refund_doubtful, d.obstacle AS refunds_obstacle,
    -- A completion that moves from night to night began the grace once.
    CASE WHEN l.class = 'settled' THEN coalesce(least(l.completed_at, s.completed_at), s.updated_at, l.updated_at) ELSE coalesce(s.updated_at, l.updated_at) END AS changed_at
  FROM recon.suspect_leg AS l
  LEFT JOIN own AS o ON o.stream = l.stream AND o.record_id = l.record_id AND o.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN by_network AS w ON w.stream = l.stream AND w.record_id = l.record_id AND w.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN foreign_money AS f ON f.stream = l.stream AND f.record_id = l.record_id AND f.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN affairs AS a ON a.stream = l.stream AND a.record_id = l.record_id AND a.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN holder AS h ON h.stream = l.stream AND h.record_id = l.record_id AND h.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN strayed AS y ON y.stream = l.stream AND y.record_id = l.record_id AND y.leg IS NOT DISTINCT FROM l.leg
  LEFT JOIN first_in_state AS s ON s.stream = l.stream AND s.record_id = l.record_id
  LEFT JOIN recon.refunded AS b ON b.stream = l.stream AND b.record_id = l.record_id AND b.customer_id = l.customer_id AND b.currency = l.currency
  LEFT JOIN in_doubt AS d ON d.stream = l.stream AND d.record_id = l.record_id AND d.leg IS NOT DISTINCT FROM l.leg
),
-- In the leg's direction, so that more is more and less is less.
turned AS (
  SELECT * EXCLUDE (moved, moved_elsewhere, moved_on_network, foreign_sum, sign, kept_fees, all_fees),
    sign * moved AS actual, sign * moved_elsewhere AS elsewhere, sign * moved_on_network AS on_network, sign * foreign_sum AS foreign_moved,
    CASE WHEN posted_at_home = 0 THEN fee WHEN recon.gap(kept_fees, fee) <= recon.gap(all_fees, fee) THEN kept_fees ELSE all_fees END AS posted_fee,
    recon.absolute_tolerance('LED_AMOUNT_MISMATCH', currency) AS least_tolerance,
    CASE WHEN class IN ('void', 'undone') THEN recon.absolute_tolerance('LED_AMOUNT_MISMATCH', currency)
      ELSE recon.tolerance('LED_AMOUNT_MISMATCH', currency, net_amount) END AS tolerance
  FROM gathered
),
expecting AS (
  SELECT *,
    CASE class
      WHEN 'settled' THEN net_amount
      WHEN 'void' THEN 0
      -- Taken back by reversals or by refunds, which return what came in net or gross.
      WHEN 'undone' THEN CASE WHEN posted = 0 THEN 0 WHEN refunded <> 0 AND recon.gap(actual, refunded) > tolerance AND recon.gap(actual, TRY(refunded - fee)) <= tolerance
        THEN refunded - fee ELSE refunded END
      ELSE greatest(least(actual, greatest(net_amount, amount)), 0)
    END AS expected,
    class = 'undone' AND refund_waiting <> 0 AND (recon.gap(actual, TRY(refunded + refund_waiting)) <= tolerance OR recon.gap(actual, TRY(refunded + refund_waiting - fee)) <= tolerance) AS refund_would_tie
  FROM turned
),
weighed AS (
  SELECT *, recon.gap(actual, expected) > tolerance AS differs,
    (apart > least_tolerance OR foreign_currency IS NOT NULL OR off_network > least_tolerance) IS TRUE AS is_astray
  FROM expecting
),
judged AS (
  SELECT *, differs AND refund_would_tie AND NOT is_astray AS refund_is_under_way,
    (is_astray OR differs AND NOT refund_would_tie) IS TRUE AS is_wrong
  FROM weighed
)
SELECT w.*, greatest(CASE WHEN w.changed_at <= r.began_at THEN w.changed_at END, CASE WHEN w.newest_posted_at <= r.began_at THEN w.newest_posted_at END) AS since,
  coalesce(r.began_at, recon.started_at()) AS read_from,
  -- The decision table: the first line that applies, from top to bottom.
  CASE
    WHEN NOT w.is_wrong THEN NULL
    WHEN w.class IN ('void', 'undone') THEN 'money stands'
    WHEN w.actual = 0 AND w.elsewhere <> 0 AND recon.gap(w.elsewhere, w.net_amount) <= w.tolerance THEN 'another customer'
    WHEN w.strayed IS NOT NULL THEN 'another customer'
    WHEN w.actual = 0 AND w.elsewhere = 0 AND w.net_amount <> 0 AND w.foreign_currency IS NOT NULL THEN 'another currency'
    WHEN NOT w.differs AND w.off_network > w.least_tolerance AND w.apart <= w.least_tolerance AND w.foreign_currency IS NULL THEN 'another network'
    WHEN w.actual = -w.net_amount AND w.actual <> 0 AND w.elsewhere = 0 THEN 'opposite'
    WHEN w.posted = 0 AND w.waiting > 0 THEN 'not posted'
    WHEN w.posted = 0 THEN 'nothing'
    WHEN w.differs AND w.actual = 0 AND w.elsewhere = 0 AND w.has_reversed THEN 'taken back'
    -- More was charged than the record says, and nothing else is wrong: a credit shrinks by it, a debit grows.
    WHEN w.class = 'settled' AND w.leg IS DISTINCT FROM 'FEE' AND w.charged <> 0 AND w.elsewhere = 0 AND w.foreign_currency IS NULL
      AND recon.gap(TRY(w.actual - w.expected), CASE w.direction WHEN 'CREDIT' THEN TRY(w.fee - w.posted_fee) ELSE TRY(w.posted_fee - w.fee) END) <= w.tolerance THEN 'charged'
    WHEN TRY(w.actual - w.expected) > -w.elsewhere AND w.posted_its_way > 1 THEN 'more than once'
    ELSE 'differs'
  END AS disagreement,
  concat_ws(': ', w.sums, w.transactions) AS state_of_affairs,
  CASE WHEN w.differs THEN recon.gap(w.actual, w.expected) WHEN w.apart > w.least_tolerance THEN w.apart ELSE coalesce(w.foreign_apart, w.off_network) END AS at_stake,
  CASE WHEN w.differs OR w.apart > w.least_tolerance THEN w.currency ELSE coalesce(w.foreign_currency, w.currency) END AS at_stake_currency,
  coalesce(
    r.obstacle,
    CASE WHEN r.customer_id IS NULL OR NOT r.is_proven THEN 'transactions of the customer were not read' END,
    t.obstacle,
    CASE WHEN w.doubtful IS NOT NULL THEN concat('transaction ', w.doubtful, ' has a status outside the contract') END,
    CASE WHEN w.net_amount IS NULL OR w.actual IS NULL OR w.elsewhere IS NULL OR w.class = 'undone' AND w.refunded IS NULL THEN 'its sum leaves DECIMAL(38,18)' END,
    CASE WHEN w.class = 'undone' AND w.posted > 0 THEN coalesce(
      CASE WHEN w.refund_doubtful <> 0 THEN 'a refund of it has a status outside the contract' END,
      w.refunds_obstacle,
      CASE WHEN w.is_wrong AND NOT recon.lists_refunds(w.stream) THEN 'the API does not list refunds of this product (refunds in the configuration)' END
    ) END,
    CASE WHEN w.class = 'unknown' AND NOT w.is_wrong THEN concat('its status ', w.status, ' is outside the contract') END
  ) AS obstacle
FROM judged AS w
LEFT JOIN recon.reading AS r ON r.customer_id = w.customer_id AND r.stream = 'transactions'
LEFT JOIN recon.touched AS t ON t.resource_type = w.resource_type AND t.record_id = w.record_id AND t.leg IS NOT DISTINCT FROM w.leg
