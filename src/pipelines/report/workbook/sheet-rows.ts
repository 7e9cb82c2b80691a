import type { DuckDBConnection } from "@duckdb/node-api"
import { Effect } from "effect"
import type { RowBatch } from "../../../store/dialect/row-stream.ts"
import { cellTexts } from "../cells.ts"
import type { ReportDefinition } from "../definition.ts"
import { quoted } from "../report-query.ts"
import { allRows, firstRows, ReportRowsError } from "../report-rows.ts"
import { openTextRows } from "../text-rows.ts"

type Texts = ReadonlyArray<string>

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
  /** The rows while they come from DuckDB, each made texts when it is asked for: to be read once. */
  readonly batches: AsyncIterable<Iterable<Texts>>
}

/** Rows that are looked at to see how wide a column must be. */
const measuredRows = 200

/** Digits that a spreadsheet keeps of a number; what has more is rounded as soon as the file is opened. */
const mostDigits = 15

/** For each column, whether a number of it has more digits than that, those aside that only say where its point is. */
const roundedSql = ({ columns, sql }: ReportDefinition): string => {
  const tests = columns.map(({ name, type }) => {
    const digits = `trim(replace(replace(report.${quoted(name)}::VARCHAR, '-', ''), '.', ''), '0')`
    const isNumber = type.kind === "money" || type.kind === "integer"
    return isNumber ? `coalesce(bool_or(length(${digits}) > ${mostDigits}), FALSE)` : "FALSE"
  })
  return `SELECT ${tests.join(", ")} FROM (\n${sql}\n) AS report`
}

/** Begins to read a sheet's rows. Until the scope ends, nothing else can be asked on the connection. */
export const sheetRows = (
  connection: DuckDBConnection,
  definition: ReportDefinition,
  most: number,
  places: ReadonlyMap<string, number>,
) =>
  Effect.gen(function* () {
    const { rows: narrow, total } = yield* firstRows(connection, definition, most, async (narrow) => narrow)
    const asked = <A>(ask: () => Promise<A>) =>
      Effect.tryPromise({ try: ask, catch: (cause) => new ReportRowsError({ report: definition.name, cause }) })
    const [rounded = []] = yield* Effect.uninterruptible(asked(() => allRows(connection, roundedSql(narrow))))
    const { read, stream } = yield* Effect.acquireRelease(
      asked(() => openTextRows(connection, narrow, most)),
      (opened) => Effect.promise(() => opened.stream.return()),
    )
    const cells = cellTexts(definition, places)
    const textsOf = function* (batch: RowBatch): Generator<Texts> {
      for (const row of batch) yield cells(read(row))
    }
    const first = (yield* asked(() => stream.next())).value ?? []
    const measured = [...textsOf(first.slice(0, measuredRows))]
    const longest = definition.columns.map((_, at) => Math.max(0, ...measured.map((texts) => texts[at]?.length ?? 0)))
    const batches = async function* () {
      yield textsOf(first)
      for await (const batch of stream) yield textsOf(batch)
    }
    return {
      definition,
      held: Math.min(most, total),
      total,
      rounded: rounded.map((value) => value === true),
      longest,
      batches: batches(),
    } satisfies SheetRows
  })
