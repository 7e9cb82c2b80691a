import { type Alteration, copy, drop, set, type Values } from "./alteration.ts"

const crypto = ["crypto_deposits", "crypto_withdrawals", "crypto_refunds", "collection_payments"]
const withReference = ["fiat_deposits", "fiat_withdrawals"]

/** Amount, fee and net amount stay in keeping, so that no arithmetic gives the shift away. */
const shifted = (by: string): Values => ({ amount: `t.amount + ${by}`, net_amount: `t.net_amount + ${by}` })
const lastPlace = (currency: string): string => `drill.last_place(${currency})`
const onePercent = (amount: string): string => `drill.hundredth(${amount})`

const otherCurrency = (column: string): string =>
  `CASE t.${column} WHEN 'USD' THEN 'EUR' WHEN 'USDC' THEN 'USDT' WHEN 'USDT' THEN 'USDC' WHEN 'BTC' THEN 'ETH' WHEN 'ETH' THEN 'BTC' ELSE 'USD' END`
const otherNetwork = "CASE t.network WHEN 'ETHEREUM' THEN 'TRON' ELSE 'ETHEREUM' END"
const unknownId = "concat('drill-unknown-', d.case_no)"
const inAYear = "recon.started_at() + INTERVAL 1 YEAR"
const ofItsOwn = { resource_type: "NULL", resource_id: "NULL" }
/** Names the record's copy. */
const ofTheCopy = { resource_id: "concat('drill-', t.resource_id)" }

const saidAlike = { why: "said_alike", onlyMadeToFit: true, onlyFirstReading: true } as const

const ofTransactions: ReadonlyArray<Alteration> = [
  { name: "transaction dropped", of: "transaction", movesMoney: true, steps: [drop()] },
  { name: "transaction doubled", of: "transaction", movesMoney: true, steps: [copy()] },
  {
    name: "transaction more by the last place",
    of: "transaction",
    movesMoney: true,
    steps: [set(shifted(lastPlace("t.currency")))],
  },
  {
    name: "transaction more by 1 %",
    of: "transaction",
    movesMoney: true,
    steps: [set(shifted(onePercent("t.amount")))],
  },
  {
    name: "transaction's net amount alone less",
    of: "transaction",
    movesMoney: true,
    steps: [set({ net_amount: `t.net_amount - ${lastPlace("t.currency")}` })],
  },
  {
    name: "transaction's fee more, its net amount as it was",
    of: "transaction",
    movesMoney: false,
    steps: [
      set({
        amount: `t.amount + CASE t.direction WHEN 'CREDIT' THEN 1 ELSE -1 END * ${lastPlace("t.currency")}`,
        fee: `t.fee + ${lastPlace("t.currency")}`,
      }),
    ],
  },
  {
    name: "transaction in another currency",
    of: "transaction",
    movesMoney: true,
    steps: [set({ currency: otherCurrency("currency") })],
  },
  {
    name: "transaction on another network",
    of: "transaction",
    lists: crypto,
    where: "t.network IS NOT NULL",
    movesMoney: true,
    steps: [set({ network: otherNetwork })],
  },
  {
    name: "transaction of another customer",
    of: "transaction",
    needs: "another customer",
    movesMoney: true,
    steps: [set({ customer_id: "d.other_customer" })],
  },
  {
    name: "transaction the other way",
    of: "transaction",
    movesMoney: true,
    steps: [set({ direction: "CASE t.direction WHEN 'CREDIT' THEN 'DEBIT' ELSE 'CREDIT' END" })],
  },
  {
    name: "transaction PENDING",
    of: "transaction",
    movesMoney: true,
    steps: [set({ status: "'PENDING'", posted_at: "NULL" })],
  },
  {
    name: "transaction FAILED",
    of: "transaction",
    movesMoney: true,
    steps: [set({ status: "'FAILED'", posted_at: "NULL" })],
  },
  {
    name: "transaction REVERSED, and nothing came back",
    of: "transaction",
    movesMoney: true,
    steps: [set({ status: "'REVERSED'" })],
  },
  {
    name: "transaction taken back, its record as it was",
    of: "transaction",
    movesMoney: true,
    steps: [
      set({ status: "'REVERSED'" }),
      copy({
        status: "'COMPLETED'",
        direction: "CASE t.direction WHEN 'CREDIT' THEN 'DEBIT' ELSE 'CREDIT' END",
        amount: "t.net_amount",
        fee: "0",
      }),
    ],
  },
  {
    name: "transaction of another type",
    of: "transaction",
    movesMoney: false,
    steps: [set({ type: "CASE t.type WHEN 'CRYPTO_REFUND' THEN 'FIAT_DEPOSIT' ELSE 'CRYPTO_REFUND' END" })],
  },
  {
    name: "transaction posted in a year",
    of: "transaction",
    movesMoney: true,
    steps: [set({ posted_at: inAYear })],
  },
  {
    name: "transaction that names no record",
    of: "transaction",
    movesMoney: true,
    steps: [set(ofItsOwn)],
  },
  {
    name: "transaction that names a record which is nowhere",
    of: "transaction",
    movesMoney: true,
    steps: [set({ resource_id: unknownId })],
  },
  {
    name: "adjustment that nothing explains",
    of: "transaction",
    movesMoney: true,
    steps: [copy({ ...ofItsOwn, type: "'ADJUSTMENT'", reference: "'misc'" })],
  },
  {
    name: "credit or debit that nothing explains",
    of: "transaction",
    movesMoney: true,
    steps: [copy({ ...ofItsOwn, reference: "NULL" })],
  },
  {
    name: "fee that nobody agreed",
    of: "transaction",
    lists: ["fiat_deposits", "crypto_deposits"],
    movesMoney: true,
    steps: [
      copy({
        ...ofItsOwn,
        type: "'FEE'",
        direction: "'DEBIT'",
        fee: "0",
        amount: "t.net_amount",
        reference: unknownId,
      }),
    ],
    // As the next night it is dated back, and the roll-forward tells; a fee of that night itself is told by nothing.
    unseen: { why: "invented_fee", onlyMadeToFit: true, onlyFirstReading: true },
  },
  { name: "fee posted twice", of: "fee", movesMoney: true, steps: [copy()] },
  {
    name: "rest of the transactions missing",
    of: "transaction",
    movesMoney: true,
    steps: [drop("its list from there on")],
  },
]

const ofRecords: ReadonlyArray<Alteration> = [
  { name: "record dropped", of: "record", movesMoney: true, steps: [drop()] },
  { name: "record doubled", of: "record", movesMoney: true, steps: [copy()] },
  {
    name: "record more by the last place",
    of: "record",
    lists: [...withReference, ...crypto],
    movesMoney: true,
    steps: [set(shifted(lastPlace("t.currency")))],
  },
  {
    name: "record more by 1 %",
    of: "record",
    lists: [...withReference, ...crypto],
    movesMoney: true,
    steps: [set(shifted(onePercent("t.amount")))],
  },
  {
    name: "record in another currency",
    of: "record",
    lists: [...withReference, ...crypto],
    movesMoney: true,
    steps: [set({ currency: otherCurrency("currency") })],
  },
  {
    name: "record on another network",
    of: "record",
    lists: crypto,
    movesMoney: true,
    steps: [set({ network: otherNetwork })],
  },
  {
    name: "record of another customer",
    of: "record",
    needs: "another customer",
    movesMoney: true,
    steps: [set({ customer_id: "d.other_customer" })],
  },
  {
    name: "record FAILED, and its money stands",
    of: "record",
    movesMoney: true,
    steps: [set({ status: "'FAILED'" })],
  },
  {
    name: "record REVERSED, and its money stands",
    of: "record",
    movesMoney: true,
    steps: [set({ status: "'REVERSED'" })],
  },
  {
    name: "record PROCESSING for a week",
    of: "record",
    where: "t.created_at < recon.started_at() - INTERVAL 7 DAY",
    movesMoney: false,
    steps: [set({ status: "'PROCESSING'", completed_at: "NULL" })],
  },
  {
    name: "record completed in a year",
    of: "record",
    movesMoney: true,
    steps: [set({ completed_at: inAYear })],
  },
  {
    name: "record names an account that is nowhere",
    of: "record",
    lists: ["fiat_deposits", "fiat_withdrawals", "crypto_deposits", "crypto_withdrawals"],
    where: "t.created_at > recon.started_at() - INTERVAL 90 DAY",
    movesMoney: true,
    steps: [set({ account: unknownId })],
  },
  {
    name: "record names another customer's account",
    of: "record",
    lists: ["fiat_deposits", "fiat_withdrawals", "crypto_deposits", "crypto_withdrawals"],
    needs: "another's account",
    movesMoney: true,
    steps: [set({ account: "d.other_account" })],
  },
  {
    name: "record without its transaction hash",
    of: "record",
    lists: crypto,
    where: "t.tx_hash IS NOT NULL",
    movesMoney: false,
    steps: [set({ tx_hash: "NULL" })],
  },
  {
    name: "one transfer booked twice, its hash in capitals",
    of: "record",
    lists: crypto,
    where: "t.tx_hash IS NOT NULL AND regexp_full_match(t.tx_hash, '(0x)?[0-9a-fA-F]+')",
    movesMoney: true,
    steps: [copy({ tx_hash: "upper(t.tx_hash)" }), copy(ofTheCopy, "its transactions")],
  },
  {
    name: "one payment booked twice",
    of: "record",
    lists: withReference,
    where: "coalesce(trim(t.reference), '') <> ''",
    movesMoney: true,
    steps: [copy(), copy(ofTheCopy, "its transactions")],
  },
  {
    name: "rest of the records missing",
    of: "record",
    movesMoney: true,
    steps: [drop("its list from there on")],
  },
  {
    name: "record and transaction more by 1 %",
    of: "record",
    lists: [...withReference, ...crypto],
    movesMoney: true,
    steps: [set(shifted(onePercent("t.amount"))), set(shifted(onePercent("t.amount")), "its transactions")],
    unseen: saidAlike,
  },
  {
    name: "record and transaction dropped",
    of: "record",
    movesMoney: true,
    steps: [drop(), drop("its transactions")],
    unseen: saidAlike,
  },
]

const times = (factor: number): Values => ({
  from_amount: `t.from_amount * ${factor}`,
  to_amount: `t.to_amount * ${factor}`,
})
const tenfold: Values = { amount: "t.amount * 10", net_amount: "t.net_amount + t.amount * 9" }
/** The fee that the other leg's transaction stated; the amount stays in keeping with it. */
const otherFee =
  "CASE WHEN t.fee > 0 THEN 0 ELSE (SELECT max(m.fee) FROM recon.transaction AS m WHERE m.resource_id = d.record_id) END"
const feeOfTheOther: Values = {
  fee: otherFee,
  amount: `t.net_amount + CASE t.direction WHEN 'CREDIT' THEN 1 ELSE -1 END * ${otherFee}`,
}
const itsFeeIsStated =
  "t.fee > 0 AND EXISTS (SELECT 1 FROM recon.transaction AS m WHERE m.resource_id = t.conversion_id AND m.fee = t.fee)"
const ofConversions = { of: "record", lists: ["conversions"], movesMoney: true } as const

const ofOthers: ReadonlyArray<Alteration> = [
  {
    ...ofConversions,
    name: "ten times what was quoted",
    where: "t.from_amount < 1e12 AND t.to_amount < 1e12",
    steps: [set(times(10)), set(tenfold, "its transactions")],
  },
  {
    ...ofConversions,
    name: "conversion gives 1 % more",
    steps: [set({ to_amount: `t.to_amount + ${onePercent("t.to_amount")}` })],
  },
  {
    ...ofConversions,
    name: "conversion takes 1 % more",
    steps: [set({ from_amount: `t.from_amount + ${onePercent("t.from_amount")}` })],
  },
  {
    ...ofConversions,
    name: "conversion into another currency",
    steps: [set({ to_currency: otherCurrency("to_currency") })],
  },
  {
    ...ofConversions,
    name: "conversion at another rate, and its credit with it",
    steps: [
      set({ to_amount: `t.to_amount + ${onePercent("t.to_amount")}`, rate: `t.rate + ${onePercent("t.rate")}` }),
      set(
        {
          amount: `t.amount + CASE t.direction WHEN 'CREDIT' THEN ${onePercent("t.amount")} ELSE 0 END`,
          net_amount: `t.net_amount + CASE t.direction WHEN 'CREDIT' THEN ${onePercent("t.amount")} ELSE 0 END`,
        },
        "its transactions",
      ),
    ],
  },
  {
    ...ofConversions,
    name: "conversion's fee above the quoted one, and its transaction with it",
    // One that is below the quoted fee may rise.
    where: `${itsFeeIsStated}
      AND EXISTS (SELECT 1 FROM main.conversion_quotes AS q WHERE q.quote_id = t.quote_id AND q.fee_currency = t.fee_currency AND q.fee <= t.fee)`,
    steps: [
      set({ fee: `t.fee + ${onePercent("t.fee")}` }),
      set(
        {
          fee: `t.fee + ${onePercent("t.fee")}`,
          net_amount: `t.net_amount + CASE t.direction WHEN 'CREDIT' THEN -1 ELSE 1 END * ${onePercent("t.fee")}`,
        },
        "its transactions",
      ),
    ],
  },
  {
    ...ofConversions,
    name: "conversion's fee stated by the transaction of its other leg",
    movesMoney: false,
    where: itsFeeIsStated,
    steps: [set(feeOfTheOther, "its transactions")],
  },
  { ...ofConversions, name: "conversion by no quote", steps: [set({ quote_id: unknownId })] },
  {
    name: "refund of no deposit",
    of: "record",
    lists: ["crypto_refunds"],
    movesMoney: true,
    steps: [set({ original_deposit_id: unknownId })],
  },
  {
    name: "payment of no checkout",
    of: "record",
    lists: ["collection_payments"],
    where: "t.checkout_id IS NOT NULL",
    movesMoney: true,
    steps: [set({ checkout_id: unknownId })],
  },
  {
    name: "checkout PAID with half",
    of: "checkout",
    where: "t.status = 'PAID' AND t.paid_amount > 0",
    movesMoney: true,
    steps: [set({ paid_amount: "t.paid_amount - drill.hundredth(t.paid_amount) * 50" })],
  },
]

const ofBalances: ReadonlyArray<Alteration> = [
  {
    name: "balance more by the last place",
    of: "balance",
    movesMoney: true,
    steps: [
      set({ total: `t.total + ${lastPlace("t.currency")}`, available: `t.available + ${lastPlace("t.currency")}` }),
    ],
  },
  {
    name: "balance's total alone more",
    of: "balance",
    movesMoney: true,
    steps: [set({ total: `t.total + ${lastPlace("t.currency")}` })],
  },
  { name: "balance missing", of: "balance", where: "t.total <> 0", movesMoney: true, steps: [drop()] },
  {
    name: "balance in another currency",
    of: "balance",
    where: "t.total <> 0",
    movesMoney: true,
    steps: [set({ currency: "'XAU'" })],
  },
  {
    name: "balance of five days ago",
    of: "balance",
    where: `EXISTS (SELECT 1 FROM recon.transaction AS m WHERE m.customer_id = t.customer_id AND m.currency = t.currency AND m.is_posted
      AND m.posted_at > t.as_of - INTERVAL 5 DAY AND m.posted_at <= t.as_of)`,
    movesMoney: true,
    steps: [
      set({
        as_of: "t.as_of - INTERVAL 5 DAY",
        total: "t.total - drill.moved_since(t.customer_id, t.currency, t.as_of - INTERVAL 5 DAY, t.as_of)",
        available: "t.available - drill.moved_since(t.customer_id, t.currency, t.as_of - INTERVAL 5 DAY, t.as_of)",
      }),
    ],
  },
  {
    name: "balance of tomorrow",
    of: "balance",
    where: "t.total <> 0",
    movesMoney: true,
    steps: [set({ as_of: "t.as_of + INTERVAL 1 DAY" })],
  },
]

const ofCustomers: ReadonlyArray<Alteration> = [
  {
    name: "customer of whom nothing is shown",
    of: "balance",
    where: "t.total <> 0",
    movesMoney: true,
    steps: [drop("everything")],
    unseen: { why: "unknown_customer", onlyMadeToFit: false, onlyFirstReading: true },
  },
  {
    name: "customer missing on the roster",
    of: "balance",
    where: "t.total <> 0",
    movesMoney: true,
    steps: [{ do: "leave" }],
    unseen: { why: "unknown_customer", onlyMadeToFit: false, onlyFirstReading: true },
  },
]

/** Everything that the drill tries. Adding an alteration is adding a row. */
export const alterations: ReadonlyArray<Alteration> = [
  ...ofTransactions,
  ...ofRecords,
  ...ofOthers,
  ...ofBalances,
  ...ofCustomers,
]
