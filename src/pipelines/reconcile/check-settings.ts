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

const mapOf = (type: string, entries: ReadonlyArray<readonly [string, string]>): string =>
  `CAST(MAP {${entries.map(([key, value]) => `${quoteText(key)}: ${value}`).join(", ")}} AS MAP(VARCHAR, ${type}))`

const rowOf = (check: CheckFile, configuration: Configuration): string => {
  const { enabled, graceMinutes, limitHours, numbers, severity, tolerance, words } = settingsInForce(
    check,
    configuration,
  )
  const tolerances = Object.entries(tolerance ?? {})
  return [
    `${quoteText(check.code)} AS code`,
    `${quoteText(check.family)} AS family`,
    `${quoteText(severity)} AS severity`,
    `${configuration.checks[check.code]?.severity !== undefined} AS has_one_severity`,
    `${enabled} AS is_enabled`,
    `${graceMinutes === null ? "NULL::INTERVAL" : `INTERVAL ${graceMinutes} MINUTE`} AS grace`,
    `${mapOf(
      "DECIMAL(38,18)",
      tolerances.map(([currency, { absolute }]) => [currency, absolute]),
    )} AS absolute`,
    `${mapOf(
      "DECIMAL(5,4)",
      tolerances.map(([currency, { basisPoints }]) => [currency, `${basisPoints} * 0.0001`]),
    )} AS rate`,
    `${mapOf(
      "INTEGER",
      Object.entries(limitHours ?? {}).map(([stream, hours]) => [stream, String(hours)]),
    )} AS limit_hours`,
    `${mapOf(
      "INTEGER",
      Object.entries(numbers).map(([name, value]) => [name, String(value)]),
    )} AS numbers`,
    `${mapOf(
      "VARCHAR[]",
      Object.entries(words).map(([name, list]) => [name, `[${list.map(quoteText).join(", ")}]`]),
    )} AS words`,
    `${quoteText(check.restsOn)} AS rests_on`,
  ].join(", ")
}

const comments: ReadonlyArray<readonly [column: string, comment: string]> = [
  ["code", "The check."],
  ["family", "What it is about."],
  ["severity", "The severity in force."],
  ["has_one_severity", "Whether the configuration sets it, for graver cases of the check too."],
  ["is_enabled", "Whether the check is switched on."],
  ["grace", "How long a difference may stand before it is an exception; NULL where the check has no grace."],
  ["absolute", "The difference that is accepted, by currency; * is every currency that is not named."],
  ["rate", "The share of the expected amount that is accepted, by currency."],
  ["limit_hours", "Hours by stream."],
  ["numbers", "Other numbers by name."],
  ["words", "Lists of words by name."],
  [
    "rests_on",
    "What must be proven before an exception that was not found is resolved: list, stream, customer or run.",
  ],
]

/** Publishes the settings in force as recon.check_settings, which the macros of schema recon read. */
export const publishSettings = (
  sql: Sql,
  checks: ReadonlyArray<CheckFile>,
  configuration: Configuration,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const rows = checks.map((check) => `SELECT ${rowOf(check, configuration)}`)
    yield* sql.run(`CREATE OR REPLACE TABLE recon.check_settings AS ${rows.join(" UNION ALL ")}`)
    yield* sql.run("COMMENT ON TABLE recon.check_settings IS 'What each check goes by in the last reconciled run.'")
    for (const [column, comment] of comments) {
      yield* sql.run(`COMMENT ON COLUMN recon.check_settings.${column} IS ${quoteText(comment)}`)
    }
  })
