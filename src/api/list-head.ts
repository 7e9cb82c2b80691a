import type { ReadPage } from "./read-page.ts"

/** The first page of a chain as it was when the chain began. */
export interface ListHead {
  /** In the order of the page; null for a record whose id cannot be read. */
  readonly ids: ReadonlyArray<string | null>
  /** The server's clock then, ours where it did not tell; epoch milliseconds. */
  readonly readAtMillis: number
}

/**
 * How much older than the chain's first page a record may be and yet arrive later: it is created before it is listed,
 * by clocks that may differ. `headSlackMinutes` says otherwise.
 */
export const usualHeadSlackMillis = 5 * 60_000

/**
 * What the first page, read again, says of the list under a chain that has ended. `known`: nothing changed, or new
 * records stand among the old ones, which belong to the next night and are taken along. `more`: nothing but new records,
 * so what follows must be read too. `moved`: a record left its place or came from elsewhere, so that one may have slipped
 * past the chain. A record counts as new only if it was created after the chain had begun, or little before; lists are
 * newest first (contract, "Lists", assumed).
 */
export const lookedBack = (
  head: ListHead | null,
  page: ReadPage,
  slackMillis: number = usualHeadSlackMillis,
): "known" | "more" | "moved" => {
  const before = head?.ids ?? []
  const old = new Set(before)
  const isOld = (id: string | null): boolean => id === null || old.has(id)
  const bornSince = (createdAt: string | null | undefined): boolean =>
    typeof createdAt === "string" && head !== null && Date.parse(createdAt) >= head.readAtMillis - slackMillis
  if (!page.ids.every((id, place) => isOld(id) || bornSince(page.createdAt[place]))) return "moved"
  const rest = page.ids.filter(isOld)
  if (!rest.every((id, place) => id === before[place])) return "moved"
  // Fewer old ones than fit on the page: some have gone.
  if (page.nextCursor === null && rest.length < before.length) return "moved"
  return rest.length > 0 || before.length === 0 ? "known" : "more"
}
