import type { FailedTry } from "./failed-try.ts"

/** What the run has asked of the API so far. */
export interface RequestCounts {
  /** Every try that went out. */
  readonly requests: number
  /** Of these, the tries after a request's first. */
  readonly retries: number
  readonly waitedMillis: number
  /** Of the answers' bodies, as they came off the wire. */
  readonly bytes: number
}

/** The books of a client: counts for the run, and the failed tries since they were last taken. */
export interface RequestTally {
  readonly sent: (attempt: number) => void
  readonly received: (bytes: number) => void
  readonly failed: (failedTry: FailedTry) => void
  readonly counts: () => RequestCounts
  readonly takeFailedTries: () => ReadonlyArray<FailedTry>
}

export const makeRequestTally = (): RequestTally => {
  let failedTries: Array<FailedTry> = []
  let requests = 0
  let retries = 0
  let waitedMillis = 0
  let bytes = 0
  return {
    sent: (attempt) => {
      requests++
      if (attempt > 1) retries++
    },
    received: (length) => {
      bytes += length
    },
    failed: (failedTry) => {
      failedTries.push(failedTry)
      waitedMillis += failedTry.waitedMillis ?? 0
    },
    counts: () => ({
      requests,
      retries,
      waitedMillis,
      bytes,
    }),
    takeFailedTries: () => {
      const taken = failedTries
      failedTries = []
      return taken
    },
  }
}
