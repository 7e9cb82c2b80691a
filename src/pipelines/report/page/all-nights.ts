import type { DuckDBConnection } from "@duckdb/node-api"
import { Path } from "@effect/platform"
import { Effect, Option } from "effect"
import { headline, stakeText } from "../../run/headline.ts"
import { plural } from "../../run/quantities.ts"
import type { Run } from "../../run/run.ts"
import type { RunSummary } from "../../run/run-summary.ts"
import { cellTexts } from "../cells.ts"
import { readManifest } from "../manifest.ts"
import { type NightFolder, nightFolders, PAGE_FILE } from "../nights.ts"
import type { ReportRows } from "../report-rows.ts"
import { writeWhole } from "../whole-file.ts"
import { pageDocument } from "./document.ts"
import { type Html, html, joined, nothing } from "./html.ts"
import { nightPictures } from "./pictures.ts"
import { readSections } from "./sections.ts"
import { columnTitle } from "./tables.ts"

/** A night as the list shows it: where its folder is, and the verdict of its manifest. */
interface Listed extends NightFolder {
  readonly verdict: string
}

const listed = (night: NightFolder) =>
  Effect.map(Effect.option(readManifest(night.manifestFile)), (manifest) => ({
    ...night,
    verdict: Option.match(manifest, { onNone: () => "no manifest", onSome: ({ verdict }) => verdict }),
  }))

const shownColumns = [
  "lists_proven",
  "lists",
  "records",
  "new",
  "reopened",
  "resolved",
  "accepted",
  "open",
  "critical",
  "high",
]

const nightsTable = (nights: ReportRows, folders: ReadonlyMap<string, Listed>): Html => {
  const texts = cellTexts(nights.definition, new Map())
  const places = new Map(nights.definition.columns.map(({ name }, place) => [name, place]))
  const lines = nights.rows.map((row) => {
    const cells = texts(row)
    const cell = (name: string) => cells[places.get(name) ?? -1] ?? ""
    const folder = folders.get(cell("run"))
    const night =
      folder === undefined
        ? html`${cell("night")}`
        : html`<a href="${folder.night}/${folder.runId}/${PAGE_FILE}">${cell("night")}</a>`
    return html`<tr><td class="w">${night}</td><td>${folder?.verdict ?? "its folder is not here"}</td><td class="w">${cell("run")}</td>${shownColumns.map((name) => html`<td class="n">${cell(name)}</td>`)}</tr>\n`
  })
  return html`<div class="scroll" role="region" tabindex="0" aria-label="Nights, table"><table data-report="Nights"><thead><tr><th scope="col">Night</th><th scope="col">Verdict</th><th scope="col">Run</th>${shownColumns.map((name) => html`<th scope="col" class="n" data-kind="number">${columnTitle(name)}</th>`)}</tr></thead>
<tbody>${lines}</tbody></table></div>`
}

const allNightsPage = (
  summary: RunSummary,
  newest: NightFolder | undefined,
  nights: ReportRows,
  folders: ReadonlyArray<Listed>,
  earlier: number,
): string =>
  pageDocument({
    title: `${summary.verdict} · reconciliation, all nights`,
    verdict: headline(summary),
    word: summary.verdict,
    under: joined([
      newest === undefined
        ? nothing
        : html`<p class="under">The newest night is that of ${newest.night}: <a href="${newest.night}/${newest.runId}/${PAGE_FILE}">read it</a>.</p>`,
      summary.atStake.length === 0 ? nothing : html`<p><strong>At stake:</strong> ${stakeText(summary.atStake)}.</p>`,
    ]),
    sections: [
      {
        id: "list",
        title: "Night by night",
        content: [
          html`<p class="about">${nights.definition.about}</p>`,
          nightsTable(nights, new Map(folders.map((folder) => [folder.runId, folder]))),
          earlier === 0
            ? nothing
            : html`<p class="cut">${plural(earlier, "earlier night")} lie beside this page in folders by date.</p>`,
        ],
      },
      { id: "trend", title: "How did the last 90 nights go?", content: [nightPictures(nights)] },
    ],
  })

/** Writes `<out>/index.html`, which leads to every night and shows how they went. It belongs to no night, and to no manifest. */
export const writeAllNights = (out: string, run: Run, summary: RunSummary, connection: DuckDBConnection) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const { nights } = yield* readSections(connection, ["nights"])
    const present = yield* nightFolders(out)
    const known = new Set(nights.rows.map((row) => String(row[1])))
    const folders = yield* Effect.forEach(
      present.filter(({ runId }) => known.has(runId)),
      listed,
    )
    const newest = present.find(({ runId }) => runId === run.runId)
    const earlier = present.filter(({ runId }) => !known.has(runId) && runId < run.runId).length
    const text = allNightsPage(summary, newest, nights, folders, earlier)
    yield* writeWhole(path.join(out, PAGE_FILE), Buffer.from(text, "utf8"))
  })
