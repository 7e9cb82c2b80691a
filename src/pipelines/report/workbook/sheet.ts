import { type Cell, type CellValue, type ColumnDef, rangeRef, type WriteSheet } from "hucre/xlsx"
import { count, plural } from "../../run/quantities.ts"
import { cellTexts } from "../cells.ts"
import type { ReportColumn } from "../definition.ts"
import type { ReportRows } from "../report-rows.ts"
import { columnStyle, isRounded, sheetCell, textCell, textStyle } from "./cells.ts"

const headStyle = { font: { name: "Calibri", size: 11, bold: true } } as const

/** A column of the sheet: one of the report's, or the exact text of one whose numbers a spreadsheet would round. */
interface SheetColumn {
  readonly title: string
  readonly column: ReportColumn
  readonly place: number
  readonly isExact: boolean
}

/** Rows that are looked at to see how wide a column must be. */
const measuredRows = 200
const [narrowest, widest] = [8, 60]

const widthOf = (title: string, texts: ReadonlyArray<string>): number =>
  Math.min(
    widest,
    Math.max(narrowest, title.length + 4, ...texts.slice(0, measuredRows).map((text) => text.length + 2)),
  )

/** What a sheet says below its rows where it does not have all of them; null where it has. */
export const cutSentence = ({ rows, total }: ReportRows, csv: string): string | null =>
  rows.length === total
    ? null
    : `Only the first ${count(rows.length)} of ${plural(total, "row")} are in this sheet; all of them are in ${csv}`

/** A report as a sheet: a bold header that stays in sight, a filter, and under each name values of one kind. */
export const reportSheet = (
  report: ReportRows,
  name: string,
  places: ReadonlyMap<string, number>,
  csv: string,
): WriteSheet => {
  const { definition, rows } = report
  const texts = rows.map(cellTexts(definition, places))
  const isNumber = ({ type }: ReportColumn) => type.kind === "money" || type.kind === "integer"
  const columns: ReadonlyArray<SheetColumn> = definition.columns.flatMap((column, place) => {
    const own = { title: column.name, column, place, isExact: false }
    const needsExact = isNumber(column) && texts.some((row) => isRounded(row[place] ?? ""))
    return needsExact ? [own, { ...own, title: `${column.name}_exact`, isExact: true }] : [own]
  })
  const cells = new Map<string, Partial<Cell>>()
  const lines = rows.map((row, nth) =>
    columns.map(({ column, isExact, place }, at) => {
      const text = texts[nth]?.[place] ?? ""
      const { own, value } = isExact ? textCell(text) : sheetCell(column.type, row[place], text)
      if (own !== null) cells.set(`${nth + 1},${at}`, own)
      return value
    }),
  )
  columns.forEach(({ title }, at) => {
    cells.set(`0,${at}`, { value: title, style: headStyle })
  })
  const cut = cutSentence(report, csv)
  const foot: Array<Array<CellValue>> = cut === null ? [] : [[], [cut]]
  if (cut !== null) cells.set(`${rows.length + 2},0`, { value: cut, style: { ...textStyle, ...headStyle } })
  const widths: ReadonlyArray<ColumnDef> = columns.map(({ column, isExact, place, title }) => {
    const style = isExact ? textStyle : columnStyle(column.type)
    const width = widthOf(
      title,
      texts.slice(0, measuredRows).map((row) => row[place] ?? ""),
    )
    return style === undefined ? { width } : { width, style }
  })
  return {
    name,
    columns: [...widths],
    rows: [columns.map(({ title }) => title), ...lines, ...foot],
    cells,
    freezePane: { rows: 1 },
    pageSetup: { orientation: "landscape" },
    autoFilter: { range: rangeRef(0, 0, rows.length, columns.length - 1) },
  }
}
