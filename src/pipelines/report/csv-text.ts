import type { CsvForm } from "../configuration/csv-settings.ts"
import { cellTexts, type ReportRow } from "./cells.ts"
import type { ColumnType, ReportDefinition } from "./definition.ts"

/**
 * What a spreadsheet would take for a formula gets an apostrophe in front: = + - @ and their full-width forms, tab and
 * CR as csv-stringify's escape_formulas has them, and LF, which OWASP lists as well. Only text passes through here, so
 * that a negative number stays a number.
 */
export const withoutFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** `2026-11-26 17:13:47`, which every spreadsheet takes for an instant, whatever its language. Infinite ones stay words. */
const sheetTime = (iso: string): string => (iso.endsWith("Z") ? `${iso.slice(0, 10)} ${iso.slice(11, 19)}` : iso)

const written: Readonly<Record<ColumnType["kind"], (form: CsvForm) => ((text: string) => string) | null>> = {
  text: () => withoutFormula,
  money: ({ decimal }) => (decimal === "," ? (text) => text.replace(".", ",") : null),
  time: ({ times }) => (times === "sheet" ? sheetTime : null),
  date: () => null,
  integer: () => null,
  boolean: () => null,
}

// quote_record_delimiter must be asked for: once a record_delimiter is given, csv-stringify by itself leaves a lone CR or
// LF in a text unquoted, and a reader then sees two records.
export const RFC_4180 = { record_delimiter: "\r\n", quote_record_delimiter: true } as const

/**
 * How rows read as lines of CSV (RFC 4180: a value is quoted where it holds a quote, a line's end or the separator). Written here and
 * not by csv-stringify, which takes five times as long; a test compares the two.
 */
export const csvLines = (definition: ReportDefinition, places: ReadonlyMap<string, number>, form: CsvForm) => {
  const { separator } = form
  const special = new RegExp(`["\\r\\n${separator === "|" ? "\\|" : separator}]`)
  const quoted = (text: string): string => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const line = (texts: ReadonlyArray<string>): string => `${texts.map(quoted).join(separator)}\r\n`
  const cells = cellTexts(definition, places)
  const columns = definition.columns.map(({ type }) => written[type.kind](form))
  return {
    header: `${form.byteOrderMark ? "\uFEFF" : ""}${line(definition.columns.map(({ name }) => name))}`,
    rows: (rows: ReadonlyArray<ReportRow>): string => {
      let text = ""
      for (const row of rows) text += line(cells(row).map((cell, column) => columns[column]?.(cell) ?? cell))
      return text
    },
  }
}
