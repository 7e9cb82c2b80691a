import { rollforwardColumns } from "../../../api/contract/products.ts"
import { formatMoney } from "../../run/money-format.ts"
import { count, grouped, plural } from "../../run/quantities.ts"
import type { ReportRows } from "../report-rows.ts"
import { severitySeries, stackedBars, waterfall } from "./charts.ts"
import { type Html, html, nothing } from "./html.ts"
import { columnTitle } from "./tables.ts"

/** The rows of a section as objects. */
const records = ({ definition, rows }: ReportRows): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  rows.map((row) => Object.fromEntries(definition.columns.map(({ name }, place) => [name, row[place]])))

const figure = (caption: string, drawing: Html): Html =>
  drawing === nothing ? nothing : html`<figure><figcaption>${caption}</figcaption>${drawing}</figure>`

const severityCounts = (row: Readonly<Record<string, unknown>>) =>
  severitySeries.map(({ kind }) => Number(row[kind] ?? 0))

export const agePicture = (byAge: ReportRows): Html => {
  const bars = records(byAge).map((row) => ({ label: `${String(row.days)} days`, values: severityCounts(row) }))
  const description = bars
    .map(({ label, values }) => `${label}: ${values.reduce((sum, value) => sum + value, 0)}`)
    .join(", ")
  const caption = "Open exceptions by age and severity"
  return figure(caption, stackedBars({ id: "age", title: caption, description }, severitySeries, bars))
}

/** Oldest night at the left. */
export const nightPictures = (nights: ReportRows): Html => {
  const rows = [...records(nights)].reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return nothing
  const label = (row: Readonly<Record<string, unknown>>) => String(row.night).slice(5)
  const span = (column: string) =>
    `from ${count(Number(first[column]))} on ${String(first.night)} to ${count(Number(last[column]))} on ${String(last.night)}`
  const picture = (
    id: string,
    caption: string,
    description: string,
    series: ReadonlyArray<{ readonly kind: string; readonly name: string }>,
    columns: ReadonlyArray<string>,
  ) =>
    figure(
      caption,
      stackedBars(
        { id, title: caption, description },
        series,
        rows.map((row) => ({ label: label(row), values: columns.map((column) => Number(row[column] ?? 0)) })),
      ),
    )
  const unproven = rows.map((row) => ({
    label: label(row),
    values: [Number(row.lists_proven ?? 0), Number(row.lists ?? 0) - Number(row.lists_proven ?? 0)],
  }))
  const pictures = [
    picture(
      "open",
      "Open exceptions after each night, by severity",
      `Open exceptions went ${span("open")}.`,
      severitySeries,
      severitySeries.map(({ kind }) => kind),
    ),
    picture(
      "moved",
      "New, reopened, resolved and accepted in each night",
      `New exceptions went ${span("new")}, reopened ones ${span("reopened")}, resolved ones ${span("resolved")}.`,
      [
        { kind: "high", name: "new" },
        { kind: "critical", name: "reopened" },
        { kind: "in", name: "resolved" },
        { kind: "balance", name: "accepted" },
      ],
      ["new", "reopened", "resolved", "accepted"],
    ),
    figure(
      "Lists read to their end, and not",
      stackedBars(
        {
          id: "coverage",
          title: "Lists read to their end, and not",
          description: `Proven lists went ${span("lists_proven")}.`,
        },
        [
          { kind: "balance", name: "proven" },
          { kind: "critical", name: "not proven" },
        ],
        unproven,
      ),
    ),
    picture(
      "volume",
      "Records read in each night",
      `Records went ${span("records")}.`,
      [{ kind: "balance", name: "records" }],
      ["records"],
    ),
  ]
  return html`<div class="charts wide">${pictures}</div>`
}

const movements = [...rollforwardColumns, "fees", "adjustments"] as const

/** One drawing a currency: from the opening balance over every kind of movement to the closing one. */
export const moneyPictures = (money: ReportRows, places: ReadonlyMap<string, number>): Html => {
  const drawings = records(money).map((row, place) => {
    const currency = String(row.currency)
    const amount = (column: string) =>
      row[column] === null ? null : formatMoney(String(row[column]), places.get(currency))
    const steps = [
      { column: "opening", isBalance: true },
      ...movements.map((column) => ({ column, isBalance: false })),
      { column: "computed_closing", isBalance: true },
      { column: "reported_closing", isBalance: true },
    ].flatMap(({ column, isBalance }) => {
      const value = amount(column)
      return value === null || (!isBalance && /^-?[0.]+$/.test(value))
        ? []
        : [{ label: columnTitle(column), amount: value, isBalance }]
    })
    const description = steps.map(({ amount, label }) => `${label} ${amount}`).join(", ")
    return figure(
      currency,
      waterfall({ id: `money-${place}`, title: `${currency}: from opening to closing`, description }, steps),
    )
  })
  return html`<div class="charts">${drawings}</div>`
}

/** Whether the money ties, in a sentence; each currency in which it does not, with what the lines that do not tie differ by. */
export const moneySentence = (money: ReportRows, places: ReadonlyMap<string, number>): Html => {
  const rows = records(money)
  if (rows.length === 0) return nothing
  const wrong = rows.filter((row) => Number(row.lines_that_do_not_tie) > 0)
  const unjudged = rows.filter((row) => Number(row.lines_not_judged) > 0)
  const unjudgedLines = unjudged.reduce((sum, row) => sum + Number(row.lines_not_judged), 0)
  const rest =
    unjudgedLines === 0
      ? ""
      : ` ${plural(unjudgedLines, "line")} could not be judged: ${unjudged.map((row) => `${count(Number(row.lines_not_judged))} in ${String(row.currency)}`).join(", ")}.`
  if (wrong.length === 0)
    return html`<p><strong>Yes, in ${plural(rows.length, "currency", "currencies")}, as far as it could be judged.</strong>${rest}</p>`
  const told = wrong.map((row) => {
    const currency = String(row.currency)
    const lines = Number(row.lines_that_do_not_tie)
    const sum = row.difference_where_it_does_not_tie
    const difference = sum === null ? "more than can be added" : formatMoney(String(sum), places.get(currency))
    return `${currency} (${plural(lines, "line")}, by ${grouped(difference)}${lines === 1 ? "" : " together"})`
  })
  const others = rows.length - wrong.length
  const othersTie =
    others === 0
      ? ""
      : ` In ${plural(others, "other currency", "other currencies")} every line${unjudged.length === 0 ? "" : " that could be judged"} ties.`
  return html`<p><strong>No: it does not tie in ${told.join(", ")}.</strong>${othersTie}${rest}</p>`
}
