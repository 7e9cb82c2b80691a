import { FastCheck } from "effect"
import type { StreamName } from "../../src/api/streams.ts"
import type { CoverageState } from "../../src/store/states.ts"
import { hoursBefore, type LedgerRow, product, type Quarantined, transaction } from "./ledger-case.ts"
import { type Disturbance, disturbances, disturbed, type Posting, plus, type Values } from "./ledger-disturbances.ts"

/**
 * Small ledgers, many to a world: a cell is three customers with a few records whose transactions agree until some
 * disturbances meet them. Whatever a disturbance does, it may meet every other.
 */
export interface Cell {
  readonly customers: ReadonlyArray<string>
  readonly rows: ReadonlyArray<LedgerRow>
  readonly refused: ReadonlyArray<Quarantined>
  readonly coverage: Readonly<Record<string, CoverageState>>
}

const resources: Readonly<Record<string, readonly [resourceType: string, direction: "CREDIT" | "DEBIT" | "both"]>> = {
  fiat_deposits: ["fiat_deposit", "CREDIT"],
  fiat_withdrawals: ["fiat_withdrawal", "DEBIT"],
  crypto_deposits: ["crypto_deposit", "CREDIT"],
  crypto_withdrawals: ["crypto_withdrawal", "DEBIT"],
  crypto_refunds: ["crypto_refund", "DEBIT"],
  conversions: ["conversion", "both"],
  collection_payments: ["collection_payment", "CREDIT"],
}
const streamNames = Object.keys(resources) as ReadonlyArray<StreamName>
const idColumns: Readonly<Record<string, string>> = {
  fiat_deposits: "deposit_id",
  fiat_withdrawals: "withdrawal_id",
  crypto_deposits: "deposit_id",
  crypto_withdrawals: "withdrawal_id",
  crypto_refunds: "refund_id",
  conversions: "conversion_id",
  collection_payments: "payment_id",
}
const onChain = ["crypto_deposits", "crypto_withdrawals", "crypto_refunds", "collection_payments"]

const settledMostly = ["COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED"]
const drawnRecord = FastCheck.record({
  stream: FastCheck.constantFrom(...streamNames, "conversions" as StreamName),
  status: FastCheck.constantFrom(...settledMostly, "PENDING", "FAILED", "REVERSED", "REFUNDED", "?"),
  currency: FastCheck.constantFrom("EUR", "USD", "USDT", "POL", "MTC"),
  other: FastCheck.constantFrom("USD", "GBP", "EUR"),
  charged: FastCheck.constantFrom("EUR", "USD", "GBP", "USDT", "POL"),
  network: FastCheck.constantFrom("TRON", "ETHEREUM", "ETH", "TRON"),
  amount: FastCheck.constantFrom("100", "100", "99.99", "0", "5", "99999999999999999993.5"),
  fee: FastCheck.constantFrom("0", "1", "1", "0.5", "5"),
  hours: FastCheck.constantFrom(0.2, 60, 60, 60, 400),
  hasEnded: FastCheck.boolean(),
  postsNothing: FastCheck.constantFrom(false, true),
})

const drawnDisturbance = FastCheck.record({
  kind: FastCheck.constantFrom<Disturbance>(...disturbances),
  at: FastCheck.nat({ max: 20 }),
  unreadable: FastCheck.uniqueArray(
    FastCheck.constantFrom(
      "type",
      "direction",
      "currency",
      "amount",
      "netAmount",
      "status",
      "resourceType",
      "resourceId",
      "fee",
      "createdAt",
      "transactionId",
    ),
    { minLength: 1, maxLength: 4 },
  ),
})

const drawnCell = FastCheck.record({
  records: FastCheck.array(drawnRecord, { minLength: 1, maxLength: 3 }),
  disturbed: FastCheck.array(drawnDisturbance, { maxLength: 4 }),
  unread: FastCheck.constantFrom(...Array.from({ length: 12 }, () => null), "transactions", "first", "crypto_refunds"),
  unreadOf: FastCheck.nat({ max: 2 }),
  refusedRecord: FastCheck.constantFrom(...Array.from({ length: 8 }, () => null), "status", "id"),
})

type Drawn = typeof drawnCell extends FastCheck.Arbitrary<infer Value> ? Value : never
type DrawnRecord = Drawn["records"][number]

const recordOf = (id: string, customer: string, drawn: DrawnRecord, deposit: string): LedgerRow => {
  const { amount, fee, hasEnded, hours, status, stream } = drawn
  const [, direction] = resources[stream] ?? ["", "both"]
  const own: Values = {
    customer_id: customer,
    status,
    amount,
    fee,
    currency: drawn.currency,
    net_amount: plus(amount, fee, direction === "CREDIT" ? -1n : 1n),
    network: drawn.network,
    original_deposit_id: deposit,
    quote_id: "none",
    from_currency: drawn.currency,
    to_currency: drawn.other,
    fee_currency: drawn.charged,
    from_amount: amount,
    to_amount: amount,
    created_at: hoursBefore(hours + 1),
    updated_at: hoursBefore(hours),
    completed_at: hasEnded ? hoursBefore(hours) : null,
  }
  return product(stream, id, own)
}

const postingsOf = (record: LedgerRow, id: string): ReadonlyArray<Posting> => {
  const { stream, values } = record
  const [resourceType, direction] = resources[stream] ?? ["", "both"]
  const own = {
    customer_id: values.customer_id ?? null,
    type: resourceType.toUpperCase(),
    resource_type: resourceType,
    resource_id: id,
    status: "COMPLETED",
    network: onChain.includes(stream) ? (values.network ?? null) : null,
  }
  const one = (
    way: string,
    currency: string | null | undefined,
    amount: string,
    fee: string,
    type?: string,
  ): Posting => ({
    hours: 50,
    values: {
      ...own,
      ...(type === undefined ? {} : { type }),
      direction: way,
      currency: currency ?? null,
      amount,
      fee,
      net_amount: plus(amount, fee, way === "CREDIT" ? -1n : 1n),
    },
  })
  const fee = values.fee ?? "0"
  if (direction !== "both") return [one(direction, values.currency, values.amount ?? "0", fee)]
  const { fee_currency: charged, from_amount, from_currency: from, to_amount, to_currency: to } = values
  return [
    one("DEBIT", from, from_amount ?? "0", charged === from ? fee : "0"),
    one("CREDIT", to, to_amount ?? "0", charged === to && charged !== from ? fee : "0"),
    ...(charged === from || charged === to || fee === "0" ? [] : [one("DEBIT", charged, fee, "0", "FEE")]),
  ]
}

const camel = (column: string): string => column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** A record as the API sent it. */
export const sentAs = ({ values }: LedgerRow): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null)
      .map(([column, value]) => [camel(column), value]),
  )

const refusedAs = (row: LedgerRow, idColumn: string, unreadable: ReadonlyArray<string>): Quarantined => ({
  customer: row.values.customer_id ?? "",
  stream: row.stream,
  recordId: unreadable.includes(camel(idColumn)) ? null : (row.values[idColumn] ?? null),
  payload: { ...sentAs(row), ...Object.fromEntries(unreadable.map((field) => [field, {}])) },
})

const isRefusedKind = (kind: Disturbance): boolean => kind === "refuse" || kind === "refuse too"

const cellOf = (drawn: Drawn, index: number): Cell => {
  const customers = ["a", "b", "c"].map((letter) => `${index}-${letter}`)
  const [first = ""] = customers
  const records = drawn.records.map((record, place) => {
    const deposit = drawn.records.findIndex(({ stream }) => stream === "crypto_deposits")
    return recordOf(`${index}-r${place}`, first, record, `${index}-r${Math.max(deposit, 0)}`)
  })
  const idOf = (row: LedgerRow): string => row.values[idColumns[row.stream] ?? ""] ?? ""
  for (const { at, kind } of drawn.disturbed) {
    if (kind !== "refund" && kind !== "open refund") continue
    const deposit = records.find(({ stream }) => stream === "crypto_deposits")
    if (deposit === undefined) continue
    const { amount, currency, net_amount, network } = deposit.values
    const sentBack = [amount, net_amount, "60", "40"][at % 4] ?? "0"
    records.push(
      product("crypto_refunds", `${index}-r${records.length}`, {
        customer_id: first,
        original_deposit_id: idOf(deposit),
        currency: currency ?? null,
        network: network ?? null,
        amount: sentBack,
        net_amount: sentBack,
        status: kind === "refund" ? "COMPLETED" : "PENDING",
        created_at: hoursBefore(at % 2 === 0 ? 3 : 40),
        updated_at: hoursBefore(3),
      }),
    )
  }
  let postings = records.flatMap((record) => {
    const { postsNothing = false } = drawn.records[records.indexOf(record)] ?? {}
    const isSettled = record.values.status === "COMPLETED"
    return postsNothing && !isSettled ? [] : postingsOf(record, idOf(record))
  })
  const refused: Array<Quarantined> = []
  for (const { at, kind } of drawn.disturbed) {
    const target = at % Math.max(postings.length, 1)
    if (!isRefusedKind(kind)) {
      postings = postings.flatMap((one, place) => (place === target ? disturbed(one, kind, customers) : [one]))
    }
  }
  const transactions = postings.map(({ hours, values }, place) => {
    // Instants differ, in the order in which things happened.
    const instant = new Date(Date.parse(hoursBefore(hours)) + place).toISOString()
    const { posted_at: _, ...said } = values
    const isPosted = ["COMPLETED", "REVERSED"].includes(values.status ?? "")
    const posted = isPosted && values.posted_at !== null ? instant : null
    const times = { created_at: instant, updated_at: instant, posted_at: posted }
    return transaction(`${index}-t${place}`, { ...said, ...times })
  })
  for (const { at, kind, unreadable } of drawn.disturbed) {
    const target = transactions[at % Math.max(transactions.length, 1)]
    if (!isRefusedKind(kind) || target === undefined) continue
    const id = `${index}-q${at}`
    refused.push(
      refusedAs({ ...target, values: { ...target.values, transaction_id: id } }, "transaction_id", unreadable),
    )
    if (kind === "refuse") transactions.splice(transactions.indexOf(target), 1)
  }
  const [gone] = records
  if (drawn.refusedRecord !== null && gone !== undefined) {
    const column = idColumns[gone.stream] ?? ""
    refused.push(refusedAs(gone, column, [drawn.refusedRecord === "id" ? camel(column) : "status"]))
    records.shift()
  }
  const unread = drawn.unread === "first" ? drawn.records[0]?.stream : drawn.unread
  return {
    customers,
    rows: [...records, ...transactions],
    refused,
    coverage: unread === null ? {} : { [`${customers[drawn.unreadOf % 2]}/${unread}`]: "PARTIAL" as const },
  }
}

export const cells = (count: number): FastCheck.Arbitrary<ReadonlyArray<Cell>> =>
  FastCheck.array(drawnCell, { minLength: count, maxLength: count }).map((drawn) => drawn.map(cellOf))
