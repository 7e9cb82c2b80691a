import { headline, stakeText } from "../../run/headline.ts"
import { count, grouped, plural } from "../../run/quantities.ts"
import { columnTitle } from "../page/tables.ts"
import type { Night } from "../writer.ts"
import { type CellXml, textCell } from "./cells.ts"
import { styles } from "./styles.ts"
import type { Worksheet } from "./worksheet.ts"

/** What the cover says of a sheet. */
export interface CoveredSheet {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly total: number
  readonly cut: string | null
}

const howToRead = [
  "Each sheet is one report; the first row names its columns and filters them.",
  "Amounts are numbers in the currency's places. A spreadsheet keeps 15 digits of a number: where a value has more, the column ending in _exact beside it has every digit, as text.",
  "Times are in UTC, to the second. The CSV files beside this workbook have microseconds, every row, and every digit: they are for programs, this is for people.",
]

const aboutTotals =
  "Another tool can check the files against these sums; control_totals in manifest.json has the same. The closing difference is of all lines, those that could not be judged too: the sheet rollforward says which."

/** The first sheet: what the night comes to, what it rests on, and what the other sheets are. All of it is text. */
export const coverSheet = (night: Night, sheets: ReadonlyArray<CoveredSheet>): Worksheet => {
  const { controlTotals, place, run, summary } = night
  const { coverage, partitions } = summary
  const proven = coverage.COMPLETE + coverage.NOT_APPLICABLE
  const names = [...new Set(controlTotals.flatMap((total) => Object.keys(total)))].filter((name) => name !== "currency")
  const rows: Array<ReadonlyArray<CellXml>> = []
  const line = (texts: ReadonlyArray<string>, style: number = styles.text) =>
    rows.push(texts.map((text) => textCell(text, style)))
  const heading = (...texts: ReadonlyArray<string>) => {
    rows.push([])
    line(texts, styles.bold)
  }
  line([headline(summary)], styles.title)
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
  for (const { about, cut, name, title, total } of sheets) {
    line([name, title, count(total), cut ?? ""])
    line(["", about])
  }
  return {
    name: "cover",
    columns: ["", ...names].map(() => ({ width: 34, style: styles.general })),
    frozen: 0,
    filtered: 0,
    batches: [rows],
  }
}
