import { Data, Either, type ParseResult, Schema } from "effect"
import { duration, retryAfterMillis, serverTimeMillis } from "./answer-times.ts"
import { told } from "./printable.ts"

/** The documented codes. Source: docs/partner-api.md, "Errors". */
export const problemCodes = [
  "PARTNER_AUTH_FAILED",
  "PARTNER_SIGNATURE_INVALID",
  "PARTNER_SIGNATURE_EXPIRED",
  "PARTNER_NONCE_REPLAYED",
  "PARTNER_SCOPE_DENIED",
  "PARTNER_PRODUCT_DISABLED",
  "PARTNER_CUSTOMER_NOT_FOUND",
  "PARTNER_RESOURCE_NOT_FOUND",
  "PARTNER_RESOURCE_STATE_INVALID",
  "PARTNER_IDEMPOTENCY_CONFLICT",
  "PARTNER_OPERATION_NOT_APPROVED",
  "PARTNER_QUOTE_EXPIRED",
  "PARTNER_TRAVEL_RULE_REQUIRED",
  "PARTNER_PROCESSING_UNAVAILABLE",
] as const

export type ProblemCode = (typeof problemCodes)[number]

interface ProblemFields {
  readonly status: number
  readonly code: string | null
  readonly title: string | null
  /** What the API explains in its own words; null where that may name a person and names are hashed. */
  readonly detail: string | null
  /** The request id as the API echoed it, else the one sent. For support. */
  readonly requestId: string
  /** Null where the API echoed none. */
  readonly echoedRequestId: string | null
  /** From Retry-After, in milliseconds from the answer's arrival. */
  readonly retryAfterMillis: number | null
  /** The server's clock from the Date header, epoch milliseconds. */
  readonly serverTimeMillis: number | null
  /** The server's Date less this machine's clock when the answer arrived, milliseconds; null where there was no Date. */
  readonly clockOffsetMillis: number | null
  /** Whether the request carried a cursor: a refusal may then mean that the cursor has expired. */
  readonly withCursor: boolean
  /**
   * Whether this is the API's own word: a problem document, or a code of its own. A refusal that is neither is the way's:
   * a proxy's, a firewall's, a gateway's.
   */
  readonly isOwn: boolean
  /** The host that a redirect points to; never more of its Location, which may carry what is nobody's business. */
  readonly redirectHost: string | null
}

type Circumstance = "isOwn" | "echoedRequestId" | "clockOffsetMillis" | "withCursor" | "redirectHost"

const isRedirect = (status: number): boolean => status >= 300 && status < 400

/** An answer that refuses. `code` is null where the body was no problem document; then only `status` speaks. */
export class PartnerProblem extends Data.TaggedError("PartnerProblem")<ProblemFields> {
  /** What only the wire can tell may be left out. */
  constructor(fields: Omit<ProblemFields, Circumstance> & Partial<Pick<ProblemFields, Circumstance>>) {
    const usual = { echoedRequestId: null, clockOffsetMillis: null, withCursor: false, redirectHost: null }
    super({ ...usual, isOwn: fields.code !== null, ...fields })
  }

  override get message(): string {
    const request = `(request ${this.requestId})`
    if (this.code === null && isRedirect(this.status)) {
      const where = this.redirectHost === null ? "elsewhere" : `to ${this.redirectHost}`
      return `HTTP ${this.status}: the API redirects ${where}, and a signed request is not sent anywhere else; correct OCEAFIN_PARTNER_API_BASE_URL if the API has moved ${request}`
    }
    const name =
      this.code ??
      `HTTP ${this.status}${this.isOwn || this.status >= 500 || this.status === 429 ? "" : ", not in the API's own words"}`
    const wait =
      this.retryAfterMillis === null ? "" : `, asked again no sooner than in ${duration(this.retryAfterMillis)}`
    return `${name}${this.detail === null ? "" : `: ${this.detail}`}${wait} ${request}`
  }
}

const ProblemDocument = Schema.Struct({
  code: Schema.optional(Schema.NullOr(Schema.String)),
  title: Schema.optional(Schema.NullOr(Schema.String)),
  detail: Schema.optional(Schema.NullOr(Schema.String)),
  requestId: Schema.optional(Schema.NullOr(Schema.String)),
})

const isProblemDocument = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/problem\+json\b/i.test(contentType)

const decodeDocument = Schema.decodeUnknownEither(Schema.parseJson(ProblemDocument))

/**
 * The fields of a problem document, or nulls where the body is something else (a proxy's HTML page); `isRead` says which.
 */
export const readProblemBody = (
  body: string,
): {
  readonly code: string | null
  readonly title: string | null
  readonly detail: string | null
  readonly requestId: string | null
  readonly isRead: boolean
} => {
  const decoded = decodeDocument(body)
  const document = Either.getOrElse(decoded, (_: ParseResult.ParseError): typeof ProblemDocument.Type => ({}))
  return {
    isRead: Either.isRight(decoded),
    code: document.code ?? null,
    title: document.title ?? null,
    detail: document.detail ?? null,
    requestId: document.requestId ?? null,
  }
}

/** An answer that refuses, and what was asked. */
export interface RefusedRequest {
  readonly url: URL
  readonly requestId: string
  readonly withCursor: boolean
  /** Whether the API's own words are told; they may name a person. */
  readonly tellsDetail: boolean
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  readonly receivedAtMillis: number
}

/** A code is a word in capitals; anything else in its place may be a name, or a forged line. */
const codeOf = (given: string | null): string | null =>
  given !== null && /^[A-Z][A-Z0-9_]{1,79}$/.test(given) ? given : null

/** An id, as support asks for it; anything else in its place is none. */
export const requestIdOf = (given: string | null | undefined): string | null =>
  given != null && /^[\w.:~+/=@-]{1,128}$/.test(given) ? given : null

/** Whether a code is the API's own word. */
export const saysItsOwn = (code: unknown): boolean =>
  typeof code === "string" && (code.startsWith("PARTNER_") || problemCodes.some((listed) => listed === code))

const hostOf = (location: string | undefined, from: URL): string | null =>
  location !== undefined && URL.canParse(location, from.href) ? new URL(location, from).host : null

/** The problem that an answer tells of, by its document and its headers. */
export const problemOfAnswer = (answer: RefusedRequest): PartnerProblem => {
  const { headers, receivedAtMillis, status } = answer
  const document = readProblemBody(new TextDecoder().decode(answer.body))
  const serverTime = serverTimeMillis(headers)
  const echoed = requestIdOf(document.requestId) ?? requestIdOf(headers["x-request-id"])
  const code = codeOf(document.code)
  const words = (given: string | null): string | null => (given === null || !answer.tellsDetail ? null : told(given))
  return new PartnerProblem({
    status,
    code,
    title: words(document.title),
    detail: words(document.detail),
    requestId: echoed ?? answer.requestId,
    echoedRequestId: echoed,
    retryAfterMillis: retryAfterMillis(headers["retry-after"], serverTime ?? receivedAtMillis),
    serverTimeMillis: serverTime,
    clockOffsetMillis: serverTime === null ? null : serverTime - receivedAtMillis,
    withCursor: answer.withCursor,
    isOwn: saysItsOwn(code) || (document.isRead && isProblemDocument(headers["content-type"])),
    redirectHost: isRedirect(status) ? hostOf(headers.location, answer.url) : null,
  })
}
