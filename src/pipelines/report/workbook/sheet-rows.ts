import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import type { RowBatch } from "../../../store/dialect/row-stream.ts"
import { cellTexts } from "../cells.ts"
import type { ReportDefinition } from "../definition.ts"
import { firstRows } from "../report-rows.ts"
import { openTextRows } from "../text-rows.ts"
import { isRounded } from "./cells.ts"

/** The first rows of a report in its order, as many as a sheet holds, and what must be known of them before the first is written. */
export interface SheetRows {
  readonly definition: ReportDefinition
  /** How many there are here. */
  readonly held: number
  /** How many the report has. */
  readonly total: number
  /** By column: whether a spreadsheet would round one of its numbers. */
  readonly rounded: ReadonlyArray<boolean>
  /** By column: the characters of its longest text among the first rows. */
  readonly longest: ReadonlyArray<number>
  /** The rows once more, each as texts. */
  readonly texts: () => Iterable<ReadonlyArray<string>>
}

/** Rows that are looked at to see how wide a column must be. */
const measuredRows = 200

/** Reads a sheet's rows. They are kept as the one text in which DuckDB gives each of them: taken apart, they need four times as much memory. */
export const sheetRows = (
  connection: DuckDBConnection,
  definition: ReportDefinition,
  most: number,
  places: ReadonlyMap<string, number>,
) =>
  Effect.map(
    firstRows(connection, definition, most, async (narrow) => {
      const { read, stream } = await openTextRows(connection, narrow, most)
      const cells = cellTexts(definition, places)
      const numbers = definition.columns.flatMap(({ type }, at) =>
        type.kind === "money" || type.kind === "integer" ? [at] : [],
      )
      const rounded = definition.columns.map(() => false)
      const longest = definition.columns.map(() => 0)
      const batches: Array<RowBatch> = []
      let held = 0
      for await (const batch of stream) {
        batches.push(batch)
        for (const row of batch) {
          const texts = cells(read(row))
          for (const at of numbers) rounded[at] ||= isRounded(texts[at] ?? "")
          held++
          if (held <= measuredRows)
            for (const [at, text] of texts.entries()) longest[at] = Math.max(longest[at] ?? 0, text.length)
        }
      }
      const texts = function* () {
        for (const batch of batches) for (const row of batch) yield cells(read(row))
      }
      return { held, rounded, longest, texts }
    }),
    ({ rows, total }): SheetRows => ({ definition, total, ...rows }),
  )
