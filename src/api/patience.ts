import type { Duration } from "effect"

/**
 * How long a run holds, and how it finds out that it may go on: what the retry table does not say, because it is of the
 * run and of no request. Printed by `tidemark policy`.
 */
export const patience = {
  /** Failures in a row, over all requests, after which nobody seems to answer. Before the first answer one is enough. */
  silentInARow: 3,
  /** A limit that one list told of is believed when a witness tells of it too, who is asked after this long. */
  witnessAfter: "250 millis",
  /** The pauses between two probes. */
  probes: {
    limited: { first: "1 second", growth: 1.6, cap: "60 seconds" },
    silent: { first: "500 millis", growth: 1.5, cap: "30 seconds" },
    refused: { first: "1 second", growth: 2, cap: "30 seconds" },
  },
  /** Probes that must be refused as well before the credentials are. */
  refusedProbes: 3,
  /** A Retry-After that is longer holds nobody up: it is the affair of the list that was told so. */
  longestHold: "15 minutes",
  /** How long a run holds at most where it has no deadline. */
  withoutDeadline: "6 hours",
  /** How long the API may be out of reach at the start, unless startPatienceMinutes says otherwise. */
  start: "10 minutes",
  /** What could not be read is asked once more this long after all else is read, and again while that brings any list on. */
  onceMoreAfter: "15 seconds",
} as const satisfies {
  readonly probes: Readonly<
    Record<
      string,
      { readonly first: Duration.DurationInput; readonly growth: number; readonly cap: Duration.DurationInput }
    >
  >
  readonly [name: string]: unknown
}
