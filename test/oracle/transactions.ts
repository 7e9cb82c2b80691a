import {
  absolute,
  amountOf,
  classOf,
  currencyOf,
  hour,
  isPosted,
  kindNamed,
  type Lists,
  listOf,
  postedWhen,
  productLists,
  type Rules,
  type Served,
  signedOf,
  textOf,
  timeOf,
} from "./lists.ts"
import type { LegVerdict } from "./money.ts"

/** What is said of one transaction by itself, and in which category it is. */
export interface TransactionVerdict {
  readonly transaction: Served
  readonly code?: "LED_MISSING_PRODUCT" | "LED_TYPE_MISMATCH" | "LED_ADJUSTMENT"
  readonly outcome?: "exception" | "unproven" | "in flight"
  readonly category: string
  readonly atStake: bigint
}

const since = (one: Served): number => (isPosted(one) ? postedWhen(one) : (timeOf(one, "createdAt") ?? 0))

/** What names no record, was REVERSED and came back: the first of a sum with the first that took it back, and so on. */
const takenBack = (nameless: ReadonlyArray<Served>, rules: Rules): ReadonlySet<Served> => {
  const gone = new Set<Served>()
  const ordered = nameless.toSorted((one, other) => postedWhen(one) - postedWhen(other))
  const placeOf = (one: Served) => JSON.stringify([one.customerId, currencyOf(one, rules)])
  for (const reversed of ordered.filter((one) => textOf(one, "status") === "REVERSED")) {
    const opposite = ordered.find(
      (one) =>
        !gone.has(one) &&
        textOf(one, "status") === "COMPLETED" &&
        placeOf(one) === placeOf(reversed) &&
        signedOf(one) === -signedOf(reversed),
    )
    if (opposite !== undefined) gone.add(reversed).add(opposite)
  }
  return gone
}

const waitingCategory: Readonly<Record<string, string>> = { open: "in flight", void: "void" }

/** LED_MISSING_PRODUCT, LED_TYPE_MISMATCH and LED_ADJUSTMENT, and the category of every transaction. */
export const judgeTransactions = (
  lists: Lists,
  rules: Rules,
  legs: ReadonlyArray<LegVerdict>,
): ReadonlyArray<TransactionVerdict> => {
  const kindOf = kindNamed(lists)
  const isRead = ({ customerId, stream }: Served) => !lists.unread.has(`${customerId}/${stream}`)
  const transactions = lists.entries.filter(({ stream }) => stream === "transactions")
  const current = new Set(lists.entries.filter(isRead).map(({ id, stream }) => `${stream} ${id}`))
  const legOf = new Map(legs.flatMap((leg) => leg.counted.map((one) => [one, leg] as const)))
  const nameless = transactions.filter(
    (one) => isRead(one) && isPosted(one) && textOf(one, "resourceId") === null && textOf(one, "type") !== "FEE",
  )
  const gone = takenBack(nameless, rules)

  /** A record that cannot be read exists, and one without a readable id may be any of its list. */
  const mayExist = (one: Served, stream: string): boolean =>
    lists.unread.has(`${one.customerId}/${stream}`) ||
    lists.refused.some(
      (refused) =>
        refused.stream === stream &&
        (refused.id === textOf(one, "resourceId") || (refused.id === "" && refused.customerId === one.customerId)),
    )

  const said = (one: Served): Pick<TransactionVerdict, "code" | "outcome"> => {
    const [type, id = null] = ["type", "resourceId"].map((field) => textOf(one, field))
    const stream = listOf(kindOf(one))
    if (!isRead(one)) return {}
    if (id === null) {
      const limit = rules.tolerance?.[currencyOf(one, rules)]?.absolute ?? 0n
      const isTold = nameless.includes(one) && !gone.has(one) && absolute(signedOf(one)) > limit
      return isTold ? { code: "LED_ADJUSTMENT", outcome: "exception" } : {}
    }
    if (stream !== undefined && type === "FEE" && rules.separateFees?.includes(stream)) return {}
    if (stream === undefined || !current.has(`${stream} ${id}`)) {
      const unproven = stream === undefined || mayExist(one, stream)
      const late = lists.now - since(one) >= hour ? "exception" : "in flight"
      return { code: "LED_MISSING_PRODUCT", outcome: unproven ? "unproven" : late }
    }
    const own = productLists[stream]?.resourceType.toUpperCase()
    return ["FEE", "ADJUSTMENT", own].includes(type ?? "") ? {} : { code: "LED_TYPE_MISMATCH", outcome: "exception" }
  }

  return transactions.map((one) => {
    const verdict = said(one)
    const posted = () => legOf.get(one)?.category ?? "unreferenced"
    const category = () => (isPosted(one) ? posted() : (waitingCategory[classOf(one)] ?? "unproven"))
    return {
      transaction: one,
      ...verdict,
      category: isRead(one) ? (verdict.outcome ?? category()) : "unproven",
      atStake: verdict.code === "LED_ADJUSTMENT" ? absolute(signedOf(one)) : amountOf(one, "netAmount"),
    }
  })
}
