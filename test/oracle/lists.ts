import { productStatuses, type StatusClass, transactionStatuses } from "../../src/api/status.ts"

/**
 * What the API served on one night, as an outsider holds it, and how one field of it reads. Money is counted in units of
 * 10^-18. Nothing here comes from the program that is judged.
 */
export interface Served {
  readonly stream: string
  readonly id: string
  /** The customer under which it was listed. */
  readonly customerId: string
  readonly raw: Readonly<Record<string, unknown>>
}

export interface Lists {
  /** When the transactions began to be read. */
  readonly now: number
  /** Every record that can be read; those of lists that were not read tonight are known from an earlier night. */
  readonly entries: ReadonlyArray<Served>
  /** Records that the contract refuses. */
  readonly refused: ReadonlyArray<Served>
  /** Lists that were not read to their end tonight, or cannot be, as `customer/stream`. */
  readonly unread: ReadonlySet<string>
}

export interface Rules {
  /** By currency: units, and ten-thousandths of what was expected. */
  readonly tolerance?: Readonly<Record<string, { readonly absolute: bigint; readonly basisPoints: bigint }>>
  /** Other name → the one that counts. */
  readonly currencyAliases?: Readonly<Record<string, string>>
  readonly networkAliases?: Readonly<Record<string, string>>
  /** Products whose fees are charged apart from their records. */
  readonly separateFees?: ReadonlyArray<string>
  /** Products whose refunds the API does not list. */
  readonly unlistedRefunds?: ReadonlyArray<string>
}

export const hour = 3_600_000

export interface ProductList {
  readonly resourceType: string
  readonly direction: "CREDIT" | "DEBIT" | "both"
  /** The list of its refunds, and the field there that names it. */
  readonly refunds?: { readonly stream: string; readonly field: string }
}

export const productLists: Readonly<Record<string, ProductList>> = {
  fiat_deposits: { resourceType: "fiat_deposit", direction: "CREDIT" },
  fiat_withdrawals: { resourceType: "fiat_withdrawal", direction: "DEBIT" },
  crypto_deposits: {
    resourceType: "crypto_deposit",
    direction: "CREDIT",
    refunds: { stream: "crypto_refunds", field: "originalDepositId" },
  },
  crypto_withdrawals: { resourceType: "crypto_withdrawal", direction: "DEBIT" },
  crypto_refunds: { resourceType: "crypto_refund", direction: "DEBIT" },
  conversions: { resourceType: "conversion", direction: "both" },
  collection_payments: { resourceType: "collection_payment", direction: "CREDIT" },
}

export const listOf = (resourceType: string | null): string | undefined =>
  Object.keys(productLists).find((stream) => productLists[stream]?.resourceType === resourceType)

/** A value; null where the record says that there is none; undefined where it cannot be read. */
export type Reading = string | null | undefined

const optional = new Set(["network", "resourceType", "resourceId", "reference", "postedAt", "completedAt", "txHash"])

const forms: Readonly<Record<string, RegExp>> = {
  amount: /^-?\d{1,20}(?:\.\d{1,18})?$/,
  fee: /^-?\d{1,20}(?:\.\d{1,18})?$/,
  netAmount: /^-?\d{1,20}(?:\.\d{1,18})?$/,
  direction: /^(?:CREDIT|DEBIT)$/,
  createdAt: /^\d{4}-/,
  updatedAt: /^\d{4}-/,
  postedAt: /^\d{4}-/,
  completedAt: /^\d{4}-/,
}

export const reading = ({ raw }: Served, field: string): Reading => {
  const value = raw[field]
  if (value === undefined || value === null) return optional.has(field) ? null : undefined
  if (value === "" && optional.has(field) && forms[field] === undefined) return null
  return typeof value === "string" && (forms[field] ?? /./s).test(value) ? value : undefined
}

export const textOf = (entry: Served, field: string): string | null => reading(entry, field) ?? null

export const unitsOf = (text: string): bigint => {
  const [, sign, whole = "", decimals = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  const units = BigInt(`${whole}${decimals.padEnd(18, "0")}`)
  return sign === "-" ? -units : units
}

export const amountOf = (entry: Served, field: string): bigint => unitsOf(textOf(entry, field) ?? "0")

export const timeOf = (entry: Served, field: string): number | null => {
  const value = textOf(entry, field)
  return value === null ? null : Date.parse(value)
}

export const absolute = (units: bigint): bigint => (units < 0n ? -units : units)

export const classOf = (entry: Served): StatusClass =>
  (entry.stream === "transactions" ? transactionStatuses : productStatuses)[textOf(entry, "status") ?? ""] ?? "unknown"

const kindOfType = (type: Reading): string | null =>
  Object.values(productLists).find(({ resourceType }) => resourceType.toUpperCase() === type)?.resourceType ?? null

/**
 * Of which kind the record is that a transaction names: what it says, else what its type says. A FEE or ADJUSTMENT says neither by
 * right, and means whatever record has the id, its own customer's first.
 */
export const kindNamed = ({ entries }: Lists): ((one: Served) => string | null) => {
  const records = new Map<string, Array<Served>>()
  for (const record of entries.filter(({ stream }) => productLists[stream] !== undefined)) {
    records.set(record.id, [...(records.get(record.id) ?? []), record])
  }
  return (one) => {
    const said = textOf(one, "resourceType") ?? kindOfType(textOf(one, "type"))
    if (said !== null) return said
    const named = records.get(textOf(one, "resourceId") ?? "") ?? []
    const record = named.find(({ customerId }) => customerId === one.customerId) ?? named[0]
    return record === undefined ? null : (productLists[record.stream]?.resourceType ?? null)
  }
}

/** Whether a refused transaction may name a record of this kind. */
export const mayNameKind = (one: Served, resourceType: string): boolean => {
  const said = reading(one, "resourceType")
  const kind = said === null ? kindOfType(reading(one, "type")) : said
  return kind === null || kind === undefined || kind === resourceType
}

/** COMPLETED and REVERSED both moved the balance. */
export const isPosted = (entry: Served): boolean => ["settled", "undone"].includes(classOf(entry))

/** What a transaction does to a balance, if it is posted. */
export const signedOf = (entry: Served): bigint =>
  textOf(entry, "direction") === "CREDIT" ? amountOf(entry, "netAmount") : -amountOf(entry, "netAmount")

/** When it moved the balance; where the API does not say it, when it was last touched. */
export const postedWhen = (entry: Served): number =>
  timeOf(entry, "postedAt") ?? timeOf(entry, "updatedAt") ?? timeOf(entry, "createdAt") ?? 0

export const currencyOf = (entry: Served, rules: Rules, field = "currency"): string => {
  const said = textOf(entry, field) ?? ""
  return rules.currencyAliases?.[said] ?? said
}

export const networkOf = (entry: Served, rules: Rules): string | null => {
  const said = textOf(entry, "network")
  return said === null ? null : (rules.networkAliases?.[said] ?? said)
}
