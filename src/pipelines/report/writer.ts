import type { DuckDBConnection } from "@duckdb/node-api"
import type { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import type { RunSummary } from "../run/run-summary.ts"
import type { ReportDefinition } from "./definition.ts"
import type { Manifest } from "./manifest.ts"
import type { NightFolder } from "./nights.ts"

/** A file of a night, as its manifest lists it. */
export type NightFile = Manifest["files"][number]

/** A night whose reports are being written. */
export interface Night {
  readonly run: Run
  readonly summary: RunSummary
  /** Where its folder will be; the files are written into `building`, which takes its place when all are there. */
  readonly place: NightFolder
  readonly building: string
  readonly configuration: Configuration
  readonly definitions: ReadonlyArray<ReportDefinition>
  /** Decimal places by currency code. */
  readonly places: ReadonlyMap<string, number>
  readonly controlTotals: Manifest["control_totals"]
  readonly sql: Sql
  /** For reading reports: their session has begun, and nothing else runs on it. */
  readonly connection: DuckDBConnection
  /** What the writers before this one wrote. */
  readonly written: ReadonlyArray<NightFile>
}

/** Writes one or several files of a night, and says what they are. Equal nights give equal bytes. */
export type Writer<E, R> = (night: Night) => Effect.Effect<ReadonlyArray<NightFile>, E, R>
