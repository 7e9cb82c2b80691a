import type { Story } from "../world/story.ts"
import type { Severity } from "./break-code.ts"
import type { Fault, Ground, Night } from "./ground.ts"

/** An exception that a run on this world must report: exactly these, and no other. */
export interface AnswerKeyEntry {
  readonly code: string
  /** As the check writes it: a record's id, `customerId/currency`, `customerId/stream`, or a page position. */
  readonly recordId: string
  /** Only where the record has two movements: a conversion. */
  readonly leg?: "DEBIT" | "CREDIT" | "FEE"
  readonly currency?: string
  readonly severity: Severity
  readonly why: string
}

export interface NearMissEntry {
  readonly code: string
  readonly recordId: string
  readonly why: string
}

const holds = (fault: Fault, night: Night): boolean => {
  const { earlier, now } = night
  if (fault.from > now || (fault.until !== undefined && fault.until <= now)) return false
  if (fault.when !== undefined && !fault.when(night)) return false
  if (fault.unseenAt === undefined) return true
  const previousNow = earlier.at(-1)
  return previousNow !== undefined && fault.unseenAt.from <= previousNow && previousNow < fault.unseenAt.before
}

/** `positionOf` names a record whose id cannot be read by its place on the pages. */
export const answerKeyOf = (
  ground: Ground,
  night: Night,
  positionOf: (story: Story) => string,
): ReadonlyArray<AnswerKeyEntry> =>
  ground.faults
    .filter((fault) => holds(fault, night))
    .map(({ code, recordId, leg, severity, why }) => ({
      code,
      recordId: typeof recordId === "string" ? recordId : positionOf(recordId),
      ...(leg === undefined ? {} : { leg }),
      severity,
      why,
    }))

export const nearMissesOf = (ground: Ground, night: Night): ReadonlyArray<NearMissEntry> =>
  ground.nearMisses
    .filter(({ from, until }) => from <= night.now && (until === undefined || night.now < until))
    .filter(({ when }) => when === undefined || when(night))
    .map(({ code, recordId, why }) => ({ code, recordId, why }))
