import { Effect } from "effect"
import type { Contract } from "../../api/contract.ts"
import { Database, type Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { UnknownRun } from "../run/run.ts"
import { chainsUnbroken, partitionsAsRecorded } from "./chain-proofs.ts"
import { bodiesAgree } from "./envelope-proofs.ts"
import { type Finding, inOrder } from "./finding.ts"
import { manifestAgrees } from "./manifest-proofs.ts"
import { bodiesAsKept } from "./page-proofs.ts"
import { proveReports } from "./report-proofs.ts"

/** What was proven, and what was found to be otherwise. */
export interface Verification {
  readonly runs: number
  readonly pages: number
  readonly files: number
  readonly findings: ReadonlyArray<Finding>
  /** What cannot be proven and is no sign of an alteration by itself. */
  readonly notes: ReadonlyArray<string>
}

const runsOf = (database: Database["Type"], only: string | null) =>
  Effect.gen(function* () {
    const runs = yield* database.rows<{ run_id: string; state: string; ended: boolean; pages: bigint }>(
      `SELECT run_id, state, finished_at IS NOT NULL AS ended, (SELECT count(*) FROM raw.pages AS p WHERE p.run_id = r.run_id) AS pages
       FROM recon.runs AS r WHERE $1 IS NULL OR run_id = $1 ORDER BY run_id`,
      [only],
    )
    if (only !== null && runs.length === 0) return yield* new UnknownRun({ file: database.file, runId: only })
    return runs
  })

/** Pages of a run that is on record nowhere. */
const unknownRuns = (sql: Sql): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  sql
    .rows<{ run_id: string; customer_id: string; stream: string }>(
      `SELECT DISTINCT run_id, customer_id, stream FROM raw.pages ANTI JOIN recon.runs USING (run_id)`,
    )
    .pipe(
      Effect.map((rows) =>
        rows.map((row) => ({
          _tag: "Partition" as const,
          runId: row.run_id,
          customerId: row.customer_id,
          stream: row.stream,
          faults: ["it holds pages, and the run is not on record"],
        })),
      ),
    )

/** Runs whose reports nobody may have put away: the newest reported one, and those that somebody signed. */
const mustBeThere = (sql: Sql): Effect.Effect<ReadonlySet<string>, StoreError> =>
  sql
    .rows<{ run_id: string }>(
      `SELECT max(run_id) AS run_id FROM recon.runs WHERE state = 'reported' HAVING max(run_id) IS NOT NULL
       UNION SELECT run_id FROM recon.signatures`,
    )
    .pipe(Effect.map((rows) => new Set(rows.map((row) => row.run_id))))

const reportsGone = (out: string, runId: string): Finding => ({
  _tag: "File",
  file: out,
  faults: [`the reports of run ${runId} are gone; put the folder back, or name the right one with --out`],
})

const proveRun = (sql: Sql, contract: Contract, runId: string) =>
  Effect.all([
    bodiesAsKept(sql, runId),
    chainsUnbroken(sql, runId),
    bodiesAgree(sql, contract, runId),
    partitionsAsRecorded(sql, runId),
  ]).pipe(Effect.map((findings) => findings.flat()))

/**
 * Proves that stored pages and written reports are what they were when they were read and written: bodies against their
 * hashes, chains against their cursors and counts, typed rows against the pages, files against manifests, manifests
 * against each other and against the store. Writes nothing. `only` names the one run to prove; null proves all.
 */
export const verify = (contract: Contract, out: string, only: string | null) =>
  Effect.gen(function* () {
    const database = yield* Database
    const runs = yield* runsOf(database, only)
    const stored = yield* Effect.forEach(runs, (run) => proveRun(database, contract, run.run_id))
    const strangers = only === null ? yield* unknownRuns(database) : []
    const reports = yield* proveReports(out, only)
    const manifests = yield* Effect.forEach(reports.nights, (night) => manifestAgrees(database, night))
    const reported = new Set(reports.nights.map((night) => night.runId))
    const unended = runs.filter((run) => !run.ended)
    const needed = yield* mustBeThere(database)
    const gone = runs.filter((run) => run.state === "reported" && !reported.has(run.run_id))
    const missed = gone.filter((run) => needed.has(run.run_id)).map((run) => reportsGone(out, run.run_id))
    const putAway = gone.filter((run) => !needed.has(run.run_id))
    return {
      runs: runs.length,
      pages: runs.reduce((sum, run) => sum + Number(run.pages), 0),
      files: reports.files + reports.nights.length,
      findings: inOrder([...stored.flat(), ...strangers, ...missed, ...reports.findings, ...manifests.flat()]),
      notes: [
        ...unended.map((run) => `run ${run.run_id} did not end, so the hashes over its chains are not compared`),
        ...reports.notes,
        ...putAway.map((run) => `run ${run.run_id} wrote reports, and they are not under ${out}`),
      ],
    } satisfies Verification
  })
