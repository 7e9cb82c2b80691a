import { Clock, Duration, Effect } from "effect"
import { answerBody, type BodyFault } from "./answer-body.ts"
import { barredBy } from "./barred.ts"
import { TransportFailure, UnreadablePage } from "./failures.ts"
import { told } from "./printable.ts"
import { rootMessage } from "./root-message.ts"
import type { SecretMask } from "./secret-mask.ts"
import { type OutgoingRequest, type Send, TimedOut } from "./transport.ts"

/** An answer as it came off the wire, its body decompressed. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** When it had arrived whole, epoch milliseconds. */
  readonly receivedAtMillis: number
}

export interface WireOptions {
  readonly timeout: Duration.DurationInput
  readonly maxPageBytes: number
  readonly mask: SecretMask
  /** Told how many bytes of bodies arrive. */
  readonly onBytes: (bytes: number) => void
}

/** `onHead` is told the answer's head before its body is read. */
export type Wire = (
  request: OutgoingRequest,
  requestId: string,
  onHead: (head: Pick<WireAnswer, "status" | "headers">) => void,
) => Effect.Effect<WireAnswer, TransportFailure | UnreadablePage>

/**
 * Whether a status says what to do although its body cannot be had. An outage, a limit and a redirect do; what another
 * refusal means stands in its code, so that one cut short must be asked for again.
 */
const saysEnough = (status: number, fault: BodyFault): boolean =>
  status !== 200 &&
  ((fault.reason !== "CutShort" && fault.reason !== "TimedOut") ||
    status === 408 ||
    status === 429 ||
    status >= 500 ||
    (status >= 300 && status < 400))

/** How a connection ends that the other side has given up: both Node and undici say it by a code. */
const resetCodes: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])

const isReset = (error: unknown): boolean =>
  error instanceof Error && (("code" in error && resetCodes.has(error.code)) || isReset(error.cause))

/** The headers that anybody reads, without the secret. */
const maskedHeaders = (headers: WireAnswer["headers"], mask: SecretMask): WireAnswer["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === undefined ? value : mask.text(value)]),
  )

/** Sends one request and takes its whole answer, in time and within the size limit. Redirects are not followed. */
export const makeWire = (send: Send, options: WireOptions): Wire => {
  const { mask, maxPageBytes, onBytes, timeout } = options
  let hasWarned = false

  const masked = (received: Uint8Array): Effect.Effect<Uint8Array> => {
    const body = mask.bytes(received)
    if (body === received || hasWarned) return Effect.succeed(body)
    hasWarned = true
    return Effect.as(
      Effect.logWarning("the API sent our secret back; it is masked in all that is kept; have it replaced"),
      body,
    )
  }
  const timedOut = (requestId: string): TransportFailure =>
    new TransportFailure({
      reason: "Timeout",
      detail: `no whole answer within ${Duration.format(Duration.decode(timeout))}`,
      requestId,
    })

  const failureOf = (fault: BodyFault, status: number, requestId: string) => {
    if (fault.reason === "TimedOut") return timedOut(requestId)
    return fault.reason === "CutShort"
      ? new TransportFailure({ reason: "CutShort", detail: told(fault.detail), requestId })
      : // What could not be read whole cannot be searched for names, so it is not kept.
        new UnreadablePage({
          reason: fault.reason,
          detail: told(mask.text(fault.detail)),
          requestId,
          status,
          body: new Uint8Array(),
        })
  }

  return (request, requestId, onHead) =>
    send(request).pipe(
      Effect.mapError((error) => {
        if (error instanceof TimedOut) return timedOut(requestId)
        const barred = barredBy(error)
        return barred === null
          ? new TransportFailure({
              reason: "Connection",
              detail: told(mask.text(rootMessage(error))),
              requestId,
              mayBeOld: isReset(error),
            })
          : new TransportFailure({ reason: "Barred", detail: told(mask.text(barred)), requestId })
      }),
      Effect.flatMap((response) => {
        const { status } = response
        const headers = maskedHeaders(response.headers, mask)
        onHead({ headers, status })
        const body = answerBody(response, maxPageBytes, onBytes)
        return Effect.zipWith(
          Effect.catchAll(Effect.flatMap(body, masked), (fault) =>
            saysEnough(status, fault)
              ? Effect.succeed(new Uint8Array())
              : Effect.fail(failureOf(fault, status, requestId)),
          ),
          Clock.currentTimeMillis,
          (received, receivedAtMillis): WireAnswer => ({ status, headers, body: received, receivedAtMillis }),
        )
      }),
    )
}
