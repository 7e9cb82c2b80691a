import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { knownPlaces } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import type { CheckFile } from "./check-file.ts"
import { printedSettings } from "./printed-settings.ts"

/**
 * What every check stands on, as tables that a query can read: the settings in force, what is proven in this run, and
 * which sums a quarantined transaction makes unprovable.
 */
export const prepareGround = (
  sql: Sql,
  run: Run,
  checks: ReadonlyArray<CheckFile>,
  configuration: Configuration,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    yield* sql.run(`SET VARIABLE run = ${quoteText(run.runId)}`)
    yield* sql.run(`SET VARIABLE started_at = ${quoteText(run.startedAt)}::TIMESTAMPTZ`)
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

    const settings = printedSettings(checks, configuration)
    yield* sql.run("DELETE FROM recon.notes WHERE run_id = getvariable('run')")
    yield* sql.run("DELETE FROM recon.settings WHERE run_id = getvariable('run')")
    yield* sql.run(
      "INSERT INTO recon.settings SELECT getvariable('run'), unnest($1), unnest($2), unnest($3)::BOOLEAN",
      [
        settings.map(({ setting }) => setting),
        settings.map(({ value }) => value),
        settings.map(({ isDefault }) => String(isDefault)),
      ],
    )

    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE proven AS
      SELECT customer_id, stream FROM recon.coverage
      WHERE run_id = getvariable('run') AND state = 'COMPLETE'`)

    // A record that no list of its own customer holds may be another customer's: lists that were to be read and were not.
    // A customer whom the API does not know has none.
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE unread_stream AS
      SELECT DISTINCT stream FROM recon.coverage
      WHERE run_id = getvariable('run') AND state NOT IN ('COMPLETE', 'NOT_APPLICABLE')
        AND problem_code IS DISTINCT FROM 'PARTNER_CUSTOMER_NOT_FOUND'`)

    // A record in quarantine exists, whatever it says: nothing may be called absent because of it.
    const nameOf = (stream: string, column: string): string =>
      configuration.contract.streams
        .find((row) => row.stream === stream)
        ?.fields.find((field) => field.column === column)?.field ?? column
    const readable = (stream: string, column: string): string =>
      `nullif(json_extract_string(CASE WHEN json_valid(payload) THEN payload END, ${quoteText(`$."${nameOf(stream, column)}"`)}), '')`
    yield* sql.run(`
      CREATE OR REPLACE TEMP TABLE quarantined AS
      SELECT customer_id, stream, record_id, reason,
        ${readable("transactions", "currency")} AS currency, ${readable("transactions", "resource_id")} AS resource_id,
        ${readable("collection_payments", "checkout_id")} AS checkout_id
      FROM raw.quarantine WHERE run_id = getvariable('run')`)
  })
