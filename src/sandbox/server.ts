import { createServer } from "node:http"
import type { HttpServerError } from "@effect/platform"
import { HttpServerRequest } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Clock, Data, Effect, type Redacted, type Scope } from "effect"
import { type FaultEngine, makeFaultEngine, type Strike } from "./faults/fault-engine.ts"
import { type FaultPlan, faultPlan } from "./faults/fault-plan.ts"
import { type Answer, type Delivery, makeAnswerer } from "./server/answer.ts"
import { type CursorSeal, makeCursorSeal } from "./server/cursor.ts"
import { deliver } from "./server/deliver.ts"
import type { PageSource } from "./server/page-source.ts"
import type { SeenRequest } from "./server/seen-request.ts"

export interface SandboxOptions {
  readonly source: PageSource
  /** On 127.0.0.1; 0 takes any free one. */
  readonly port: number
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  /** Scopes that the client has, named `<stream>:read`; all unless given. */
  readonly scopes?: ReadonlyArray<string>
  /** How far a request's timestamp may lie from the server's clock, either way; 300 unless given. */
  readonly freshnessSeconds?: number
  /** Waited before each answer; 0 unless given. */
  readonly latencyMillis?: number
  /** Told of every answer. */
  readonly onRequest?: (served: Served) => void
  /** What goes wrong, and how often; nothing unless given. */
  readonly faults?: FaultPlan
  /** Told of every fault that strikes. */
  readonly onStrike?: (strike: Strike) => void
  /** Every answer passes through, before any fault; for what a test wants to do to it. Unchanged unless given. */
  readonly disturb?: Disturbance
}

export interface Sandbox {
  readonly baseUrl: string
  readonly port: number
  /** How often each fault has struck so far; those that never did are absent. */
  readonly struck: FaultEngine["struck"]
}

/** One line of the log of what was served. */
export interface Served {
  readonly method: string
  readonly url: string
  readonly status: number
  /** The problem's code, null for a page or a record. */
  readonly code: string | null
  readonly delivery: Delivery["_tag"]
}

/**
 * What may happen between an answer and its client: it may come late, altered, or be another one. `answer` has not been
 * made yet when this is called; leaving it out leaves the request's nonce unspent.
 */
export type Disturbance = (request: SeenRequest, answer: Effect.Effect<Answer>) => Effect.Effect<Answer>

export class SandboxListenError extends Data.TaggedError("SandboxListenError")<{
  readonly port: number
  readonly reason: "PortBusy" | "NotPermitted" | "Other"
  readonly cause: unknown
}> {
  readonly exitCode = 2
  override get message(): string {
    const reasons = { PortBusy: "it is in use", NotPermitted: "it is not permitted", Other: String(this.cause) }
    return `The sandbox cannot listen on 127.0.0.1:${this.port}: ${reasons[this.reason]}`
  }
}

const listenError =
  (port: number) =>
  ({ cause }: HttpServerError.ServeError): SandboxListenError => {
    const code = cause instanceof Error && "code" in cause ? cause.code : null
    const reason = code === "EADDRINUSE" ? "PortBusy" : code === "EACCES" ? "NotPermitted" : "Other"
    return new SandboxListenError({ port, reason, cause })
  }

/** Longer than any client keeps a connection idle: a server that hangs up first makes clients see resets. */
const keepAliveMillis = 75_000

const appOf = (options: SandboxOptions, faults: FaultEngine, cursors: CursorSeal) => {
  const answerTo = makeAnswerer({
    source: faults.source,
    clientId: options.clientId,
    clientSecret: options.clientSecret,
    scopes: options.scopes ?? null,
    freshnessMillis: (options.freshnessSeconds ?? 300) * 1_000,
    cursors,
    chainOf: faults.chainOf,
  })
  const latency = options.latencyMillis ?? 0
  const disturb = options.disturb ?? ((_, answer) => answer)

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const seen = { method: request.method, url: request.originalUrl, headers: request.headers }
    if (latency > 0) yield* Effect.sleep(latency)
    const right = Effect.map(Clock.currentTimeMillis, (now) => answerTo(seen, now))
    const answer = yield* faults.disturb(seen, disturb(seen, right))
    const { code, delivery, status } = answer
    options.onRequest?.({ method: seen.method, url: seen.url, status, code, delivery: delivery?._tag ?? "Whole" })
    yield* Effect.logDebug("answered").pipe(Effect.annotateLogs({ method: seen.method, url: seen.url, status, code }))
    return yield* deliver(request, answer)
  })
}

/** Serves a source as a Partner API on 127.0.0.1 until the scope closes; connections still open are cut then. */
export const serveSandbox = (options: SandboxOptions): Effect.Effect<Sandbox, SandboxListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const cursors = makeCursorSeal(options.clientSecret)
    const plan = options.faults ?? faultPlan("none")
    const faults = makeFaultEngine(plan, { source: options.source, cursors, onStrike: options.onStrike })
    const node = createServer({ keepAliveTimeout: keepAliveMillis })
    const server = yield* NodeHttpServer.make(() => node, { host: "127.0.0.1", port: options.port }).pipe(
      Effect.mapError(listenError(options.port)),
    )
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    yield* server.serve(appOf(options, faults, cursors))
    const port = server.address._tag === "TcpAddress" ? server.address.port : options.port
    return { baseUrl: `http://127.0.0.1:${port}`, port, struck: faults.struck }
  })
