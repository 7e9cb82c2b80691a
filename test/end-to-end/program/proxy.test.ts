import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { createServer as createTlsServer } from "node:tls"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { runInProcess } from "../../support/in-process.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { clientSecret, serveWorld, smallWorld, writeRoster } from "./served-world.ts"

const privateCa = (name: string) => fileURLToPath(new URL(`private-ca/${name}`, import.meta.url))

/** Sockets that go through it, so that the scope's end ends them. */
const listening = (server: Server): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: number; readonly sockets: Set<Socket> }>((resume) => {
      const sockets = new Set<Socket>()
      server.on("connection", (socket: Socket) => {
        sockets.add(socket)
        socket.on("error", () => undefined).on("close", () => sockets.delete(socket))
      })
      server.listen(0, "127.0.0.1", () => {
        resume(Effect.succeed({ port: (server.address() as AddressInfo).port, sockets }))
      })
    }),
    ({ sockets }) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      }),
  ).pipe(Effect.map(({ port }) => port))

const pipeTo = (port: number, client: NodeJS.ReadWriteStream): void => {
  const upstream = connect(port, "127.0.0.1")
  upstream.on("error", () => undefined)
  client.pipe(upstream).pipe(client)
}

/** A proxy whose every tunnel leads to one port, or that answers with a status and opens none. */
const proxyTo = (port: number, status = 200) =>
  Effect.gen(function* () {
    const tunnels: Array<string> = []
    const server = createServer((_, response) => response.writeHead(status).end())
    server.on("connect", ({ url = "" }, socket: Socket) => {
      tunnels.push(url)
      socket.write(`HTTP/1.1 ${status} said\r\n\r\n`)
      if (status === 200) pipeTo(port, socket)
      else socket.end()
    })
    return { tunnels, address: `http://127.0.0.1:${yield* listening(server)}` }
  })

/** The sandbox of a small world behind TLS, whose certificate a private authority signed for api.oceafin.invalid. */
const behindTls = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { baseUrl, env, world } = yield* serveWorld(smallWorld({ breaks: "none", customers: 1 }))
  yield* writeRoster(join(cwd, "customers.csv"), world)
  const keys = { key: readFileSync(privateCa("server.key")), cert: readFileSync(privateCa("server.pem")) }
  const tls = createTlsServer(keys, (socket) => {
    socket.on("error", () => undefined)
    pipeTo(Number(new URL(baseUrl).port), socket)
  })
  tls.on("tlsClientError", () => undefined)
  const port = yield* listening(tls)
  return { cwd, port, env: { ...env, OCEAFIN_PARTNER_API_BASE_URL: "https://api.oceafin.invalid" } }
})

const sync = ["sync", "--customers", "customers.csv"]
const doctor = ["doctor", "--customers", "customers.csv"]

describe("behind a proxy", () => {
  it.scopedLive("everything goes through it, and an authority of the company's own is trusted where it is named", () =>
    Effect.gen(function* () {
      const { cwd, env, port } = yield* behindTls
      const proxy = yield* proxyTo(port)
      const named = { ...env, HTTPS_PROXY: proxy.address }
      const trusting = { ...named, NODE_EXTRA_CA_CERTS: privateCa("authority.pem") }
      const read = yield* runProgram(sync, { cwd, env: trusting })
      expect([read.code, read.stderr]).toEqual([0, expect.stringContaining("COMPLETE")])
      expect(new Set(proxy.tunnels)).toEqual(new Set(["api.oceafin.invalid:443"]))

      // No patience of ten minutes: nobody but a person can mend it.
      const untrusted = yield* runProgram([...sync, "--fresh"], { cwd, env: named })
      expect(untrusted.code).toBe(78)
      expect(untrusted.stderr).toContain("NODE_EXTRA_CA_CERTS")
      const told = yield* runProgram(doctor, { cwd, env: named })
      expect(told.code).toBe(78)
      expect(told.stdout).toMatch(/^fail +API .*NODE_EXTRA_CA_CERTS/m)
      expect(told.stdout).toMatch(/^ok +proxy +http:\/\/127\.0\.0\.1:\d+, except/m)
    }),
  )

  it.scopedLive("that asks for a password, the night ends with 78 and says where it is written", () =>
    Effect.gen(function* () {
      const { cwd, env } = yield* behindTls
      const proxy = yield* proxyTo(0, 407)
      const named = { ...env, HTTPS_PROXY: proxy.address.replace("http://", "http://ada:wrong-pass-word@") }
      for (const command of [sync, doctor]) {
        const ended = yield* runInProcess(command, { cwd, env: named })
        expect(ended.code).toBe(78)
        expect(ended.stdout + ended.stderr).toContain("the proxy answers 407")
        expect(ended.stdout + ended.stderr).toContain("http://user:password@")
        expect(ended.stdout + ended.stderr).not.toContain("wrong-pass-word")
        expect(ended.stdout + ended.stderr).not.toContain(clientSecret)
      }
    }),
  )

  it.scopedLive("this machine is never asked for through it, and neither is who NO_PROXY names", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld({ breaks: "none", customers: 1 }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const proxy = yield* proxyTo(0, 407)
      const named = { HTTPS_PROXY: proxy.address, http_proxy: proxy.address }
      expect((yield* runInProcess(sync, { cwd, env: { ...env, ...named } })).code).toBe(0)

      const away = { ...env, ...named, OCEAFIN_PARTNER_API_BASE_URL: "https://api.oceafin.invalid" }
      const excepted = { ...away, NO_PROXY: "oceafin.invalid" }
      const asked = yield* runInProcess([...doctor, "--db", "other.duckdb"], { cwd, env: excepted })
      expect(asked.code).toBe(75)
      expect(proxy.tunnels).toEqual([])
    }),
  )

  it.scopedLive("whose address cannot be one, nothing is asked", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld({ breaks: "none", customers: 1 }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const wrong = { ...env, HTTPS_PROXY: "socks5://proxy.example:1080" }
      for (const command of [sync, doctor]) {
        const ended = yield* runInProcess(command, { cwd, env: wrong })
        expect(ended.code).toBe(78)
        expect(ended.stdout + ended.stderr).toContain("HTTPS_PROXY is no address of a proxy")
      }
    }),
  )
})
