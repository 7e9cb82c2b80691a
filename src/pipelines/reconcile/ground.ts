import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type Configuration, knownAgeLimits, knownPlaces } from "../configuration.ts"
import type { Run } from "../run-id.ts"

/** The settings as `key.key` and value, leaves only; the contract's differences are part of the configuration's hash. */
const settingsOf = (configuration: Configuration): ReadonlyArray<readonly [string, string]> => {
  const { contract: _, sha256: __, ...settings } = configuration
  const leaves = (value: unknown, path: string): ReadonlyArray<readonly [string, string]> =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`))
      : [[path, value === null ? "none" : String(value)]]
  return leaves(settings, "")
}

/**
 * What every check stands on, as tables that a query can read: the settings in force, what is proven in this run, and
 * which sums a quarantined transaction makes unprovable.
 */
export const prepareGround = (sql: Sql, run: Run, configuration: Configuration): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(`SET VARIABLE run = ${quoteText(run.runId)}`)
    yield* sql.run(`SET VARIABLE started_at = ${quoteText(run.startedAt)}::TIMESTAMPTZ`)
    yield* sql.run(`SET VARIABLE grace = INTERVAL ${configuration.graceMinutes} MINUTE`)
    // For sentences: an amount without the zeros that its column carries, an instant to the second.
    yield* sql.run(
      "CREATE OR REPLACE TEMP MACRO plain(amount) AS rtrim(rtrim(CAST(CAST(amount AS DECIMAL(38,18)) AS VARCHAR), '0'), '.')",
    )
    yield* sql.run("CREATE OR REPLACE TEMP MACRO moment(instant) AS strftime(instant, '%Y-%m-%dT%H:%M:%SZ')")

    const places = Object.entries({ ...knownPlaces, ...configuration.currencyPlaces })
    yield* sql.run("DELETE FROM recon.currencies")
    yield* sql.run("INSERT INTO recon.currencies SELECT unnest($1), unnest($2)::INTEGER", [
      places.map(([currency]) => currency),
      places.map(([, count]) => String(count)),
    ])

    const statuses = configuration.contract.streams.flatMap((stream) =>
      Object.entries(stream.statuses ?? {}).map(
        ([status, statusClass]) => [stream.stream, status, statusClass] as const,
      ),
    )
    yield* sql.run("DELETE FROM recon.statuses")
    yield* sql.run("INSERT INTO recon.statuses SELECT unnest($1), unnest($2), unnest($3)", [
      statuses.map(([stream]) => stream),
      statuses.map(([, status]) => status),
      statuses.map(([, , statusClass]) => statusClass),
    ])

    const limits = Object.entries({ ...knownAgeLimits, ...configuration.ageLimitHours })
    yield* sql.run(
      "CREATE OR REPLACE TEMP TABLE age_limits AS SELECT unnest($1) AS stream, unnest($2)::INTEGER AS hours",
      [limits.map(([stream]) => stream), limits.map(([, hours]) => String(hours))],
    )

    const settings = settingsOf(configuration)
    yield* sql.run("DELETE FROM recon.settings WHERE run_id = getvariable('run')")
    yield* sql.run("INSERT INTO recon.settings SELECT getvariable('run'), unnest($1), unnest($2)", [
      settings.map(([setting]) => setting),
      settings.map(([, value]) => value),
    ])

    const tolerances = Object.entries(configuration.tolerance)
    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE tolerances AS
       SELECT unnest($1) AS currency, unnest($2)::DECIMAL(38,18) AS absolute,
         CAST(unnest($3)::INTEGER * 0.0001 AS DECIMAL(5,4)) AS rate`,
      [
        tolerances.map(([currency]) => currency),
        tolerances.map(([, tolerance]) => tolerance.absolute),
        tolerances.map(([, tolerance]) => String(tolerance.basisPoints)),
      ],
    )

    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE proven AS
      SELECT customer_id, stream FROM recon.coverage
      WHERE run_id = getvariable('run') AND state = 'COMPLETE'`)

    // A record in quarantine exists, whatever it says: nothing may be called absent because of it.
    const nameOf = (stream: string, column: string): string =>
      configuration.contract.streams
        .find((row) => row.stream === stream)
        ?.fields.find((field) => field.column === column)?.field ?? column
    const readable = (column: string): string =>
      `nullif(json_extract_string(CASE WHEN json_valid(payload) THEN payload END, ${quoteText(`$."${nameOf("transactions", column)}"`)}), '')`
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE quarantined AS
      SELECT customer_id, stream, record_id, reason,
        ${readable("currency")} AS currency, ${readable("resource_id")} AS resource_id
      FROM raw.quarantine WHERE run_id = getvariable('run')`)
  })
