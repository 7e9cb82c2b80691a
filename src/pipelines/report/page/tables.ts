import { count, grouped } from "../../run/quantities.ts"
import { cellTexts } from "../cells.ts"
import type { ReportColumn } from "../definition.ts"
import type { ReportRows } from "../report-rows.ts"
import { Html, html, nothing } from "./html.ts"

/** Longer texts are cut; the CSV file has them whole. */
const longestText = 400

/** One table takes no more of the page than so many characters. */
const mostCharacters = 1_200_000

export interface TableRequest {
  readonly report: ReportRows
  readonly places: ReadonlyMap<string, number>
  /** The file that has every row; null where there is none. */
  readonly csv: string | null
  /** The columns that are shown, where not all of them are; what the report does not give is left out. */
  readonly only?: ReadonlyArray<string>
  /** What stands in place of an empty table. */
  readonly none?: string
  /** Where a cell leads to; null for nowhere. */
  readonly link?: (column: string, text: string) => string | null
}

export const cut = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)} …` : text)

/** `at_stake` → `At stake` */
export const columnTitle = (name: string): string => {
  const words = name.replaceAll("_", " ")
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const isNumber = ({ type }: ReportColumn): boolean => type.kind === "money" || type.kind === "integer"

/** What a person reads of a cell: money and counts in groups of three digits, with every digit that there is. */
const shown = ({ type }: ReportColumn, text: string): string =>
  text !== "" && (type.kind === "money" || type.kind === "integer") ? grouped(text) : cut(text)

const severities = new Set(["critical", "high", "medium", "low", "info"])

/** A text of more characters is a sentence, which has room to be read in few lines. */
const longestPhrase = 40

/** Ids, codes and dates, which nobody reads in two lines. */
const isOneWord = /^[\w:./-]{1,40}$/

const cellOf = (column: ReportColumn, text: string, link: TableRequest["link"]): Html => {
  if (isNumber(column)) return html`<td class="n">${shown(column, text)}</td>`
  const target = link?.(column.name, text) ?? null
  if (target !== null) return html`<td><a href="${target}">${shown(column, text)}</a></td>`
  if (column.name === "severity" && severities.has(text)) return html`<td><span class="tag ${text}">${text}</span></td>`
  if (isOneWord.test(text)) return html`<td class="w">${text}</td>`
  return text.length > longestPhrase
    ? html`<td class="t" dir="auto">${shown(column, text)}</td>`
    : html`<td dir="auto">${shown(column, text)}</td>`
}

const headOf = (column: ReportColumn): Html =>
  isNumber(column)
    ? html`<th scope="col" class="n" data-kind="number">${columnTitle(column.name)}</th>`
    : html`<th scope="col">${columnTitle(column.name)}</th>`

/** That a table is cut, and where the rest of it is. */
const cutNote = (shownRows: number, total: number, csv: string | null): Html => {
  if (shownRows === total) return nothing
  const rest = csv === null ? html`` : html` All of them are in <a href="${csv}">${csv}</a> and in the workbook.`
  return html`<p class="cut">The first ${count(shownRows)} of ${count(total)} rows.${rest}</p>`
}

/** A report as a table that is complete without script; with it, it sorts and filters. */
export const table = ({ csv, link, none = "None.", only, places, report }: TableRequest): Html => {
  const { definition, rows, total } = report
  if (total === 0) return html`<p class="none">${none}</p>`
  const texts = cellTexts(definition, places)
  const picked = (only ?? definition.columns.map(({ name }) => name)).flatMap((name) => {
    const place = definition.columns.findIndex((column) => column.name === name)
    const column = definition.columns[place]
    return column === undefined ? [] : [{ column, place }]
  })
  let characters = 0
  const body: Array<Html> = []
  for (const row of rows) {
    const cells = texts(row)
    const line = html`<tr>${picked.map(({ column, place }) => cellOf(column, cells[place] ?? "", link))}</tr>`
    characters += line.text.length
    if (characters > mostCharacters) break
    body.push(line)
  }
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${definition.title}, table">
<table${picked.length > 14 ? html` class="many"` : nothing} data-report="${definition.title}"><thead><tr>${picked.map(({ column }) => headOf(column))}</tr></thead>
<tbody>${new Html(body.map(({ text }) => text).join("\n"))}</tbody></table></div>
${cutNote(body.length, total, csv)}`
}
