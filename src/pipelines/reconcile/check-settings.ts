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

/** By check and name, as one literal that a macro looks things up in. */
const table = (type: string, entries: ReadonlyArray<readonly [check: string, name: string, value: string]>): string =>
  `CAST(MAP {${entries.map(([check, name, value]) => `${quoteText(`${check}/${name}`)}: ${value}`).join(", ")}} AS MAP(VARCHAR, ${type}))`

/**
 * The macros by which a query asks for the settings of a check. They hold the settings as literals, because a look-up in a
 * table costs a hundred milliseconds of planning in a statement that asks often.
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
  const tolerances = (print: (tolerance: Tolerance) => string) => of(({ tolerance }) => tolerance, print)
  const absolutes = tolerances(({ absolute }) => absolute)
  const rates = tolerances(({ basisPoints }) => `${basisPoints} * 0.0001`)
  const byCurrency = (type: string, entries: typeof absolutes): string =>
    entries.length === 0
      ? `CAST(0 AS ${type})`
      : `coalesce(${["of_currency", "'*'"].map((name) => `${table(type, entries)}[concat(check_code, '/', ${name})]`).join(", ")}, 0)`
  const size = "abs(CAST(expected_amount AS DECIMAL(38,18)))"
  const rate = "recon.tolerance_rate(check_code, of_currency)"
  return [
    `grace(check_code) AS to_minutes(${table(
      "INTEGER",
      of(({ graceMinutes }) => (graceMinutes === null ? null : { grace: graceMinutes }), String),
    )}[concat(check_code, '/grace')])`,
    `number_of(check_code, setting) AS ${table(
      "INTEGER",
      of(({ numbers }) => numbers, String),
    )}[concat(check_code, '/', setting)]`,
    `words_of(check_code, setting) AS ${table(
      "VARCHAR[]",
      of(
        ({ words }) => words,
        (words) => `[${words.map(quoteText).join(", ")}]`,
      ),
    )}[concat(check_code, '/', setting)]`,
    `limit_hours(check_code, list) AS ${table(
      "INTEGER",
      of(({ limitHours }) => limitHours, String),
    )}[concat(check_code, '/', list)]`,
    `absolute_tolerance(check_code, of_currency) AS ${byCurrency("DECIMAL(38,18)", absolutes)}`,
    `tolerance_rate(check_code, of_currency) AS ${byCurrency("DECIMAL(5,4)", rates)}`,
    // The larger of an absolute amount and a share of the expected amount, taken of whole part and fraction apart, because
    // DECIMAL(38,18) times a rate does not fit.
    `tolerance(check_code, of_currency, expected_amount) AS ${
      rates.length === 0
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
    for (const macro of settingMacros(checks, configuration)) yield* sql.run(macro)
  })
