import type { ApiFailure } from "../../api/failures.ts"
import { PartnerProblem } from "../../api/problem.ts"
import { classify, policyOf } from "../../api/retry-policy.ts"
import type { Product } from "../../api/streams.ts"
import type { CoverageState } from "../../store/tables.ts"

/** How a partition's chain ended. */
export interface PartitionEnd {
  readonly state: CoverageState
  readonly reason: string
  readonly problemCode: string | null
  readonly requestId: string | null
}

/** The chain reached "no more"; whether that proves the partition is decided when the counts are compared. */
export const walkedToTheEnd: PartitionEnd = {
  state: "COMPLETE",
  reason: "the chain was walked from its first page to its last",
  problemCode: null,
  requestId: null,
}

/**
 * What a failure makes of its partition: as the retry table says, but a chain that had begun and lost its connection is
 * PARTIAL, because some of it is known.
 */
export const endOf = (failure: ApiFailure, pagesBefore: number, product: Product, expected: boolean): PartitionEnd => {
  const row = policyOf(failure)
  const problemCode = failure instanceof PartnerProblem ? failure.code : null
  const end = (state: CoverageState, reason: string): PartitionEnd => ({
    state,
    reason,
    problemCode,
    requestId: failure.requestId,
  })
  if (row.partition === "NOT_APPLICABLE" && expected) {
    return end("FAILED", `the roster expects the product ${product}, and the API says it is disabled`)
  }
  if (row.partition === "NOT_APPLICABLE") return end("NOT_APPLICABLE", `the product ${product} is not enabled`)
  const unreadable = failure._tag === "UnreadablePage"
  // A chain that cannot be restarted any more has failed.
  const ended = row.partition === "RESTARTED" ? "FAILED" : row.partition
  const state = ended === "FAILED" && pagesBefore > 0 && !unreadable ? "PARTIAL" : ended
  return end(state, failure.message)
}

/** Whether the failure means that nobody answers, rather than that somebody refuses. */
export const isOutage = (failure: ApiFailure): boolean => {
  const failureClass = classify(failure)
  return failureClass === "transport" || failureClass === "server_error" || failureClass === "processing_unavailable"
}
