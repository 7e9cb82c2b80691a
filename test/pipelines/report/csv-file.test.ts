import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type DuckDBConnection, DuckDBInstance, listValue } from "@duckdb/node-api"
import { NodeContext } from "@effect/platform-node"
import { stringify } from "csv-stringify/sync"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type CsvForm, plainCsv } from "../../../src/pipelines/configuration/csv-settings.ts"
import { writeCsv } from "../../../src/pipelines/report/csv-file.ts"
import { parseDefinition } from "../../../src/pipelines/report/definition.ts"

let connection: DuckDBConnection
let folder: string

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect()
  folder = mkdtempSync(join(tmpdir(), "tidemark-csv-"))
})
afterAll(() => {
  connection.closeSync()
  rmSync(folder, { recursive: true })
})

const places = new Map([
  ["EUR", 2],
  ["JPY", 0],
  ["ETH", 18],
])

const write = (sql: string, form: CsvForm = plainCsv, name = "report") =>
  parseDefinition(name, sql).pipe(
    Effect.flatMap((definition) =>
      writeCsv({ connection, definition, file: join(folder, `${name}.csv`), places, form }),
    ),
    Effect.provide(NodeContext.layer),
  )

const report = (columns: string, order: string, query: string) =>
  `-- title: T\n-- about: A\n-- columns: ${columns}\n-- order: ${order}\n${query}`

const textOf = async (sql: string, form?: CsvForm) => {
  const { file } = await Effect.runPromise(write(sql, form))
  return readFileSync(file, "utf8")
}
const errorOf = (sql: string) => Effect.runPromise(Effect.flip(write(sql)))

describe("a CSV file", () => {
  it("has exactly these bytes", async () => {
    const sql = report(
      "note text, amount money(currency), total money, count integer, seen time, night date, settled boolean",
      "position",
      `SELECT position, note, amount::DECIMAL(38,18) AS amount, currency, amount::DECIMAL(38,18) AS total,
         count::BIGINT AS count, seen::TIMESTAMPTZ AS seen, night::DATE AS night, settled
       FROM (VALUES
         (1, 'plain', '1234.5', 'EUR', -5, '2024-01-02 03:04:05+00', '2024-01-02', true),
         (2, 'comma, "quote"', '-0.5', 'EUR', 0, '2024-01-02 03:04:05.5+02', NULL, false),
         (3, 'two' || chr(13) || chr(10) || 'lines', '100', 'JPY', 1, '2024-01-02 03:04:05.000001+00', NULL, NULL),
         (4, 'lone' || chr(10) || 'LF', '100.5', 'JPY', 1, NULL, NULL, NULL),
         (5, 'lone' || chr(13) || 'CR', '-0.000000000000000001', 'ETH', 1, NULL, NULL, NULL),
         (6, '=1+1', '1.5', 'DOGE', 1, NULL, NULL, NULL),
         (7, '+1', '1', NULL, 1, NULL, NULL, NULL),
         (8, '-1', '-1', 'EUR', -1, NULL, NULL, NULL),
         (9, '@x,y', '0', 'EUR', 1, NULL, NULL, NULL),
         (10, chr(9) || 't', NULL, 'EUR', NULL, NULL, NULL, NULL),
         (11, '＝1', '99999999999999999999.999999999999999999', 'EUR', 1, NULL, NULL, NULL),
         (12, NULL, '1.005', 'EUR', 1, NULL, NULL, NULL),
         (13, '', '1', 'EUR', 1, NULL, NULL, NULL),
         (14, '<script>alert(1)</script>', '1', 'EUR', 1, NULL, NULL, NULL),
         (15, 'Grüße 漢字 🌊', '1', 'EUR', 1, NULL, NULL, NULL)
       ) AS t(position, note, amount, currency, count, seen, night, settled)`,
    )
    const lines = [
      "note,amount,total,count,seen,night,settled",
      "plain,1234.50,1234.5,-5,2024-01-02T03:04:05Z,2024-01-02,true",
      '"comma, ""quote""",-0.50,-0.5,0,2024-01-02T01:04:05.500Z,,false',
      '"two\r\nlines",100,100,1,2024-01-02T03:04:05.000001Z,,',
      '"lone\nLF",100.5,100.5,1,,,',
      '"lone\rCR",-0.000000000000000001,-0.000000000000000001,1,,,',
      "'=1+1,1.5,1.5,1,,,",
      "'+1,1,1,1,,,",
      "'-1,-1.00,-1,-1,,,",
      '"\'@x,y",0.00,0,1,,,',
      "'\tt,,,,,,",
      "'＝1,99999999999999999999.999999999999999999,99999999999999999999.999999999999999999,1,,,",
      ",1.005,1.005,1,,,",
      ",1.00,1,1,,,",
      "<script>alert(1)</script>,1.00,1,1,,,",
      "Grüße 漢字 🌊,1.00,1,1,,,",
    ]
    expect(await textOf(sql)).toBe(lines.map((line) => `${line}\r\n`).join(""))
  })

  it.each(["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])(
    "escapes a text that begins with %j",
    async (c) => {
      const sql = report("a text", "a", `SELECT '${c}1' AS a`)
      expect((await textOf(sql)).replaceAll('"', "")).toBe(`a\r\n'${c}1\r\n`)
    },
  )

  it("has its header where there are no rows, and the byte order mark only for Excel", async () => {
    const sql = report("a text, b integer", "a", "SELECT 'x' AS a, 1 AS b WHERE false")
    expect(await textOf(sql)).toBe("a,b\r\n")
    expect(await textOf(sql, { ...plainCsv, byteOrderMark: true })).toBe("\uFEFFa,b\r\n")
  })

  it("is written for a German or French Excel: semicolons, decimal commas, instants that a sheet knows", async () => {
    const sql = report(
      "note text, amount money(currency), seen time, night date, count integer",
      "position",
      `SELECT position, note, amount::DECIMAL(38,18) AS amount, currency, seen::TIMESTAMPTZ AS seen, night::DATE AS night, count::BIGINT AS count
       FROM (VALUES
         (1, 'a;b', '-1234.5', 'EUR', '2024-01-02 03:04:05.678901+00', '2024-01-02', 1000),
         (2, 'a,b', '0.000000000000000001', 'ETH', '2024-07-02 03:04:05+02', NULL, -1),
         (3, '=1,5', '100', 'JPY', 'infinity', NULL, NULL)
       ) AS t(position, note, amount, currency, seen, night, count)`,
    )
    const form: CsvForm = { separator: ";", decimal: ",", times: "sheet", byteOrderMark: true }
    const lines = [
      "note;amount;seen;night;count",
      '"a;b";-1234,50;2024-01-02 03:04:05;2024-01-02;1000',
      "a,b;0,000000000000000001;2024-07-02 01:04:05;;-1",
      "'=1,5;100;infinity;;",
    ]
    expect(await textOf(sql, form)).toBe(`\uFEFF${lines.map((line) => `${line}\r\n`).join("")}`)
  })

  it.each([",", ";", "\t", "|"] as const)(
    "is quoted as csv-stringify quotes, whatever is in it, between %j",
    async (separator) => {
      const parts = [
        '"',
        ",",
        ";",
        "\t",
        "|",
        "\r",
        "\n",
        "\r\n",
        " ",
        "'",
        "a",
        "é🌊",
        "\u0000",
        "\u001f",
        "\\",
        "^",
        "]",
        "$",
      ]
      const texts = Array.from({ length: 400 }, (_, nth) =>
        [nth, nth * 7, nth * 13].map((at) => parts[(at + (nth >> 3)) % parts.length]).join(nth % 3 === 0 ? "x" : ""),
      )
      await connection.run("CREATE OR REPLACE TEMP TABLE odd AS SELECT unnest($1::VARCHAR[]) AS t", [
        listValue(texts.map((text) => `x${text}`)),
      ])
      const rows = await (await connection.runAndReadAll("SELECT t FROM odd ORDER BY t")).getRows()
      const expected = stringify([["t", "u"], ...rows.map(([text]) => [String(text), String(text)])], {
        record_delimiter: "\r\n",
        quote_record_delimiter: true,
        delimiter: separator,
      })
      const form: CsvForm = { ...plainCsv, separator }
      expect(await textOf(report("t text, u text", "t", "SELECT t, t AS u FROM odd"), form)).toBe(expected)
    },
  )

  it("says what was written, and leaves no temporary file", async () => {
    const written = await Effect.runPromise(write(report("a integer", "a", "SELECT range AS a FROM range(5000)")))
    const bytes = readFileSync(written.file)
    expect(written).toMatchObject({ rows: 5000, bytes: bytes.length })
    expect(written.sha256).toBe(createHash("sha256").update(bytes).digest("hex"))
    expect(readdirSync(folder)).toEqual(["report.csv"])
  })

  it("orders rows of equal order by their columns", async () => {
    const sql = report(
      "a text, b integer",
      "z desc",
      "SELECT * FROM (VALUES ('b',1,1), ('a',2,1), ('a',1,1), ('c',0,2)) t(a,b,z)",
    )
    expect(await textOf(sql)).toBe("a,b\r\nc,0\r\na,1\r\na,2\r\nb,1\r\n")
  })

  it.each([
    ["a column that the query does not give", report("a text, b text", "a", "SELECT 'x' AS a"), /"columns" names "b"/],
    ["an order that the query does not give", report("a text", "z", "SELECT 'x' AS a"), /"order" names "z"/],
    ["a currency that the query does not give", report("a money(c)", "a", "SELECT 1 AS a"), /"columns" names "c"/],
    ["two columns of one name", report("a text", "a", "SELECT 'x' AS a, 'y' AS a"), /two columns "a"/],
    ["money in a DOUBLE", report("a money", "a", "SELECT 1.5::DOUBLE AS a"), /gives DOUBLE.*DECIMAL/],
    ["a time that is text", report("a time", "a", "SELECT '2024' AS a"), /declared as time.*gives VARCHAR/],
    ["a query that does not parse", report("a text", "a", "SELEC 1"), /DuckDB cannot read the query/],
  ])("is refused for %s", async (_, sql, message) => {
    const error = await errorOf(sql)
    expect(error._tag).toBe("ReportDefinitionError")
    expect(error.message).toMatch(/^report\.sql: /)
    expect(error.message).toMatch(message)
  })

  it("does not appear when its query fails midway, and what was there stays", async () => {
    const before = await textOf(report("a text", "a", "SELECT 'x' AS a"))
    const error = await errorOf(
      report(
        "a integer",
        "a",
        "SELECT CASE WHEN range = 400_000 THEN error('boom') ELSE range END::BIGINT AS a FROM range(500_000)",
      ),
    )
    expect(error).toMatchObject({ _tag: "CsvFileError", reason: "Query" })
    expect(readFileSync(join(folder, "report.csv"), "utf8")).toBe(before)
    expect(readdirSync(folder)).toEqual(["report.csv"])
  })

  it("takes 200,000 rows in flat memory", async () => {
    const columns = Array.from({ length: 8 }, (_, index) => `t${index}`)
    const texts = columns.map((name) => `'a longer text for ${name} ' || range AS ${name}`)
    const sql = report(
      `id integer, amount money(currency), ${columns.map((name) => `${name} text`).join(", ")}`,
      "id",
      `SELECT range AS id, (range / 7)::DECIMAL(38,18) AS amount, 'EUR' AS currency, ${texts.join(", ")} FROM range(200_000)`,
    )
    const before = process.memoryUsage().rss
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss)
    }, 20)
    const { rows, bytes, file } = await Effect.runPromise(write(sql))
    clearInterval(watch)
    expect(rows).toBe(200_000)
    expect(statSync(file).size).toBe(bytes)
    expect(peak - before).toBeLessThan(400 * 2 ** 20)
  }, 30_000)
})
