import { type ApiFailure, groundsOf } from "../../api/failures.ts"
import type { UnsteadyChain } from "../../api/page-chain.ts"
import { PartnerProblem } from "../../api/problem.ts"
import { meansOutage, policyOf } from "../../api/retry-policy.ts"
import type { Product } from "../../api/streams.ts"
import type { CoverageState } from "../../store/states.ts"

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

/** The scope was denied to every other customer's list of the same stream that was asked, so this one was not. */
export const deniedToOthers: PartitionEnd = {
  state: "DENIED",
  reason: "the scope was denied for every other customer that was asked, so it was not asked for this one",
  problemCode: "PARTNER_SCOPE_DENIED",
  requestId: null,
}

/**
 * What a failure makes of its partition: as the retry table says, but a chain that had begun and lost its connection is
 * PARTIAL, because some of it is known.
 */
export const endOf = (
  failure: ApiFailure | UnsteadyChain,
  pagesBefore: number,
  product: Product,
  expected: boolean,
  /** How often and for how long it was asked; empty where that says nothing. */
  effort: string,
): PartitionEnd => {
  const reasonFor = failure._tag === "UnsteadyChain" ? failure : groundsOf(failure)
  const problemCode = reasonFor instanceof PartnerProblem ? reasonFor.code : null
  const end = (state: CoverageState, reason: string): PartitionEnd => ({
    state,
    reason: `${reason}${effort}`,
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
  return meansOutage(failure)
}

/** A path that is not there. Of a customer that is not there the Partner API says so by a code of its own. */
const isNoSuchPath = (failure: PartnerProblem): boolean =>
  failure.status === 404 && failure.code !== "PARTNER_CUSTOMER_NOT_FOUND"

/**
 * Whether only the Partner API would fail so: in its own words, or by its limits. A stranger's page does not, nor does the
 * answer to a path that is not there, whatever its code: the base URL may lead past the API.
 */
export const isThePartnerApis = (failure: ApiFailure | UnsteadyChain): boolean =>
  failure._tag === "UnsteadyChain" ||
  (failure._tag === "RequestWithheld" && failure.reason !== "NobodyThere") ||
  (failure instanceof PartnerProblem && !isNoSuchPath(failure) && (failure.isOwn || failure.status === 429))
