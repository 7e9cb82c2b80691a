import type { CellXml } from "./cells.ts"

type Rows = Iterable<ReadonlyArray<CellXml>>

/** A sheet as the file has it. Its rows are asked for once, and only while they are written. */
export interface Worksheet {
  readonly name: string
  readonly columns: ReadonlyArray<{ readonly width: number; readonly style: number }>
  /** Rows on top that stay in sight. */
  readonly frozen: 0 | 1
  /** How many rows a reader may filter, the header among them; 0 for none. */
  readonly filtered: number
  readonly batches: AsyncIterable<Rows> | Iterable<Rows>
}

/** A, B, … Z, AA, … */
const letters = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : `${letters(Math.floor(column / 26) - 1)}${letters(column % 26)}`

/** Texts are handed over in pieces of about this many characters. */
const pieceLength = 50_000

/** A sheet's XML, piece by piece. */
export const worksheetXml = async function* (sheet: Worksheet): AsyncGenerator<string> {
  const columns = sheet.columns.map(
    ({ style, width }, at) =>
      `<col min="${at + 1}" max="${at + 1}" width="${width}" style="${style}" customWidth="1"/>`,
  )
  const pane = sheet.frozen === 0 ? "" : '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
  let piece = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${columns.join("")}</cols><sheetData>`
  let nth = 0
  const places: Array<string> = []
  for await (const rows of sheet.batches) {
    for (const row of rows) {
      nth++
      piece += `<row r="${nth}">`
      for (let at = 0; at < row.length; at++) {
        const cell = row[at]
        if (cell === undefined || cell === "") continue
        places[at] ??= letters(at)
        piece += `<c r="${places[at]}${nth}"${cell}</c>`
      }
      piece += "</row>"
      if (piece.length < pieceLength) continue
      yield piece
      piece = ""
    }
  }
  const filter =
    sheet.filtered === 0 ? "" : `<autoFilter ref="A1:${letters(sheet.columns.length - 1)}${sheet.filtered}"/>`
  yield `${piece}</sheetData>${filter}<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/><pageSetup orientation="landscape"/></worksheet>`
}
