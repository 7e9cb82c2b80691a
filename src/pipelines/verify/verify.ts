import { Effect } from "effect"
import type { Contract } from "../../api/contract.ts"
import { Database, type Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { UnknownRun } from "../run/run.ts"
import { chainsUnbroken, partitionsAsRecorded } from "./chain-proofs.ts"
import { type Finding, inOrder } from "./finding.ts"
import { manifestAgrees } from "./manifest-proofs.ts"
import { proveReports } from "./report-proofs.ts"
import { pagesReadAgain } from "./reread.ts"
import { sealsUnbroken } from "./seal-proofs.ts"
import { bodiesNamed, tablesConsistent, tablesReadable } from "./table-proofs.ts"

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

/** The hash of each reported run's manifest, as it was written last. */
const recordedManifests = (sql: Sql): Effect.Effect<ReadonlyMap<string, string>, StoreError> =>
  sql
    .rows<{ run_id: string; manifest_sha256: string }>(
      "SELECT run_id, manifest_sha256 FROM recon.runs WHERE state = 'reported' AND manifest_sha256 IS NOT NULL",
    )
    .pipe(Effect.map((rows) => new Map(rows.map((row) => [row.run_id, row.manifest_sha256]))))

const reportsGone = (out: string, runId: string): Finding => ({
  _tag: "File",
  file: out,
  faults: [`the reports of run ${runId} are gone; put the folder back, or name the right one with --out`],
})

const proveRun = (sql: Sql, contract: Contract, runId: string) =>
  Effect.gen(function* () {
    const ofLists = [...(yield* chainsUnbroken(sql, runId)), ...(yield* partitionsAsRecorded(sql, runId))]
    return [...ofLists, ...(yield* pagesReadAgain(sql, contract, runId, ofLists))]
  })

/** What DuckDB says where a file is damaged; nothing that is asked afterwards is answered. */
const isDamage = ({ detail, reason }: StoreError): boolean =>
  reason === "Unreadable" || /^INTERNAL|^FATAL|invalidated|decompress/i.test(detail)

const damaged = (file: string, { detail }: StoreError): ReadonlyArray<Finding> => [
  { _tag: "File", file, faults: [`it is damaged, and what it holds cannot be proven: ${detail}`] },
]

/** Everything that the database itself can be asked; a damaged one is a finding. */
const proveStore = (database: Database["Type"], contract: Contract, runs: ReadonlyArray<string>, only: string | null) =>
  Effect.gen(function* () {
    const unreadable = yield* tablesReadable(database)
    if (unreadable.length > 0) return unreadable
    const stored = yield* Effect.forEach(runs, (runId) => proveRun(database, contract, runId))
    const ofAll =
      only === null
        ? [
            ...(yield* unknownRuns(database)),
            ...(yield* bodiesNamed(database)),
            ...(yield* tablesConsistent(database, contract)),
          ]
        : []
    return [...stored.flat(), ...ofAll, ...(yield* sealsUnbroken(database, only))]
  }).pipe(Effect.catchIf(isDamage, (error) => Effect.succeed(damaged(database.file, error))))

/**
 * Proves that stored pages, what was made of them and written reports are what they were: bodies against their hashes,
 * chains against their cursors and counts, typed rows against the pages read again, what runs and people left against its
 * seals, files against manifests, manifests against each other and against the store. Writes nothing. `only` names the one
 * run to prove; null proves all.
 */
export const verify = (contract: Contract, out: string, only: string | null) =>
  Effect.gen(function* () {
    const database = yield* Database
    const runs = yield* runsOf(database, only)
    const recorded = yield* recordedManifests(database)
    const needed = yield* mustBeThere(database)
    const reports = yield* proveReports(out, only, recorded)
    const manifests = yield* Effect.forEach(reports.nights, (night) =>
      manifestAgrees(database, night, !night.isAltered && recorded.has(night.runId)),
    ).pipe(Effect.catchIf(isDamage, (error) => Effect.succeed([damaged(database.file, error)])))
    const stored = yield* proveStore(
      database,
      contract,
      runs.map((run) => run.run_id),
      only,
    )
    const reported = new Set(reports.nights.map((night) => night.runId))
    const unended = runs.filter((run) => !run.ended)
    const gone = runs.filter((run) => run.state === "reported" && !reported.has(run.run_id))
    const missed = gone.filter((run) => needed.has(run.run_id)).map((run) => reportsGone(out, run.run_id))
    const putAway = gone.filter((run) => !needed.has(run.run_id))
    return {
      runs: runs.length,
      pages: runs.reduce((sum, run) => sum + Number(run.pages), 0),
      files: reports.files + reports.nights.length,
      findings: inOrder([...stored, ...missed, ...reports.findings, ...manifests.flat()]),
      notes: [
        ...unended.map((run) => `run ${run.run_id} did not end, so the hashes over its chains are not compared`),
        ...reports.notes,
        ...putAway.map((run) => `run ${run.run_id} wrote reports, and they are not under ${out}`),
      ],
    } satisfies Verification
  })
