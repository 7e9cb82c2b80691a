import { HttpClient } from "@effect/platform"
import { NodeHttpClient, Undici } from "@effect/platform-node"
import { Effect, Layer, Option, type Scope } from "effect"
import { type Proxies, type ProxyError, proxies } from "./proxies.ts"
import { FreshConnections } from "./try-sender.ts"

const agentOf = (found: Option.Option<Proxies>, options: Undici.Agent.Options): Undici.Dispatcher =>
  Option.match(found, {
    onNone: () => new Undici.Agent(options),
    onSome: (settings) => new Undici.EnvHttpProxyAgent({ ...options, ...settings }),
  })

/**
 * undici's plain client follows no redirect and decompresses nothing, which the client relies on. It goes through the proxy
 * that the environment names, where it names one.
 */
const client = (options: Undici.Agent.Options): Effect.Effect<HttpClient.HttpClient, ProxyError, Scope.Scope> =>
  Effect.flatMap(proxies, (found) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => agentOf(found, options)),
        (agent) => Effect.promise(() => agent.destroy()),
      ),
      NodeHttpClient.makeUndici,
    ),
  )

/**
 * The connections of a run, closed with it. Of the fresh ones each request has one of its own: undici keeps none alive where
 * nothing may be pipelined.
 */
export const connections = Layer.merge(
  Layer.scoped(HttpClient.HttpClient, client({})),
  Layer.scoped(FreshConnections, client({ pipelining: 0 })),
)
