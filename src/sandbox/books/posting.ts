import type { Instant } from "../world/instant.ts"
import type { WorldRecord } from "../world/story.ts"
import type { World } from "../world.ts"

/** A posted transaction as a partner would book it. */
export interface Posting {
  readonly transactionId: string
  readonly customerId: string
  readonly currency: string
  /** What it did to the balance, as a plain decimal; negative for a debit. */
  readonly signed: string
  /** As the API writes it. */
  readonly postedAt: string
  readonly at: Instant
}

const posted = new Set(["COMPLETED", "REVERSED"])

const textOf = (record: WorldRecord, field: string): string => String(record[field] ?? "")

const postingOf = (record: WorldRecord): Posting | null => {
  if (!posted.has(textOf(record, "status"))) return null
  const postedAt = textOf(record, "postedAt") || textOf(record, "updatedAt")
  const net = textOf(record, "netAmount")
  return {
    transactionId: textOf(record, "transactionId"),
    customerId: textOf(record, "customerId"),
    currency: textOf(record, "currency"),
    signed: record.direction === "DEBIT" && net !== "" ? `-${net}` : net,
    postedAt,
    at: Date.parse(postedAt),
  }
}

/** Customers whose transactions the API lets a partner read. */
export const readCustomers = (world: World): ReadonlyArray<string> =>
  world.denied.includes("transactions")
    ? []
    : world.customers
        .map(({ customerId }) => customerId)
        .filter((id) => !world.refused.some(({ customerId, stream }) => customerId === id && stream === "transactions"))

const unreadableIn = (world: World): ReadonlySet<string> =>
  new Set(world.answerKey.filter(({ code }) => code === "REC_INVALID").map(({ recordId }) => recordId))

/** Transactions that are on the lists and that nobody can read. */
export const unreadableOf = (world: World): ReadonlyArray<Posting> => {
  const unreadable = unreadableIn(world)
  return readCustomers(world)
    .flatMap((customerId) => world.list(customerId, "transactions"))
    .flatMap((record) => (unreadable.has(textOf(record, "transactionId")) ? (postingOf(record) ?? []) : []))
}

/** Whatever was posted by the last of these nights, as it was last told: what the API takes off a list stays booked. */
export const postingsOf = (nights: ReadonlyArray<World>): ReadonlyArray<Posting> => {
  const known = new Map<string, Posting>()
  for (const world of nights) {
    const unreadable = unreadableIn(world)
    for (const customerId of readCustomers(world)) {
      for (const record of world.list(customerId, "transactions")) {
        const id = textOf(record, "transactionId")
        if (unreadable.has(id)) continue
        const posting = postingOf(record)
        if (posting === null) known.delete(id)
        else known.set(id, posting)
      }
    }
  }
  // Nobody books what lies in the future.
  const now = nights.at(-1)?.now ?? 0
  return [...known.values()]
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at || (a.transactionId < b.transactionId ? -1 : 1))
}
