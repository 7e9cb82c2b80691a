import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { readConfiguration } from "../src/pipelines/configuration/settings.ts"
import { ensureStore } from "../src/pipelines/ensure-store.ts"
import { beginRun } from "../src/pipelines/sync/run-plan.ts"
import { Database } from "../src/store/database.ts"
import { peakBytes, say } from "./child.ts"

const [, , file = "", count = "0", every = "200"] = process.argv
const records = Number(count)
const runId = "20260101T000000Z-0000"
const startedAt = "2026-01-01T00:00:00.000Z"
const customers = Array.from({ length: 200 }, (_, index) => ({
  customerId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  partnerCustomerRef: `customer ${index}`,
  products: null,
}))

/** Five kinds of products with the same share each; every 200th pair, unless another number is given, is broken in one of ten ways. */
const products = [
  {
    table: "fiat_deposits",
    type: "fiat_deposit",
    direction: "CREDIT",
    columns: "deposit_id, customer_id, fiat_account_id",
    extra: "account_id",
    tail: "NULL, NULL,",
  },
  {
    table: "fiat_withdrawals",
    type: "fiat_withdrawal",
    direction: "DEBIT",
    columns: "withdrawal_id, customer_id, bank_account_id, quote_id",
    extra: "account_id, NULL",
    tail: "NULL,",
  },
  {
    table: "crypto_deposits",
    type: "crypto_deposit",
    direction: "CREDIT",
    columns: "deposit_id, customer_id, wallet_id",
    extra: "account_id",
    tail: "",
  },
  {
    table: "crypto_withdrawals",
    type: "crypto_withdrawal",
    direction: "DEBIT",
    columns: "withdrawal_id, customer_id, beneficiary_id, quote_id",
    extra: "account_id, NULL",
    tail: "",
  },
  {
    table: "collection_payments",
    type: "collection_payment",
    direction: "CREDIT",
    columns: "payment_id, customer_id, buyer_id, collection_wallet_id, checkout_id",
    extra: "NULL, NULL, NULL",
    tail: "",
  },
] as const

const generated = `
  CREATE TEMP TABLE generated AS
  SELECT i, i % ${products.length} AS kind, uuid()::VARCHAR AS record_id, uuid()::VARCHAR AS transaction_id,
    '00000000-0000-4000-8000-' || lpad(((i * 7919) % ${customers.length})::VARCHAR, 12, '0') AS customer_id,
    ['USD', 'EUR', 'SGD', 'HKD', 'USDT', 'USDC', 'ETH', 'BTC'][1 + (i % 8)] AS currency,
    concat('account-', (i * 7919) % ${customers.length}, '-', i % 8) AS account_id,
    (10 + (i % 100000) / 100)::DECIMAL(38,18) AS amount, 0.5::DECIMAL(38,18) AS fee,
    CASE WHEN i % ${every} = 0 THEN (i // ${every}) % 10 ELSE -1 END AS broken,
    TIMESTAMPTZ '2025-06-01T00:00:00Z' + to_seconds(i % 15000000) AS created_at
  FROM range(${records}) AS r(i)`

const productRows = (
  { table, columns, extra, tail }: (typeof products)[number],
  kind: number,
  sign: string,
): string => {
  const crypto = table.startsWith("crypto") || table.startsWith("collection")
  const middle = crypto ? "currency, network, amount, fee, net_amount, tx_hash," : "currency, amount, fee, net_amount,"
  const values = crypto
    ? `currency, 'net', amount, fee, amount ${sign} fee, record_id,`
    : `currency, amount, fee, amount ${sign} fee,`
  const tailColumns =
    table === "fiat_deposits"
      ? "reference, sender_name,"
      : table === "fiat_withdrawals"
        ? "reference,"
        : table === "crypto_deposits"
          ? "from_address,"
          : ""
  const tailValues = table === "crypto_deposits" ? "NULL," : tail
  return `INSERT INTO main.${table} (${columns}, ${middle} status, ${tailColumns} created_at, updated_at, completed_at, version, version_seen_run, first_seen_run, last_seen_run, content_hash)
    SELECT record_id, customer_id, ${extra}, ${values} CASE broken WHEN 1 THEN 'FAILED' ELSE 'COMPLETED' END, ${tailValues} created_at, created_at, created_at, 1, '${runId}', '${runId}', '${runId}', ''
    FROM generated WHERE kind = ${kind} AND broken <> 2`
}

/** The accounts that records name: one for each customer and currency in each list. */
const accountRows = (
  table: string,
  columns: string,
  values: string,
): string => `INSERT INTO main.${table} (${columns}, status, created_at, version, version_seen_run, first_seen_run, last_seen_run, content_hash)
  SELECT DISTINCT account_id, customer_id, currency, ${values} 'ACTIVE', TIMESTAMPTZ '2025-01-01T00:00:00Z', 1, '${runId}', '${runId}', '${runId}', '' FROM generated`

const accounts = [
  accountRows("fiat_accounts", "fiat_account_id, customer_id, currency", ""),
  accountRows(
    "bank_accounts",
    "bank_account_id, customer_id, currency, account_holder_name, account_number_masked",
    "'', '',",
  ),
  accountRows("crypto_deposit_wallets", "wallet_id, customer_id, currency, network, address", "'net', '',"),
  accountRows("wallet_beneficiaries", "beneficiary_id, customer_id, currency, network, address", "'net', '',"),
]

const transactionRows = ({ type, direction }: (typeof products)[number], kind: number, sign: string): string => `
  INSERT INTO main.transactions
  SELECT CASE copy WHEN 1 THEN uuid()::VARCHAR ELSE transaction_id END, customer_id, upper('${type}'),
    CASE broken WHEN 3 THEN CASE '${direction}' WHEN 'CREDIT' THEN 'DEBIT' ELSE 'CREDIT' END ELSE '${direction}' END,
    CASE broken WHEN 4 THEN 'JPY' ELSE currency END, NULL,
    amount + CASE broken WHEN 5 THEN 1 ELSE 0 END, fee, amount ${sign} fee + CASE broken WHEN 5 THEN 1 ELSE 0 END,
    CASE broken WHEN 6 THEN 'PENDING' ELSE 'COMPLETED' END, '${type}', record_id, NULL, created_at, created_at,
    CASE broken WHEN 6 THEN NULL ELSE created_at END, 1, '${runId}', '${runId}', '${runId}', ''
  FROM generated CROSS JOIN range(2) AS c(copy)
  WHERE kind = ${kind} AND broken <> 7 AND (copy = 0 OR broken = 8)`

await Effect.runPromise(
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(null, [])
    const database = yield* Database
    yield* ensureStore(database, configuration.contract)
    yield* beginRun(
      database,
      { runId, startedAt },
      { configuration, customers, baseUrl: "", clientId: null, fresh: true, night: false },
    )
    yield* database.run("UPDATE recon.coverage SET state = 'COMPLETE', ended = TRUE")
    yield* database.run("UPDATE recon.runs SET state = 'synced', coverage = 'COMPLETE'")
    yield* database.run(generated)
    for (const rows of accounts) yield* database.run(rows)
    for (const [kind, product] of products.entries()) {
      const sign = product.direction === "CREDIT" ? "-" : "+"
      yield* database.run(productRows(product, kind, sign))
      yield* database.run(transactionRows(product, kind, sign))
    }
    yield* database.run(
      `INSERT INTO main.balance_snapshots
       SELECT '${runId}', customer_id, currency, NULL, sum(moved), 0, sum(moved), '${startedAt}'::TIMESTAMPTZ
       FROM (SELECT customer_id, currency, CASE direction WHEN 'CREDIT' THEN net_amount ELSE -net_amount END AS moved
             FROM main.transactions WHERE status = 'COMPLETED')
       GROUP BY customer_id, currency`,
    )
    yield* database.run(
      `INSERT INTO main.balances BY NAME
       SELECT * EXCLUDE (run_id), 1 AS version, run_id AS version_seen_run, run_id AS first_seen_run, run_id AS last_seen_run, '' AS content_hash
       FROM main.balance_snapshots`,
    )
  }).pipe(
    Effect.provide(Layer.mergeAll(Database.layer({ file, access: "write", memoryLimit: "2GB" }), NodeContext.layer)),
  ),
)
say({ millis: 0, peakBytes: peakBytes() })
