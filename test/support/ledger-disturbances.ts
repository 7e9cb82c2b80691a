import { textOf, unitsOf } from "./decimal.ts"

export type Values = Record<string, string | null>

export interface Posting {
  readonly values: Values
  /** Hours before the night at which it was posted. */
  readonly hours: number
}

export const plus = (one: string, other: string, sign = 1n): string => textOf(unitsOf(one) + sign * unitsOf(other))

export const disturbances = [
  "drop",
  "double",
  "part",
  "reverse",
  "reverse",
  "reverse",
  "lone",
  "apart",
  "charge",
  "adjust",
  "fee",
  "currency",
  "owner",
  "network",
  "nowhere",
  "direction",
  "type",
  "pending",
  "failed",
  "odd status",
  "last place",
  "less",
  "recent",
  "early",
  "elsewhere",
  "undated",
  "nameless",
  "no kind",
  "refuse",
  "refuse too",
  "refund",
  "open refund",
] as const
export type Disturbance = (typeof disturbances)[number]

const opposite = (direction: string | null | undefined): string => (direction === "CREDIT" ? "DEBIT" : "CREDIT")

/** What takes a transaction's net back, without a fee of its own. */
const reversalOf = ({ hours, values }: Posting): Posting => ({
  hours,
  values: {
    ...values,
    direction: opposite(values.direction),
    amount: values.net_amount ?? null,
    fee: "0",
    status: "COMPLETED",
  },
})

const within = (values: Values, net: string): Values => ({ ...values, amount: net, fee: "0", net_amount: net })

/** What becomes of one posting; others of its record stay. */
export const disturbed = (
  one: Posting,
  kind: Disturbance,
  customers: ReadonlyArray<string>,
): ReadonlyArray<Posting> => {
  const { values } = one
  const with_ = (changed: Values): ReadonlyArray<Posting> => [{ ...one, values: { ...values, ...changed } }]
  const net = values.net_amount ?? "0"
  const charge = (type: string): Posting => ({
    ...one,
    values: { ...within(values, "1"), type, direction: "DEBIT", status: "COMPLETED" },
  })
  switch (kind) {
    case "drop":
      return []
    case "double":
      return [one, one]
    case "part":
      return [
        { ...one, values: { ...values, ...within(values, "1") } },
        {
          ...one,
          values: { ...values, amount: plus(values.amount ?? "0", "1", -1n), net_amount: plus(net, "1", -1n) },
        },
      ]
    case "reverse":
      return [{ ...one, values: { ...values, status: "REVERSED" } }, reversalOf(one)]
    case "lone":
      return with_({ status: "REVERSED" })
    case "apart":
      return [
        { ...one, values: { ...values, fee: "0", net_amount: values.amount ?? "0" } },
        { ...one, values: { ...within(values, values.fee ?? "0"), type: "FEE", direction: "DEBIT" } },
      ]
    case "charge":
      return [one, charge("FEE")]
    case "adjust":
      return [one, charge("ADJUSTMENT")]
    case "fee":
      return with_({ fee: plus(values.fee ?? "0", "1") })
    case "currency":
      return with_({ currency: values.currency === "USD" ? "EUR" : "USD" })
    case "owner":
      return with_({ customer_id: customers.find((other) => other !== values.customer_id) ?? null })
    case "network":
      return with_({ network: values.network === "TRON" ? "ETH" : "TRON" })
    case "nowhere":
      return with_({ network: null })
    case "direction":
      return with_({ direction: opposite(values.direction) })
    case "type":
      return with_({ type: values.type === "CRYPTO_REFUND" ? "FIAT_DEPOSIT" : "CRYPTO_REFUND" })
    case "pending":
      return with_({ status: "PENDING" })
    case "failed":
      return with_({ status: "FAILED" })
    case "odd status":
      return with_({ status: "?" })
    case "last place":
      return with_({ net_amount: plus(net, "0.000000000000000001") })
    case "less":
      return with_({ net_amount: plus(net, "0.02", -1n) })
    case "recent":
      return [{ ...one, hours: 0.5 }]
    case "early":
      return [{ ...one, hours: 90 }]
    case "elsewhere":
      return with_({ resource_id: `${values.resource_id}-gone` })
    case "undated":
      return with_({ posted_at: null })
    case "nameless":
      return with_({ resource_id: null, type: "ADJUSTMENT" })
    case "no kind":
      return with_({ resource_type: null })
    default:
      return [one]
  }
}
