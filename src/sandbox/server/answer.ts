import type { Redacted } from "effect"
import { makeGuard } from "./auth.ts"
import type { CursorSeal } from "./cursor.ts"
import { type Page, pageBody } from "./page.ts"
import type { PageSource } from "./page-source.ts"
import { badParameter, problemBody, type Refusal, refusal } from "./problem.ts"
import { type Route, routeOf } from "./route.ts"
import type { SeenRequest } from "./seen-request.ts"

/** How an answer travels: whole; not at all, because the connection is reset; or cut after so many bytes of its body. */
export type Delivery =
  | { readonly _tag: "Whole" }
  | { readonly _tag: "Reset" }
  | { readonly _tag: "Cut"; readonly bytes: number }

/** What goes back to the client. */
export interface Answer {
  readonly status: number
  /** The problem's code; null for what was asked. */
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** The page that the body is, where it is one. */
  readonly page?: Page
  /** Waited before it is sent; 0 unless given. */
  readonly delayMillis?: number
  /** Whole unless given. */
  readonly delivery?: Delivery
}

export interface AnswererOptions {
  readonly source: PageSource
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly scopes: ReadonlyArray<string> | null
  readonly freshnessMillis: number
  readonly cursors: CursorSeal
  /** The number of the chain that a request without a cursor begins; always 0 unless given. */
  readonly chainOf?: (list: string) => number
}

/** Contract, "Lists". */
const limits = { least: 1, most: 200, unasked: 50 }

/** A refusal as the answer that it makes. */
export const problemAnswer = (
  refusal: Refusal,
  requestId: string,
  headers: Readonly<Record<string, string>>,
): Answer => ({
  status: refusal.status,
  code: refusal.code,
  headers: { ...headers, "content-type": "application/problem+json" },
  body: problemBody(refusal, requestId),
})

/** How to answer a request that arrives at `now`; everything between the wire and the source. */
export const makeAnswerer = (options: AnswererOptions): ((request: SeenRequest, now: number) => Answer) => {
  const { cursors, source } = options
  const chainOf = options.chainOf ?? (() => 0)
  const guard = makeGuard(options)
  const customers = new Set(source.customers)
  const scopes = options.scopes === null ? null : new Set(options.scopes)
  let unnamed = 0

  /** In the order in which the contract's refusals go before one another. */
  const refuseRoute = ({ customerId, row, stream }: Route): Refusal | null => {
    if (!customers.has(customerId)) {
      return refusal("PARTNER_CUSTOMER_NOT_FOUND", "The customer does not exist or does not belong to the partner.")
    }
    if (scopes !== null && !scopes.has(`${stream}:read`)) {
      return refusal("PARTNER_SCOPE_DENIED", `The scope ${stream}:read is required.`)
    }
    if (!source.products(customerId).includes(row.product)) {
      return refusal("PARTNER_PRODUCT_DISABLED", `The product ${row.product} is not enabled.`)
    }
    return source.fault(customerId, stream)
  }

  const page = ({ customerId, stream, query }: Route): Page | Refusal => {
    const asked = query.get("limit")
    const limit = asked === null ? limits.unasked : /^\d{1,4}$/.test(asked) ? Number(asked) : Number.NaN
    if (!(limit >= limits.least && limit <= limits.most)) {
      return badParameter("limit", `must be a whole number from ${limits.least} to ${limits.most}`)
    }
    const list = `${customerId}/${stream}`
    const cursor = query.get("cursor")
    const at = cursor === null ? { position: 0, chain: chainOf(list), turn: 0 } : cursors.open(list, cursor)
    if (at === null) return badParameter("cursor", "is not a cursor of this list")
    const to = at.position + limit
    // Before the total: a source whose lists move moves them when it is asked for records.
    const records = source.slice(customerId, stream, at.position, to)
    const hasMore = to < source.total(customerId, stream)
    return { list, at, records, nextCursor: hasMore ? cursors.seal(list, { ...at, position: to }) : null, hasMore }
  }

  const bodyFor = (request: SeenRequest, now: number): string | Page | Refusal => {
    if (request.method !== "GET") return refusal("PARTNER_RESOURCE_NOT_FOUND", "The sandbox answers GET alone.", 405)
    const refused = guard.check(request, now)
    if (refused !== null) return refused
    const route = routeOf(request.url)
    if (route === null) return refusal("PARTNER_RESOURCE_NOT_FOUND", "There is no such path.")
    const barred = refuseRoute(route)
    if (barred !== null) return barred
    if (route.recordId === null) return page(route)
    const found = source.find(route.customerId, route.stream, route.recordId)
    return found ?? refusal("PARTNER_RESOURCE_NOT_FOUND", "There is no such record.")
  }

  return (request, now) => {
    const requestId = request.headers["x-request-id"] || `sandbox-${++unnamed}`
    const found = bodyFor(request, now)
    const headers = { "x-request-id": requestId, date: new Date(now).toUTCString() }
    const json = { ...headers, "content-type": "application/json" }
    if (typeof found === "string") return { status: 200, code: null, headers: json, body: found }
    if ("records" in found) return { status: 200, code: null, headers: json, body: pageBody(found), page: found }
    return problemAnswer(found, requestId, found.status === 405 ? { ...headers, allow: "GET" } : headers)
  }
}
