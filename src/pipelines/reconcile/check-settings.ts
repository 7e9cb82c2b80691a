import type { Severity, Tolerance } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Check } from "./check.ts"

/** What a check goes by in a run: its own settings, else those for all checks, else its defaults. */
export interface CheckSettingsInForce {
  readonly enabled: boolean
  readonly severity: Severity
  /** Null where the check has no grace. */
  readonly graceMinutes: number | null
  /** By currency; `*` stands for all that are not named. Null where the check has no tolerance. */
  readonly tolerance: Readonly<Record<string, Tolerance>> | null
  /** One number, or one for each stream. Null where the check has no limit. */
  readonly limitHours: number | Readonly<Record<string, number>> | null
}

const limitOf = (check: Check, configuration: Configuration): CheckSettingsInForce["limitHours"] => {
  const own = configuration.checks[check.code]?.limitHours
  const { limitHours } = check
  if (limitHours === undefined) return null
  if (typeof limitHours === "number") return own ?? limitHours
  return Object.fromEntries(
    Object.entries(limitHours).map(([stream, hours]) => [stream, own ?? configuration.ageLimitHours[stream] ?? hours]),
  )
}

/** A check's tolerance for all currencies stands over the general one for a single currency. */
const toleranceOf = (check: Check, configuration: Configuration): CheckSettingsInForce["tolerance"] => {
  if (check.takes?.includes("tolerance") !== true) return null
  const own = configuration.checks[check.code]?.tolerance ?? {}
  return own["*"] === undefined ? { ...configuration.tolerance, ...own } : own
}

export const settingsInForce = (check: Check, configuration: Configuration): CheckSettingsInForce => {
  const own = configuration.checks[check.code]
  return {
    enabled: own?.enabled ?? true,
    severity: own?.severity ?? check.severity,
    graceMinutes: check.takes?.includes("grace") === true ? (own?.graceMinutes ?? configuration.graceMinutes) : null,
    tolerance: toleranceOf(check, configuration),
    limitHours: limitOf(check, configuration),
  }
}
