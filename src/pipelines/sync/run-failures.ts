import { Data } from "effect"
import type { ApiFailure } from "../../api/failures.ts"

/** The API refuses who we say we are; nothing else would succeed. Exit code 77. */
export class CredentialsRefused extends Data.TaggedError("CredentialsRefused")<{ readonly failure: ApiFailure }> {
  override get message(): string {
    const remedy =
      this.failure._tag === "PartnerProblem" && this.failure.code === "PARTNER_SIGNATURE_EXPIRED"
        ? "check this machine's clock"
        : "check OCEAFIN_PARTNER_API_CLIENT_ID and OCEAFIN_PARTNER_API_CLIENT_SECRET"
    return `the API refuses the credentials: ${this.failure.message}; ${remedy}`
  }
}

/** No page could be read at all. Exit code 75. */
export class ApiUnavailable extends Data.TaggedError("ApiUnavailable")<{
  readonly baseUrl: string
  readonly failure: ApiFailure
}> {
  override get message(): string {
    return `the Partner API at ${this.baseUrl} is not available: ${this.failure.message}; run again later, nothing was lost`
  }
}
