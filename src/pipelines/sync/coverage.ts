import type { ApiFailure } from "../../api/failures.ts"
import type { UnsteadyChain } from "../../api/page-chain.ts"
import { PartnerProblem } from "../../api/problem.ts"
import { classify, meansOutage, policyOf } from "../../api/retry-policy.ts"
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

/** The scope was denied to another customer's list of the same stream, so this one was not asked. */
export const deniedBefore: PartitionEnd = {
  state: "DENIED",
  reason: "the scope was denied for another customer in this run, so it was not asked again",
  problemCode: "PARTNER_SCOPE_DENIED",
  requestId: null,
}

/** The failure itself, where one lies behind a request that was no longer sent. */
const grounds = (failure: ApiFailure): ApiFailure =>
  failure._tag === "RequestWithheld" ? (failure.after ?? failure) : failure

/**
 * What a failure makes of its partition: as the retry table says, but a chain that had begun and lost its connection is
 * PARTIAL, because some of it is known.
 */
export const endOf = (
  failure: ApiFailure | UnsteadyChain,
  pagesBefore: number,
  product: Product,
  expected: boolean,
): PartitionEnd => {
  const reasonFor = failure._tag === "UnsteadyChain" ? failure : grounds(failure)
  const problemCode = reasonFor instanceof PartnerProblem ? reasonFor.code : null
  const end = (state: CoverageState, reason: string): PartitionEnd => ({
    state,
    reason,
    problemCode,
    requestId: failure.requestId,
  })
  if (failure._tag === "UnsteadyChain") return end("PARTIAL", failure.message)
  const { partition } = policyOf(failure)
  if (partition === "NOT_APPLICABLE" && expected) {
    return end("FAILED", `the roster expects the product ${product}, and the API says it is disabled`)
  }
  if (partition === "NOT_APPLICABLE") return end("NOT_APPLICABLE", `the product ${product} is not enabled`)
  const unreadable = failure._tag === "UnreadablePage"
  if (partition === "FAILED") return end(pagesBefore > 0 && !unreadable ? "PARTIAL" : "FAILED", failure.message)
  // A chain that is to begin anew and cannot is known in part.
  return end(partition === "RESTARTED" ? "PARTIAL" : partition, failure.message)
}

/** Whether the failure means that nobody answers, rather than that somebody refuses. */
export const isOutage = (failure: ApiFailure | UnsteadyChain): boolean => {
  if (failure._tag === "UnsteadyChain") return false
  return meansOutage(classify(grounds(failure)))
}

/** A path that is not there. Of a customer that is not there the Partner API says so by a code of its own. */
const isNoSuchPath = (failure: PartnerProblem): boolean =>
  failure.status === 404 && failure.code !== "PARTNER_CUSTOMER_NOT_FOUND"

/**
 * Whether only the Partner API would fail so: with a code of its own, or by its limits. A stranger's page does not, nor
 * does the answer to a path that is not there, whatever its code: the base URL may lead past the API.
 */
export const isThePartnerApis = (failure: ApiFailure | UnsteadyChain): boolean =>
  failure._tag === "UnsteadyChain" ||
  failure._tag === "RequestWithheld" ||
  (failure instanceof PartnerProblem && !isNoSuchPath(failure) && (failure.code !== null || failure.status === 429))
