import { type Act, acts } from "../../pipelines/exceptions/act.ts"

/** What people do in the demo between its nights, so that the pages have a life to tell of. */
export interface PersonsAct {
  /** From 1: done after this night. */
  readonly after: number
  readonly act: Act
  /** Every exception of this check. */
  readonly code: string
  readonly by: string
  readonly reason: string | null
  readonly assignee: string | null
}

export const personsActs: ReadonlyArray<PersonsAct> = [
  {
    after: 1,
    act: acts.assign,
    code: "LED_MISSING_TRANSACTION",
    by: "Ada (demo)",
    reason: null,
    assignee: "Treasury (demo)",
  },
  {
    after: 1,
    act: acts.ack,
    code: "AGE_TRAVEL_RULE",
    by: "Ada (demo)",
    reason: "Compliance waits for the sender's bank",
    assignee: null,
  },
  {
    after: 1,
    act: acts.writeOff,
    code: "LED_FEE_MISMATCH",
    by: "Ada (demo)",
    reason: "Fee differences below the limit of the fee policy",
    assignee: null,
  },
  {
    after: 2,
    act: acts.writeOff,
    code: "LED_ADJUSTMENT",
    by: "Grace (demo)",
    reason: "Agreed with Oceafin's support; their letter is on file",
    assignee: null,
  },
]
