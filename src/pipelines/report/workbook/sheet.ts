import { count, plural } from "../../run/quantities.ts"
import { type CellXml, cellOf, columnStyle, textCell } from "./cells.ts"
import type { SheetRows } from "./sheet-rows.ts"
import { styles } from "./styles.ts"
import type { Worksheet } from "./worksheet.ts"

/** A column of the sheet: one of the report's, or the exact text of one whose numbers a spreadsheet would round. */
interface SheetColumn {
  readonly title: string
  readonly place: number
  readonly style: number
  readonly cell: (text: string) => CellXml
}

const [narrowest, widest] = [8, 60]

/** What a sheet says below its rows where it does not have all of them; null where it has. */
export const cutSentence = ({ held, total }: SheetRows, csv: string): string | null =>
  held === total
    ? null
    : `Only the first ${count(held)} of ${plural(total, "row")} are in this sheet; all of them are in ${csv}`

const columnsOf = ({ definition, rounded }: SheetRows): ReadonlyArray<SheetColumn> =>
  definition.columns.flatMap(({ name, type }, place) => {
    const own = { title: name, place, style: columnStyle[type.kind], cell: cellOf[type.kind] }
    const exact = { title: `${name}_exact`, place, style: styles.text, cell: (text: string) => textCell(text) }
    return rounded[place] ? [own, exact] : [own]
  })

const cellsOf = function* (batch: Iterable<ReadonlyArray<string>>, columns: ReadonlyArray<SheetColumn>) {
  for (const texts of batch) yield columns.map(({ cell, place }) => cell(texts[place] ?? ""))
}

/** A report as a sheet: a bold header that stays in sight, a filter, and under each name values of one kind. */
export const reportSheet = (rows: SheetRows, name: string, csv: string): Worksheet => {
  const columns = columnsOf(rows)
  const cut = cutSentence(rows, csv)
  return {
    name,
    columns: columns.map(({ place, style, title }) => ({
      width: Math.min(widest, Math.max(narrowest, title.length + 4, (rows.longest[place] ?? 0) + 2)),
      style,
    })),
    frozen: 1,
    filtered: rows.held + 1,
    batches: (async function* () {
      yield [columns.map(({ title }) => textCell(title, styles.head))]
      for await (const batch of rows.batches) yield cellsOf(batch, columns)
      if (cut !== null) yield [[], [textCell(cut, styles.bold)]]
    })(),
  }
}
