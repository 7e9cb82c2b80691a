-- severity: critical
-- family: hashes
-- definition: A settled record repeats an earlier one of its list: same network, transaction hash, amount, and wallet or beneficiary (for a refund, deposit); or a collection payment repeats a crypto deposit, or a refund a withdrawal, of the same customer.
-- finds: Two COMPLETED deposits into one wallet that name the same transaction and the same amount, one with 0x and in capitals; or a refund and a withdrawal of one amount by one transaction.
-- silent: One transaction that paid two wallets, or one wallet twice with different amounts; hashes of Solana that differ in one capital.
-- action: Ask the partner to take back the second: the money came or went once.
-- rests on: run
-- accepts: record_id, counterpart_id
-- unproven when: A record that cannot be read, or has a status outside the contract, may be the earlier one.
WITH candidate AS NOT MATERIALIZED (
  SELECT stream, noun, record_id, customer_id, currency, network, amount, coalesce(place, '') AS place, tx_hash, created_at,
    CASE class WHEN 'unknown' THEN concat('the status ', status, ' of ', noun, ' ', record_id, ' is outside the contract') END AS obstacle
  FROM recon.product_record WHERE class IN ('settled', 'unknown') AND tx_hash <> ''
  UNION ALL
  SELECT stream, noun, record_id, customer_id, currency, network, amount, place, tx_hash, created_at,
    -- A refused one that says all that matters counts like any other.
    CASE WHEN (class = 'settled' AND record_id || network || place || tx_hash IS NOT NULL AND amount IS NOT NULL AND created_at IS NOT NULL) IS NOT TRUE THEN name END
  FROM recon.refused_record
  WHERE coalesce(class IN ('settled', 'unknown'), TRUE) AND tx_hash IS DISTINCT FROM '' AND stream IN (SELECT stream FROM recon.product WHERE place_column IS NOT NULL)
),
trimmed AS NOT MATERIALIZED (
  -- A hash has no blanks as a rule, of whatever kind, and looking costs less than trimming.
  SELECT *, CASE WHEN contains(tx_hash, ' ') OR strlen(tx_hash) > length(tx_hash) THEN recon.visible(tx_hash) ELSE tx_hash END AS bare
  FROM candidate
),
hashed AS NOT MATERIALIZED (
  -- A deposit and a collection payment are two ways to book one transfer that came in, a withdrawal and a refund one that left.
  SELECT *, CASE WHEN stream IN ('crypto_deposits', 'collection_payments') THEN 'in' ELSE 'out' END AS way,
    stream IN ('crypto_deposits', 'crypto_withdrawals') AS plain,
    -- Quickly told apart: what differs here differs in any case.
    hash(lower(CASE WHEN starts_with(bare, '0x') OR starts_with(bare, '0X') THEN substring(bare, 3) ELSE bare END)) AS rough,
    coalesce(bare NOT IN ('', '0x', '0X'), TRUE) AS says_one
  FROM trimmed
),
known AS NOT MATERIALIZED (SELECT * FROM hashed WHERE obstacle IS NULL),
-- Only hashes that occur more than once are read whole, and put in order.
repeated AS (SELECT rough FROM known GROUP BY rough HAVING count(*) > 1),
named AS (
  SELECT *, recon.hash_name(tx_hash) AS hash FROM known SEMI JOIN repeated USING (rough) WHERE says_one
),
in_turn AS (
  SELECT *, lag(record_id) OVER same_place AS earlier_here,
    last_value(CASE WHEN plain THEN record_id END IGNORE NULLS) OVER same_customer AS earlier_plain,
    last_value(CASE WHEN NOT plain THEN record_id END IGNORE NULLS) OVER same_customer AS earlier_other
  FROM named
  WINDOW same_place AS (PARTITION BY stream, network, hash, amount, place ORDER BY created_at, record_id),
    same_customer AS (PARTITION BY way, network, hash, amount, customer_id ORDER BY created_at, record_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
found AS (
  SELECT *, coalesce(earlier_here, if(plain, earlier_other, earlier_plain)) AS earlier_id FROM in_turn
),
reused AS (SELECT * FROM found WHERE earlier_id IS NOT NULL),
-- As a rule there are none, and then nothing is read again for them.
doubt AS (SELECT * FROM hashed WHERE obstacle IS NOT NULL AND says_one),
beside AS (SELECT * FROM known SEMI JOIN (SELECT customer_id, way FROM doubt GROUP BY ALL) USING (customer_id, way) WHERE says_one),
doubtful AS (
  SELECT CASE WHEN d.created_at > k.created_at THEN d.stream ELSE k.stream END AS stream, CASE WHEN d.created_at > k.created_at THEN d.record_id ELSE k.record_id END AS record_id,
    k.customer_id, k.currency, k.amount, d.obstacle
  FROM beside AS k JOIN doubt AS d ON k.customer_id = d.customer_id AND k.way = d.way
    AND recon.may_equal(d.network, k.network) AND recon.may_equal(recon.hash_name(d.tx_hash), recon.hash_name(k.tx_hash)) AND recon.may_equal(d.amount, k.amount)
    AND (d.stream <> k.stream OR recon.may_equal(d.place, k.place))
)
SELECT 'exception' AS outcome, NULL AS obstacle, stream, record_id, earlier_id AS counterpart_id, customer_id, currency, amount AS actual,
  concat(recon.titled(noun), ' of ', recon.money(amount, currency), ' names transaction ', tx_hash, ' on ', network, ', which had settled ', earlier_id) AS detail
FROM reused
UNION ALL BY NAME
SELECT 'unproven' AS outcome, min(obstacle) AS obstacle, stream, record_id, customer_id, currency, amount AS actual
FROM doubtful ANTI JOIN reused USING (stream, record_id)
WHERE record_id IS NOT NULL
GROUP BY ALL
