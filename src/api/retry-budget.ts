/** How many tries again a whole run may make: a share of its requests, and some more so that a short run may retry at all. */
export interface RetryBudgetOptions {
  /** Of the requests made so far, each counted once, so that retries do not earn retries. */
  readonly percent: number
  readonly floor: number
}

export const defaultRetryBudget: RetryBudgetOptions = { percent: 10, floor: 20 }

export const budgetSentence = ({ floor, percent }: RetryBudgetOptions): string =>
  `a run retries ${percent} % of its requests and ${floor} more`

export interface RetryBudget {
  /** A request goes out for the first time. */
  readonly requestMade: () => void
  /** What failed is asked once more: as many retries as a short run has come with it, so that the last list left has its tries. */
  readonly onceMore: () => void
  /** Takes one retry; false where none is left. */
  readonly take: () => boolean
}

export const makeRetryBudget = ({ floor, percent }: RetryBudgetOptions): RetryBudget => {
  let requests = 0
  let retries = 0
  let granted = floor
  return {
    requestMade: () => {
      requests++
    },
    onceMore: () => {
      granted += floor
    },
    take: () => {
      if (retries >= granted + Math.floor((requests * percent) / 100)) return false
      retries++
      return true
    },
  }
}
