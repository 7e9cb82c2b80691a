import { type ExceptionState, exceptionStates, liveStates } from "./state.ts"

/** What a person can do with an exception. One row each; `act-on.ts` walks this table. */
export interface Act {
  /** As the log calls it. */
  readonly event: "acknowledged" | "assigned" | "noted" | "written_off" | "reopened"
  /** For sentences: `3 exceptions acknowledged`. */
  readonly done: string
  /** The states in which the act makes sense. */
  readonly from: ReadonlyArray<ExceptionState>
  /** Of these, the ones that a filter picks; an id picks any. */
  readonly byFilter: ReadonlyArray<ExceptionState>
  /** Null where the state stays what it is. */
  readonly to: ExceptionState | null
  /** Whether a person must say why. */
  readonly needsReason: boolean
  /** The state in which there is nothing left to do; asking again is no mistake. */
  readonly already: ExceptionState | null
  /** Why the act makes no sense in any other state. */
  readonly refusal: Readonly<Partial<Record<ExceptionState, string>>>
}

const settled = {
  resolved: "is resolved: a run has proven that it is gone",
  written_off: "is written off; reopen it first",
} as const

/** Source: docs/rules.md, "Exceptions live". */
export const acts = {
  ack: {
    event: "acknowledged",
    done: "acknowledged",
    from: ["open", "reopened"],
    byFilter: ["open", "reopened"],
    to: "acknowledged",
    needsReason: false,
    already: "acknowledged",
    refusal: { ...settled, acknowledged: "is acknowledged already" },
  },
  assign: {
    event: "assigned",
    done: "assigned",
    from: liveStates,
    byFilter: liveStates,
    to: null,
    needsReason: false,
    already: null,
    refusal: settled,
  },
  note: {
    event: "noted",
    done: "noted",
    from: exceptionStates,
    byFilter: liveStates,
    to: null,
    needsReason: true,
    already: null,
    refusal: {},
  },
  writeOff: {
    event: "written_off",
    done: "written off",
    from: liveStates,
    byFilter: liveStates,
    to: "written_off",
    needsReason: true,
    already: "written_off",
    refusal: { ...settled, written_off: "is written off already" },
  },
  reopen: {
    event: "reopened",
    done: "reopened",
    from: ["resolved", "written_off"],
    // Reopening what runs have resolved, by the hundred, is never meant.
    byFilter: ["written_off"],
    to: "reopened",
    needsReason: false,
    already: "reopened",
    refusal: {
      open: "is open as it is",
      acknowledged: "is not settled, so there is nothing to reopen",
      reopened: "is reopened already",
    },
  },
} as const satisfies Readonly<Record<string, Act>>
