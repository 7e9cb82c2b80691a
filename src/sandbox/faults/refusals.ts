import { type Answer, problemAnswer } from "../server/answer.ts"
import { badParameter, type Refusal, refusal } from "../server/problem.ts"
import type { Fault } from "./fault.ts"

/** A refusal in the place of the answer, under the same request id and date. */
export const refuse = (answer: Answer, refused: Refusal, headers: Readonly<Record<string, string>> = {}): Answer => {
  const { date = "", "x-request-id": requestId = "" } = answer.headers
  return problemAnswer(refused, requestId, { "x-request-id": requestId, date, ...headers })
}

const unavailable = refusal("PARTNER_PROCESSING_UNAVAILABLE", "The API cannot process requests at the moment.")

/** From whatever stands before the API, which knows nothing of its codes. */
export const tooMany = (answer: Answer, retryAfter: string): Answer => ({
  status: 429,
  code: null,
  headers: {
    date: answer.headers.date ?? "",
    "x-request-id": answer.headers["x-request-id"] ?? "",
    "retry-after": retryAfter,
    "content-type": "application/problem+json",
  },
  body: JSON.stringify({ type: "about:blank", title: "Too Many Requests", status: 429 }),
})

const htmlError =
  (status: number, title: string) =>
  (answer: Answer): Answer => ({
    status,
    code: null,
    headers: { date: answer.headers.date ?? "", "content-type": "text/html; charset=utf-8" },
    body: `<!doctype html>\n<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>\n`,
  })

export const badGateway = htmlError(502, "Bad Gateway")

const htmlErrors = [htmlError(500, "Internal Server Error"), badGateway]

/** A whole second not before `seconds` after the answer's date. */
const dateAfter = (answer: Answer, seconds: number): string =>
  new Date(Date.parse(answer.headers.date ?? "") + seconds * 1000).toUTCString()

/** Answers that say no although the request was right. Its nonce is spent all the same. */
export const refusals = [
  {
    name: "stream_down",
    sentence: "A stream answers 503 PARTNER_PROCESSING_UNAVAILABLE to everybody, always.",
    span: "stream",
    strike: (answer, { settings }) => refuse(answer, unavailable, { "retry-after": `${settings.retryAfterSeconds}` }),
  },
  {
    name: "processing_unavailable",
    sentence: "503 PARTNER_PROCESSING_UNAVAILABLE with Retry-After in seconds.",
    span: "ask",
    alias: "503",
    strike: (answer, { settings }) => refuse(answer, unavailable, { "retry-after": `${settings.retryAfterSeconds}` }),
  },
  {
    name: "server_error",
    sentence: "500 or 502 with an HTML page.",
    span: "ask",
    alias: "500",
    strike: (answer, { chance }) => chance.pick(htmlErrors)(answer),
  },
  {
    name: "rate_limited",
    sentence: "429 with Retry-After in seconds.",
    span: "ask",
    alias: "429",
    strike: (answer, { settings }) => tooMany(answer, `${settings.retryAfterSeconds}`),
  },
  {
    name: "rate_limited_until",
    sentence: "429 with Retry-After as an HTTP date.",
    span: "ask",
    strike: (answer, { settings }) => tooMany(answer, dateAfter(answer, settings.retryAfterSeconds)),
  },
  {
    name: "nonce_replayed",
    sentence: "401 PARTNER_NONCE_REPLAYED although the nonce was new.",
    span: "ask",
    strike: (answer) => refuse(answer, refusal("PARTNER_NONCE_REPLAYED", "X-Partner-Nonce was used before.")),
  },
  {
    name: "signature_expired",
    sentence: "401 PARTNER_SIGNATURE_EXPIRED although the timestamp was fresh; Date is right.",
    span: "ask",
    strike: (answer) =>
      refuse(answer, refusal("PARTNER_SIGNATURE_EXPIRED", "X-Partner-Timestamp is outside the freshness window.")),
  },
  {
    name: "auth_failed",
    sentence: "401 PARTNER_AUTH_FAILED in the middle of a run.",
    span: "ask",
    strike: (answer) => refuse(answer, refusal("PARTNER_AUTH_FAILED", "The API client is suspended.")),
  },
  {
    name: "scope_denied",
    sentence: "403 PARTNER_SCOPE_DENIED in the middle of a run.",
    span: "ask",
    strike: (answer, { place }) =>
      refuse(answer, refusal("PARTNER_SCOPE_DENIED", `The scope ${place.stream}:read is required.`)),
  },
  {
    name: "unknown_code",
    sentence: "422 with a code that the guide does not know.",
    span: "ask",
    strike: (answer) =>
      refuse(answer, { status: 422, code: "PARTNER_NOT_IN_THE_GUIDE", detail: "The guide does not list this code." }),
  },
  {
    name: "expired_cursor",
    sentence:
      "A cursor that was given is refused for ever: 410 or 400 PARTNER_RESOURCE_STATE_INVALID (assumed). A list begun anew has new cursors.",
    span: "cursor",
    strike: (answer, { chance, place }) =>
      place.bookmark === null || answer.page === undefined
        ? null
        : refuse(answer, { ...badParameter("cursor", "has expired"), status: chance.pick([410, 400]) }),
  },
] as const satisfies ReadonlyArray<Fault>
