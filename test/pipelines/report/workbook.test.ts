import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { Effect } from "effect"
import { strFromU8, unzipSync } from "fflate"
import { readXlsx } from "hucre/xlsx"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseDefinition } from "../../../src/pipelines/report/definition.ts"
import { reportQuery } from "../../../src/pipelines/report/report-query.ts"
import { reportRows } from "../../../src/pipelines/report/report-rows.ts"
import { bookParts, sheetPart } from "../../../src/pipelines/report/workbook/parts.ts"
import { reportSheet } from "../../../src/pipelines/report/workbook/sheet.ts"
import { sheetRows } from "../../../src/pipelines/report/workbook/sheet-rows.ts"
import { zipFile } from "../../../src/pipelines/report/workbook/zip.ts"

let connection: DuckDBConnection

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect()
  await connection.run("SET TimeZone = 'UTC'")
})
afterAll(() => connection.closeSync())

const definitionOf = (columns: string, order: string, query: string) =>
  parseDefinition("report", `-- title: T\n-- about: A\n-- columns: ${columns}\n-- order: ${order}\n${query}`)

const places = new Map([["EUR", 2]])

const workbookOf = (columns: string, order: string, query: string, most = 100) =>
  Effect.gen(function* () {
    const pieces: Array<Uint8Array> = []
    const zip = zipFile((bytes) => Effect.sync(() => pieces.push(bytes)))
    const rows = yield* sheetRows(connection, yield* definitionOf(columns, order, query), most, places)
    for (const part of bookParts(["report"], "2026-11-26T02:30:00Z")) yield* zip.add(part, String)
    yield* zip.add(sheetPart(0, reportSheet(rows, "report", "report.csv")), String)
    yield* zip.end
    return Buffer.concat(pieces)
  }).pipe(Effect.scoped, Effect.runPromise)

const rowsOf = async (bytes: Uint8Array) => (await readXlsx(bytes)).sheets[0]?.rows ?? []

const partOf = (bytes: Uint8Array, name: string): string =>
  strFromU8(unzipSync(bytes, { filter: (file) => file.name === name })[name] ?? new Uint8Array())

describe("a sheet", () => {
  it("gives every text back as it is: control characters, escapes of the format, spaces around, what XML marks up", async () => {
    const texts = [
      ...Array.from({ length: 32 }, (_, code) => `a${String.fromCharCode(code)}b`),
      "_x0041_ and _x005F_",
      " around ",
      "\n",
      `<a href="b">&amp;</a>`,
      "#N/A",
      "\uFFFE\u0085😀",
      "007",
    ]
    const list = texts.map((text) => [...text].map((one) => `chr(${one.codePointAt(0)})`).join(" || ")).join(", ")
    const bytes = await workbookOf(
      "n integer, t text",
      "n",
      `SELECT unnest(range(${texts.length})) AS n, unnest([${list}]) AS t`,
    )
    expect((await rowsOf(bytes)).slice(1).map((row) => row[1])).toEqual(texts)
  })

  it("has what looks like a formula marked as a text, and no other text", async () => {
    const bytes = await workbookOf("t text", "t", "SELECT unnest(['=1+1', '+1', '-x', '@a', 'plain', '1-1']) AS t")
    const [, formats = ""] = /<cellXfs[^>]*>(.*)<\/cellXfs>/.exec(partOf(bytes, "xl/styles.xml")) ?? []
    const quoted = [...formats.matchAll(/<xf [^>]*>/g)].map(([xf]) => xf.includes('quotePrefix="1"'))
    const cells = [...partOf(bytes, "xl/worksheets/sheet1.xml").matchAll(/<c r="A\d+" s="(\d+)"[^>]*><is><t>([^<]*)/g)]
    expect(cells.slice(1).map(([, style, text]) => [text, quoted[Number(style)]])).toEqual([
      ["+1", true],
      ["-x", true],
      ["1-1", false],
      ["=1+1", true],
      ["@a", true],
      ["plain", false],
    ])
  })

  it("has money in its currency's places, instants as such where the format knows them, and nothing where there is nothing", async () => {
    const bytes = await workbookOf(
      "n integer, a money(currency), seen time, day date, yes boolean",
      "n",
      `SELECT n, a::DECIMAL(38,18) AS a, 'EUR' AS currency, seen::TIMESTAMPTZ AS seen, day::DATE AS day, yes FROM (VALUES
         (1, '1.5', '2026-01-02 03:04:05.5+00', '2026-01-02', true),
         (2, '-0.001', '1899-12-31 00:00:00+00', '1900-03-01', false),
         (3, '0', 'infinity', '9999-12-31', NULL),
         (4, NULL, NULL, NULL, NULL)) AS v(n, a, seen, day, yes)`,
    )
    const [, first, second, third, fourth] = await rowsOf(bytes)
    expect(first).toEqual([1, 1.5, new Date("2026-01-02T03:04:05.500Z"), new Date("2026-01-02"), true])
    expect(second).toEqual([2, -0.001, "1899-12-31T00:00:00Z", new Date("1900-03-01"), false])
    expect(third?.slice(0, 4)).toEqual([3, 0, "infinity", new Date("9999-12-31")])
    expect((fourth ?? []).filter((value) => value !== null && value !== undefined)).toEqual([4])
    const sheet = partOf(bytes, "xl/worksheets/sheet1.xml")
    expect(sheet).not.toContain('r="B5"')
    const style = (cell: string) => Number(new RegExp(`r="${cell}" s="(\\d+)"`).exec(sheet)?.[1])
    expect(style("B3") - style("B2")).toBe(1)
    expect(style("B4")).toBe(style("B2"))
  })

  it("puts an exact text beside numbers that a spreadsheet would round, wherever in the column they are", async () => {
    const query = `SELECT n, CASE n WHEN 90 THEN '12345678901234567.89' ELSE '1' END::DECIMAL(38,18) AS a, 'EUR' AS currency FROM range(91) AS r(n)`
    const rows = await rowsOf(await workbookOf("n integer, a money(currency)", "n", query))
    expect(rows[0]).toEqual(["n", "a", "a_exact"])
    expect(rows[91]?.[2]).toBe("12345678901234567.89")
    expect(rows[1]?.[2]).toBe("1.00")
    // Where it is beyond what the sheet holds, there is nothing to round.
    expect((await rowsOf(await workbookOf("n integer, a money(currency)", "n", query, 50)))[0]).toEqual(["n", "a"])
  })
})

describe("the first rows of a report", () => {
  it.each(["k", "k desc", "k, v desc"])(
    "are those of the whole, with ties and without values, ordered by %s",
    async (order) => {
      const query = "SELECT CASE WHEN n % 4 > 0 THEN n % 7 END AS k, n AS v FROM range(500) AS r(n)"
      const definition = await Effect.runPromise(definitionOf("k integer, v integer", order, query))
      const whole = (await connection.runAndReadAll(reportQuery(definition))).getRowsJS()
      for (const most of [1, 40, 374, 375, 376, 499, 500, 501]) {
        const { rows, total } = await Effect.runPromise(reportRows(connection, definition, most))
        expect([total, rows.map((row) => row.map(String))]).toEqual([
          500,
          whole.slice(0, most).map((row) => row.map(String)),
        ])
      }
    },
  )
})
