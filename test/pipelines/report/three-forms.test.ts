import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import { readXlsx } from "hucre/xlsx"
import { defaultConfiguration } from "../../../src/pipelines/configuration/settings.ts"
import { report } from "../../../src/pipelines/report/report.ts"
import { generateWorld } from "../../../src/sandbox/world.ts"
import { nightLayer, worldNight } from "../../end-to-end/world-night.ts"
import { hostileNight, hostileTexts } from "../../support/hostile-night.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

type Rows = ReadonlyArray<ReadonlyArray<string>>

const csvOf = (folder: string, name: string): Rows => {
  const file = readdirSync(folder).find((one) => one.startsWith(`recon_${name}_2`)) ?? name
  return parse(readFileSync(join(folder, file))) as Rows
}

const unescaped = (text: string): string =>
  text
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")

/** A table of the page as texts, its header first. */
const tableOf = (page: string, title: string): Rows => {
  const [, table = ""] = new RegExp(`data-report="${title}">(.*?)</table>`, "s").exec(page) ?? []
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) => unescaped(cell)),
  )
}

/** Digits of a plain decimal, without those that only say where its point is. */
const significantDigits = (decimal: string): number => decimal.replace(/[-.]/g, "").replace(/^0+|0+$/g, "").length

const isAmount = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text)

/** What the CSV file puts before a text that a spreadsheet would run. */
const withoutApostrophe = (text: string): string =>
  /^'[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? text.slice(1) : text

const workbookIn = (folder: string) =>
  Effect.promise(() => {
    const file = readdirSync(folder).find((name) => name.endsWith(".xlsx")) ?? "no workbook"
    return readXlsx(readFileSync(join(folder, file)))
  })

describe("a night's CSV files, page and workbook", () => {
  it.live(
    "say the same to the last decimal, and are the same bytes when they are written again",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const out = join(folder, "out")
        yield* Effect.gen(function* () {
          const world = generateWorld({ seed: 5, now, customers: 4, breaks: "all" })
          const night = yield* worldNight({ world, out })
          const bytesOf = () =>
            readdirSync(night.folder)
              .filter((name) => name !== "manifest.json")
              .map((name) => [name, readFileSync(join(night.folder, name)).toString("base64")])

          const workbook = yield* workbookIn(night.folder)
          const reports = workbook.sheets.filter(({ name }) => name !== "cover")
          expect(reports.map(({ name }) => name).sort()).toEqual(
            readdirSync(night.folder)
              .flatMap((name) => /^recon_([a-z_]+)_\d{8}_.*\.csv$/.exec(name)?.[1] ?? [])
              .sort(),
          )
          let exact = 0
          for (const { name, rows } of reports) {
            const [header = [], ...lines] = csvOf(night.folder, name)
            const titles = (rows[0] ?? []).map(String)
            expect(
              titles.filter((title) => !title.endsWith("_exact")),
              name,
            ).toEqual(header)
            expect(rows.length, name).toBe(lines.length + 1)
            lines.forEach((line, nth) => {
              const cells = rows[nth + 1] ?? []
              line.forEach((text, column) => {
                const title = header[column] ?? ""
                const value = cells[titles.indexOf(title)] ?? ""
                const beside = cells[titles.indexOf(`${title}_exact`)]
                if (typeof value === "number") {
                  expect(value, `${name}.${title}`).toBe(Number(text))
                  if (significantDigits(text) > 15) exact++
                  if (titles.includes(`${title}_exact`)) expect(beside, `${name}.${title}`).toBe(text)
                  else expect(significantDigits(text), `${name}.${title}`).toBeLessThanOrEqual(15)
                } else if (value instanceof Date) {
                  expect(Math.abs(value.getTime() - Date.parse(text)), `${name}.${title}`).toBeLessThan(2)
                } else if (typeof value === "boolean") expect(String(value)).toBe(text)
                else expect(value, `${name}.${title}`).toBe(withoutApostrophe(text))
              })
            })
          }
          expect(exact).toBeGreaterThan(10)

          const page = readFileSync(join(night.folder, "index.html"), "utf8")
          const [pageHeader = [], ...pageRows] = tableOf(page, "Exceptions")
          const [header = [], ...lines] = csvOf(night.folder, "exceptions")
          expect(lines.length).toBeGreaterThan(50)
          const columns = pageHeader.map((title) => header.indexOf(title.toLowerCase().replaceAll(" ", "_")))
          expect(columns).not.toContain(-1)
          expect(
            pageRows.map((row) =>
              row.map((cell) => (isAmount(cell.replaceAll(",", "")) ? cell.replaceAll(",", "") : cell)),
            ),
          ).toEqual(lines.map((line) => columns.map((column) => withoutApostrophe(line[column] ?? ""))))

          // What nobody looks after yet begins with the worst of it.
          const [firstHeader = [], ...first] = tableOf(page, "What to do first")
          const [id, severity] = [header.indexOf("exception_id"), header.indexOf("severity")]
          const worst = new Set(lines.filter((line) => line[severity] === "critical").map((line) => line[id]))
          expect(worst.size).toBeGreaterThan(5)
          expect(first.map((row) => row[0])).toEqual(Array.from({ length: 5 }, () => "nobody yet"))
          expect(first.filter((row) => !worst.has(row[firstHeader.indexOf("Exception id")]))).toEqual([])

          // The sums of the page and of the terminal are those of the CSV file, added digit by digit.
          const stake = tableOf(page, "How much money is at stake").slice(1)
          const units = (text: string): bigint => {
            const [whole = "", fraction = ""] = text.replaceAll(",", "").split(".")
            return BigInt(whole + fraction.padEnd(18, "0"))
          }
          const [currency, amount] = [header.indexOf("currency"), header.indexOf("amount_at_stake")]
          expect(stake.length).toBeGreaterThan(3)
          for (const row of stake) {
            const sum = lines
              .filter((line) => line[currency] === row[0] && line[amount] !== "")
              .reduce((total, line) => total + units(line[amount] ?? ""), 0n)
            expect(units(row.at(-1) ?? ""), row[0]).toBe(sum)
            const told = night.summary.atStake.find((one) => one.currency === row[0])
            expect(units(told?.amount ?? ""), row[0]).toBe(sum)
          }

          // What does not tie is told apart from what could not be judged: a balance that is gone was judged.
          const [moneyHeader = [], ...money] = tableOf(page, "Does the money tie\\?")
          const [lineHeader = [], ...closings] = csvOf(night.folder, "rollforward")
          const [of, status, difference] = ["currency", "status", "difference"].map((name) => lineHeader.indexOf(name))
          expect(closings.some((line) => line[status ?? -1] === "unstated")).toBe(true)
          const wrong: Array<string> = []
          for (const row of money) {
            const shown = (title: string) => row[moneyHeader.indexOf(title)] ?? "no such column"
            const differing = closings.filter(
              (line) => line[of ?? -1] === row[0] && ["differs", "unstated"].includes(line[status ?? -1] ?? ""),
            )
            const sum = differing.reduce((total, line) => total + units(line[difference ?? -1] ?? ""), 0n)
            const told = shown("Difference where it does not tie")
            expect(shown("Lines that do not tie"), row[0]).toBe(String(differing.length))
            expect(units(told), row[0]).toBe(sum)
            const together = differing.length === 1 ? "1 line, by" : `${differing.length} lines, by`
            if (differing.length > 0) wrong.push(`${row[0]} (${together} ${told}`)
          }
          const [, sentence = ""] = /No: it does not tie in (.*?)<\/strong>/.exec(page) ?? []
          for (const one of wrong) expect(sentence).toContain(one)
          expect(sentence.split("),")).toHaveLength(wrong.length)

          const before = bytesOf()
          yield* report({ runId: night.run.runId, startedAt: night.run.startedAt }, defaultConfiguration, out)
          expect(bytesOf()).toEqual(before)
        }).pipe(Effect.provide(nightLayer(join(folder, "t.duckdb"))))
      }).pipe(Effect.scoped),
    300_000,
  )
})

describe("a workbook", () => {
  it.live(
    "holds texts as texts whatever they look like, stops where it is told to, and says so",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const settings = { ...defaultConfiguration, workbookRows: 30 }
          const { folder: place } = yield* hostileNight(join(folder, "out"), 100, settings)
          const { sheets } = yield* workbookIn(place)
          const sheet = sheets.find(({ name }) => name === "exceptions")
          const rows = sheet?.rows ?? []
          const [header = []] = csvOf(place, "exceptions")
          const details = rows.slice(1, 31).map((row) => row[(rows[0] ?? []).indexOf("detail")])
          for (const text of hostileTexts.slice(0, 5)) expect(details).toContain(text)
          expect(details).toContain("#N/A")
          expect(details).toContain("_x0041_")
          expect(details).toContain('=HYPERLINK("http://example.invalid","x")')
          expect(header.length).toBeGreaterThan(20)
          expect(rows).toHaveLength(33)
          expect(String(rows[32]?.[0])).toMatch(
            /^Only the first 30 of 101 rows are in this sheet; all of them are in recon_exceptions_\d{8}_.*\.csv$/,
          )
          const cover = JSON.stringify(sheets[0]?.rows)
          expect(sheets[0]?.name).toBe("cover")
          expect(String(sheets[0]?.rows[0]?.[0])).toMatch(/^PARTIAL: /)
          expect(cover).toContain("Only the first 30 of 101 rows")
          expect(
            readdirSync(place)
              .map((name) => basename(name))
              .filter((name) => name.startsWith(".")).length,
          ).toBe(0)
        }).pipe(Effect.provide(nightLayer(join(folder, "t.duckdb"))))
      }).pipe(Effect.scoped),
    120_000,
  )
})
