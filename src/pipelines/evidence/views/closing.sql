-- about: Each balance beside what was posted: the sums since the beginning and since the opening, whether the balance is what they make, and why that cannot be said where it cannot.
-- kind: table
-- customer_id: The customer.
-- currency: The currency.
-- network: The network, where the balance is judged by network.
-- network_key: The same; nothing where rows are summed.
-- record_id: What exceptions call it.
-- is_listed: Whether the judged run read a row of it.
-- has_balances: Whether the customer can have balances at all.
-- total: The balance; NULL where no row is listed.
-- last_total: Where none is listed: the balance that was read last.
-- last_as_of: Its instant.
-- oldest_as_of: The instant of its oldest row.
-- as_of: The instant of its newest row; NULL where no row is listed.
-- stated_as_of: The instant that the newest row states, be it ahead of the clock.
-- is_ahead: Whether it is.
-- is_old: Whether as_of is older than a balance may be (limitHours and grace of BAL_STALE).
-- read_from: When reading the customer's balances began.
-- opening: The opening balance; NULL where no closing was proven before.
-- opening_as_of: Its instant.
-- opening_run: The run that read it.
-- since_inception: What all transactions posted up to the closing make.
-- rolled: What the opening and the transactions since make; NULL without an opening.
-- takes_opening: Whether what was posted at the very instant of the opening is counted after it.
-- takes_closing: Whether what was posted at the very instant of the closing is counted in the roll-forward.
-- since: What was posted after the closing and before it was read.
-- postings_since: How many those are.
-- not_yet: What was posted after the closing at all.
-- postings_not_yet: How many those are.
-- newest_posted_at: The newest posting that the closing may hold.
-- inception_tolerance: The difference that is accepted since the beginning.
-- rolled_tolerance: The difference that is accepted since the opening.
-- inception_ties: Whether the balance is what all transactions make.
-- rolled_ties: Whether it is what the opening and the transactions since make.
-- unread_transactions: Why it is not known what was posted, in a sentence.
-- name_since: A transaction that cannot be read and may have been posted after the closing.
-- inception_beside: A transaction that cannot be read, where the balance is not what all transactions make, with it or without it.
-- rolled_beside: The same of the opening and the transactions since.
-- inception_obstacle: Why the balance cannot be compared with all transactions.
-- rolled_obstacle: Why it cannot be compared with the opening.
WITH summed AS (
  SELECT customer_id, currency, network_key,
    recon.sum_where(whole, rest, is_posted AND place IN ('before', 'at opening', 'within')) AS up_to_closing,
    recon.sum_where(whole, rest, is_posted AND place = 'within') AS within_period,
    recon.sum_where(whole, rest, is_posted AND place = 'at opening') AS at_opening,
    recon.sum_where(whole, rest, is_posted AND place = 'at closing') AS at_closing,
    recon.sum_where(whole, rest, is_posted AND place = 'since') AS since,
    recon.sum_where(whole, rest, is_posted AND place IN ('since', 'later')) AS not_yet,
    sum(transactions) FILTER (is_posted AND place = 'at closing') AS postings_at_closing,
    sum(transactions) FILTER (is_posted AND place = 'since') AS postings_since,
    sum(transactions) FILTER (is_posted AND place IN ('since', 'later')) AS postings_not_yet,
    max(newest_posted_at) FILTER (is_posted AND place NOT IN ('since', 'later')) AS newest_posted_at,
    -- Their status is outside the contract: they may have moved the balance or not.
    sum(transactions) FILTER (NOT is_posted AND place NOT IN ('since', 'later')) AS unclear,
    recon.sum_where(whole, rest, NOT is_posted AND place NOT IN ('since', 'later')) AS unclear_sum
  FROM recon.posted GROUP BY customer_id, currency, network_key
),
by_network AS (
  SELECT DISTINCT customer_id, currency FROM recon.balance_unit WHERE network IS NOT NULL
),
-- What was posted where no row ever was is a balance, too.
unit AS (
  SELECT * EXCLUDE (network_key), network_key FROM recon.balance_unit
  UNION ALL BY NAME
  SELECT s.customer_id, s.currency, nullif(s.network_key, '') AS network, s.network_key, FALSE AS is_listed
  FROM summed AS s
  ANTI JOIN recon.balance_unit AS u ON u.customer_id = s.customer_id AND u.currency = s.currency AND u.network_key = s.network_key
  ANTI JOIN by_network AS n ON n.customer_id = s.customer_id AND n.currency = s.currency AND s.network_key = ''
),
reading AS (
  SELECT t.customer_id, coalesce(t.obstacle, CASE WHEN NOT t.is_proven THEN 'transactions of the customer were not read' END) AS unread_transactions,
    b.is_proven AS has_balances, b.obstacle AS unread_balances
  FROM recon.reading AS t JOIN recon.reading AS b ON b.customer_id = t.customer_id AND b.stream = 'balances'
  WHERE t.stream = 'transactions'
),
unreadable_row AS (
  SELECT customer_id, recon.currency_name(readable['currency']) AS currency, recon.network_name(recon.text_if_readable(readable, 'network')) AS network, name
  FROM recon.refused WHERE stream = 'balances'
),
row_in_doubt AS (
  SELECT u.customer_id, u.currency, u.network_key, min(f.name) AS name
  FROM unit AS u JOIN unreadable_row AS f ON f.customer_id = u.customer_id
  WHERE coalesce(f.currency = u.currency, TRUE) AND (u.network_key IN ('', f.network) OR coalesce(f.network, '') = '')
  GROUP BY u.customer_id, u.currency, u.network_key
),
sum_in_doubt AS (
  SELECT u.customer_id, u.currency, u.network_key,
    min(f.name) FILTER (NOT u.is_listed OR coalesce(f.posted_at <= u.as_of, TRUE)) AS name_up_to_closing,
    min(f.name) FILTER (coalesce(f.posted_at <= u.as_of, TRUE) AND coalesce(f.posted_at >= u.opening_oldest_as_of, TRUE)) AS name_in_period,
    min(f.name) FILTER (coalesce(f.posted_at > u.as_of, TRUE)) AS name_since,
    -- Several may explain a difference in more ways than two.
    CASE WHEN count(*) = 1 THEN min(f.moved) END AS moved_in_doubt
  FROM unit AS u JOIN recon.doubtful_posting AS f ON f.customer_id = u.customer_id
  WHERE coalesce(f.currency = u.currency, TRUE) AND (u.network_key IN ('', f.network) OR coalesce(f.network, '') = '')
  GROUP BY u.customer_id, u.currency, u.network_key
),
gathered AS (
  SELECT u.* EXCLUDE (total), CASE WHEN u.is_listed THEN u.total END AS total, CASE WHEN NOT u.is_listed THEN u.total END AS last_total,
    s.customer_id IS NULL AS is_idle, CASE WHEN s.customer_id IS NULL THEN 0 ELSE s.up_to_closing END AS up_to_closing,
    CASE WHEN s.customer_id IS NULL THEN 0 ELSE s.within_period END AS within_period, CASE WHEN s.customer_id IS NULL THEN 0 ELSE s.at_opening END AS at_opening,
    CASE WHEN s.customer_id IS NULL THEN 0 ELSE s.at_closing END AS at_closing, coalesce(s.since, 0) AS since, coalesce(s.not_yet, 0) AS not_yet,
    coalesce(s.postings_at_closing, 0) AS postings_at_closing, coalesce(s.postings_since, 0) AS postings_since, coalesce(s.postings_not_yet, 0) AS postings_not_yet,
    s.newest_posted_at, coalesce(s.unclear, 0) AS unclear, coalesce(s.unclear_sum, 0) AS unclear_sum,
    r.unread_transactions, coalesce(r.unread_balances, b.name) AS unknown_balance, coalesce(r.has_balances, FALSE) OR r.unread_balances IS NOT NULL AS has_balances,
    d.name_up_to_closing, d.name_in_period, d.name_since, d.moved_in_doubt
  FROM unit AS u
  LEFT JOIN summed AS s ON s.customer_id = u.customer_id AND s.currency = u.currency AND s.network_key = u.network_key
  LEFT JOIN reading AS r ON r.customer_id = u.customer_id
  LEFT JOIN row_in_doubt AS b ON b.customer_id = u.customer_id AND b.currency = u.currency AND b.network_key = u.network_key
  LEFT JOIN sum_in_doubt AS d ON d.customer_id = u.customer_id AND d.currency = u.currency AND d.network_key = u.network_key
),
-- What was posted at the very instant of a balance may be in it or not: where the total ties with it or without it, it agrees.
candidate AS (
  SELECT *, TRY(up_to_closing + at_closing) AS inception_with, TRY(opening + within_period + at_closing) AS rolled_with, TRY(opening + within_period) AS rolled_without,
    TRY(opening + at_opening + within_period + at_closing) AS rolled_after_with, TRY(opening + at_opening + within_period) AS rolled_after_without,
    recon.tolerance('BAL_INCEPTION', currency, TRY(up_to_closing + at_closing)) AS inception_tolerance,
    recon.tolerance('BAL_ROLLFORWARD', currency, TRY(opening + within_period + at_closing)) AS rolled_tolerance
  FROM gathered
),
chosen AS (
  SELECT *,
    CASE WHEN recon.is_within(total, inception_with, inception_tolerance) THEN 'with' WHEN recon.is_within(total, up_to_closing, inception_tolerance) THEN 'without' END AS inception_choice,
    CASE WHEN recon.is_within(total, rolled_with, rolled_tolerance) THEN 'with' WHEN recon.is_within(total, rolled_without, rolled_tolerance) THEN 'without'
      WHEN recon.is_within(total, rolled_after_with, rolled_tolerance) THEN 'after, with' WHEN recon.is_within(total, rolled_after_without, rolled_tolerance) THEN 'after, without' END AS rolled_choice
  FROM candidate
),
weighed AS (
  SELECT *, inception_choice IS NOT NULL AS inception_ties, rolled_choice IS NOT NULL AS rolled_ties,
    CASE inception_choice WHEN 'without' THEN up_to_closing ELSE inception_with END AS since_inception,
    CASE rolled_choice WHEN 'without' THEN rolled_without WHEN 'after, with' THEN rolled_after_with WHEN 'after, without' THEN rolled_after_without ELSE rolled_with END AS rolled,
    coalesce(rolled_choice IN ('after, with', 'after, without'), FALSE) AS takes_opening,
    CASE WHEN opening IS NULL THEN inception_choice ELSE rolled_choice END NOT IN ('without', 'after, without') IS NOT FALSE AS takes_closing,
    coalesce(unknown_balance, CASE WHEN is_listed AND total IS NULL THEN 'the sum of its rows leaves DECIMAL(38,18)' END) AS obstacle,
    CASE WHEN oldest_as_of < as_of AND postings_at_closing > 0
      THEN concat('its rows were read at different instants, and between them ', postings_at_closing, ' transaction', CASE WHEN postings_at_closing > 1 THEN 's were' ELSE ' was' END, ' posted') END AS apart
  FROM chosen
),
told AS (
  SELECT *,
    CASE WHEN is_listed AND unclear = 0 AND moved_in_doubt IS NOT NULL AND NOT inception_ties
      AND NOT recon.is_within(total, TRY(inception_with + moved_in_doubt), inception_tolerance)
      AND NOT recon.is_within(total, TRY(up_to_closing + moved_in_doubt), inception_tolerance)
      THEN name_up_to_closing END AS inception_beside,
    CASE WHEN is_listed AND unclear = 0 AND moved_in_doubt IS NOT NULL AND NOT rolled_ties
      AND NOT recon.is_within(total, TRY(rolled_with + moved_in_doubt), rolled_tolerance)
      AND NOT recon.is_within(total, TRY(rolled_without + moved_in_doubt), rolled_tolerance)
      AND NOT recon.is_within(total, TRY(rolled_after_with + moved_in_doubt), rolled_tolerance)
      AND NOT recon.is_within(total, TRY(rolled_after_without + moved_in_doubt), rolled_tolerance)
      THEN name_in_period END AS rolled_beside,
    CASE WHEN unclear = 0 THEN NULL
      WHEN unclear = 1 AND is_listed AND NOT recon.is_within(TRY(total - since_inception), unclear_sum, inception_tolerance) THEN NULL
      ELSE concat(unclear, ' transaction', CASE WHEN unclear > 1 THEN 's' END, ' of a status outside the contract may have moved it') END AS unclear_status
  FROM weighed
)
SELECT customer_id, currency, network, network_key, concat_ws('/', customer_id, currency) AS record_id, is_listed, has_balances, total, last_total,
  CASE WHEN NOT is_listed THEN as_of END AS last_as_of, CASE WHEN is_listed THEN oldest_as_of END AS oldest_as_of, CASE WHEN is_listed THEN as_of END AS as_of,
  stated_as_of, coalesce(is_ahead AND is_listed, FALSE) AS is_ahead, coalesce(is_listed AND as_of < recon.stale_before(read_from), FALSE) AS is_old, read_from,
  opening, opening_as_of, opening_run, since_inception, rolled, takes_opening, takes_closing, since, postings_since, not_yet, postings_not_yet, newest_posted_at,
  inception_tolerance, rolled_tolerance, inception_ties, rolled_ties, unread_transactions, name_since, inception_beside, rolled_beside,
  coalesce(unread_transactions, obstacle, CASE WHEN inception_beside IS NULL THEN name_up_to_closing END, CASE WHEN since_inception IS NULL THEN 'the sum of its transactions leaves DECIMAL(38,18)' END,
    CASE WHEN NOT inception_ties THEN coalesce(apart, unclear_status) END) AS inception_obstacle,
  coalesce(unread_transactions, obstacle, CASE WHEN rolled_beside IS NULL THEN name_in_period END, CASE WHEN rolled IS NULL THEN 'the sum of its transactions leaves DECIMAL(38,18)' END,
    CASE WHEN NOT rolled_ties THEN coalesce(apart, unclear_status) END) AS rolled_obstacle
FROM told
