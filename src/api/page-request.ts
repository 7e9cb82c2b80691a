import type { ContractStream, PageShape } from "./contract.ts"

/** One page to ask for. */
export interface PageRequest {
  readonly stream: ContractStream
  readonly customerId: string
  /** Null for the first page of a chain. */
  readonly cursor: string | null
  /** Told of each try that fails, and when, in epoch milliseconds. */
  readonly trouble?: (atMillis: number) => void
}

/** `/partner/v1/customers/{customerId}/<list>?limit=…&cursor=…`, exactly as it is sent and signed. */
export const pageUrl = (baseUrl: string, page: PageShape, pageSize: number, request: PageRequest): URL => {
  const query = new URLSearchParams([[page.limitParameter, String(pageSize)]])
  if (request.cursor !== null) query.append(page.cursorParameter, request.cursor)
  return new URL(
    `${baseUrl}/partner/v1/customers/${encodeURIComponent(request.customerId)}/${request.stream.path}?${query}`,
  )
}
