import { auditLedger } from "./audit-ledger.ts"
import { amountOf, type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour, isDebit, isPosted, isProduct, limits, signedOf } from "./finding.ts"

/** The rules of the design's section 5 that one night can break, read by a second pair of eyes. */
export const audit = (books: Books): ReadonlyArray<Finding> =>
  [
    ...books.quarantined.map(({ id }) => finding("REC_INVALID", id, "high")),
    ...books.entries.flatMap(auditStatus),
    ...books.entries.flatMap(auditArithmetic),
    ...books.entries.flatMap((entry) => auditAge(entry, books.now)),
    ...auditLedger(books),
    ...auditCopies(books),
    ...auditConversions(books),
    ...auditRefunds(books),
    ...auditCheckouts(books),
    ...auditBalances(books),
  ].sort()

const auditStatus = (entry: Entry) =>
  classOf(entry) === "unknown" ? [finding("REC_UNKNOWN_STATUS", entry.id, "medium")] : []

const auditArithmetic = (entry: Entry) => {
  if (entry.raw.netAmount === undefined) return []
  const debit = entry.stream === "transactions" ? textOf(entry, "direction") === "DEBIT" : isDebit(entry)
  const fee = amountOf(entry, "fee")
  const net = amountOf(entry, "amount") + (debit ? fee : -fee)
  return net === amountOf(entry, "netAmount") ? [] : [finding("REC_ARITHMETIC", entry.id, "high")]
}

const auditAge = (entry: Entry, now: number) => {
  const ledgerOnly = entry.stream === "transactions" && textOf(entry, "resourceId") === null
  if (!(isProduct(entry) || ledgerOnly) || classOf(entry) !== "open") return []
  const age = now - (timeOf(entry, "createdAt") ?? now)
  const limit = (limits[entry.stream] ?? 72) * hour
  if (age <= limit) return []
  if (textOf(entry, "status") === "PENDING_TRAVEL_RULE") return [finding("AGE_TRAVEL_RULE", entry.id, "high")]
  return [finding("AGE_STUCK", entry.id, age > 3 * limit ? "high" : "medium")]
}

const repeated = (entries: ReadonlyArray<Entry>, keyOf: (entry: Entry) => string | null) => {
  const seen = new Set<string>()
  return entries.filter((entry) => {
    const key = keyOf(entry)
    if (key === null) return false
    const again = seen.has(key)
    seen.add(key)
    return again
  })
}

const auditCopies = ({ entries }: Books) => {
  const settled = entries.filter((entry) => isProduct(entry) && classOf(entry) === "settled")
  const onChain = settled.filter(({ stream }) => /crypto|collection/.test(stream))
  const copy = repeated(settled, (entry) => textOf(entry, "reference"))
  const hashless = onChain.filter((entry) => textOf(entry, "txHash") === null)
  const rehashed = repeated(onChain, (entry) => textOf(entry, "txHash"))
  return [
    ...copy.map(({ id }) => finding("DUP_PRODUCT", id, "high")),
    ...hashless.map(({ id }) => finding("TX_HASH_MISSING", id, "high")),
    ...rehashed.map(({ id }) => finding("TX_HASH_REUSED", id, "critical")),
  ]
}

const places: Readonly<Record<string, number>> = { JPY: 0, USDT: 6, USDC: 6, BTC: 8, ETH: 18 }

const auditConversions = ({ entries }: Books) => {
  const quotes = new Map(entries.filter(({ stream }) => stream === "conversion_quotes").map((one) => [one.id, one]))
  const conversions = entries.filter(({ stream }) => stream === "conversions")
  const reused = repeated(
    conversions.filter((entry) => classOf(entry) !== "void"),
    (entry) => textOf(entry, "quoteId"),
  )
  const single = conversions.flatMap((entry) => {
    const exact = amountOf(entry, "fromAmount") * amountOf(entry, "rate")
    const stated = amountOf(entry, "toAmount") * 10n ** 18n
    const unit = 10n ** BigInt(36 - (places[textOf(entry, "toCurrency") ?? ""] ?? 2))
    const off = exact > stated ? exact - stated : stated - exact
    const quote = quotes.get(textOf(entry, "quoteId") ?? "")
    if (quote === undefined) return [finding("CONV_QUOTE_MISSING", entry.id, "high")]
    const same = ["rate", "fromCurrency", "toCurrency"].every((field) => quote.raw[field] === entry.raw[field])
    const late = (timeOf(entry, "createdAt") ?? 0) > (timeOf(quote, "expiresAt") ?? 0)
    return [
      ...(off > unit ? [finding("CONV_RATE", entry.id, "high")] : []),
      ...(same ? [] : [finding("CONV_QUOTE_DEVIATION", entry.id, "high")]),
      ...(late ? [finding("CONV_QUOTE_EXPIRED", entry.id, "high")] : []),
    ]
  })
  return [...single, ...reused.map(({ id }) => finding("CONV_QUOTE_REUSED", id, "critical"))]
}

const auditRefunds = ({ entries }: Books) => {
  const deposits = new Map(entries.filter(({ stream }) => stream === "crypto_deposits").map((one) => [one.id, one]))
  const refunded = new Map<string, bigint>()
  const routes = entries
    .filter(({ stream }) => stream === "crypto_refunds")
    .flatMap((entry) => {
      const deposit = deposits.get(textOf(entry, "originalDepositId") ?? "")
      if (deposit === undefined) return [finding("REFUND_ORPHAN", entry.id, "high")]
      const before = refunded.get(deposit.id) ?? 0n
      if (classOf(entry) !== "void") refunded.set(deposit.id, before + amountOf(entry, "amount"))
      const same = ["currency", "network"].every((field) => deposit.raw[field] === entry.raw[field])
      return same ? [] : [finding("REFUND_ROUTE", entry.id, "critical")]
    })
  const excess = [...refunded].flatMap(([id, sum]) => {
    const deposit = deposits.get(id)
    return deposit !== undefined && sum > amountOf(deposit, "amount") ? [finding("REFUND_EXCESS", id, "critical")] : []
  })
  return [...routes, ...excess]
}

const auditCheckouts = ({ entries }: Books) => {
  const payments = entries.filter(({ stream }) => stream === "collection_payments")
  return entries
    .filter(({ stream }) => stream === "checkouts")
    .flatMap((checkout) => {
      const own = payments.filter((payment) => textOf(payment, "checkoutId") === checkout.id)
      const paid = own
        .filter((payment) => classOf(payment) === "settled")
        .reduce((sum, payment) => sum + amountOf(payment, "amount"), 0n)
      const late = own.filter((one) => (timeOf(one, "createdAt") ?? 0) > (timeOf(checkout, "expiresAt") ?? Infinity))
      return [
        ...(paid === amountOf(checkout, "paidAmount") ? [] : [finding("COLL_CHECKOUT_TOTAL", checkout.id, "high")]),
        ...late.map(({ id }) => finding("COLL_AFTER_EXPIRY", id, "medium")),
      ]
    })
}

/** What each customer's transactions have posted, by `customerId/currency`. */
export const postedSums = (books: Books): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>()
  for (const entry of books.entries) {
    if (entry.stream !== "transactions" || !isPosted(entry)) continue
    const name = `${entry.customerId}/${textOf(entry, "currency")}`
    sums.set(name, (sums.get(name) ?? 0n) + signedOf(entry))
  }
  return sums
}

const auditBalances = (books: Books) => {
  const unproven = new Set(
    books.quarantined.filter(({ stream }) => stream === "transactions").map(({ customerId }) => customerId),
  )
  const sums = postedSums(books)
  const stated = new Map(books.balances.map((row) => [`${row.customerId}/${textOf(row, "currency")}`, row]))
  const rows = [...stated].flatMap(([name, row]) => {
    const [available, held, total] = [amountOf(row, "available"), amountOf(row, "held"), amountOf(row, "total")]
    const explained = unproven.has(row.customerId) || total === (sums.get(name) ?? 0n)
    return [
      ...(available + held === total ? [] : [finding("BAL_COMPONENTS", name, "high")]),
      ...(available < 0n || total < 0n ? [finding("BAL_NEGATIVE", name, "high")] : []),
      ...(explained ? [] : [finding("BAL_INCEPTION", name, "critical")]),
    ]
  })
  const unstated = [...sums].filter(
    ([name, sum]) => sum !== 0n && !stated.has(name) && !unproven.has(name.split("/")[0] ?? ""),
  )
  return [...rows, ...unstated.map(([name]) => finding("BAL_UNSTATED", name, "high"))]
}

/** What moved between two nights does not lead from one balance to the next. */
export const auditRollforward = (opening: Books, closing: Books): ReadonlyArray<Finding> => {
  const unproven = new Set(
    closing.quarantined.filter(({ stream }) => stream === "transactions").map(({ customerId }) => customerId),
  )
  const before = new Map(opening.balances.map((row) => [`${row.customerId}/${textOf(row, "currency")}`, row]))
  return closing.balances.flatMap((row) => {
    const currency = textOf(row, "currency")
    const name = `${row.customerId}/${currency}`
    const start = before.get(name)
    if (start === undefined || unproven.has(row.customerId)) return []
    const moved = closing.entries
      .filter((entry) => entry.stream === "transactions" && isPosted(entry))
      .filter((entry) => entry.customerId === row.customerId && textOf(entry, "currency") === currency)
      .filter((entry) => (timeOf(entry, "postedAt") ?? 0) > opening.now)
      .reduce((sum, entry) => sum + signedOf(entry), 0n)
    const adds = amountOf(start, "total") + moved === amountOf(row, "total")
    return adds ? [] : [finding("BAL_ROLLFORWARD", name, "critical")]
  })
}
