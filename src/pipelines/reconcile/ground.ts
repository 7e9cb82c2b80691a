import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { knownPlaces } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import type { CheckFile } from "./check-file.ts"
import { printedSettings } from "./printed-settings.ts"

/** What the configuration says of currencies, statuses and settings, as tables that a query can read. */
export const prepareGround = (
  sql: Sql,
  run: Run,
  checks: ReadonlyArray<CheckFile>,
  configuration: Configuration,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
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
    yield* sql.run("DELETE FROM recon.notes WHERE run_id = $1", [run.runId])
    yield* sql.run("DELETE FROM recon.settings WHERE run_id = $1", [run.runId])
    yield* sql.run("INSERT INTO recon.settings SELECT $4, unnest($1), unnest($2), unnest($3)::BOOLEAN", [
      settings.map(({ setting }) => setting),
      settings.map(({ value }) => value),
      settings.map(({ isDefault }) => String(isDefault)),
      run.runId,
    ])
  })
