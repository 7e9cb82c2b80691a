import { DateTime } from "effect"
import type { Credentials } from "./credentials.ts"
import { sign } from "./signing.ts"
import type { OutgoingRequest } from "./transport.ts"

/** What differs from try to try of one request, and its id, which does not. */
export interface RequestStamp {
  readonly requestId: string
  readonly nonce: string
  /** The API's time as far as it is known, epoch milliseconds. */
  readonly atMillis: number
}

/** A GET with the documented headers, signed exactly as it is sent. */
export const signedGet = (
  { clientId, clientSecret }: Pick<Credentials, "clientId" | "clientSecret">,
  url: URL,
  { atMillis, nonce, requestId }: RequestStamp,
  timeoutMillis: number,
): OutgoingRequest => {
  const timestamp = DateTime.formatIso(DateTime.unsafeMake(atMillis))
  const signature = sign(clientSecret, {
    method: "GET",
    pathAndQuery: url.pathname + url.search,
    body: "",
    timestamp,
    nonce,
    idempotencyKey: "",
  })
  return {
    method: "GET",
    url,
    timeoutMillis,
    headers: {
      accept: "application/json, application/problem+json",
      "accept-encoding": "gzip",
      "x-partner-client-id": clientId,
      "x-partner-timestamp": timestamp,
      "x-partner-nonce": nonce,
      "x-partner-signature": signature,
      "x-request-id": requestId,
    },
  }
}
