import { type StreamName, streams } from "../../api/streams.ts"

/** What a path asks for: a list of a customer, or one record of it. */
export interface Route {
  readonly customerId: string
  readonly row: (typeof streams)[number]
  readonly stream: StreamName
  /** Null asks for the list. */
  readonly recordId: string | null
  readonly query: URLSearchParams
}

const rows = new Map<string, (typeof streams)[number]>(streams.map((row) => [row.path, row]))

const shape = /^\/partner\/v1\/customers\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/

/** Percent-decoded; null where the encoding is broken. */
const decoded = (segment: string): string | null => {
  if (!segment.includes("%")) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}

/** Null for a path that the API does not have, such as the detail of a list without details. */
export const routeOf = (url: string): Route | null => {
  const mark = url.indexOf("?")
  const path = mark < 0 ? url : url.slice(0, mark)
  const [, customer, list, record] = shape.exec(path) ?? []
  const row = list === undefined ? undefined : rows.get(list)
  if (customer === undefined || row === undefined) return null
  if (record !== undefined && row.detail === null) return null
  const customerId = decoded(customer)
  const recordId = record === undefined ? null : decoded(record)
  if (customerId === null || (record !== undefined && recordId === null)) return null
  return { customerId, row, stream: row.stream, recordId, query: new URLSearchParams(mark < 0 ? "" : url.slice(mark)) }
}
