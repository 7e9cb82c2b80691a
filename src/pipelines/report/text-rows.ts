import type { DuckDBConnection } from "@duckdb/node-api"
import { isoTimeFromMicros } from "../../store/dialect/iso-time.ts"
import { RowStream } from "../../store/dialect/row-stream.ts"
import type { ReportRow } from "./cells.ts"
import type { ReportDefinition } from "./definition.ts"
import { quoted, type ReadColumn, readColumns, reportQuery } from "./report-query.ts"

/** A column as text from which its value can be told exactly; of an instant that is not infinite, its microseconds. */
const textSql = ([name, kind]: ReadColumn): string => {
  const column = `report.${quoted(name)}`
  return kind === "time"
    ? `CASE WHEN isfinite(${column}) THEN epoch_us(${column})::VARCHAR ELSE ${column}::VARCHAR END`
    : `${column}::VARCHAR`
}

const asJson = (columns: ReadonlyArray<ReadColumn>): string => `json_array(${columns.map(textSql).join(", ")})::VARCHAR`

/**
 * The rows of a report, batch by batch, each value a text. DuckDB hands a row over as one JSON text: texts one by one are by
 * far the slowest part of reading many rows.
 */
export const openTextRows = async (connection: DuckDBConnection, definition: ReportDefinition, most?: number) => {
  const limit = most === undefined ? "" : ` LIMIT ${most}`
  const times = readColumns(definition).flatMap(([, kind], column) => (kind === "time" ? [column] : []))
  const stream = await RowStream.open(connection, `${reportQuery(definition, asJson)}${limit}`)
  const read = ([json]: ReadonlyArray<unknown>): ReportRow => {
    const row: Array<string | null> = JSON.parse(String(json))
    for (const column of times) {
      const micros = row[column]
      if (micros != null && !micros.endsWith("y")) row[column] = isoTimeFromMicros(BigInt(micros))
    }
    return row
  }
  return { stream, read }
}
