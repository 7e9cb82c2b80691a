import type { JsValue } from "../../store/dialect/read-value.ts"
import { formatMoney } from "../run/money-format.ts"
import type { ColumnType, ReportDefinition } from "./definition.ts"
import { currencyColumns } from "./report-query.ts"

/** A row as the report's query gives it: the printed columns, then the hidden currencies. */
export type ReportRow = ReadonlyArray<JsValue>

type Cell = (row: ReportRow) => string

/**
 * How the printed cells of a report's rows read, each exactly and the same in every form that a report has: money plain at
 * its currency's places, times in ISO 8601, what is absent as nothing.
 */
export const cellTexts = (
  definition: ReportDefinition,
  places: ReadonlyMap<string, number>,
): ((row: ReportRow) => ReadonlyArray<string>) => {
  const names = [...definition.columns.map(({ name }) => name), ...currencyColumns(definition)]
  const cells = definition.columns.map(({ type }, column) => cellOf(type, column, names, places))
  return (row) => cells.map((cell) => cell(row))
}

const cellOf = (
  type: ColumnType,
  column: number,
  names: ReadonlyArray<string>,
  places: ReadonlyMap<string, number>,
): Cell => {
  const plain: Cell = (row) => String(row[column] ?? "")
  if (type.kind !== "money") return plain
  const currency = type.currencyColumn === null ? -1 : names.indexOf(type.currencyColumn)
  return (row) => {
    const amount = plain(row)
    return amount === "" ? amount : formatMoney(amount, places.get(String(row[currency])))
  }
}
