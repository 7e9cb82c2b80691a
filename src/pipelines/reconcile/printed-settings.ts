import { type Contract, resolveContract } from "../../api/contract.ts"
import { type Configuration, knownAgeLimits, knownPlaces } from "../configuration.ts"
import type { Check } from "./check.ts"
import { settingsInForce } from "./check-settings.ts"

export type PrintedSetting = readonly [key: string, value: string]

/** A value as keys with dots, leaves only. */
const leaves = (value: unknown, path: string): ReadonlyArray<PrintedSetting> => {
  if (typeof value !== "object" || value === null) return [[path, value === null ? "none" : String(value)]]
  const entries = Object.entries(value)
  return entries.length === 0 ? [[path, "none"]] : entries.flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
}

/** The contract with names in place of positions, as the configuration writes it. */
const byName = ({ page, streams }: Contract): unknown => ({
  page,
  streams: Object.fromEntries(
    streams.map(({ fields, path, statuses, stream }) => [
      stream,
      {
        path,
        statuses: statuses ?? {},
        fields: Object.fromEntries(fields.map(({ column, field }) => [column, field])),
      },
    ]),
  ),
})

/** What the configuration says otherwise than the contract that is assumed. */
const contractDifferences = (contract: Contract): ReadonlyArray<PrintedSetting> => {
  const assumed = new Map(leaves(byName(resolveContract()), "contract"))
  return leaves(byName(contract), "contract").filter(([key, value]) => assumed.get(key) !== value)
}

/**
 * Every setting that a run is judged by, defaults too, as `key.key` and value: what the summary report prints. Of the
 * contract, what differs from the one that is assumed.
 */
export const printedSettings = (
  checks: ReadonlyArray<Check>,
  configuration: Configuration,
): ReadonlyArray<PrintedSetting> => {
  const { ageLimitHours, checks: _, contract, currencyPlaces, sha256: __, ...others } = configuration
  const ofCheck = (check: Check): ReadonlyArray<PrintedSetting> => {
    const { enabled, graceMinutes, limitHours, severity, tolerance } = settingsInForce(check, configuration)
    const own = {
      enabled,
      severity,
      ...(graceMinutes === null ? {} : { graceMinutes }),
      ...(limitHours === null ? {} : { limitHours }),
      ...(tolerance === null ? {} : { tolerance }),
    }
    return leaves(own, `checks.${check.code}`)
  }
  return [
    ...Object.entries(others).flatMap(([key, value]) => leaves(value, key)),
    ...leaves({ ...knownAgeLimits, ...ageLimitHours }, "ageLimitHours"),
    ...leaves({ ...knownPlaces, ...currencyPlaces }, "currencyPlaces"),
    ...checks.flatMap(ofCheck),
    ...contractDifferences(contract),
  ]
}
