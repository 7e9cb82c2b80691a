import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Redacted } from "effect"
import { type StreamName, streams } from "../../src/api/streams.ts"
import { type Answer, makeAnswerer } from "../../src/sandbox/server/answer.ts"
import { makeCursorSeal } from "../../src/sandbox/server/cursor.ts"
import type { PageSource } from "../../src/sandbox/server/page-source.ts"
import type { SeenRequest } from "../../src/sandbox/server/seen-request.ts"
import { sortable } from "./instant.ts"
import type { Tonight } from "./tonight.ts"
import type { Customer } from "./world.ts"

const clientId = "worlds"
const clientSecret = Redacted.make("the-worlds-secret")

const products = [...new Set(streams.map((row) => row.product))]

/** Newest first, as the contract has it; rows without a creation keep their order. */
const newestFirst = (one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): number => {
  const left = sortable(String(one.createdAt ?? ""))
  const right = sortable(String(other.createdAt ?? ""))
  return left < right ? 1 : left > right ? -1 : 0
}

const sourceOf = (
  customers: ReadonlyArray<Customer>,
  lists: Tonight,
  unavailable: ReadonlyArray<string>,
): PageSource => {
  const ids = new Map<StreamName, string>(streams.map((row) => [row.stream, row.id[0]]))
  const references = new Map(customers.map((customer) => [customer.customerId, customer.partnerCustomerRef]))
  const listOf = (customerId: string, stream: StreamName) =>
    (lists.get(stream) ?? []).filter((row) => row.customerId === customerId).sort(newestFirst)
  return {
    customers: customers.map(({ customerId }) => customerId),
    products: () => products,
    total: (customerId, stream) => listOf(customerId, stream).length,
    slice: (customerId, stream, from, to) =>
      listOf(customerId, stream)
        .slice(from, to)
        .map((row) => JSON.stringify(row)),
    find: (customerId, stream, recordId) => {
      const found = listOf(customerId, stream).find((row) => row[ids.get(stream) ?? ""] === recordId)
      return found === undefined ? null : JSON.stringify(found)
    },
    fault: (customerId, stream) =>
      unavailable.includes(stream) || unavailable.includes(`${references.get(customerId)}/${stream}`)
        ? { status: 500, code: "INTERNAL", detail: "This list cannot be read tonight." }
        : null,
  }
}

export interface Served {
  readonly env: Readonly<Record<string, string>>
  /** What is served from now on, by a clock that says `clock` milliseconds more than this machine's. */
  readonly serve: (lists: Tonight, unavailable: ReadonlyArray<string>, clock: number) => void
  readonly close: () => Promise<void>
}

/** A Partner API on a loopback port that serves one night's lists after another. */
export const servedWorld = async (customers: ReadonlyArray<Customer>): Promise<Served> => {
  let answer: ((request: SeenRequest) => Answer) | null = null
  const node = createServer((request, response) => {
    const headers = request.headers as SeenRequest["headers"]
    const {
      body,
      headers: said,
      status,
    } = answer?.({
      method: request.method ?? "",
      url: request.url ?? "",
      headers,
    }) ?? { status: 503, headers: {}, body: "" }
    response.writeHead(status, said).end(body)
  })
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve))
  return {
    env: {
      OCEAFIN_PARTNER_API_BASE_URL: `http://127.0.0.1:${(node.address() as AddressInfo).port}`,
      OCEAFIN_PARTNER_API_CLIENT_ID: clientId,
      OCEAFIN_PARTNER_API_CLIENT_SECRET: Redacted.value(clientSecret),
    },
    serve: (lists, unavailable, clock) => {
      const answerer = makeAnswerer({
        source: sourceOf(customers, lists, unavailable),
        clientId,
        clientSecret,
        scopes: null,
        freshnessMillis: 300_000,
        cursors: makeCursorSeal(clientSecret),
      })
      answer = (request) => answerer(request, Date.now() + clock)
    },
    close: () =>
      new Promise((resolve) => {
        node.close(() => resolve())
        node.closeAllConnections()
      }),
  }
}
