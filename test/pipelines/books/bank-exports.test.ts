import { gzipSync } from "node:zlib"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"

/** Files as banks and spreadsheets of several countries make them: each is read rightly, or refused with a way on. */

const map = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { constant: "EUR" },
}

const german = {
  ...map,
  lineId: { column: "Nr" },
  date: { column: "Buchungstag", format: "%d.%m.%Y" },
  amount: { column: "Betrag" },
  decimalSeparator: ",",
  thousandsSeparator: ".",
}

const germanText = "Nr;Buchungstag;Betrag;Text\r\n1;02.03.2026;1.234,50;Müller\r\n2;03.03.2026;-7,00;Gebühr\r\n"
const german2 = ["1 1234.5", "2 -7"]
const csv = (...rows: ReadonlyArray<string>) => `${["id,day,amount", ...rows].join("\n")}\n`
const utf16 = Buffer.from(`\uFEFF${germanText}`, "utf16le")

type Case = readonly [
  what: string,
  bytes: string | Uint8Array,
  map: unknown,
  lines: ReadonlyArray<string>,
  aside?: ReadonlyArray<string>,
]

const readings: ReadonlyArray<Case> = [
  [
    "a spreadsheet's Unicode text (UTF-16)",
    Buffer.from(`\uFEFF${germanText.replaceAll(";", "\t")}`, "utf16le"),
    german,
    german2,
  ],
  ["UTF-16 the other way round", Buffer.from(utf16).swap16(), german, german2],
  ["an encoding that the map names", Buffer.from(germanText, "latin1"), { ...german, encoding: "iso-8859-1" }, german2],
  [
    "what is packed, in another encoding",
    gzipSync(Buffer.from(germanText, "latin1")),
    { ...german, encoding: "windows-1252" },
    german2,
  ],
  [
    "account and period above the header",
    `Umsätze;;;\r\nKonto;XX01;;\r\n"Zeitraum";"1.3. - 31.3.";;\r\n\r\n${germanText}`,
    german,
    german2,
  ],
  ["sep=; above the header", `sep=;\r\n${germanText}`, german, german2],
  ["blank lines above the header", csv("1,2026-03-02,5").replace(/^/, "\n\n"), map, ["1 5"]],
  [
    "the header again, where exports were put together",
    csv("1,2026-03-02,5", "id,day,amount", "2,2026-03-02,6"),
    map,
    ["1 5", "2 6"],
  ],
  [
    "line ends of three kinds",
    "id,day,amount\r\n1,2026-03-02,5\n2,2026-03-02,6\r3,2026-03-02,7",
    map,
    ["1 5", "2 6", "3 7"],
  ],
  ["line ends of old machines", "id,day,amount\r1,2026-03-02,5\r2,2026-03-02,(7.25)\r", map, ["1 5", "2 -7.25"]],
  [
    "a header whose accents are written as two signs",
    "id,day,Débit\n1,2026-03-02,5\n".normalize("NFD"),
    { ...map, amount: { column: "Débit".normalize("NFC") } },
    ["1 5"],
  ],
  [
    "Dr and Cr behind the amount",
    csv("1,2026-03-02,500.00 Cr", "2,2026-03-02,20.00 Dr.", "3,2026-03-02,(5.00)"),
    map,
    ["1 500", "2 -20", "3 -5"],
  ],
  [
    "S and H behind the amount",
    csv("1,2026-03-02,500.00 H", "2,2026-03-02,20.00S"),
    { ...map, amount: { column: "amount", creditWords: ["H"], debitWords: ["S"] } },
    ["1 500", "2 -20"],
  ],
  [
    "lakh in two columns, with their side once more",
    'id,day,out,in\n1,2026-03-02,"1,23,456.78",\n2,2026-03-02,0.00,"5,000.00 Cr"\n',
    { ...map, thousandsSeparator: ",", amount: { debit: "out", credit: "in" } },
    ["1 -123456.78", "2 5000"],
  ],
  [
    "totals at the end, named by the map",
    csv("1,2026-03-02,5", "Total,,5", "TOTAL"),
    { ...map, leaveOut: { column: "id", words: ["total"] } },
    ["1 5"],
  ],
  [
    "a minus and Dr, which may mean two things",
    csv("1,2026-03-02,5", "2,2026-03-02,-20.00 Dr"),
    map,
    ["1 5"],
    ['3: the amount "-20.00 Dr" has a minus beside its debit side'],
  ],
  ["totals at the end", csv("1,2026-03-02,5", "Total,,5"), map, ["1 5"], ["3: there is no date"]],
  [
    "an id of which a spreadsheet left digits out",
    csv("2.02601E+15,2026-03-02,5", "7,2026-03-02,6"),
    map,
    ["7 6"],
    ['2: a spreadsheet has left digits out of "2.02601E+15"; export the column as text'],
  ],
]

const refusals: ReadonlyArray<readonly [what: string, bytes: string | Uint8Array, says: RegExp]> = [
  [
    "a packed file that is cut off",
    gzipSync(csv(...Array.from({ length: 5000 }, (_, at) => `${at},2026-03-02,${at}.5`))).subarray(0, 9000),
    /^f\.csv: is packed with gzip and is cut off or damaged; fetch it again$/,
  ],
  [
    "Latin text without a word of it",
    Buffer.from(germanText, "latin1"),
    /^f\.csv, line 2: is not UTF-8; name its encoding in the map/,
  ],
  ["a workbook", Buffer.from("PK\u0003\u0004\u0014\u0000", "latin1"), /is a workbook \(XLSX\).*save its sheet as CSV/],
  ["an old workbook", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]), /is an old workbook \(XLS\)/],
  ["a PDF", "%PDF-1.4\n1 0 obj\n", /is a PDF; ask the bank for CSV or CAMT\.053/],
  ["a page", "<!DOCTYPE html><html></html>", /is a page \(HTML\)/],
  [
    "a bank statement as XML",
    '<?xml version="1.0"?><Document/>',
    /is XML; import a bank statement with --format camt053/,
  ],
  [
    "MT940",
    ":20:START\r\n:25:XX01\r\n:60F:C260301EUR100,00\r\n",
    /is a statement as MT940; ask the bank for CAMT\.053/,
  ],
  ["a line without end", csv(`1,2026-03-02,${"5".repeat(16_000_001)}`), /^f\.csv, line 2: the line is longer than/],
  ["blank lines alone", "\n\n\n", /the file is empty; a header line is expected/],
  [
    "a column that is there twice",
    "id,day,amount,amount\n1,2026-03-02,5,6\n",
    /line 1: the column "amount" is there twice; rename one/,
  ],
  [
    "no such header",
    "a\nID,Day,Amount\n1,2026-03-02,5\n",
    /line 2: no column "id", .*; the file has "ID", "Day", "Amount"; correct the map/,
  ],
]

layer(booksStore)("an export", (it) => {
  const rows = (sql: string) =>
    Effect.flatMap(Database, (database) =>
      Effect.map(database.rows<{ line: string }>(sql), (all) => all.map(({ line }) => line)),
    )

  for (const [what, bytes, by, lines, aside = []] of readings) {
    it.effect(`is read with ${what}`, () =>
      Effect.gen(function* () {
        yield* emptyStore
        yield* importText("f.csv", bytes, by)
        expect(
          yield* rows(
            "SELECT concat_ws(' ', line_id, rtrim(rtrim(amount::VARCHAR, '0'), '.')) AS line FROM main.book_lines ORDER BY line_id",
          ),
        ).toEqual(lines)
        const reasons = yield* rows(
          "SELECT concat(source_line, ': ', reason) AS line FROM raw.book_quarantine ORDER BY source_line",
        )
        expect(reasons.map((reason, at) => reason.slice(0, aside[at]?.length))).toEqual(aside)
      }),
    )
  }

  for (const [what, bytes, says] of refusals) {
    it.effect(`is refused with a way on: ${what}`, () =>
      Effect.gen(function* () {
        yield* emptyStore
        const error = yield* Effect.flip(importText("f.csv", bytes, map))
        expect(error).toMatchObject({ exitCode: 2 })
        expect(error.message.replace(/^.*\/(?=f\.csv)/, "")).toMatch(says)
      }),
    )
  }

  it.effect("tells how many lines the map left out", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const { read, told } = yield* importText("f.csv", csv("1,2026-03-02,5", "Total,,5", ",,"), {
        ...map,
        leaveOut: { column: "id", words: ["Total"] },
      })
      expect([read, told]).toEqual([1, ["1 line is left out, as leaveOut of the map says"]])
    }),
  )
})
