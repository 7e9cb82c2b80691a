import { HttpClient, HttpClientResponse } from "@effect/platform"
import { Clock, Effect, Layer, Redacted } from "effect"
import type { Contract } from "../src/api/contract.ts"
import { PartnerApi } from "../src/api/partner-api.ts"
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
  const transport = HttpClient.make((request, url) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const seen = { method: request.method, url: `${url.pathname}${url.search}`, headers: request.headers }
      const { body, headers, status } = answer(seen, now)
      const text = typeof body === "string" ? body : new TextDecoder().decode(body)
      return HttpClientResponse.fromWeb(request, new Response(text, { status, headers }))
    }),
  )
  return PartnerApi.layer({
    credentials: { baseUrl, clientId: "bench", clientSecret },
    page: contract.page,
    pageSize: 200,
    concurrency: 8,
    requestsPerSecond: null,
    timeout: "30 seconds",
    maxPageBytes: 20_000_000,
  }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, transport)))
}
