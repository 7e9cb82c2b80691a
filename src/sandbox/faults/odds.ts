import type { StreamName } from "../../api/streams.ts"
import type { FaultName } from "./faults.ts"

/** The probability of each fault, from 0 to 1; absent ones never strike. `fault@stream` goes before `fault`. */
export type Odds = Readonly<Partial<Record<FaultName | `${FaultName}@${StreamName}`, number>>>

export const oddsOf = (odds: Odds, fault: FaultName, stream: StreamName): number =>
  odds[`${fault}@${stream}`] ?? odds[fault] ?? 0
