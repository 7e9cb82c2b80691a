import { amountOf, type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour, isProduct } from "./finding.ts"

/**
 * What product records say of each other, found by looking at every pair that could matter. Slow on purpose: nothing here
 * is shared with the way in which the program finds it.
 */
export const auditProducts = (books: Books): ReadonlyArray<Finding> => [
  ...auditCopies(books),
  ...auditConversions(books),
  ...auditRefunds(books),
  ...auditCheckouts(books),
]

const of = ({ entries }: Books, stream: string) => entries.filter((entry) => entry.stream === stream)

const bornAt = (entry: Entry): number => timeOf(entry, "createdAt") ?? 0

const isBefore = (one: Entry, other: Entry): boolean =>
  bornAt(one) === bornAt(other) ? one.id < other.id : bornAt(one) < bornAt(other)

const agree = (one: Entry, other: Entry, fields: ReadonlyArray<string>): boolean =>
  fields.every((field) => textOf(one, field) === textOf(other, field))

/** Records of which an earlier one of the list is like them. */
const repeating = (entries: ReadonlyArray<Entry>, isLike: (earlier: Entry, later: Entry) => boolean) =>
  entries.filter((later) => entries.some((earlier) => isBefore(earlier, later) && isLike(earlier, later)))

const groupedBy = (entries: ReadonlyArray<Entry>, field: string): ReadonlyArray<ReadonlyArray<Entry>> => {
  const groups = new Map<string, Array<Entry>>()
  for (const entry of entries) {
    const value = textOf(entry, field)?.trim() ?? ""
    if (value !== "") groups.set(value, [...(groups.get(value) ?? []), entry])
  }
  return [...groups.values()]
}

const auditCopies = (books: Books) => {
  const settled = books.entries.filter((entry) => isProduct(entry) && classOf(entry) === "settled")
  const copies = groupedBy(settled, "reference").flatMap((alike) =>
    repeating(
      alike,
      (earlier, later) =>
        earlier.stream === later.stream &&
        agree(earlier, later, ["customerId", "currency"]) &&
        amountOf(earlier, "amount") === amountOf(later, "amount") &&
        bornAt(later) - bornAt(earlier) <= 24 * hour,
    ),
  )
  const onChain = settled.filter(({ stream }) => /^crypto|^collection/.test(stream))
  const hashless = onChain.filter((entry) => {
    const since = timeOf(entry, "completedAt") ?? timeOf(entry, "updatedAt") ?? 0
    return (textOf(entry, "txHash") ?? "").trim() === "" && books.now - since > hour
  })
  const rehashed = groupedBy(onChain, "txHash").flatMap((alike) =>
    repeating(
      alike,
      (earlier, later) =>
        earlier.stream === later.stream &&
        agree(earlier, later, ["network", "walletId", "beneficiaryId", "collectionWalletId", "originalDepositId"]) &&
        amountOf(earlier, "amount") === amountOf(later, "amount"),
    ),
  )
  return [
    ...copies.map(({ id }) => finding("DUP_PRODUCT", id, "high")),
    ...hashless.map(({ id }) => finding("TX_HASH_MISSING", id, "high")),
    ...rehashed.map(({ id }) => finding("TX_HASH_REUSED", id, "critical")),
  ]
}

type Named = Entry | "foreign" | "unreadable" | null

/** The record that another one names: its own customer's, another's, or `null` where it is certainly nowhere. */
const namedIn = (books: Books, field: string, stream: string) => {
  const listed = new Map(of(books, stream).map((entry) => [entry.id, entry]))
  return (entry: Entry): Named => namedBy(books, entry, stream, textOf(entry, field) ?? "", listed)
}

const namedBy = (books: Books, entry: Entry, stream: string, id: string, listed: ReadonlyMap<string, Entry>): Named => {
  const found = listed.get(id)
  if (found !== undefined) return found.customerId === entry.customerId ? found : "foreign"
  return books.quarantined.some((candidate) => candidate.stream === stream && candidate.id === id) ? "unreadable" : null
}

const isMissing = (books: Books, entry: Entry, what: Named): boolean =>
  (what === null || what === "foreign") && books.now - bornAt(entry) > hour

const isEntry = (what: Named): what is Entry => what !== null && typeof what === "object"

const places: Readonly<Record<string, number>> = { JPY: 0, USDT: 6, USDC: 6, BTC: 8, ETH: 18 }

const isOff = (entry: Entry): boolean => {
  const exact = amountOf(entry, "fromAmount") * amountOf(entry, "rate")
  const gap = amountOf(entry, "toAmount") * 10n ** 18n - exact
  const unit = 10n ** BigInt(36 - (places[textOf(entry, "toCurrency") ?? ""] ?? 2))
  return gap > unit || gap < -unit
}

const auditConversions = (books: Books) => {
  const conversions = of(books, "conversions")
  const quoteOf = namedIn(books, "quoteId", "conversion_quotes")
  const single = conversions.flatMap((entry) => {
    const quote = quoteOf(entry)
    const says = (code: string) => [finding(code, entry.id, "high")]
    const deviates =
      isEntry(quote) &&
      (amountOf(quote, "rate") !== amountOf(entry, "rate") || !agree(quote, entry, ["fromCurrency", "toCurrency"]))
    const expired = isEntry(quote) && bornAt(entry) > (timeOf(quote, "expiresAt") ?? Infinity)
    return [
      ...(isOff(entry) ? says("CONV_RATE") : []),
      ...(isMissing(books, entry, quote) ? says("CONV_QUOTE_MISSING") : []),
      ...(deviates ? says("CONV_QUOTE_DEVIATION") : []),
      ...(expired ? says("CONV_QUOTE_EXPIRED") : []),
    ]
  })
  const taken = conversions.filter((entry) => !["void", "unknown"].includes(classOf(entry) ?? ""))
  const reused = groupedBy(taken, "quoteId").flatMap((alike) => repeating(alike, () => true))
  return [...single, ...reused.map(({ id }) => finding("CONV_QUOTE_REUSED", id, "critical"))]
}

const auditRefunds = (books: Books) => {
  const refunds = of(books, "crypto_refunds")
  const depositOf = namedIn(books, "originalDepositId", "crypto_deposits")
  const single = refunds.flatMap((entry) => {
    const deposit = depositOf(entry)
    if (isMissing(books, entry, deposit)) return [finding("REFUND_ORPHAN", entry.id, "high")]
    const strays = isEntry(deposit) && !agree(deposit, entry, ["currency", "network"])
    return strays ? [finding("REFUND_ROUTE", entry.id, "critical")] : []
  })
  const excess = of(books, "crypto_deposits").filter((deposit) => {
    const sent = refunds
      .filter((entry) => textOf(entry, "originalDepositId") === deposit.id && agree(entry, deposit, ["currency"]))
      .filter((entry) => !["void", "unknown"].includes(classOf(entry) ?? ""))
    return sent.reduce((sum, entry) => sum + amountOf(entry, "amount"), 0n) > amountOf(deposit, "amount")
  })
  return [...single, ...excess.map(({ id }) => finding("REFUND_EXCESS", id, "critical"))]
}

const auditCheckouts = (books: Books) => {
  const payments = of(books, "collection_payments")
  return of(books, "checkouts").flatMap((checkout) => {
    const own = payments.filter((payment) => textOf(payment, "checkoutId") === checkout.id)
    const settled = own.filter((one) => classOf(one) === "settled" && agree(one, checkout, ["currency"]))
    const paid = settled.reduce((sum, one) => sum + amountOf(one, "amount"), 0n)
    const changed = [checkout, ...settled].map(
      (one) => timeOf(one, "completedAt") ?? timeOf(one, "updatedAt") ?? bornAt(one),
    )
    const doubtful =
      own.some((one) => classOf(one) === "unknown") ||
      books.quarantined.some(
        ({ customerId, raw, stream }) =>
          stream === "collection_payments" &&
          (raw.checkoutId === checkout.id ||
            (customerId === checkout.customerId && typeof raw.checkoutId !== "string")),
      )
    const differs = paid !== amountOf(checkout, "paidAmount") && !doubtful && books.now - Math.max(...changed) > hour
    const late = own.filter((one) => bornAt(one) > (timeOf(checkout, "expiresAt") ?? Infinity))
    return [
      ...(differs ? [finding("COLL_CHECKOUT_TOTAL", checkout.id, "high")] : []),
      ...late.map(({ id }) => finding("COLL_AFTER_EXPIRY", id, "medium")),
    ]
  })
}
