import { Clock, Effect, Layer, Redacted } from "effect"
import type { Contract } from "../src/api/contract.ts"
import { PartnerApi } from "../src/api/partner-api.ts"
import { type Send, Transport } from "../src/api/transport.ts"
import { makeAnswerer } from "../src/sandbox/server/answer.ts"
import { makeCursorSeal } from "../src/sandbox/server/cursor.ts"
import { worldSource } from "../src/sandbox/server/world-source.ts"
import type { World } from "../src/sandbox/world.ts"

export const baseUrl = "http://world.invalid"

/** The client of the Partner API, whole, in front of a world that answers without a network. */
export const worldApi = (world: World, contract: Contract): Layer.Layer<PartnerApi> => {
  const clientSecret = Redacted.make("the bench's own secret")
  const answer = makeAnswerer({
    source: worldSource(world),
    clientId: "bench",
    clientSecret,
    scopes: null,
    freshnessMillis: 300_000,
    cursors: makeCursorSeal(clientSecret),
  })
  const send: Send = ({ headers: asked, method, url }) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const seen = { method, url: `${url.pathname}${url.search}`, headers: asked }
      const { body, headers, status } = answer(seen, now)
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
      return { status, headers, chunks: (take) => Effect.sync(() => void take(bytes)), discard: () => {} }
    })
  return PartnerApi.layer({
    credentials: { baseUrl, clientId: "bench", clientSecret },
    page: contract.page,
    pageSize: 200,
    concurrency: 8,
    requestsPerSecond: null,
    timeout: "30 seconds",
    maxPageBytes: 20_000_000,
  }).pipe(Layer.provide(Layer.succeed(Transport, { send, sendFresh: send })))
}
