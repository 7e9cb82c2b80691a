import { Data, Either, type ParseResult, Schema } from "effect"

/** The documented codes. Source: the guide's page on errors. */
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

/** An answer that refuses. `code` is null where the body was no problem document; then only `status` speaks. */
export class PartnerProblem extends Data.TaggedError("PartnerProblem")<{
  readonly status: number
  readonly code: string | null
  readonly title: string | null
  readonly detail: string | null
  /** The request id as the API echoed it, else the one sent. For support. */
  readonly requestId: string
  /** From Retry-After, in milliseconds from the answer's arrival. */
  readonly retryAfterMillis: number | null
  /** The server's clock from the Date header, epoch milliseconds. */
  readonly serverTimeMillis: number | null
}> {
  override get message(): string {
    const name = this.code ?? `HTTP ${this.status}`
    return this.detail === null
      ? `${name} (request ${this.requestId})`
      : `${name}: ${this.detail} (request ${this.requestId})`
  }
}

const ProblemDocument = Schema.Struct({
  code: Schema.optional(Schema.NullOr(Schema.String)),
  title: Schema.optional(Schema.NullOr(Schema.String)),
  detail: Schema.optional(Schema.NullOr(Schema.String)),
  requestId: Schema.optional(Schema.NullOr(Schema.String)),
})

const decodeDocument = Schema.decodeUnknownEither(Schema.parseJson(ProblemDocument))

/**
 * The fields of `application/problem+json`, or nulls where the body is something else (a proxy's HTML page). The
 * `Content-Type` is not asked: what reads as a problem is one.
 */
export const readProblemBody = (
  body: string,
): {
  readonly code: string | null
  readonly title: string | null
  readonly detail: string | null
  readonly requestId: string | null
} => {
  const document = decodeDocument(body).pipe(
    Either.getOrElse((_: ParseResult.ParseError): typeof ProblemDocument.Type => ({})),
  )
  return {
    code: document.code ?? null,
    title: document.title ?? null,
    detail: document.detail ?? null,
    requestId: document.requestId ?? null,
  }
}
