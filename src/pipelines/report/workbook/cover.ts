import type { Cell, CellValue, WriteSheet } from "hucre/xlsx"
import { headline, stakeText } from "../../run/headline.ts"
import { count, grouped, plural } from "../../run/quantities.ts"
import { columnTitle } from "../page/tables.ts"
import type { ReportRows } from "../report-rows.ts"
import type { Night } from "../writer.ts"
import { textStyle } from "./cells.ts"
import { cutSentence } from "./sheet.ts"

export interface CoveredSheet {
  readonly name: string
  readonly report: ReportRows
  readonly csv: string
}

const bold = { ...textStyle, font: { name: "Calibri", size: 11, bold: true } } as const
const title = { ...textStyle, font: { name: "Calibri", size: 14, bold: true } } as const

const howToRead = [
  "Each sheet is one report; the first row names its columns and filters them.",
  "Amounts are numbers in the currency's places. A spreadsheet keeps 15 digits of a number: where a value has more, the column ending in _exact beside it has every digit, as text.",
  "Times are in UTC, to the second. The CSV files beside this workbook have microseconds, every row, and every digit: they are for programs, this is for people.",
]

const aboutTotals =
  "Another tool can check the files against these sums; control_totals in manifest.json has the same. The closing difference is of all lines, those that could not be judged too: the sheet rollforward says which."

/** The first sheet: what the night comes to, what it rests on, and what the other sheets are. All of it is text. */
export const coverSheet = (night: Night, sheets: ReadonlyArray<CoveredSheet>): WriteSheet => {
  const { controlTotals, place, run, summary } = night
  const { coverage, partitions } = summary
  const proven = coverage.COMPLETE + coverage.NOT_APPLICABLE
  const names = [...new Set(controlTotals.flatMap((total) => Object.keys(total)))].filter((name) => name !== "currency")
  const rows: Array<Array<CellValue>> = []
  const cells = new Map<string, Partial<Cell>>()
  const line = (texts: ReadonlyArray<string>, style: Partial<Cell>["style"] = textStyle) => {
    texts.forEach((value, at) => {
      cells.set(`${rows.length},${at}`, { value, ...(style === undefined ? {} : { style }) })
    })
    rows.push([...texts])
  }
  const heading = (...texts: ReadonlyArray<string>) => {
    rows.push([])
    line(texts, bold)
  }
  line([headline(summary)], title)
  line([`Night of ${place.night}, run ${run.runId}, begun ${run.startedAt}`])
  if (summary.atStake.length > 0) line([`At stake: ${stakeText(summary.atStake)}`])
  line([
    `This night: ${count(summary.changes.opened)} new, ${count(summary.changes.reopened)} reopened, ${count(summary.changes.resolved)} resolved; ${count(summary.accepted)} accepted and standing; ${plural(summary.unproven, "case")} that could not be judged`,
  ])
  heading("Coverage", "lists")
  line(["read to their end, or not enabled", `${count(proven)} of ${count(partitions)}`])
  for (const [state, lists] of Object.entries(coverage)) line([state, count(lists)])
  heading("Control totals", ...names.map(columnTitle))
  for (const total of controlTotals) line([total.currency, ...names.map((name) => grouped(total[name] ?? ""))])
  line([aboutTotals])
  heading("How to read this workbook")
  for (const sentence of howToRead) line([sentence])
  heading("Sheet", "what it is", "rows")
  for (const { csv, name, report } of sheets) {
    line([name, report.definition.title, count(report.total), cutSentence(report, csv) ?? ""])
    line(["", report.definition.about])
  }
  return {
    name: "cover",
    columns: [{ width: 34 }, ...names.map(() => ({ width: 34 }))],
    rows,
    cells,
    pageSetup: { orientation: "landscape" },
  }
}
