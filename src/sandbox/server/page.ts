import type { Bookmark } from "./cursor.ts"

/** A page of a list before it is written as JSON. */
export interface Page {
  /** `customerId/stream` */
  readonly list: string
  /** Where it begins. */
  readonly at: Bookmark
  /** Records as JSON texts. */
  readonly records: ReadonlyArray<string>
  readonly nextCursor: string | null
  readonly hasMore: boolean
}

/** The envelope. Source: docs/partner-api.md, "Lists". */
export const pageBody = ({ records, nextCursor, hasMore }: Page): string => {
  const next = nextCursor === null ? "null" : `"${nextCursor}"`
  return `{"data":[${records.join(",")}],"pageInfo":{"nextCursor":${next},"hasMore":${hasMore}}}`
}
