import { NodeHttpClient, Undici } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { FreshConnections } from "./try-sender.ts"

/** Each request has a connection of its own: undici keeps none alive where nothing may be pipelined. */
const fresh = Layer.scoped(
  FreshConnections,
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Undici.Agent({ pipelining: 0 })),
      (agent) => Effect.promise(() => agent.destroy()),
    ),
    NodeHttpClient.makeUndici,
  ),
)

/**
 * The connections of a run, closed with it. undici's plain client follows no redirect and decompresses nothing, which the
 * client relies on.
 */
export const connections = Layer.merge(NodeHttpClient.layerUndici, fresh)
