import { auditLedger } from "./audit-ledger.ts"
import { auditProducts } from "./audit-products.ts"
import { amountOf, type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour, isDebit, isPosted, isProduct, limits, signedOf } from "./finding.ts"

/** The rules of the design's section 5 that one night can break, read by a second pair of eyes. */
export const audit = (books: Books): ReadonlyArray<Finding> =>
  [
    ...books.quarantined.map(({ id }) => finding("REC_INVALID", id, "high")),
    ...books.entries.flatMap(auditStatus),
    ...books.entries.flatMap(auditArithmetic),
    ...auditAges(books),
    ...books.entries.flatMap((entry) => auditTimes(entry, books.now)),
    ...auditContradictions(books),
    ...auditLedger(books),
    ...auditProducts(books),
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

const auditTimes = (entry: Entry, now: number) => {
  const done = Math.max(timeOf(entry, "completedAt") ?? 0, timeOf(entry, "postedAt") ?? 0)
  return done > now + hour / 12 ? [finding("REC_FUTURE", entry.id, "high")] : []
}

/** Records of one id that state two amounts on one night. */
const auditContradictions = ({ entries }: Books) => {
  const amounts = new Map<string, bigint>()
  return entries.flatMap((entry) => {
    if (entry.raw.amount === undefined) return []
    const name = `${entry.stream}/${entry.id}`
    const [first, now] = [amounts.get(name), amountOf(entry, "amount")]
    amounts.set(name, now)
    return first === undefined || first === now ? [] : [finding("REC_CONTRADICTED", entry.id, "high")]
  })
}

const auditAges = ({ entries, now }: Books) => {
  const dead = new Set(entries.filter((one) => isProduct(one) && classOf(one) === "void").map(({ id }) => id))
  return entries.flatMap((entry) => auditAge(entry, now, dead))
}

const auditAge = (entry: Entry, now: number, dead: ReadonlySet<string>) => {
  const resource = textOf(entry, "resourceId")
  const ledgerOnly = entry.stream === "transactions" && (resource === null || dead.has(resource))
  if (!(isProduct(entry) || ledgerOnly) || classOf(entry) !== "open") return []
  const age = now - (timeOf(entry, "createdAt") ?? now)
  const limit = (limits[entry.stream] ?? 72) * hour
  if (age <= limit) return []
  if (textOf(entry, "status") === "PENDING_TRAVEL_RULE") return [finding("AGE_TRAVEL_RULE", entry.id, "high")]
  return [finding("AGE_STUCK", entry.id, age > 3 * limit ? "high" : "medium")]
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

/** What the customer's transactions have posted in a balance's currency after one instant and up to another. */
const postedBetween = (books: Books, row: Entry, after: number, upTo: number): bigint =>
  books.entries
    .filter((entry) => entry.stream === "transactions" && isPosted(entry))
    .filter((entry) => entry.customerId === row.customerId && textOf(entry, "currency") === textOf(row, "currency"))
    .filter((entry) => {
      const at = timeOf(entry, "postedAt") ?? 0
      return after < at && at <= upTo
    })
    .reduce((sum, entry) => sum + signedOf(entry), 0n)

const asOf = (row: Entry): number => timeOf(row, "asOf") ?? 0

/** Older than a day and an hour while something moved since, or dated ahead. */
const isStale = (books: Books, row: Entry): boolean => {
  if (asOf(row) > books.now + hour / 12) return true
  const missing = books.entries.some((entry) => {
    const at = timeOf(entry, "postedAt") ?? 0
    const isItsOwn = entry.customerId === row.customerId && textOf(entry, "currency") === textOf(row, "currency")
    return entry.stream === "transactions" && isPosted(entry) && isItsOwn && asOf(row) < at && at <= books.now
  })
  return books.now - asOf(row) > 25 * hour && missing
}

/** Balances, by `customerId/currency`, in which a transaction that cannot be read may have moved. */
const inDoubt = ({ quarantined }: Books, since = 0): ReadonlySet<string> =>
  new Set(
    quarantined
      .filter((one) => one.stream === "transactions" && (timeOf(one, "postedAt") ?? Infinity) > since)
      .map((one) => `${one.customerId}/${textOf(one, "currency")}`),
  )

const auditBalances = (books: Books) => {
  const unproven = inDoubt(books)
  const sums = postedSums(books)
  const stated = new Map(books.balances.map((row) => [`${row.customerId}/${textOf(row, "currency")}`, row]))
  const rows = [...stated].flatMap(([name, row]) => {
    const [available, held, total] = [amountOf(row, "available"), amountOf(row, "held"), amountOf(row, "total")]
    const explained = unproven.has(name) || total === postedBetween(books, row, 0, asOf(row))
    return [
      ...(available + held === total ? [] : [finding("BAL_COMPONENTS", name, "high")]),
      ...(available < 0n || total < 0n ? [finding("BAL_NEGATIVE", name, "high")] : []),
      ...(explained ? [] : [finding("BAL_INCEPTION", name, "critical")]),
      ...(isStale(books, row) ? [finding("BAL_STALE", name, "high")] : []),
    ]
  })
  const unstated = [...sums].filter(([name, sum]) => sum !== 0n && !stated.has(name) && !unproven.has(name))
  return [...rows, ...unstated.map(([name]) => finding("BAL_UNSTATED", name, "high"))]
}

/** What moved between two nights does not lead from one balance to the next. */
export const auditRollforward = (opening: Books, closing: Books): ReadonlyArray<Finding> => {
  const before = new Map(opening.balances.map((row) => [`${row.customerId}/${textOf(row, "currency")}`, row]))
  return closing.balances.flatMap((row) => {
    const name = `${row.customerId}/${textOf(row, "currency")}`
    const start = before.get(name)
    if (start === undefined || inDoubt(closing, asOf(start)).has(name)) return []
    const moved = postedBetween(closing, row, asOf(start), asOf(row))
    const adds = amountOf(start, "total") + moved === amountOf(row, "total")
    return adds ? [] : [finding("BAL_ROLLFORWARD", name, "critical")]
  })
}
