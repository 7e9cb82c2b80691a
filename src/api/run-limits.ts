import { Duration } from "effect"
import { RequestWithheld, type TryFailure } from "./failures.ts"
import { defaultRetryBudget, makeRetryBudget, type RetryBudget, type RetryBudgetOptions } from "./retry-budget.ts"
import { type BreakerOptions, defaultBreaker, makeStreamBreakers, type StreamBreakers } from "./stream-breaker.ts"

/** The rules by which this client holds back a request, over the whole run. */
export interface RunLimitOptions {
  readonly retryBudget?: RetryBudgetOptions
  readonly breaker?: BreakerOptions
  /** From the beginning of the run; past it nothing is sent. Null for none. */
  readonly deadline?: Duration.DurationInput | null
}

/** A request that may be held back; `after` is the failure of its last try. */
export interface Candidate {
  readonly requestId: string
  readonly stream: string
  readonly after: TryFailure | null
}

export interface RunLimits {
  readonly breakers: StreamBreakers
  readonly budget: RetryBudget
  /** What keeps a request from being sent now. */
  readonly hindrance: (candidate: Candidate, now: number) => RequestWithheld | null
  /** What keeps a request from being tried again after a wait; where nothing does, one retry of the budget is taken. */
  readonly retryHindrance: (candidate: Candidate, now: number, waitMillis: number) => RequestWithheld | null
}

const lasting = (input: Duration.DurationInput): string => Duration.format(Duration.decode(input))

/** Times are epoch milliseconds. */
export const makeRunLimits = (options: RunLimitOptions, startedAtMillis: number): RunLimits => {
  const { breaker = defaultBreaker, deadline = null, retryBudget = defaultRetryBudget } = options
  const breakers = makeStreamBreakers(breaker)
  const budget = makeRetryBudget(retryBudget)
  const deadlineAt = deadline === null ? Number.POSITIVE_INFINITY : startedAtMillis + Duration.toMillis(deadline)

  const withhold = ({ after, requestId }: Candidate, reason: RequestWithheld["reason"], detail: string) =>
    new RequestWithheld({ reason, requestId, detail, after })
  const late = (candidate: Candidate, at: number): RequestWithheld | null =>
    deadline !== null && at >= deadlineAt
      ? withhold(candidate, "Deadline", `a run asks for no longer than ${lasting(deadline)}`)
      : null
  const silent = (candidate: Candidate, now: number): RequestWithheld | null =>
    breakers.isOpen(candidate.stream, now)
      ? withhold(
          candidate,
          "BreakerOpen",
          `${breaker.failures} tries in a row found no answer on ${candidate.stream}, and it is left alone for ${lasting(breaker.coolDown)} at a time`,
        )
      : null

  return {
    breakers,
    budget,
    hindrance: (candidate, now) => late(candidate, now) ?? silent(candidate, now),
    retryHindrance: (candidate, now, waitMillis) => {
      const held = late(candidate, now + waitMillis) ?? silent(candidate, now)
      if (held !== null || budget.take()) return held
      const { floor, percent } = retryBudget
      return withhold(candidate, "BudgetSpent", `a run retries ${percent} % of its requests and ${floor} more`)
    },
  }
}
