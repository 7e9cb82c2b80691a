import type { StreamName } from "../../../api/streams.ts"
import type { Check } from "../check.ts"

/** The products that settle on a chain, and what says where a record's money came to or went. */
interface OnChain {
  readonly stream: StreamName
  readonly id: string
  /** A refund names neither wallet nor beneficiary: it goes back to where its deposit came from. */
  readonly place: string
}

const onChain: ReadonlyArray<OnChain> = [
  { stream: "crypto_deposits", id: "deposit_id", place: "wallet_id" },
  { stream: "crypto_withdrawals", id: "withdrawal_id", place: "beneficiary_id" },
  { stream: "crypto_refunds", id: "refund_id", place: "original_deposit_id" },
  { stream: "collection_payments", id: "payment_id", place: "collection_wallet_id" },
]

const settledOf = ({ id, place, stream }: OnChain): string => `
        SELECT '${stream}' AS stream, p.${id} AS record_id, p.customer_id, p.currency, p.network, nullif(trim(p.tx_hash), '') AS tx_hash,
          p.${place} AS place, p.amount, p.created_at, coalesce(p.completed_at, p.updated_at) AS settled_at
        FROM main.${stream} AS p
        JOIN recon.statuses AS s ON s.stream = '${stream}' AND s.status = p.status AND s.class = 'settled'`

const settled = `settled AS (${onChain.map(settledOf).join("\n        UNION ALL")}
      )`

export const hashChecks: ReadonlyArray<Check> = [
  {
    code: "TX_HASH_MISSING",
    severity: "high",
    family: "hashes",
    definition: "A crypto record or a collection payment is settled past its grace, and has no transaction hash.",
    query: `
      WITH ${settled}
      SELECT stream, record_id, customer_id, currency, amount AS actual,
        concat('settled on ', network, ' at ', moment(settled_at), ', and no transaction hash says how') AS detail
      FROM settled
      WHERE tx_hash IS NULL AND settled_at + getvariable('grace') <= getvariable('started_at')`,
    unproven: null,
    takes: ["grace"],
    finds: "A crypto withdrawal that was COMPLETED yesterday, its txHash null or empty.",
    silent: "One that was COMPLETED half an hour ago, or that FAILED; a fiat withdrawal, which has no hash.",
  },
  {
    code: "TX_HASH_REUSED",
    severity: "critical",
    family: "hashes",
    definition:
      "A settled record repeats an earlier one of its stream: same network, transaction hash, wallet or beneficiary (for a refund, deposit), and amount.",
    // Only hashes that occur more than once are put in order. Places that are not given are alike.
    query: `
      WITH ${settled},
      repeated AS (
        SELECT stream, tx_hash FROM settled WHERE tx_hash IS NOT NULL GROUP BY ALL HAVING count(*) > 1
      ),
      in_turn AS (
        SELECT s.*, lag(s.record_id) OVER turn AS earlier_id, lag(s.created_at) OVER turn AS earlier_at
        FROM settled AS s
        SEMI JOIN repeated AS r ON r.stream = s.stream AND r.tx_hash = s.tx_hash
        WINDOW turn AS (PARTITION BY s.stream, s.network, s.tx_hash, s.place, s.amount ORDER BY s.created_at, s.record_id)
      )
      SELECT stream, record_id, earlier_id AS counterpart_id, customer_id, currency, amount AS actual,
        concat('transaction ', tx_hash, ' on ', network, ' already settled ', earlier_id, ' at ', moment(earlier_at)) AS detail
      FROM in_turn WHERE earlier_id IS NOT NULL`,
    unproven: null,
    finds: "Two COMPLETED deposits into one wallet that name the same transaction and the same amount.",
    silent: "One transaction that paid two wallets, or one wallet twice with different amounts.",
  },
]
