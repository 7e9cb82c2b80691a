import type { FailedTry } from "./failed-try.ts"
import type { FailureClass } from "./retry-policy.ts"

/** What became of the tries that failed in one way. */
export interface FailureCounts {
  readonly failure: FailureClass
  readonly failures: number
  /** Of these, how many were followed by another try. */
  readonly retries: number
  /** The waits before those tries, together. */
  readonly waitedMillis: number
}

/** What the run has asked of the API so far. */
export interface RequestCounts {
  /** Every try that went out. */
  readonly requests: number
  /** Of these, the tries after a request's first. */
  readonly retries: number
  readonly waitedMillis: number
  /** Of the answers' bodies, as they came off the wire. */
  readonly bytes: number
  /** Only the classes that were met, in the order in which they were. */
  readonly byFailure: ReadonlyArray<FailureCounts>
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
  const byFailure = new Map<FailureClass, { failures: number; retries: number; waitedMillis: number }>()
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
      const counts = byFailure.get(failedTry.failure) ?? { failures: 0, retries: 0, waitedMillis: 0 }
      byFailure.set(failedTry.failure, counts)
      counts.failures++
      if (failedTry.waitedMillis === null) return
      counts.retries++
      counts.waitedMillis += failedTry.waitedMillis
      waitedMillis += failedTry.waitedMillis
    },
    counts: () => ({
      requests,
      retries,
      waitedMillis,
      bytes,
      byFailure: [...byFailure].map(([failure, counts]) => ({ failure, ...counts })),
    }),
    takeFailedTries: () => {
      const taken = failedTries
      failedTries = []
      return taken
    },
  }
}
