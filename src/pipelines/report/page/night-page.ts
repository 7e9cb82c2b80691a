import { severities } from "../../configuration/file.ts"
import { exceptionCount, headline, stakeText } from "../../run/headline.ts"
import { count, grouped, plural } from "../../run/quantities.ts"
import { nightFile } from "../nights.ts"
import type { ReportRows } from "../report-rows.ts"
import type { Night } from "../writer.ts"
import { pageDocument, type Section } from "./document.ts"
import { type Html, html, joined, nothing } from "./html.ts"
import { agePicture, moneyPictures, moneySentence, nightPictures } from "./pictures.ts"
import type { SectionName, Sections } from "./sections.ts"
import { sideBySide } from "./side-by-side.ts"
import { table } from "./tables.ts"

const tile = (name: string, value: string, kind = ""): Html =>
  html`<div class="${kind}"><dt>${name}</dt><dd>${value}</dd></div>`

/** Columns of the exceptions that a page has room for; the CSV file has all. What and how much comes first: the rest may need scrolling. */
const exceptionColumns = [
  "exception_id",
  "severity",
  "code",
  "currency",
  "amount_at_stake",
  "detail",
  "partner_customer_ref",
  "expected",
  "actual",
  "difference",
  "age_days",
  "state",
  "assignee",
  "record_id",
]

/** A note's amounts in groups of three digits. */
const groupedNote = (note: string): string => note.replace(/(?<![\d.])\d{4,}(?:\.\d+)?(?= [A-Z])/g, grouped)

/** How the page's tables and texts of a night come about. */
export interface NightPageRequest {
  readonly night: Night
  readonly sections: Sections
  /** The report of this name; null where there is none. */
  readonly exceptions: ReportRows | null
}

const trust = ({ summary }: Night, show: (name: SectionName, none?: string) => Html): ReadonlyArray<Html> => {
  const { coverage, partitions } = summary
  const proven = coverage.COMPLETE + coverage.NOT_APPLICABLE
  return [
    html`<p>${count(proven)} of ${plural(partitions, "list")} were read from their beginning to their end (${count(coverage.NOT_APPLICABLE)} of products that are not enabled), with ${plural(summary.records, "record")} on ${plural(summary.pages, "page")}. ${summary.unproven === 0 ? "Nothing was left unjudged." : `${plural(summary.unproven, "case")} could not be judged.`}</p>`,
    ...summary.notes.map((note) => html`<p>Note: ${groupedNote(note)}.</p>`),
    html`<h3>Lists that were not read to their end</h3>`,
    show("unread", "None: every list was read to its end."),
    html`<h3>What could not be judged, and why</h3>`,
    show("unproven_by_obstacle", "None: everything could be judged."),
  ]
}

/** A night as one page: the verdict first, then what a reader in finance asks, in that order. */
export const nightPage = ({ exceptions, night, sections }: NightPageRequest): string => {
  const { configuration, place, places, run, summary, written } = night
  const csvOf = (report: string): string | null => {
    const name = nightFile(place, ".csv", report)
    return written.some((file) => file.name === name) ? name : null
  }
  const personal = new Set(
    configuration.contract.streams.flatMap(({ fields }) =>
      fields.filter(({ type }) => type === "personal").map(({ column }) => column),
    ),
  )
  const pairs = sideBySide(sections.side_by_side, places, personal)
  const shownIds = new Set(sections.side_by_side.rows.slice(0, pairs.shown).map(([id]) => String(id)))
  /** An exception that stands further down with both records is led to. */
  const toEntry = (column: string, text: string): string | null =>
    column === "exception_id" && shownIds.has(text) ? `#${text}` : null
  const show = (name: SectionName, none?: string, csv: string | null = null): Html =>
    joined([
      none !== undefined && sections[name].total === 0
        ? nothing
        : html`<p class="about">${sections[name].definition.about}</p>`,
      table({ report: sections[name], places, csv, link: toEntry, ...(none === undefined ? {} : { none }) }),
    ])
  const csv = csvOf("exceptions")
  const withoutAmount = summary.atStake.find(({ currency }) => currency === null)?.cases ?? 0
  const acceptances = csvOf("acceptances")
  const parts: ReadonlyArray<Section> = [
    { id: "trust", title: "May I trust tonight?", content: trust(night, show) },
    {
      id: "wrong",
      title: "What is wrong, and how much money is it?",
      content: [
        html`<h3>Money at stake by currency</h3>`,
        show("at_stake", "No money is at stake."),
        withoutAmount === 0
          ? nothing
          : html`<p>${plural(withoutAmount, "exception")} without an amount ${withoutAmount === 1 ? "is" : "are"} not in this table.</p>`,
        html`<h3>By check, and what to do</h3>`,
        show("by_code", "Nothing is wrong.", csv),
        html`<h3>By age</h3>`,
        agePicture(sections.by_age),
        table({ report: sections.by_age, places, csv: null, none: "Nothing is open." }),
      ],
    },
    {
      id: "who",
      title: "Who must act?",
      content: [
        show("by_person", "Nobody: nothing is open."),
        sections.do_first.total === 0
          ? nothing
          : html`<h3>${sections.do_first.definition.title}</h3>\n${show("do_first", undefined, csv)}`,
      ],
    },
    {
      id: "changed",
      title: "What changed since the night before?",
      content: [
        show("changes", "Nothing changed.", csvOf("exceptions_changes")),
        summary.accepted === 0 || acceptances === null
          ? nothing
          : html`<p>${plural(summary.accepted, "acceptance")} of this night and earlier ones ${summary.accepted === 1 ? "stands" : "stand"}. Who accepted what, and why: <a href="${acceptances}">${acceptances}</a>.</p>`,
      ],
    },
    {
      id: "money",
      title: "Does the money tie?",
      content: [
        moneySentence(sections.money, places),
        show("money", "No balance was read.", csvOf("rollforward")),
        moneyPictures(sections.money, places),
        html`<p>Line by line, for each customer: ${linkTo(csvOf("rollforward"))}.</p>`,
      ],
    },
    {
      id: "nights",
      title: "How did the last 90 nights go?",
      content: [nightPictures(sections.nights), show("nights")],
    },
    {
      id: "fees",
      title: "Foreign exchange and fees",
      content: [
        html`<h3>${sections.exchange.definition.title}</h3>`,
        show("exchange", "No conversion was settled.", csvOf("conversions")),
        html`<h3>${sections.fees.definition.title}</h3>`,
        show("fees", "Nothing was posted.", csvOf("fees")),
      ],
    },
    {
      id: "books",
      title: "Your own books",
      content: [show("own_books", "No books of your own were imported: tidemark books import --help.", csvOf("books"))],
    },
    {
      id: "exceptions",
      title: "Each exception",
      content: [
        exceptions === null
          ? nothing
          : table({
              report: exceptions,
              places,
              csv,
              only: exceptionColumns,
              none: "There is none.",
              link: toEntry,
            }),
        html`<h3>Both records side by side</h3>`,
        html`<p class="about">${sections.side_by_side.definition.about}</p>`,
        ...pairs.entries,
        pairs.shown === exceptionCount(summary)
          ? nothing
          : html`<p class="cut">The first ${count(pairs.shown)} of ${count(exceptionCount(summary))}. The command <code>tidemark exceptions show</code> shows any of them.</p>`,
      ],
    },
    {
      id: "files",
      title: "Files of this night",
      content: [
        html`<ul>${written.map(({ name, rows, title }) => html`<li><a href="${name}">${name}</a>: ${title}, ${plural(rows, "row")}</li>\n`)}</ul>`,
        html`<p>Each is in <a href="manifest.json">manifest.json</a> with its SHA-256; <code>tidemark verify</code> proves them.</p>`,
      ],
    },
  ]
  return pageDocument({
    title: `${summary.verdict} · reconciliation of ${place.night}`,
    verdict: headline(summary),
    word: summary.verdict,
    under: joined([
      html`<p class="under">Night of ${place.night}. Run ${run.runId}, begun ${run.startedAt}; ages and grace are counted to that instant.</p>`,
      summary.atStake.length === 0 ? nothing : html`<p><strong>At stake:</strong> ${stakeText(summary.atStake)}.</p>`,
      html`<dl class="tiles">${[
        ...severities.map((severity) => tile(severity, count(summary.exceptions[severity]), severity)),
        tile("new tonight", count(summary.changes.opened + summary.changes.reopened)),
        tile("resolved tonight", count(summary.changes.resolved)),
        tile("accepted, standing", count(summary.accepted)),
        tile("could not be judged", count(summary.unproven)),
        tile(
          "lists proven",
          `${count(summary.coverage.COMPLETE + summary.coverage.NOT_APPLICABLE)} of ${count(summary.partitions)}`,
        ),
      ]}</dl>`,
    ]),
    sections: parts,
  })
}

const linkTo = (name: string | null): Html =>
  name === null ? html`the roll-forward` : html`<a href="${name}">${name}</a>`
