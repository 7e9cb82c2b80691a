import { formatMoney } from "../../run/money-format.ts"
import type { ReportRows } from "../report-rows.ts"
import { type Html, html, nothing } from "./html.ts"
import { cut } from "./tables.ts"

/** All of them together take no more of the page than so many characters. */
const mostCharacters = 900_000

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (json: unknown): Fields | null => (typeof json === "string" ? (JSON.parse(json) as Fields) : null)

/** How DECIMAL(38,18) is written. */
const isAmount = /^-?\d+\.\d{18}$/

const textOf = (fields: Fields | null, name: string, places: ReadonlyMap<string, number>): string => {
  const value = fields?.[name]
  if (value === null || value === undefined) return ""
  const text = typeof value === "object" ? JSON.stringify(value) : String(value)
  return isAmount.test(text) ? formatMoney(text, places.get(String(fields?.currency))) : cut(text)
}

const pairOf = (
  record: Fields | null,
  counterpart: Fields | null,
  left: string,
  right: string,
  places: ReadonlyMap<string, number>,
  personal: ReadonlySet<string>,
): Html => {
  if (record === null && counterpart === null) {
    return html`<p class="none">No record of it is stored; the sentence above is all that is known.</p>`
  }
  // What both sides say comes first.
  const names = [...new Set([...Object.keys(record ?? {}), ...Object.keys(counterpart ?? {})])]
    .filter((name) => !personal.has(name))
    .map((name) => ({ name, own: textOf(record, name, places), other: textOf(counterpart, name, places) }))
    .filter(({ other, own }) => own !== "" || other !== "")
    .sort((a, b) => Number(b.own !== "" && b.other !== "") - Number(a.own !== "" && a.other !== ""))
  const two = counterpart !== null
  const lines = names.map(({ name, other, own }) => {
    const differs = own !== "" && other !== "" && own !== other
    return html`<tr${differs ? html` class="differs"` : nothing}><th scope="row">${name.replaceAll("_", " ")}</th><td>${own}</td>${two ? html`<td>${other}</td><td>${differs ? "differs" : ""}</td>` : nothing}</tr>`
  })
  const heads = two
    ? html`<th scope="col">${left}</th><th scope="col">${right}</th><th scope="col">Compared</th>`
    : html`<th scope="col">${left}</th>`
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Both records"><table><thead><tr><th scope="col">Field</th>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`
}

/** Each exception with its two records, as many as the page holds. */
export const sideBySide = (
  { rows, total }: ReportRows,
  places: ReadonlyMap<string, number>,
  personal: ReadonlySet<string>,
): { readonly entries: ReadonlyArray<Html>; readonly shown: number; readonly total: number } => {
  const entries: Array<Html> = []
  let characters = 0
  for (const row of rows) {
    const [id, code, severity, detail, stream, recordId, record, counterpartStream, counterpartId, counterpart] = row
    const name = (table: unknown, of: unknown) =>
      `${String(table ?? "record").replaceAll("_", " ")} ${String(of ?? "")}`
    const entry = html`<details id="${String(id)}"><summary><span class="tag ${String(severity)}">${String(severity)}</span> ${String(code)}: ${cut(String(detail ?? recordId))}</summary>
<p>All that is known of it: <code>tidemark exceptions show ${String(id)}</code></p>
${pairOf(fieldsOf(record), fieldsOf(counterpart), name(stream, recordId), name(counterpartStream, counterpartId), places, personal)}</details>`
    characters += entry.text.length
    if (characters > mostCharacters) break
    entries.push(entry)
  }
  return { entries, shown: entries.length, total }
}
