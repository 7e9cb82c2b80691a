import type { ProblemCode } from "../../api/problem.ts"

/** A field-level detail of a problem. */
export interface FieldProblem {
  readonly field: string
  readonly message: string
}

/** A refusal, before it has a request to answer. */
export interface Refusal {
  readonly status: number
  /** One of the guide's, unless the refusal is meant to surprise. */
  readonly code: string
  readonly detail: string
  readonly errors?: ReadonlyArray<FieldProblem>
}

/**
 * The status of each code. Only PARTNER_AUTH_FAILED's is documented; the others are the contract's assumptions
 * ("Errors").
 */
const statuses: Readonly<Record<ProblemCode, number>> = {
  PARTNER_AUTH_FAILED: 401,
  PARTNER_SIGNATURE_INVALID: 401,
  PARTNER_SIGNATURE_EXPIRED: 401,
  PARTNER_NONCE_REPLAYED: 401,
  PARTNER_SCOPE_DENIED: 403,
  PARTNER_PRODUCT_DISABLED: 403,
  PARTNER_CUSTOMER_NOT_FOUND: 404,
  PARTNER_RESOURCE_NOT_FOUND: 404,
  PARTNER_RESOURCE_STATE_INVALID: 409,
  PARTNER_IDEMPOTENCY_CONFLICT: 409,
  PARTNER_OPERATION_NOT_APPROVED: 403,
  PARTNER_QUOTE_EXPIRED: 409,
  PARTNER_TRAVEL_RULE_REQUIRED: 409,
  PARTNER_PROCESSING_UNAVAILABLE: 503,
}

export const refusal = (code: ProblemCode, detail: string, status = statuses[code]): Refusal => ({
  status,
  code,
  detail,
})

/** A parameter that the list cannot use. The guide has no code for it; this one is the nearest, with status 400. */
export const badParameter = (field: string, message: string): Refusal => ({
  status: 400,
  code: "PARTNER_RESOURCE_STATE_INVALID",
  detail: `The parameter ${field} cannot be used.`,
  errors: [{ field, message }],
})

/** The body of `application/problem+json`, as the guide's page on errors shows it. */
export const problemBody = ({ status, code, detail, errors }: Refusal, requestId: string): string =>
  JSON.stringify({
    type: `https://api.oceafin.com/problems/${code.toLowerCase().replaceAll("_", "-")}`,
    title: code,
    status,
    code,
    detail,
    requestId,
    errors: errors ?? [],
  })
