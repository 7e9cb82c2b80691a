import type { StreamName } from "../../api/streams.ts"
import type { FaultName } from "./faults.ts"

/** Faults that can be kept to one stream: all but those of the whole server. */
export type StreamFaultName = Exclude<FaultName, "clock_skew">

/** The probability of each fault, from 0 to 1; absent ones never strike. `fault@stream` goes before `fault`. */
export type Odds = Readonly<Partial<Record<FaultName | `${StreamFaultName}@${StreamName}`, number>>>

export const oddsOf = (odds: Odds, fault: StreamFaultName, stream: StreamName): number =>
  odds[`${fault}@${stream}`] ?? odds[fault] ?? 0
