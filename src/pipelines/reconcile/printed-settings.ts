import { Duration } from "effect"
import { type Contract, resolveContract } from "../../api/contract.ts"
import type { RetryRow } from "../../api/retry-policy.ts"
import { cryptoPlaces, knownAgeLimits } from "../configuration/file.ts"
import { type Configuration, defaultConfiguration, judging } from "../configuration/settings.ts"
import type { CheckFile } from "./check-file.ts"
import { settingsInForce } from "./check-settings.ts"

type Leaf = readonly [key: string, value: string]

export interface PrintedSetting {
  readonly setting: string
  readonly value: string
  /** False where the configuration says otherwise than the program by itself. */
  readonly isDefault: boolean
}

/** A value as keys with dots, leaves only. */
const leaves = (value: unknown, path: string): ReadonlyArray<Leaf> => {
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
const contractDifferences = (contract: Contract): ReadonlyArray<Leaf> => {
  const assumed = new Map(leaves(byName(resolveContract()), "contract"))
  return leaves(byName(contract), "contract").filter(([key, value]) => assumed.get(key) !== value)
}

/** What the configuration may say of the retry table; `tidemark policy` prints the whole of it. */
const retrySettings = (policy: ReadonlyArray<RetryRow>): ReadonlyArray<Leaf> =>
  policy.flatMap(({ cap, failure, firstDelay, tries }) =>
    leaves(
      { tries, firstDelaySeconds: Duration.toSeconds(firstDelay), capSeconds: Duration.toSeconds(cap) },
      `retry.${failure}`,
    ),
  )

const settingsOf = (checks: ReadonlyArray<CheckFile>, configuration: Configuration): ReadonlyArray<Leaf> => {
  const {
    ageLimitHours,
    checks: _,
    contract,
    currencyPlaces,
    failOn,
    retryPolicy,
    sha256: __,
    ...others
  } = judging(configuration)
  const ofCheck = (check: CheckFile): ReadonlyArray<Leaf> => {
    const { enabled, graceMinutes, limitHours, numbers, severity, tolerance, words } = settingsInForce(
      check,
      configuration,
    )
    const own = {
      enabled,
      severity,
      ...(graceMinutes === null ? {} : { graceMinutes }),
      ...(limitHours === null ? {} : { limitHours }),
      ...(tolerance === null ? {} : { tolerance }),
      ...numbers,
      ...words,
    }
    return leaves(own, `checks.${check.code}`)
  }
  return [
    ...Object.entries(others).flatMap(([key, value]) => leaves(value, key)),
    ...retrySettings(retryPolicy),
    ["failOn", failOn.length === 0 ? "nothing" : failOn.join(", ")] as const,
    ...leaves({ ...knownAgeLimits, ...ageLimitHours }, "ageLimitHours"),
    // Those of ISO 4217 would fill a page, and nobody set them.
    ...leaves({ ...cryptoPlaces, ...currencyPlaces }, "currencyPlaces"),
    ...checks.flatMap(ofCheck),
    ...contractDifferences(contract),
  ]
}

/**
 * Every setting that a run is judged by, defaults too, as `key.key` and value: what the summary report prints. Of the
 * retry table and the contract, which judge nothing by themselves, only what the configuration changed.
 */
export const printedSettings = (
  checks: ReadonlyArray<CheckFile>,
  configuration: Configuration,
): ReadonlyArray<PrintedSetting> => {
  const usual = new Map(settingsOf(checks, defaultConfiguration))
  return settingsOf(checks, configuration)
    .map(([setting, value]) => ({ setting, value, isDefault: usual.get(setting) === value }))
    .filter(({ isDefault, setting }) => !(isDefault && setting.startsWith("retry.")))
}
