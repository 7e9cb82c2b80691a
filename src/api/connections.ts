import type { Readable } from "node:stream"
import { Undici } from "@effect/platform-node"
import { Effect, Layer, Option, type Scope } from "effect"
import { type Proxies, type ProxyError, proxies } from "./proxies.ts"
import { type IncomingAnswer, type Send, TimedOut, Transport } from "./transport.ts"

const agentOf = (found: Option.Option<Proxies>, options: Undici.Agent.Options): Undici.Dispatcher =>
  Option.match(found, {
    onNone: () => new Undici.Agent(options),
    onSome: (settings) => new Undici.EnvHttpProxyAgent({ ...options, ...settings }),
  })

const chunksOf =
  (body: Readable): IncomingAnswer["chunks"] =>
  (take) =>
    Effect.async<void, unknown>((resume) => {
      if (body.errored !== null) return resume(Effect.fail(body.errored))
      body.on("data", (chunk: Uint8Array) => {
        if (take(chunk)) return
        resume(Effect.void)
        body.destroy()
      })
      body.on("end", () => resume(Effect.void))
      body.on("error", (cause) => resume(Effect.fail(cause)))
      return Effect.sync(() => void body.destroy())
    })

const answerOf = ({ body, headers, statusCode }: Undici.Dispatcher.ResponseData): IncomingAnswer => {
  // A body that nobody reads may fail as well.
  body.on("error", () => {})
  const joined: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    joined[name] = Array.isArray(value) ? value.join(", ") : value
  }
  return { status: statusCode, headers: joined, chunks: chunksOf(body), discard: () => void body.destroy() }
}

/** One timer for the whole answer, in place of undici's own for its parts. */
const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 }

const sendOver =
  (agent: Undici.Dispatcher): Send =>
  ({ body = null, headers, method, timeoutMillis, url }) =>
    Effect.async((resume) => {
      const given = new AbortController()
      const timer = setTimeout(() => given.abort(new TimedOut()), timeoutMillis)
      const isOver = (): void => clearTimeout(timer)
      const path = `${url.pathname}${url.search}`
      agent.request({ ...noTimeouts, method, origin: url.origin, path, headers, body, signal: given.signal }).then(
        (answer) => {
          answer.body.on("close", isOver)
          resume(Effect.succeed(answerOf(answer)))
        },
        (cause) => {
          isOver()
          resume(Effect.fail(cause))
        },
      )
      return Effect.sync(() => {
        isOver()
        given.abort()
      })
    })

/** Through the proxy that the environment names, where it names one. */
const sender = (options: Undici.Agent.Options): Effect.Effect<Send, ProxyError, Scope.Scope> =>
  Effect.flatMap(proxies, (found) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => agentOf(found, options)),
        (agent) => Effect.promise(() => agent.destroy()),
      ),
      sendOver,
    ),
  )

/**
 * The connections of a run, closed with it. Of the fresh ones each request has one of its own: undici keeps none alive where
 * nothing may be pipelined.
 */
export const connections = Layer.scoped(
  Transport,
  Effect.all({ send: sender({}), sendFresh: sender({ pipelining: 0 }) }),
)
