import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { knownAgeLimits, type Severity, type Tolerance } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { CheckFile } from "./check-file.ts"

/** What a check goes by in a run: its own settings, else those for all checks, else its defaults. */
export interface CheckSettingsInForce {
  readonly enabled: boolean
  readonly severity: Severity
  /** Null where the check has no grace. */
  readonly graceMinutes: number | null
  /** By currency; `*` stands for all that are not named. Null where the check has no tolerance. */
  readonly tolerance: Readonly<Record<string, Tolerance>> | null
  /** Hours by stream; null where the check has no such limit. */
  readonly limitHours: Readonly<Record<string, number>> | null
  readonly numbers: Readonly<Record<string, number>>
  readonly words: Readonly<Record<string, ReadonlyArray<string>>>
}

/** A check's tolerance for all currencies stands over the general one for a single currency. */
const toleranceOf = (check: CheckFile, configuration: Configuration): CheckSettingsInForce["tolerance"] => {
  if (!check.settings.tolerance) return null
  const own = configuration.checks[check.code]?.tolerance ?? {}
  return own["*"] === undefined ? { ...configuration.tolerance, ...own } : own
}

export const settingsInForce = (check: CheckFile, configuration: Configuration): CheckSettingsInForce => {
  const own = configuration.checks[check.code] ?? {}
  const { settings } = check
  const given = own as Readonly<Record<string, number | ReadonlyArray<string> | undefined>>
  return {
    enabled: own.enabled ?? true,
    severity: own.severity ?? check.severity,
    graceMinutes: settings.grace ? (own.graceMinutes ?? configuration.graceMinutes) : null,
    tolerance: toleranceOf(check, configuration),
    limitHours: settings.limitByStream
      ? Object.fromEntries(
          Object.entries({ ...knownAgeLimits, ...configuration.ageLimitHours }).map(([stream, hours]) => [
            stream,
            own.limitHours ?? hours,
          ]),
        )
      : null,
    numbers: Object.fromEntries(
      Object.entries(settings.numbers).map(([name, value]) => [name, (given[name] as number | undefined) ?? value]),
    ),
    words: Object.fromEntries(
      Object.entries(settings.words).map(([name, value]) => [
        name,
        (given[name] as ReadonlyArray<string> | undefined) ?? value,
      ]),
    ),
  }
}

const rowOf = (check: CheckFile, configuration: Configuration): string => {
  const { enabled, severity } = settingsInForce(check, configuration)
  const hasOneSeverity = configuration.checks[check.code]?.severity !== undefined
  return `(${[check.code, check.family, severity, check.restsOn, check.definition, check.action].map(quoteText).join(", ")}, ${enabled}, ${hasOneSeverity})`
}

type Entries = ReadonlyArray<readonly [check: string, name: string, value: string]>

/** The setting of a check by its name: looked up in one text of all of them, NULL where there is none. */
const lookUp = (type: string, entries: Entries, name: string): string => {
  const all = `|${entries.map(([check, setting, value]) => `${check}/${setting}=${value}|`).join("")}`
  return `TRY_CAST(split_part(split_part(${quoteText(all)}, concat('|', check_code, '/', ${name}, '='), 2), '|', 1) AS ${type})`
}

/**
 * The macros by which a query asks for the settings of a check. They hold the settings as one text each, because a look-up
 * in a table costs a hundred milliseconds of planning in a statement that asks often, and a map of all of them ten.
 */
const settingMacros = (checks: ReadonlyArray<CheckFile>, configuration: Configuration): ReadonlyArray<string> => {
  const inForce = checks.map((check) => ({ code: check.code, ...settingsInForce(check, configuration) }))
  const of = <A>(
    pick: (settings: (typeof inForce)[number]) => Readonly<Record<string, A>> | null,
    print: (value: A) => string,
  ) =>
    inForce.flatMap((settings) =>
      Object.entries(pick(settings) ?? {}).map(([name, value]) => [settings.code, name, print(value)] as const),
    )
  const words = of(
    (settings) => settings.words,
    (values) => `[${values.map(quoteText).join(", ")}]`,
  ).map(([check, name, list]) => `${quoteText(`${check}/${name}`)}: ${list}`)
  const absolutes = of(
    ({ tolerance }) => tolerance,
    ({ absolute }) => absolute,
  )
  const basisPoints = of(
    ({ tolerance }) => tolerance,
    (tolerance) => String(tolerance.basisPoints),
  )
  const byCurrency = (type: string, entries: Entries): string =>
    entries.length === 0
      ? "0"
      : `coalesce(${["of_currency", "'*'"].map((name) => lookUp(type, entries, name)).join(", ")}, 0)`
  const size = "abs(CAST(expected_amount AS DECIMAL(38,18)))"
  const rate = "recon.tolerance_rate(check_code, of_currency)"
  const graces = of(({ graceMinutes }) => (graceMinutes === null ? null : { grace: graceMinutes }), String)
  const numbers = of((settings) => settings.numbers, String)
  const limits = of(({ limitHours }) => limitHours, String)
  return [
    `grace(check_code) AS to_minutes(${lookUp("INTEGER", graces, "'grace'")})`,
    `number_of(check_code, setting) AS ${lookUp("INTEGER", numbers, "setting")}`,
    `limit_hours(check_code, list) AS ${lookUp("INTEGER", limits, "list")}`,
    `words_of(check_code, setting) AS CAST(MAP {${words.join(", ")}} AS MAP(VARCHAR, VARCHAR[]))[concat(check_code, '/', setting)]`,
    `absolute_tolerance(check_code, of_currency) AS CAST(${byCurrency("DECIMAL(38,18)", absolutes)} AS DECIMAL(38,18))`,
    `tolerance_rate(check_code, of_currency) AS CAST(${byCurrency("INTEGER", basisPoints)} * 0.0001 AS DECIMAL(5,4))`,
    // The larger of an absolute amount and a share of the expected amount, taken of whole part and fraction apart, because
    // DECIMAL(38,18) times a rate does not fit.
    `tolerance(check_code, of_currency, expected_amount) AS ${
      absolutes.length === 0
        ? "recon.absolute_tolerance(check_code, of_currency)"
        : `greatest(recon.absolute_tolerance(check_code, of_currency), coalesce(
             CAST(CAST(trunc(${size}) AS DECIMAL(20,0)) * ${rate} AS DECIMAL(38,18))
               + CAST(CAST(${size} - trunc(${size}) AS DECIMAL(19,18)) * ${rate} AS DECIMAL(38,18)), 0))`
    }`,
  ].map((macro) => `CREATE OR REPLACE MACRO recon.${macro}`)
}

/** Publishes the settings in force: recon.check_settings, and the macros of schema recon that queries ask. */
export const publishSettings = (
  sql: Sql,
  checks: ReadonlyArray<CheckFile>,
  configuration: Configuration,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run("DELETE FROM recon.check_settings")
    yield* sql.run(
      `INSERT INTO recon.check_settings VALUES ${checks.map((check) => rowOf(check, configuration)).join(", ")}`,
    )
    yield* sql.runAll(settingMacros(checks, configuration))
  })
