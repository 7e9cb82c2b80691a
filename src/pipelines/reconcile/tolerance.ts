import { quoteText } from "../../store/describe-table.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Check } from "./check.ts"
import { settingsInForce } from "./check-settings.ts"

/** A choice by code and currency; what is configured for single currencies goes before what holds for all. */
const choice = (
  rows: ReadonlyArray<readonly [code: string, currency: string, value: string]>,
  type: string,
): string => {
  const cases = [...rows]
    .sort(([, one], [, other]) => Number(one === "*") - Number(other === "*"))
    .map(([code, currency, value]) => {
      const also = currency === "*" ? "" : ` AND currency = ${quoteText(currency)}`
      return `WHEN code = ${quoteText(code)}${also} THEN CAST(${value} AS ${type})`
    })
  return cases.length === 0 ? `CAST(0 AS ${type})` : `CASE ${cases.join(" ")} ELSE CAST(0 AS ${type}) END`
}

/**
 * The macros behind `toleranceOf` (evidence/tolerance.ts). The share is taken of the whole part and of the fraction apart, because DECIMAL(38,18)
 * times a rate does not fit.
 */
export const toleranceMacros = (checks: ReadonlyArray<Check>, configuration: Configuration): ReadonlyArray<string> => {
  const rows = checks.flatMap((check) =>
    Object.entries(settingsInForce(check, configuration).tolerance ?? {}).map(
      ([currency, tolerance]) => [check.code, currency, tolerance] as const,
    ),
  )
  const absolutes = rows.map(([code, currency, { absolute }]) => [code, currency, absolute] as const)
  const rates = rows.map(([code, currency, { basisPoints }]) => [code, currency, `${basisPoints} * 0.0001`] as const)
  const size = "abs(CAST(expected AS DECIMAL(38,18)))"
  const whole = `CAST(CAST(trunc(${size}) AS DECIMAL(20,0)) * rate_of(code, currency) AS DECIMAL(38,18))`
  const fraction = `CAST(CAST(${size} - trunc(${size}) AS DECIMAL(19,18)) * rate_of(code, currency) AS DECIMAL(38,18))`
  return [
    `CREATE OR REPLACE TEMP MACRO absolute_of(code, currency) AS ${choice(absolutes, "DECIMAL(38,18)")}`,
    `CREATE OR REPLACE TEMP MACRO rate_of(code, currency) AS ${choice(rates, "DECIMAL(5,4)")}`,
    `CREATE OR REPLACE TEMP MACRO tolerance_of(code, currency, expected) AS
       greatest(absolute_of(code, currency), coalesce(TRY(${whole} + ${fraction}), 0))`,
  ]
}
