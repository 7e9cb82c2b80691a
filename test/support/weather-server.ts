import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { setTimeout } from "node:timers/promises"
import { Effect, Redacted, type Scope } from "effect"
import { makeAnswerer } from "../../src/sandbox/server/answer.ts"
import { makeCursorSeal } from "../../src/sandbox/server/cursor.ts"
import { routeOf } from "../../src/sandbox/server/route.ts"
import { worldSource } from "../../src/sandbox/server/world-source.ts"
import type { World } from "../../src/sandbox/world.ts"
import type { Arrival, Met } from "./weather.ts"

export const serverSecret = "a secret of the weather's tests"

/** A request, and how many its connection has carried, this one included. */
export interface RealArrival extends Arrival {
  readonly onConnection: number
}

export interface WeatherServer {
  readonly baseUrl: string
  readonly port: number
  readonly arrivals: ReadonlyArray<RealArrival>
  /** What a client did that a strict server does not allow. */
  readonly offences: ReadonlyArray<string>
  /** Nobody listens for so long, from now on; open connections are reset. */
  readonly away: (millis: number) => void
}

/** A world's API over real connections, with weather on the way; strict about signatures, nonces and request ids. */
export const weatherServer = (
  world: World,
  latency: number,
  weather: (arrival: RealArrival) => Met,
): Effect.Effect<WeatherServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const clientSecret = Redacted.make(serverSecret)
      const answerTo = makeAnswerer({
        source: worldSource(world),
        clientId: "tests",
        clientSecret,
        scopes: null,
        freshnessMillis: 300_000,
        cursors: makeCursorSeal(clientSecret),
      })
      const arrivals: Array<RealArrival> = []
      const offences: Array<string> = []
      const pathOf = new Map<string, string>()
      const nonces = new Set<string>()
      const carried = new WeakMap<Socket, number>()

      const arrive = (request: IncomingMessage): RealArrival => {
        const url = request.url ?? ""
        const route = routeOf(url)
        const onConnection = (carried.get(request.socket) ?? 0) + 1
        carried.set(request.socket, onConnection)
        const nonce = String(request.headers["x-partner-nonce"])
        const requestId = String(request.headers["x-request-id"])
        if (request.method !== "GET") offences.push(`${request.method} ${url}`)
        if (nonces.has(nonce)) offences.push(`the nonce of ${url} was used before`)
        if ((pathOf.get(requestId) ?? url) !== url)
          offences.push(`the request id of ${url} was used for another address`)
        nonces.add(nonce)
        pathOf.set(requestId, url)
        const list = route === null ? url : `${route.customerId}/${route.stream}`
        const atMillis = Date.now()
        const arrival = { number: arrivals.length + 1, atMillis, list, path: url, nonce, requestId, onConnection }
        arrivals.push(arrival)
        return arrival
      }

      const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const met = weather(arrive(request))
        if (met === "reset") return void request.socket.resetAndDestroy()
        await setTimeout(latency)
        if (met === "hangs") return
        if (met !== null) {
          response.writeHead(met.status, met.headers).end(met.body)
          return
        }
        const seen = { method: request.method ?? "", url: request.url ?? "", headers: request.headers as never }
        const { body, code, headers, status } = answerTo(seen, Date.now())
        if (code?.startsWith("PARTNER_SIGN") || code === "PARTNER_NONCE_REPLAYED")
          offences.push(`${code} ${request.url}`)
        response.writeHead(status, headers).end(body)
      }

      const listen = async (port: number) => {
        const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => void answer(request, response))
        const sockets = new Set<Socket>()
        server.on("connection", (socket) => {
          sockets.add(socket)
          socket.on("close", () => sockets.delete(socket))
          socket.on("error", () => undefined)
        })
        server.listen(port, "127.0.0.1")
        await once(server, "listening")
        return {
          port: (server.address() as AddressInfo).port,
          close: () => {
            server.close()
            for (const socket of sockets) socket.resetAndDestroy()
          },
        }
      }
      let current = await listen(0)
      const { port } = current
      return {
        close: () => current.close(),
        server: {
          port,
          baseUrl: `http://127.0.0.1:${port}`,
          arrivals,
          offences,
          away: (millis: number) => {
            current.close()
            void setTimeout(millis, undefined, { ref: false }).then(async () => {
              current = await listen(port)
            })
          },
        },
      }
    }),
    ({ close }) => Effect.sync(close),
  ).pipe(Effect.map(({ server }) => server))
