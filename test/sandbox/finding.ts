import {
  checkoutStatuses,
  productStatuses,
  quoteStatuses,
  type StatusClass,
  transactionStatuses,
} from "../../src/api/status.ts"
import { amountOf, type Entry, textOf } from "./books.ts"

/** A finding as one line, so that two sets of them compare at a glance. */
export type Finding = string

export const finding = (code: string, recordId: string, severity: string, leg?: string): Finding =>
  [code, recordId, severity, ...(leg === undefined ? [] : [leg])].join(" ")

export const hour = 3_600_000

/** Hours that a product record may stay open. */
export const limits: Readonly<Record<string, number>> = {
  fiat_deposits: 48,
  fiat_withdrawals: 72,
  crypto_deposits: 24,
  crypto_withdrawals: 24,
  crypto_refunds: 24,
  conversions: 1,
  collection_payments: 24,
}

export const isProduct = ({ stream }: Entry): boolean => limits[stream] !== undefined

export const isDebit = ({ stream }: Entry): boolean => /withdrawals|refunds/.test(stream)

export const classOf = (entry: Entry): StatusClass | null => {
  const status = textOf(entry, "status") ?? ""
  if (isProduct(entry)) return productStatuses[status] ?? "unknown"
  if (entry.stream === "transactions") return transactionStatuses[status] ?? "unknown"
  if (entry.stream === "conversion_quotes") return quoteStatuses[status] ?? "unknown"
  if (entry.stream === "checkouts") return checkoutStatuses[status] ?? "unknown"
  return null
}

export const isPosted = (entry: Entry): boolean => ["COMPLETED", "REVERSED"].includes(textOf(entry, "status") ?? "")

export const signedOf = (entry: Entry): bigint =>
  textOf(entry, "direction") === "CREDIT" ? amountOf(entry, "netAmount") : -amountOf(entry, "netAmount")
