import "../src/store/allocator.ts"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { DuckDBConnection } from "@duckdb/node-api"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Effect, Layer } from "effect"
import { knownPlaces } from "../src/pipelines/configuration/file.ts"
import { readConfiguration } from "../src/pipelines/configuration/settings.ts"
import { publishQuestions } from "../src/pipelines/evidence/publish.ts"
import { writeCsv } from "../src/pipelines/report/csv-file.ts"
import { gatherReports } from "../src/pipelines/report/gather.ts"
import { columnsOf, writeLake } from "../src/pipelines/report/lake/lake.ts"
import { lakeTables } from "../src/pipelines/report/lake/tables.ts"
import { nightFolder } from "../src/pipelines/report/nights.ts"
import { pageFile } from "../src/pipelines/report/page/page.ts"
import { reportDefinitions } from "../src/pipelines/report/report-definitions.ts"
import { reportQuery } from "../src/pipelines/report/report-query.ts"
import { beginReports } from "../src/pipelines/report/report-session.ts"
import { workbookFile } from "../src/pipelines/report/workbook/workbook.ts"
import { findRun } from "../src/pipelines/run/run.ts"
import { summarize } from "../src/pipelines/run/run-summary.ts"
import { Database } from "../src/store/database.ts"
import { peakBytes, say } from "./child.ts"

/** One part of what a night writes, by us or by a bare COPY. */
const [, , file = "", out = "", part = "", who = ""] = process.argv

/** DuckDB cannot sort the largest table of the lake within ours; a bare COPY gets what it needs. */
const limit = who === "copy" ? 4096 : 512

const copy = (connection: DuckDBConnection, statement: string) => Effect.promise(() => connection.run(statement))

const begin = Effect.gen(function* () {
  const configuration = yield* readConfiguration(null, [])
  const database = yield* Database
  const run = yield* findRun(database)
  yield* database.transaction((sql) => publishQuestions(sql, run))
  const connection = yield* database.reader
  yield* beginReports(connection, run, "EXCEPTIONS", "all")
  const definitions = yield* reportDefinitions([])
  return { configuration, connection, database, definitions, run, places: new Map(Object.entries(knownPlaces)) }
})

type Begun = Effect.Effect.Success<typeof begin>

const parts = {
  csv: ({ configuration, connection, definitions, places }: Begun) =>
    Effect.gen(function* () {
      const definition = definitions.find(({ name }) => name === "transactions")
      if (definition === undefined) throw new Error("there is no report of transactions")
      const target = join(out, `${who}.csv`)
      return yield* who === "copy"
        ? copy(connection, `COPY (${reportQuery(definition)}) TO '${target}' (FORMAT csv, HEADER)`)
        : writeCsv({ connection, definition, file: target, places, form: configuration.csv })
    }),
  lake: ({ connection, database }: Begun) =>
    who === "tidemark"
      ? writeLake(join(out, "lake"))
      : Effect.forEach(lakeTables, (table) =>
          Effect.flatMap(columnsOf(database, table), (columns) =>
            copy(
              connection,
              `COPY (SELECT ${columns.map(({ sql }) => sql).join(", ")} FROM ${table.from} ORDER BY ${table.key.join(", ")})
               TO '${join(out, `${table.name}.parquet`)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
            ),
          ),
        ),
  people: ({ configuration, connection, database, definitions: all, places, run }: Begun) =>
    Effect.gen(function* () {
      const startedAt = performance.now()
      const { definitions } = yield* gatherReports(connection, all)
      const gatheredAt = performance.now()
      const gatheredCpu = process.cpuUsage()
      const place = yield* nightFolder(out, run)
      const summary = yield* summarize(database, run.runId)
      const night = {
        run,
        summary,
        place,
        building: out,
        configuration,
        definitions,
        places,
        controlTotals: [],
        sql: database,
        connection,
        written: [],
      }
      yield* workbookFile(night)
      yield* pageFile(night)
      const cpu = process.cpuUsage(gatheredCpu)
      return {
        millis: performance.now() - gatheredAt,
        cpuMillis: (cpu.user + cpu.system) / 1000,
        gatherMillis: gatheredAt - startedAt,
      }
    }),
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const measured = await Effect.runPromise(
  Effect.gen(function* () {
    const begun = yield* begin
    const startedAt = performance.now()
    const work: Effect.Effect<unknown, unknown, Database | NodeContext.NodeContext> =
      parts[part as keyof typeof parts](begun)
    const own = yield* work
    return { millis: performance.now() - startedAt, ...(part === "people" ? (own as object) : {}) }
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(Database.layer({ file, access: "write", memoryLimit: `${limit}MB` }), NodeContext.layer),
    ),
  ),
)
say({ ...measured, peakBytes: peakBytes(), limitBytes: limit * 1_000_000 })
