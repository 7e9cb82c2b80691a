import type { ServerResponse } from "node:http"
import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect } from "effect"
import type { Answer } from "./answer.ts"

/** The platform asks for a response even where the wire has seen the last of one; it sends none that has ended. */
const nothingMore = HttpServerResponse.empty()

/** The client sees its connection reset, and not one byte of an answer. */
const reset = (response: ServerResponse): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.sync(() => {
    response.socket?.resetAndDestroy()
    response.end()
    return nothingMore
  })

/** The head promises the whole body; so many bytes of it follow, and the connection closes. */
const cut = (
  response: ServerResponse,
  answer: Answer,
  body: Uint8Array,
  bytes: number,
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.async((resume) => {
    const { socket } = response
    if (socket === null || socket.destroyed) return resume(Effect.succeed(nothingMore))
    socket.once("close", () => resume(Effect.succeed(nothingMore)))
    response.writeHead(answer.status, { ...answer.headers, "content-length": body.length })
    // By then the response has let go of its socket, to keep it alive for the next request.
    response.end(body.subarray(0, bytes), () => socket.destroy())
  })

const whole = (answer: Answer, body: Uint8Array): HttpServerResponse.HttpServerResponse => {
  const { "content-type": contentType, ...headers } = answer.headers
  return HttpServerResponse.uint8Array(body, {
    status: answer.status,
    headers,
    ...(contentType === undefined ? {} : { contentType }),
  })
}

/** Sends an answer after its delay and in its way. A client that does not wait for the delay frees the server of it. */
export const deliver = (
  request: HttpServerRequest.HttpServerRequest,
  answer: Answer,
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.gen(function* () {
    const delay = answer.delayMillis ?? 0
    if (delay > 0) yield* Effect.interruptible(Effect.sleep(delay))
    const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body
    const response = NodeHttpServerRequest.toServerResponse(request)
    switch (answer.delivery?._tag) {
      case "Reset":
        return yield* reset(response)
      case "Cut":
        return yield* cut(response, answer, body, answer.delivery.bytes)
      default:
        return whole(answer, body)
    }
  })
