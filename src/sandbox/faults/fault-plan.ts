import { type FaultSettings, standardSettings } from "./fault-settings.ts"
import type { Odds } from "./odds.ts"
import { type Profile, type ProfileName, profiles } from "./profiles.ts"

/** Which faults a server has, and how often. The same plan strikes the same pages of the same lists. */
export interface FaultPlan {
  /** Whole number. */
  readonly seed: number
  readonly odds: Odds
  readonly settings: FaultSettings
}

/** A profile, with whatever is to be different laid over it. The seed is 1 unless given. */
export const faultPlan = (
  name: ProfileName,
  changes: { readonly seed?: number; readonly odds?: Odds; readonly settings?: Partial<FaultSettings> } = {},
): FaultPlan => {
  const profile: Profile = profiles[name]
  return {
    seed: changes.seed ?? 1,
    odds: { ...profile.odds, ...changes.odds },
    settings: { ...standardSettings, ...profile.settings, ...changes.settings },
  }
}
