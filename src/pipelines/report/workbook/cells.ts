import type { Cell, CellStyle, CellValue } from "hucre/xlsx"
import type { JsValue } from "../../../store/dialect/read-value.ts"
import type { ColumnType } from "../definition.ts"

/** Digits that a spreadsheet keeps of a number; what has more is rounded as soon as the file is opened. */
const mostDigits = 15

/** Digits of a plain decimal, without those that only say where its point is. */
export const significantDigits = (decimal: string): number =>
  decimal.includes(".")
    ? decimal.replace(/[-.]/g, "").replace(/^0+|0+$/g, "").length
    : decimal.replace("-", "").replace(/^0+|0+$/g, "").length

/** Whether a spreadsheet would round it, so that its column needs an exact text beside it. */
export const isRounded = (decimal: string): boolean => significantDigits(decimal) > mostDigits

/** Longer texts make a spreadsheet call the file damaged. */
const longestText = 32_000

const excelErrors = new Set([
  "#NULL!",
  "#DIV/0!",
  "#VALUE!",
  "#REF!",
  "#NAME?",
  "#NUM!",
  "#N/A",
  "#GETTING_DATA",
  "#SPILL!",
  "#CALC!",
])

/** A text as what it is: what looks like the format's own escape for a character is escaped, and what is too long is cut. */
const textValue = (text: string): string => {
  const whole = text
    .toWellFormed()
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
    // XML makes one line feed of a carriage return and a line feed.
    .replaceAll("\r", "_x000D_")
  return whole.length <= longestText ? whole : `${whole.slice(0, longestText)} … (cut here; the CSV file has all of it)`
}

const style = (numFmt: string): CellStyle => ({ numFmt })

/** "Text": what begins with = or + stays a text even when somebody edits the cell. */
export const textStyle = style("@")
const timeStyle = style("yyyy-mm-dd hh:mm:ss")
const dateStyle = style("yyyy-mm-dd")
const integerStyle = style("#,##0")

/** One style for each number of decimals, so that a workbook has few of them. */
const moneyStyles = Array.from({ length: 39 }, (_, decimals) =>
  style(decimals === 0 ? "#,##0" : `#,##0.${"0".repeat(decimals)}`),
)

const decimalsOf = (text: string): number => (text.includes(".") ? text.length - text.indexOf(".") - 1 : 0)

export interface SheetCell {
  readonly value: CellValue
  /** Null where the column's own will do. */
  readonly own: Partial<Cell> | null
}

/** The style of a column, where every cell of it has the same. */
export const columnStyle = (type: ColumnType): CellStyle | undefined => {
  switch (type.kind) {
    case "text":
      return textStyle
    case "time":
      return timeStyle
    case "date":
      return dateStyle
    case "integer":
      return integerStyle
    default:
      return undefined
  }
}

export const textCell = (text: string): SheetCell => {
  // The library takes such a text for a spreadsheet's error; as rich text it stays what it is.
  if (excelErrors.has(text)) return { value: null, own: { value: null, richText: [{ text }], style: textStyle } }
  return { value: textValue(text), own: null }
}

/**
 * A value of a report as a cell: money and counts as numbers, times as times (to the millisecond; the CSV file has
 * microseconds), texts as texts. `text` is how the value reads in every other form of the report.
 */
export const sheetCell = (type: ColumnType, value: JsValue | undefined, text: string): SheetCell => {
  if (value === null || value === undefined || text === "") return { value: null, own: null }
  switch (type.kind) {
    case "money": {
      // The one place where an amount becomes a floating-point number: the format has no other.
      const number = Number(text)
      return { value: number, own: { value: number, style: moneyStyles[decimalsOf(text)] ?? integerStyle } }
    }
    case "integer":
      return { value: Number(text), own: null }
    case "boolean":
      return { value: value === true, own: null }
    case "time":
    case "date": {
      const millis = Date.parse(text)
      return Number.isNaN(millis) ? textCell(text) : { value: new Date(millis), own: null }
    }
    case "text":
      return textCell(text)
  }
}
