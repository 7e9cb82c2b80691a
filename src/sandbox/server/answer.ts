import type { Redacted } from "effect"
import { makeGuard } from "./auth.ts"
import { makeCursorSeal } from "./cursor.ts"
import type { PageSource } from "./page-source.ts"
import { badParameter, problemBody, type Refusal, refusal } from "./problem.ts"
import { type Route, routeOf } from "./route.ts"
import type { SeenRequest } from "./seen-request.ts"

/** What goes back to the client. */
export interface Answer {
  readonly status: number
  /** The problem's code; null for what was asked. */
  readonly code: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface AnswererOptions {
  readonly source: PageSource
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly scopes: ReadonlyArray<string> | null
  readonly freshnessMillis: number
}

/** Contract, "Lists". */
const limits = { least: 1, most: 200, unasked: 50 }

/** How to answer a request that arrives at `now`; everything between the wire and the source. */
export const makeAnswerer = (options: AnswererOptions): ((request: SeenRequest, now: number) => Answer) => {
  const { source } = options
  const guard = makeGuard(options)
  const cursors = makeCursorSeal(options.clientSecret)
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

  const page = ({ customerId, stream, query }: Route): string | Refusal => {
    const asked = query.get("limit")
    const limit = asked === null ? limits.unasked : /^\d{1,4}$/.test(asked) ? Number(asked) : Number.NaN
    if (!(limit >= limits.least && limit <= limits.most)) {
      return badParameter("limit", `must be a whole number from ${limits.least} to ${limits.most}`)
    }
    const list = `${customerId}/${stream}`
    const cursor = query.get("cursor")
    const from = cursor === null ? 0 : cursors.open(list, cursor)
    if (from === null) return badParameter("cursor", "is not a cursor of this list")
    const to = from + limit
    const hasMore = to < source.total(customerId, stream)
    const next = hasMore ? `"${cursors.seal(list, to)}"` : "null"
    const records = source.slice(customerId, stream, from, to).join(",")
    return `{"data":[${records}],"pageInfo":{"nextCursor":${next},"hasMore":${hasMore}}}`
  }

  const bodyFor = (request: SeenRequest, now: number): string | Refusal => {
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
    const body = bodyFor(request, now)
    const headers = { "x-request-id": requestId, date: new Date(now).toUTCString() }
    if (typeof body === "string") {
      return { status: 200, code: null, headers: { ...headers, "content-type": "application/json" }, body }
    }
    return {
      status: body.status,
      code: body.code,
      headers: {
        ...headers,
        "content-type": "application/problem+json",
        ...(body.status === 405 ? { allow: "GET" } : {}),
      },
      body: problemBody(body, requestId),
    }
  }
}
