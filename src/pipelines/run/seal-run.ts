import type { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { type Sealed, seal } from "../../store/seal.ts"
import type { StoreError } from "../../store/store-error.ts"

/** What each run leaves behind, and no later one changes. */
const ofRun = [
  "recon.coverage",
  "recon.settings",
  "recon.check_results",
  "recon.conservation",
  "recon.rollforward",
  "raw.quarantine",
  "main.balance_snapshots",
]

/** Of a run's own row, what does not change when its reports are written. */
const runColumns = [
  "run_id",
  "mode",
  "started_at",
  "api",
  "roster_sha256",
  "configuration_sha256",
  "pages",
  "records",
  "exceptions",
]

/** The exceptions and their log, which runs and people change. */
const exceptions: ReadonlyArray<Sealed> = [
  { subject: "recon.exceptions", of: "all" },
  { subject: "recon.exception_events", of: "events" },
]

/** Seals what a judged run left, inside the caller's transaction. */
export const sealRun = (sql: Sql, runId: string): Effect.Effect<void, StoreError> =>
  seal(sql, [
    { subject: "recon.runs", of: "run", runId, columns: runColumns },
    ...ofRun.map((subject) => ({ subject, of: "run", runId }) as const),
    ...exceptions,
  ])

/** Seals what a person's act left. */
export const sealActs = (sql: Sql): Effect.Effect<void, StoreError> => seal(sql, exceptions)
