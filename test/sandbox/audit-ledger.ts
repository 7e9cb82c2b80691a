import { amountOf, type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour, isDebit, isPosted, isProduct } from "./finding.ts"

interface Movement {
  readonly product: Entry
  readonly direction: string
  readonly currency: string | null
  readonly netAmount: bigint
  readonly fee: bigint
  readonly leg: string | undefined
}

const movementsOf = (product: Entry): ReadonlyArray<Movement> => {
  const fee = amountOf(product, "fee")
  if (product.stream !== "conversions") {
    const direction = isDebit(product) ? "DEBIT" : "CREDIT"
    const netAmount = amountOf(product, "netAmount")
    return [{ product, direction, currency: textOf(product, "currency"), netAmount, fee, leg: undefined }]
  }
  const legOf = (direction: "DEBIT" | "CREDIT", side: "from" | "to"): Movement => {
    const currency = textOf(product, `${side}Currency`)
    const own = textOf(product, "feeCurrency") === currency ? fee : 0n
    const netAmount = amountOf(product, `${side}Amount`) + (direction === "DEBIT" ? own : -own)
    return { product, direction, currency, netAmount, fee: own, leg: direction }
  }
  return [legOf("DEBIT", "from"), legOf("CREDIT", "to")]
}

const cancels = (one: Entry, other: Entry): boolean =>
  textOf(one, "status") === "REVERSED" &&
  textOf(other, "status") === "COMPLETED" &&
  textOf(one, "direction") !== textOf(other, "direction") &&
  textOf(one, "currency") === textOf(other, "currency") &&
  amountOf(one, "netAmount") === amountOf(other, "netAmount")

const withoutPairs = (transactions: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const left = [...transactions]
  for (const reversed of transactions) {
    const partner = left.find((other) => cancels(reversed, other))
    if (partner === undefined || !left.includes(reversed)) continue
    left.splice(left.indexOf(reversed), 1)
    left.splice(left.indexOf(partner), 1)
  }
  return left
}

const judge = (movement: Movement, all: ReadonlyArray<Entry>, late: boolean): ReadonlyArray<Finding> => {
  const { product, direction, currency, netAmount, fee, leg } = movement
  const say = (code: string, severity: string) => [finding(code, product.id, severity, leg)]
  const mine = leg === undefined ? all : all.filter((transaction) => textOf(transaction, "direction") === direction)
  if (mine.length === 0) {
    return late ? say("LED_MISSING_TRANSACTION", direction === "DEBIT" ? "critical" : "high") : []
  }
  if (mine.every(({ customerId }) => customerId !== product.customerId)) return say("LED_OWNER_MISMATCH", "critical")
  if (mine.every((one) => textOf(one, "currency") !== currency)) return say("LED_CURRENCY_MISMATCH", "critical")
  const posted = withoutPairs(mine).filter(isPosted)
  const right = posted.filter((one) => textOf(one, "direction") === direction)
  if (right.length > 1) return say("LED_DUPLICATE_TRANSACTION", "critical")
  const only = right[0]
  if (only === undefined) {
    if (posted.length === 1) return say("LED_DIRECTION_MISMATCH", "critical")
    return late ? say("LED_STATUS_MISMATCH", "high") : []
  }
  if (amountOf(only, "netAmount") !== netAmount) return say("LED_AMOUNT_MISMATCH", "high")
  return amountOf(only, "fee") === fee ? [] : say("LED_FEE_MISMATCH", "medium")
}

/** Every expected movement against its transactions, and every transaction against its product record. */
export const auditLedger = (books: Books): ReadonlyArray<Finding> => {
  const products = books.entries.filter(isProduct)
  const transactions = books.entries.filter(({ stream }) => stream === "transactions")
  const byResource = new Map<string | null, Array<Entry>>()
  for (const one of transactions) {
    const resource = textOf(one, "resourceId")
    byResource.set(resource, [...(byResource.get(resource) ?? []), one])
  }
  const unreadable = new Set(books.quarantined.flatMap(({ id, raw }) => [id, String(raw.resourceId)]))
  const known = new Set(products.map(({ id }) => id))

  const onProducts = products.flatMap((product) => {
    const own = byResource.get(product.id) ?? []
    if (unreadable.has(product.id) || own.some((one) => classOf(one) === "unknown")) return []
    const posted = withoutPairs(own).some((one) => textOf(one, "status") === "COMPLETED")
    if (classOf(product) === "void") return posted ? [finding("LED_STATUS_MISMATCH", product.id, "critical")] : []
    if (classOf(product) !== "settled") return []
    const late = books.now - (timeOf(product, "completedAt") ?? books.now) > hour
    return movementsOf(product).flatMap((movement) => judge(movement, own, late))
  })
  const orphans = transactions.filter((one) => {
    const resource = textOf(one, "resourceId")
    const since = timeOf(one, "postedAt") ?? timeOf(one, "createdAt") ?? books.now
    return resource !== null && !known.has(resource) && !unreadable.has(resource) && books.now - since > hour
  })
  return [...onProducts, ...orphans.map(({ id }) => finding("LED_MISSING_PRODUCT", id, "critical"))]
}
