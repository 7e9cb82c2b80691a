import type { FailureClass } from "./retry-policy.ts"

/** A try that failed, as support asks for it and as a run keeps it: nothing secret, no query, no body. */
export interface FailedTry {
  /** Epoch milliseconds by this machine's clock. */
  readonly failedAtMillis: number
  /** The X-Request-Id that was sent. */
  readonly requestId: string
  /** The request id by which the API knows it, where it named one. */
  readonly apiRequestId: string | null
  readonly customerId: string
  readonly stream: string
  /** Method and path, without the query: `GET /partner/v1/customers/…/transactions`. */
  readonly endpoint: string
  /** From 1. */
  readonly attempt: number
  readonly failure: FailureClass
  /** Null where no answer came. */
  readonly status: number | null
  readonly problemCode: string | null
  /** How long the next try was then waited for; null where there was none. */
  readonly waitedMillis: number | null
}
