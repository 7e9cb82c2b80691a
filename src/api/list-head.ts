import type { ReadPage } from "./read-page.ts"

/** The first page of a chain as it was when the chain began. */
export interface ListHead {
  /** In the order of the page; null for a record whose id cannot be read. */
  readonly ids: ReadonlyArray<string | null>
  /** The server's clock then, ours where it did not tell; epoch milliseconds. */
  readonly readAtMillis: number
}

/** Records are created before they are listed, by clocks that may differ a little. */
const clockSlackMillis = 1000

/**
 * What the first page, read again, says of the list under a chain that has ended. `known`: nothing changed, or new
 * records stand before the old ones. `more`: nothing but new records, so what follows must be read too. `moved`: a record
 * left its place or came from elsewhere, so that one may have slipped past the chain. A record counts as new only if it
 * was created after the chain had begun; lists are newest first (contract, "Lists", assumed).
 */
export const lookedBack = (head: ListHead | null, page: ReadPage): "known" | "more" | "moved" => {
  const before = head?.ids ?? []
  const old = new Set(before)
  const ids = page.ids
  const firstOld = ids.findIndex((id) => id === null || old.has(id))
  const arrived = firstOld === -1 ? ids.length : firstOld
  const bornSince = (createdAt: string | null): boolean =>
    createdAt !== null && head !== null && Date.parse(createdAt) >= head.readAtMillis - clockSlackMillis
  if (!page.createdAt.slice(0, arrived).every(bornSince)) return "moved"
  const rest = ids.slice(arrived)
  if (!rest.every((id, place) => id === before[place])) return "moved"
  // Fewer old ones than fit on the page: some have gone.
  if (page.nextCursor === null && rest.length < before.length) return "moved"
  return rest.length > 0 || before.length === 0 ? "known" : "more"
}
