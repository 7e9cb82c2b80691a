import { Data } from "effect"
import { clockSentence } from "../../api/answer-times.ts"
import type { ApiFailure } from "../../api/failures.ts"

/** The Date header has whole seconds, and an answer takes a while. */
const negligibleMillis = 5000

const staleRemedy = (offsetMillis: number | null): string => {
  if (offsetMillis === null) return "check this machine's clock"
  return Math.abs(offsetMillis) < negligibleMillis
    ? "this machine's clock agrees with the API's, so it is not the reason; run again, and ask Oceafin if it stays so"
    : `${clockSentence(offsetMillis)}; set it right and run again`
}

/** The API refuses who we say we are; nothing else would succeed. */
export class CredentialsRefused extends Data.TaggedError("CredentialsRefused")<{ readonly failure: ApiFailure }> {
  readonly exitCode = 77
  override get message(): string {
    return this.failure._tag === "PartnerProblem" && this.failure.code === "PARTNER_SIGNATURE_EXPIRED"
      ? `the API takes our signatures for stale: ${this.failure.message}; ${staleRemedy(this.failure.clockOffsetMillis)}`
      : `the API refuses the credentials: ${this.failure.message}; check OCEAFIN_PARTNER_API_CLIENT_ID and OCEAFIN_PARTNER_API_CLIENT_SECRET`
  }
}

/** No page could be read at all. */
export class ApiUnavailable extends Data.TaggedError("ApiUnavailable")<{
  readonly baseUrl: string
  readonly failure: ApiFailure
  readonly startPatienceMinutes: number
}> {
  readonly exitCode = 75
  override get message(): string {
    return `the Partner API at ${this.baseUrl} is not available: ${this.failure.message}; run again later, nothing was lost; startPatienceMinutes of the configuration, now ${this.startPatienceMinutes}, says how long a night waits for the first answer`
  }
}

/** Something answers, and nothing it says is what the Partner API says. */
export class NotThePartnerApi extends Data.TaggedError("NotThePartnerApi")<{
  readonly baseUrl: string
  readonly failure: ApiFailure
}> {
  readonly exitCode = 78
  override get message(): string {
    return `what answers at ${this.baseUrl} does not speak as the Partner API does: ${this.failure.message}; check OCEAFIN_PARTNER_API_BASE_URL, its path too, or describe the difference under contract in the configuration`
  }
}

/** Nobody can be reached from here until a person changes something: a certificate, a proxy. */
export class WayClosed extends Data.TaggedError("WayClosed")<{
  readonly baseUrl: string
  readonly failure: ApiFailure
}> {
  readonly exitCode = 78
  override get message(): string {
    return `the Partner API at ${this.baseUrl} cannot be reached: ${this.failure.message}`
  }
}
