import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import type { Period } from "../../src/pipelines/report/period.ts"
import { reportOnly } from "../../src/pipelines/report/report.ts"
import type { Run } from "../../src/pipelines/run/run.ts"
import { configurationWith } from "./configuration.ts"
import { temporaryFolder } from "./temporary-folder.ts"

/** A report of a judged run as its file says it, row by row. */
export const reportRows = (name: string, run: Run, period: Period = "night") =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    const { file } = yield* reportOnly(name, run, configurationWith(), folder, period)
    const rows = parse(yield* fs.readFileString(file), { columns: true, bom: true })
    return rows as ReadonlyArray<Readonly<Record<string, string>>>
  }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

/** Some columns of each row, in one line, as a person compares them. */
export const lines = (rows: ReadonlyArray<Readonly<Record<string, string>>>, ...columns: ReadonlyArray<string>) =>
  rows.map((row) => columns.map((column) => row[column]).join(" | "))
