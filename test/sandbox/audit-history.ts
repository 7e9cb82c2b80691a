import { auditClosedAccounts } from "./audit-accounts.ts"
import { amountOf, type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour, isProduct } from "./finding.ts"

const nameOf = ({ id, stream }: Entry): string => `${stream}/${id}`

const byName = (entries: ReadonlyArray<Entry>): ReadonlyMap<string, Entry> =>
  new Map(entries.map((entry) => [nameOf(entry), entry]))

const amounts = ["amount", "fee", "netAmount", "fromAmount", "toAmount", "rate"]
const names = [
  ...["currency", "fromCurrency", "toCurrency", "feeCurrency", "customerId", "direction", "resourceType", "resourceId"],
  "type",
  ...["fiatAccountId", "bankAccountId", "walletId", "beneficiaryId", "originalDepositId", "quoteId"],
  ...["buyerId", "collectionWalletId", "checkoutId"],
]

/** They may be stated later; worlds have neither capitals nor aliases. */
const onChain = ["network", "txHash"]

const saysTheSame = (one: Entry, other: Entry): boolean =>
  onChain.every(
    (field) => !textOf(one, field) || !textOf(other, field) || textOf(one, field) === textOf(other, field),
  ) &&
  names.every((field) => textOf(one, field) === textOf(other, field)) &&
  amounts.every((field) => one.raw[field] === undefined || amountOf(one, field) === amountOf(other, field))

const hasSettled = (entry: Entry): boolean =>
  (isProduct(entry) || entry.stream === "transactions") && ["settled", "undone"].includes(classOf(entry) ?? "")

const isClosed = (entry: Entry): boolean => ["settled", "void", "undone"].includes(classOf(entry) ?? "")

/** A posting that says it failed. */
const isStruckOut = (entry: Entry): boolean => entry.stream === "transactions" && classOf(entry) === "void"

/** What the last of several nights finds in comparison with those before it, read by a second pair of eyes. */
export const auditHistory = (nights: ReadonlyArray<Books>): ReadonlyArray<Finding> => {
  const [closing, before] = [nights.at(-1), nights.at(-2)]
  if (closing === undefined || before === undefined) return []
  const earlier = nights.slice(0, -1)
  const listed = byName(closing.entries)
  const unreadable = byName(closing.quarantined)
  const everUnreadable = byName(earlier.flatMap(({ quarantined }) => quarantined))
  const versions = new Map<string, Array<Entry>>()
  for (const entry of earlier.flatMap(({ entries }) => entries)) {
    const own = versions.get(nameOf(entry))
    if (own === undefined) versions.set(nameOf(entry), [entry])
    else own.push(entry)
  }

  const onKnown = [...versions].flatMap(([name, past]) => {
    const latest = listed.get(name) ?? past.at(-1)
    if (latest === undefined) return []
    const settled = past.find(hasSettled)
    return [
      ...(listed.has(name) || unreadable.has(name) ? [] : [finding("COV_VANISHED", latest.id, "high")]),
      ...(settled === undefined || saysTheSame(settled, latest) ? [] : [finding("REC_MUTATED", latest.id, "high")]),
      ...((classOf(latest) === "open" && past.some(isClosed)) || (isStruckOut(latest) && past.some(hasSettled))
        ? [finding("REC_STATUS_REGRESSION", latest.id, "high")]
        : []),
    ]
  })
  const late = closing.entries.filter(
    (entry) =>
      !versions.has(nameOf(entry)) &&
      !everUnreadable.has(nameOf(entry)) &&
      (timeOf(entry, "createdAt") ?? 0) < before.now - hour,
  )
  const dropped = [...new Set(earlier.flatMap(({ roster }) => roster))].filter((one) => !closing.roster.includes(one))
  return [
    ...onKnown,
    ...auditClosedAccounts(nights),
    ...dropped.map((customer) => finding("COV_CUSTOMER_DROPPED", customer, "high")),
    ...late.map(({ id }) => finding("COV_LATE_ARRIVAL", id, "low")),
  ]
}
