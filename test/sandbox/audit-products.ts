import { auditAccounts } from "./audit-accounts.ts"
import { amountOf, type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour, isProduct } from "./finding.ts"

/**
 * What product records say of each other, found by looking at every pair that could matter. Slow on purpose: nothing here
 * is shared with the way in which the program finds it.
 */
export const auditProducts = (books: Books): ReadonlyArray<Finding> => [
  ...auditCopies(books),
  ...auditAccounts(books),
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

const groupedBy = (
  entries: ReadonlyArray<Entry>,
  field: string,
  written: (text: string) => string = (text) => text.trim(),
): ReadonlyArray<ReadonlyArray<Entry>> => {
  const groups = new Map<string, Array<Entry>>()
  for (const entry of entries) {
    const value = written(textOf(entry, field) ?? "")
    if (value !== "") groups.set(value, [...(groups.get(value) ?? []), entry])
  }
  return [...groups.values()]
}

/** As people write it: capitals and blanks say nothing. */
const typed = (text: string): string => text.replace(/\s/g, "").toLowerCase()

/** A hexadecimal hash may be written in capitals, and with 0x before it; others are what they are. */
const hashed = (text: string): string =>
  /^(0x)?[0-9a-f]+$/i.test(text.trim()) ? text.trim().toLowerCase().replace(/^0x/, "") : text.trim()

const auditFees = (books: Books) => {
  const fees = of(books, "transactions").filter(
    (entry) => textOf(entry, "type") === "FEE" && textOf(entry, "resourceId") === null,
  )
  const equal = (one: Entry, other: Entry) =>
    agree(one, other, ["customerId", "currency"]) && amountOf(one, "netAmount") === amountOf(other, "netAmount")
  const postedAt = (entry: Entry) => timeOf(entry, "postedAt") ?? 0
  const charged = fees.filter((one) => textOf(one, "direction") === "DEBIT" && textOf(one, "status") === "COMPLETED")
  const wordOf = (entry: Entry) => typed(textOf(entry, "reference") ?? "")
  return charged.filter((later) => {
    const alike = charged.filter((one) => one !== later && equal(one, later))
    const before = alike.filter(
      (one) =>
        wordOf(one) === wordOf(later) &&
        postedAt(later) - postedAt(one) <= 12 * hour &&
        (postedAt(one) < postedAt(later) || (postedAt(one) === postedAt(later) && one.id < later.id)),
    )
    const isHabit =
      alike.filter((one) => Math.abs(postedAt(one) - postedAt(later)) <= 60 * hour).length > 1 && wordOf(later) === ""
    const cameBack = fees.some(
      (one) => textOf(one, "direction") === "CREDIT" && equal(one, later) && wordOf(one) === wordOf(later),
    )
    return before.length > 0 && !isHabit && !cameBack
  })
}

const auditCopies = (books: Books) => {
  const settled = books.entries.filter((entry) => isProduct(entry) && classOf(entry) === "settled")
  const copies = groupedBy(settled, "reference", typed).flatMap((alike) =>
    repeating(
      alike,
      (earlier, later) =>
        earlier.stream === later.stream &&
        agree(earlier, later, ["customerId", "currency"]) &&
        amountOf(earlier, "amount") === amountOf(later, "amount") &&
        bornAt(later) - bornAt(earlier) <= 12 * hour,
    ),
  )
  const onChain = settled.filter(({ stream }) => /^crypto|^collection/.test(stream))
  const hashless = onChain.filter((entry) => {
    const since = timeOf(entry, "completedAt") ?? timeOf(entry, "updatedAt") ?? 0
    return (textOf(entry, "txHash") ?? "").trim() === "" && books.now - since > hour
  })
  const isIn = ({ stream }: Entry) => stream === "crypto_deposits" || stream === "collection_payments"
  const isOut = ({ stream }: Entry) => stream === "crypto_withdrawals" || stream === "crypto_refunds"
  const rehashed = groupedBy(onChain, "txHash", hashed).flatMap((alike) =>
    repeating(
      alike,
      (earlier, later) =>
        (earlier.stream !== later.stream &&
          ((isIn(earlier) && isIn(later)) || (isOut(earlier) && isOut(later))) &&
          agree(earlier, later, ["network", "customerId"]) &&
          amountOf(earlier, "amount") === amountOf(later, "amount")) ||
        (earlier.stream === later.stream &&
          agree(earlier, later, ["network", "walletId", "beneficiaryId", "collectionWalletId", "originalDepositId"]) &&
          amountOf(earlier, "amount") === amountOf(later, "amount")),
    ),
  )
  return [
    ...copies.map(({ id }) => finding("DUP_PRODUCT", id, "high")),
    ...auditFees(books).map(({ id }) => finding("DUP_FEE", id, "high")),
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
  const written = (textOf(entry, "rate") ?? "").split(".")[1]?.length ?? 0
  const open = (amountOf(entry, "fromAmount") * 10n ** 18n) / (2n * 10n ** BigInt(written))
  return gap > unit + open || gap < -unit - open
}

const auditConversions = (books: Books) => {
  const conversions = of(books, "conversions")
  const quoteOf = namedIn(books, "quoteId", "conversion_quotes")
  const single = conversions.flatMap((entry) => {
    const quote = quoteOf(entry)
    const says = (code: string) => [finding(code, entry.id, "high")]
    const deviates =
      isEntry(quote) &&
      (amountOf(quote, "rate") !== amountOf(entry, "rate") ||
        !agree(quote, entry, ["fromCurrency", "toCurrency"]) ||
        ["fromAmount", "toAmount", "fee"].some((field) => amountOf(entry, field) > amountOf(quote, field)) ||
        (amountOf(entry, "fee") > 0n && !agree(quote, entry, ["feeCurrency"])))
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
    const lost = isEntry(deposit) && classOf(deposit) === "void" && classOf(entry) === "settled"
    const strays = isEntry(deposit) && !agree(deposit, entry, ["currency", "network"])
    return [
      ...(strays ? [finding("REFUND_ROUTE", entry.id, "critical")] : []),
      ...(lost ? [finding("REFUND_STATE", entry.id, "critical")] : []),
    ]
  })
  const excess = of(books, "crypto_deposits").filter((deposit) => {
    const sent = refunds
      .filter((entry) => textOf(entry, "originalDepositId") === deposit.id && agree(entry, deposit, ["currency"]))
      .filter((entry) => ["settled", "open"].includes(classOf(entry) ?? ""))
    if (classOf(deposit) === "void") return false
    return sent.reduce((sum, entry) => sum + amountOf(entry, "amount"), 0n) > amountOf(deposit, "amount")
  })
  return [...single, ...excess.map(({ id }) => finding("REFUND_EXCESS", id, "critical"))]
}

const auditCheckouts = (books: Books) => {
  const payments = of(books, "collection_payments")
  const checkoutOf = namedIn(books, "checkoutId", "checkouts")
  const orphans = payments.filter(
    (one) => textOf(one, "checkoutId") !== null && classOf(one) !== "void" && isMissing(books, one, checkoutOf(one)),
  )
  const ofEach = of(books, "checkouts").flatMap((checkout) => {
    const naming = payments.filter((payment) => textOf(payment, "checkoutId") === checkout.id)
    const own = naming.filter(({ customerId }) => customerId === checkout.customerId)
    const settled = own.filter((one) => classOf(one) === "settled" && agree(one, checkout, ["currency"]))
    const paid = settled.reduce((sum, one) => sum + amountOf(one, "amount"), 0n)
    const undone = own.filter((one) => classOf(one) === "undone" && agree(one, checkout, ["currency"]))
    const undoneSum = undone.reduce((sum, one) => sum + amountOf(one, "amount"), 0n)
    const says = amountOf(checkout, "paidAmount")
    const asked = amountOf(checkout, "amount")
    const isForeign = own.some((one) => classOf(one) === "settled" && !agree(one, checkout, ["currency"]))
    const isWrongly = {
      OPEN: says >= asked,
      PARTIALLY_PAID: says <= 0n || says >= asked,
      PAID: says < asked,
      EXPIRED: says >= asked,
    }[textOf(checkout, "status") ?? ""]
    const isOld = books.now - (timeOf(checkout, "updatedAt") ?? 0) > hour
    const changed = [checkout, ...settled, ...undone].map(
      (one) => timeOf(one, "completedAt") ?? timeOf(one, "updatedAt") ?? bornAt(one),
    )
    const doubtful =
      own.some((one) => classOf(one) === "unknown") ||
      books.quarantined.some(
        ({ customerId, raw, stream }) =>
          stream === "collection_payments" &&
          (raw.checkoutId === checkout.id ||
            (customerId === checkout.customerId &&
              (raw.checkoutId ?? null) !== null &&
              typeof raw.checkoutId !== "string")),
      )
    const differs =
      says !== paid &&
      says !== paid + undoneSum &&
      (says < paid || (!doubtful && !isForeign)) &&
      books.now - Math.max(...changed) > hour
    const late = naming.filter((one) => bornAt(one) > (timeOf(checkout, "expiresAt") ?? Infinity))
    return [
      ...(differs ? [finding("COLL_CHECKOUT_TOTAL", checkout.id, "high")] : []),
      ...(isWrongly === true && isOld ? [finding("COLL_STATUS", checkout.id, "high")] : []),
      ...late.map(({ id }) => finding("COLL_AFTER_EXPIRY", id, "medium")),
    ]
  })
  return [...orphans.map(({ id }) => finding("COLL_CHECKOUT_MISSING", id, "high")), ...ofEach]
}
