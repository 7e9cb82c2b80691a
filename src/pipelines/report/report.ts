import { type FileSystem, Path } from "@effect/platform"
import { Clock, Data, DateTime, Effect, Option } from "effect"
import { Database, type Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Configuration } from "../configuration/settings.ts"
import { publishQuestions } from "../evidence/publish.ts"
import { formatMoney } from "../run/money-format.ts"
import type { Run } from "../run/run.ts"
import { summarize } from "../run/run-summary.ts"
import { buildFolder, pointLatest } from "./atomic-folder.ts"
import { type CsvFileError, writeCsv } from "./csv-file.ts"
import { csvFiles } from "./csv-files.ts"
import type { ReportDefinition, ReportDefinitionError } from "./definition.ts"
import { type FailedReport, gatherReports } from "./gather.ts"
import { findPreviousManifest, type Manifest, writeManifest } from "./manifest.ts"
import { nightFile, nightFolder } from "./nights.ts"
import { writeAllNights } from "./page/all-nights.ts"
import { pageFile } from "./page/page.ts"
import { type Period, periodName } from "./period.ts"
import { replacedReports, reportDefinitions } from "./report-definitions.ts"
import type { ReportRowsError } from "./report-rows.ts"
import { beginReports } from "./report-session.ts"
import type { WholeFileError } from "./whole-file.ts"
import { workbookFile } from "./workbook/workbook.ts"
import type { Night, NightFile, Writer } from "./writer.ts"

const placesOf = (sql: Sql): Effect.Effect<ReadonlyMap<string, number>, StoreError> =>
  Effect.map(
    sql.rows<{ currency: string; places: number }>("SELECT currency, places FROM recon.currencies"),
    (rows) => new Map(rows.map((row) => [row.currency, row.places])),
  )

/**
 * Sums per currency that another tool can check the files against: of the customers on the roster, as the closings are. A sum that cannot be exact
 * is left out.
 */
export const controlTotals = (sql: Sql, runId: string, places: ReadonlyMap<string, number>) =>
  Effect.map(
    sql.rows<{ readonly currency: string; readonly [sum: string]: string | null }>(
      `WITH counted AS (
         SELECT currency, sum(amount) FILTER (side = 'transaction') AS transactions_sum, sum(amount) FILTER (side = 'movement') AS movements_sum
         FROM (SELECT currency, side, CASE category WHEN 'not read' THEN -amount ELSE amount END AS amount
           FROM recon.conservation WHERE run_id = $1 AND category IN ('total', 'not read'))
         GROUP BY currency
       ),
       rolled AS (
         SELECT currency, list(computed_closing) AS computed, list(reported_closing) AS reported,
           -- Line by line, so that it can be compared with what the two sums above differ by.
           CASE WHEN bool_and(difference IS NOT NULL) THEN list(difference) END AS differences
         FROM recon.rollforward WHERE run_id = $1 GROUP BY currency
       )
       SELECT currency, transactions_sum, movements_sum, TRY(list_sum(computed)) AS computed_closing,
         TRY(list_sum(reported)) AS reported_closing, TRY(list_sum(differences)) AS closing_difference
       FROM counted FULL OUTER JOIN rolled USING (currency) ORDER BY currency`,
      [runId],
    ),
    (rows) =>
      rows.map(({ currency, ...sums }) => ({
        currency,
        ...Object.fromEntries(
          Object.entries(sums).flatMap(([name, sum]) =>
            sum === null ? [] : [[name, formatMoney(sum, places.get(currency))]],
          ),
        ),
      })),
  )

/** Where a run's reports lie and what they say. */
export interface WrittenReports {
  readonly folder: string
  readonly manifest: Manifest
  /** Reports of the partner's own that are not among them. */
  readonly failed: ReadonlyArray<FailedReport>
}

const ownNote = "your own report "

/** What the night's notes say of the partner's own reports: which stand in the place of a shipped one, which are missing. */
const noteOwnReports = (
  run: Run,
  replacing: ReadonlyArray<ReportDefinition>,
  failed: ReadonlyArray<FailedReport>,
): Effect.Effect<void, StoreError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const notes = [
      ...replacing.map(({ name, own }) => `${ownNote}${own} stands in the place of the shipped report ${name}`),
      ...failed.map(({ file, problem }) => `${ownNote}${file} was not written: ${problem}`),
    ]
    yield* database.run("DELETE FROM recon.notes WHERE run_id = $1 AND starts_with(note, $2)", [run.runId, ownNote])
    yield* database.run("INSERT INTO recon.notes SELECT $1, unnest($2)", [run.runId, notes])
  })

type WriterError = ReportDefinitionError | ReportRowsError | CsvFileError | WholeFileError

/** In this order: a later writer may name what the earlier ones wrote. One more form of the reports is one more row. */
const writers: ReadonlyArray<Writer<WriterError, FileSystem.FileSystem | Path.Path>> = [
  csvFiles,
  workbookFile,
  pageFile,
]

/** Has each writer write its files of the night. */
const writeAll = (night: Omit<Night, "written">) =>
  Effect.reduce(writers, [] as ReadonlyArray<NightFile>, (written, writer) =>
    Effect.map(writer({ ...night, written }), (files) => [...written, ...files]),
  )

/** A connection that knows the run, and what its figures are printed by. */
const begin = (run: Run, period: Period) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.transaction((sql) => publishQuestions(sql, run))
    const places = yield* placesOf(database)
    const summary = yield* summarize(database, run.runId)
    const connection = yield* database.reader
    yield* beginReports(connection, run, summary.verdict, period)
    return { connection, places, summary }
  })

/** There is no report of that name. */
export class NoSuchReport extends Data.TaggedError("NoSuchReport")<{
  readonly name: string
  readonly known: ReadonlyArray<string>
}> {
  readonly exitCode = 2
  override get message(): string {
    return `there is no report "${this.name}"; there are ${this.known.join(", ")}`
  }
}

/**
 * Writes one report of a reconciled run into `<out>` itself, beside the folders of the nights, which stay as they are with their
 * manifests. Of another period than the night's its name says which.
 */
export const reportOnly = (name: string, run: Run, configuration: Configuration, out: string, period: Period) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const definitions = yield* reportDefinitions(configuration.ownReports)
    const definition = definitions.find((candidate) => candidate.name === name)
    if (definition === undefined) {
      return yield* new NoSuchReport({ name, known: definitions.map((candidate) => candidate.name) })
    }
    const { connection, places } = yield* begin(run, period)
    const ending = period === "night" ? ".csv" : `_${periodName(period)}.csv`
    const file = path.join(out, nightFile(yield* nightFolder(out, run), ending, name))
    const written = yield* writeCsv({ connection, definition, file, places, form: configuration.csv })
    return { file, rows: written.rows }
  }).pipe(Effect.scoped)

/**
 * Writes every report of a reconciled run into `<out>/<yyyy-mm-dd>/<run id>/`, the manifest last, and points
 * `<out>/latest` there. The folder appears whole or not at all; the same run written again replaces its own folder. The page
 * over all nights, `<out>/index.html`, comes last.
 */
export const report = (run: Run, configuration: Configuration, out: string, period: Period = "night") =>
  Effect.gen(function* () {
    const database = yield* Database
    const all = yield* reportDefinitions(configuration.ownReports)
    const place = yield* nightFolder(out, run)
    const { connection, places } = yield* begin(run, period)
    const { definitions, failed } = yield* gatherReports(connection, all)
    yield* noteOwnReports(run, yield* replacedReports(definitions), failed)
    const summary = yield* summarize(database, run.runId)
    const totals = yield* controlTotals(database, run.runId, places)
    const previous = yield* findPreviousManifest(out, run.runId)

    // Until the new manifest is in its place, none is the one that was written last.
    yield* database.run("UPDATE recon.runs SET manifest_sha256 = NULL WHERE run_id = $1", [run.runId])
    const { manifest, sha256 } = yield* buildFolder(place.folder, (building) =>
      Effect.gen(function* () {
        const files = yield* writeAll({
          run,
          summary,
          place,
          building,
          configuration,
          definitions,
          places,
          controlTotals: totals,
          sql: database,
          connection,
        })
        const manifest: Manifest = {
          version: 1,
          run_id: run.runId,
          night: place.night,
          produced_at: DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis)),
          verdict: summary.verdict,
          coverage: summary.coverage,
          files,
          control_totals: totals,
          configuration_sha256: configuration.sha256,
          previous_manifest_sha256: Option.match(previous, { onNone: () => null, onSome: ({ sha256 }) => sha256 }),
          period: periodName(period),
        }
        return { manifest, sha256: (yield* writeManifest(building, manifest)).sha256 }
      }),
    )
    yield* pointLatest(out, place.folder)
    yield* writeAllNights(out, run, summary, connection)
    yield* database.run(
      "UPDATE recon.runs SET state = 'reported', was_reported = TRUE, manifest_sha256 = $2 WHERE run_id = $1",
      [run.runId, sha256],
    )
    return { folder: place.folder, manifest, failed } satisfies WrittenReports
  }).pipe(Effect.scoped)
