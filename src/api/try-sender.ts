import { Cause, Clock, Duration, Effect, Exit, Option, type Scope } from "effect"
import { serverTimeMillis } from "./answer-times.ts"
import type { Credentials } from "./credentials.ts"
import { Entropy } from "./entropy.ts"
import { type ApiFailure, RequestWithheld, type TryFailure, UnreadablePage } from "./failures.ts"
import { type Gate, type GateOptions, makeGate } from "./gate.ts"
import type { PageRequest } from "./page-request.ts"
import { type PartnerProblem, problemOfAnswer, requestIdOf } from "./problem.ts"
import type { ReceivedAnswer } from "./received-answer.ts"
import type { RequestTally } from "./request-tally.ts"
import { classify, findingFrom } from "./retry-policy.ts"
import { makeSecretMask } from "./secret-mask.ts"
import { signedGet } from "./signed-request.ts"
import { Transport } from "./transport.ts"
import type { Finding, Shut, Turn } from "./turn.ts"
import { makeWire, type WireAnswer, type WireOptions } from "./wire.ts"

/** One try of a request. What the answer's head said is written down here as soon as it is known. */
export interface Try {
  readonly request: PageRequest
  readonly url: URL
  readonly requestId: string
  /** From 1. */
  readonly attempt: number
  /** The failure of the try before. */
  readonly after: TryFailure | null
  status: number | null
  apiRequestId: string | null
  /** Null until it has gone out. */
  turn: Turn | null
}

export interface TrySenderOptions extends GateOptions, Omit<WireOptions, "mask" | "onBytes"> {
  readonly credentials: Credentials
  /** Whether a refusal's own words are told; false unless given, because they may name a person. */
  readonly tellsDetail?: boolean
}

type Check<A> = (answer: ReceivedAnswer) => Effect.Effect<A, UnreadablePage>

export interface TrySender {
  readonly send: <A>(tried: Try, check: Check<A>) => Effect.Effect<A, ApiFailure>
  readonly gate: Gate
  /** The failure of a request that is not sent, or not again. */
  readonly withheld: (tried: Try, shut: Shut) => RequestWithheld
}

/** Sends a try when its turn has come, and lets the run learn from its end. */
export const makeTrySender = (
  options: TrySenderOptions,
  tally: RequestTally,
  urlOf: (request: PageRequest) => URL,
): Effect.Effect<TrySender, never, Transport | Scope.Scope> =>
  Effect.gen(function* () {
    const entropy = yield* Entropy
    const { send, sendFresh } = yield* Transport
    const mask = makeSecretMask(options.credentials.clientSecret)
    const timeoutMillis = Duration.toMillis(options.timeout)
    const wireOptions = { ...options, mask, onBytes: tally.received }
    const wire = makeWire(send, wireOptions)
    const freshWire = makeWire(sendFresh, wireOptions)
    /** The API's time less ours, milliseconds, once the API has found fault with ours. */
    let clockOffset = 0

    const sendBy = (by: typeof wire, tried: Try): ReturnType<typeof wire> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        tally.sent(tried.attempt)
        const stamp = { requestId: tried.requestId, nonce: entropy.uuid(), atMillis: now + clockOffset }
        return by(
          signedGet(options.credentials, tried.url, stamp, timeoutMillis),
          tried.requestId,
          ({ headers, status }) => {
            tried.status = status
            tried.apiRequestId = requestIdOf(headers["x-request-id"])
          },
        )
      })

    /** A connection that was kept may have died meanwhile: that is no outage, and a fresh one shows it at once. */
    const sendOut = (tried: Try): ReturnType<typeof wire> =>
      tried.turn?.isProbe === true
        ? sendBy(freshWire, tried)
        : Effect.catchIf(
            sendBy(wire, tried),
            (failure) => failure._tag === "TransportFailure" && failure.mayBeOld === true && gate.heard(),
            () => sendBy(freshWire, tried),
          )

    const problemOf = (tried: Try, answer: WireAnswer): PartnerProblem =>
      problemOfAnswer({
        ...answer,
        url: tried.url,
        requestId: tried.requestId,
        withCursor: tried.request.cursor !== null,
        tellsDetail: options.tellsDetail ?? false,
      })

    /** A refusal may also come with status 200; then only its code, in the place of a list, tells what it is. */
    const refusalInside = (tried: Try, answer: WireAnswer, failure: UnreadablePage): TryFailure => {
      if (failure.reason !== "NoItems") return failure
      const problem = problemOf(tried, answer)
      return problem.code?.startsWith("PARTNER_") === true ? problem : failure
    }

    const read = <A>(tried: Try, answer: WireAnswer, check: Check<A>): Effect.Effect<A, TryFailure> => {
      const { body, receivedAtMillis, status } = answer
      if (status !== 200) return problemOf(tried, answer)
      return check({
        body,
        status,
        requestId: tried.requestId,
        attempts: tried.attempt,
        serverTimeMillis: serverTimeMillis(answer.headers),
        receivedAtMillis,
      }).pipe(Effect.mapError((failure) => refusalInside(tried, answer, failure)))
    }

    const findingOf = (tried: Try, exit: Exit.Exit<unknown, TryFailure>): Finding => {
      if (Exit.isSuccess(exit)) return { _tag: "answered" }
      const failure = Option.getOrNull(Cause.failureOption(exit.cause))
      if (failure === null) return { _tag: "unknown" }
      if (classify(failure) === "signature_expired" && failure._tag === "PartnerProblem") {
        clockOffset = failure.clockOffsetMillis ?? clockOffset
      }
      return findingFrom(failure, tried.after)
    }

    const ask = <A>(tried: Try, check: Check<A>): Effect.Effect<A, TryFailure> =>
      Effect.flatMap(sendOut(tried), (answer) => read(tried, answer, check))

    const leave = (tried: Try, turn: Turn) => (exit: Exit.Exit<unknown, TryFailure>) =>
      Effect.sync(() => gate.left(turn, findingOf(tried, exit)))

    /** What answers is the API where it speaks JSON; a page for people is somebody else's. */
    const isJson = (answer: ReceivedAnswer): Effect.Effect<void, UnreadablePage> =>
      Effect.try({
        try: () => void JSON.parse(new TextDecoder().decode(answer.body)),
        catch: () => new UnreadablePage({ reason: "NotJson", detail: `${answer.body.length} bytes`, ...answer }),
      })

    /** Asks for what was answered before, to find out who answers. What comes is not kept. */
    const probe = (turn: Turn): Effect.Effect<void> => {
      const { request } = turn
      const requestId = entropy.uuid()
      const tried: Try = {
        request,
        url: urlOf(request),
        requestId,
        attempt: 1,
        after: null,
        status: null,
        apiRequestId: null,
        turn,
      }
      return Effect.ignore(Effect.onExit(ask(tried, isJson), leave(tried, turn)))
    }

    const gate: Gate = yield* makeGate(options, probe)

    const withheld = ({ after, requestId }: Try, { detail, failure, reason }: Shut): RequestWithheld =>
      new RequestWithheld({
        reason,
        requestId,
        detail,
        after: reason === "Refused" ? failure : (after ?? (reason === "NobodyThere" ? failure : null)),
      })

    return {
      gate,
      withheld,
      send: (tried, check) => {
        return Effect.uninterruptibleMask((restore) =>
          restore(gate.enter(tried.request, tried.attempt > 1)).pipe(
            Effect.mapError((shut) => withheld(tried, shut)),
            // Whoever has a turn gives it back, even where it is interrupted before it has sent anything.
            Effect.flatMap((turn) => {
              tried.turn = turn
              return Effect.onExit(restore(ask(tried, check)), leave(tried, turn))
            }),
          ),
        )
      },
    }
  })
