import type { StreamName } from "../../api/streams.ts"
import type { Bookmark, CursorSeal } from "../server/cursor.ts"
import { routeOf } from "../server/route.ts"
import type { SeenRequest } from "../server/seen-request.ts"

/** What a request asks for, in the terms in which faults are drawn. */
export interface Place {
  readonly customerId: string
  readonly stream: StreamName
  /** `customerId/stream` */
  readonly list: string
  /** Null for a page of the list. */
  readonly recordId: string | null
  /** Records before the page; 0 for a record. */
  readonly position: number
  /** What the request's cursor says; null for a first page and for a record. */
  readonly bookmark: Bookmark | null
}

/** Null for what is no path of the API, and for a cursor that the server did not give. */
export const placeOf = (request: SeenRequest, cursors: CursorSeal): Place | null => {
  const route = routeOf(request.url)
  if (route === null) return null
  const { customerId, recordId, stream } = route
  const list = `${customerId}/${stream}`
  const cursor = recordId === null ? route.query.get("cursor") : null
  const bookmark = cursor === null ? null : cursors.open(list, cursor)
  if (cursor !== null && bookmark === null) return null
  return { customerId, stream, list, recordId, position: bookmark?.position ?? 0, bookmark }
}

/** The page or record, as the count of how often it was asked knows it. */
export const pageName = ({ list, position, recordId }: Place): string =>
  recordId === null ? `${list}@${position}` : `${list}/${recordId}`
