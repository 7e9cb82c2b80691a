import { gzipSync } from "node:zlib"
import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Database } from "../../../src/store/database.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"

const rows = <R>(text: string) => Effect.flatMap(Database, (database) => database.rows<R>(text))

const lines = rows<{ line_id: string; amount: string; booked_from: string; booked_to: string; version: number }>(
  "SELECT line_id, amount, booked_from, booked_to, version FROM main.book_lines ORDER BY line_id",
)

const amounts = Effect.map(lines, (all) => Object.fromEntries(all.map((line) => [line.line_id, line.amount])))

const quarantine = rows<{ source_line: bigint; reason: string; payload: string; in_force: boolean }>(
  "SELECT source_line, reason, payload, in_force FROM raw.book_quarantine ORDER BY import_id, source_line",
)

const reasons = Effect.map(quarantine, (all) =>
  all.filter((row) => row.in_force).map((row) => `${row.source_line}: ${row.reason}`),
)

const map = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { constant: "EUR" },
}

const german = {
  ...map,
  decimalSeparator: ",",
  thousandsSeparator: ".",
  date: { column: "day", format: "%d.%m.%Y", zone: "Europe/Berlin" },
}

const csv = (...rest: ReadonlyArray<string>) => ["id,day,amount", ...rest, ""].join("\r\n")

/** The last import is the newest by its time, so a later one needs a later clock. */
const later = TestClock.adjust("1 second")

layer(booksStore)("an import of CSV", (it) => {
  it.effect("keeps amounts digit for digit, up to 20 digits before and 18 after the point", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv("1,2026-03-01,12345678901234567890.123456789012345678", "2,2026-03-01,-0.1"), map)
      expect(yield* amounts).toEqual({ "1": "12345678901234567890.123456789012345678", "2": "-0.100000000000000000" })
    }),
  )

  it.effect("reads the separators that the map names, and a minus wherever books put it", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = [
        "id;day;amount",
        "1;01.03.2026;1.234,50",
        "2;01.03.2026;(12,50)",
        "3;01.03.2026;12,50-",
        "4;01.03.2026;\u221212,5",
        "5;01.03.2026;1234567,8",
        "",
      ].join("\n")
      yield* importText("a.csv", text, german)
      expect(Object.values(yield* amounts).map(Number)).toEqual([1234.5, -12.5, -12.5, -12.5, 1234567.8])
    }),
  )

  it.effect("quarantines an amount whose separators do not stand where the map says, and never shifts the point", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = [
        "id;day;amount",
        "1;01.03.2026;12.50",
        "2;01.03.2026;1.23,4",
        "3;01.03.2026;1,2,3",
        "4;01.03.2026;12,5",
        "",
      ].join("\n")
      const result = yield* importText("a.csv", text, german)
      expect([result.read, result.quarantined, result.new]).toEqual([4, 3, 1])
      expect(yield* reasons).toEqual([
        '2: the amount "12.50" is not written as the map says; it would be with decimalSeparator "."',
        '3: the amount "1.23,4" is not written as the map says',
        '4: the amount "1,2,3" is not written as the map says',
      ])
    }),
  )

  it.effect("takes a date for the whole day in its zone, also where the clocks change", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", "id;day;amount\n1;29.03.2026;1\n", german)
      const [line] = yield* lines
      expect([line?.booked_from, line?.booked_to]).toEqual(["2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z"])
    }),
  )

  it.effect("tells of every line that cannot be read where it stands and why, with the line itself", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = csv(
        "1,2026-03-01,1",
        "",
        "2,2026-03-01",
        '"3',
        'x",2026-03-01,1',
        '4,2026-03-01,"1"2',
        ",2026-02-30,",
        "5,2026-03-01,1,extra",
        "6,2026-03-01,0.1234567890123456789",
      )
      const result = yield* importText("a.csv", text, map)
      expect([result.read, result.new, result.quarantined]).toEqual([7, 2, 5])
      expect(yield* reasons).toEqual([
        "4: the line has fewer values than the header has columns",
        "7: a quote is not closed, or stands inside a value without being written twice",
        '8: there is no line id; "2026-02-30" is not a date such as 2026-01-31; there is no amount',
        "9: the line has more values than the header has columns; one that holds the delimiter stands in quotes",
        '10: the amount "0.1234567890123456789" has more than 20 digits before the point or 18 after it',
      ])
      expect((yield* quarantine).map((row) => row.payload)).toContain("2,2026-03-01")
      expect((yield* lines).map((line) => line.line_id)).toEqual(["1", "3\nx"])
    }),
  )

  it.effect("loses no other line to a quote that is never closed", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv('1,2026-03-01,"1', "2,2026-03-01,2", "3,2026-03-01,3"), map)
      expect(yield* reasons).toEqual(["2: a quote is not closed, or stands inside a value without being written twice"])
      expect((yield* lines).map((line) => line.line_id)).toEqual(["2", "3"])
    }),
  )

  it.effect("refuses an id that the file has twice with different content, and takes one that it has twice alike", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = csv("1,2026-03-01,1", "1,2026-03-01,1", "2,2026-03-01,1", "2,2026-03-01,2")
      const result = yield* importText("a.csv", text, map)
      expect([result.new, result.repeated, result.quarantined]).toEqual([1, 1, 2])
      expect(result.told.join()).toContain(
        "1 line says what an earlier line of the file says, its id too (id 1, line 3), and is not counted again",
      )
      expect((yield* reasons)[0]).toBe("4: line id 2 is there 2 times with different content, on lines 4 to 5")
    }),
  )

  it.effect("changes nothing the second time", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = csv("1,2026-03-01,1", "2,x,1")
      const everything = Effect.all([
        lines,
        quarantine,
        rows("SELECT * FROM recon.book_imports"),
        rows("SELECT * FROM main.superseded_book_lines"),
      ])
      const first = yield* importText("a.csv", text, map)
      const before = yield* everything
      yield* later
      const second = yield* importText("a.csv", text, map)
      expect(second).toMatchObject({ known: true, importId: first.importId, read: 2, new: 0, changed: 0, unchanged: 1 })
      expect(yield* everything).toEqual(before)
    }),
  )

  it.effect("updates a line seen again, keeps what it said before, and keeps lines that the file does not have", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv("1,2026-03-01,1", "2,2026-03-01,2"), map)
      yield* later
      const result = yield* importText("b.csv", csv("2,2026-03-01,2.5", "3,2026-03-01,3"), map)
      expect([result.new, result.changed, result.unchanged, result.removed]).toEqual([1, 1, 0, 0])
      expect((yield* lines).map((line) => [line.line_id, Number(line.amount), line.version])).toEqual([
        ["1", 1, 1],
        ["2", 2.5, 2],
        ["3", 3, 1],
      ])
      const old = yield* rows<{ line_id: string; amount: string; replaced_by: string }>(
        "SELECT line_id, amount, replaced_by FROM main.superseded_book_lines",
      )
      expect(old).toEqual([{ line_id: "2", amount: "2.000000000000000000", replaced_by: result.importId }])
    }),
  )

  it.effect("takes out what a whole book does not have, but not a line that is there and cannot be read", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv("1,2026-03-01,1", "2,2026-03-01,2", "3,2026-03-01,3"), map)
      yield* later
      const result = yield* importText("b.csv", csv("2,2026-03-01,oops", "3,2026-03-01,3"), map, { whole: true })
      expect([result.removed, result.quarantined, result.unchanged]).toEqual([1, 1, 1])
      expect((yield* lines).map((line) => line.line_id)).toEqual(["2", "3"])
    }),
  )

  it.effect("never empties a book by a file without a readable line", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv("1,2026-03-01,1"), map)
      const error = yield* Effect.flip(importText("b.csv", csv(), map, { whole: true }))
      expect(error.message).toContain("cannot be the whole book")
      expect((yield* lines).length).toBe(1)
    }),
  )

  it.effect("refuses a file of whose lines none can be read, because its map or format is another one", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = csv("1,2026-03-01,1", "2,2026-03-01,2")
      const wrong = { ...map, date: { column: "day", format: "%d.%m.%Y" } }
      const error = yield* Effect.flip(importText("a.csv", text, wrong))
      expect(error.message).toMatch(
        /a\.csv: no line of it can be read, so nothing was imported \(line 2: .*; check that the map/,
      )
      expect([yield* lines, yield* reasons]).toEqual([[], []])
      yield* later
      const broken = yield* Effect.flip(importText("a.json", '{"id":1', map, { format: "json" }))
      expect(broken.message).toContain("no line of it can be read, so nothing was imported")
      const { quarantined } = yield* importText("a.csv", csv("1,2026-03-01,x"), map)
      expect(quarantined).toBe(1)
    }),
  )

  it.effect("settles an unreadable line when its id comes readable, or its file comes again", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv("1,2026-03-01,x", ",2026-03-01,1", "9,2026-03-01,1"), map)
      expect((yield* reasons).length).toBe(2)
      yield* later
      yield* importText("b.csv", csv("1,2026-03-01,1"), map)
      expect(yield* reasons).toEqual(["3: there is no line id"])
      yield* later
      yield* importText("a.csv", csv("1,2026-03-01,1", "2,2026-03-01,1"), map)
      expect(yield* reasons).toEqual([])
    }),
  )

  it.effect("names the column that is missing, those that are there, and the remedy", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const error = yield* Effect.flip(importText("a.csv", "id,date,amount\n1,2026-03-01,1\n", map))
      expect(error.message).toMatch(
        /a\.csv, line 1: no column "day"; the file has "id", "date", "amount"; correct the map$/,
      )
    }),
  )

  it.effect("reads debit and credit columns, and a column that tells the direction", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const sides = "id,day,debit,credit\n1,2026-03-01,5,\n2,2026-03-01,,7\n3,2026-03-01,5,7\n4,2026-03-01,,\n"
      yield* importText("a.csv", sides, { ...map, amount: { debit: "debit", credit: "credit" } })
      expect(Object.values(yield* amounts).map(Number)).toEqual([-5, 7])
      expect(yield* reasons).toEqual([
        "4: there is both a debit and a credit",
        "5: there is no amount, neither a debit nor a credit",
      ])
      yield* emptyStore
      const words = "id,day,amount,side\n1,2026-03-01,5,Soll\n2,2026-03-01,7,haben\n3,2026-03-01,7,?\n"
      yield* importText("b.csv", words, {
        ...map,
        amount: { column: "amount", direction: "side", creditWords: ["Haben"], debitWords: ["Soll"] },
      })
      expect(Object.values(yield* amounts).map(Number)).toEqual([-5, 7])
      expect(yield* reasons).toEqual(['4: the direction "?" is neither a credit nor a debit word of the map'])
    }),
  )

  it.effect("turns the sign where the books see the customer's balance from the other side", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importText("a.csv", csv("1,2026-03-01,5"), { ...map, sign: "debitPositive" })
      expect(Object.values(yield* amounts).map(Number)).toEqual([-5])
    }),
  )

  it.effect("refuses a time zone and a format that do not exist, before any line is read", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const zone = { ...map, date: { column: "day", zone: "Mars/Olympus" } }
      const format = { ...map, date: { column: "day", format: "%Q" } }
      expect((yield* Effect.flip(importText("a.csv", csv("1,2026-03-01,5"), zone))).message).toContain("date.zone")
      expect((yield* Effect.flip(importText("a.csv", csv("1,2026-03-01,5"), format))).message).toContain("date.format")
    }),
  )
})

const instants = { ...map, date: undefined, dateTime: { column: "day", zone: "Europe/Berlin" } }

layer(booksStore)("an import of text", (it) => {
  const line = '{"id":"é","day":"2026-03-01T10:00:00Z","amount":1}'
  const csvText = csv("é,2026-03-01,1")

  it.effect.each([
    ["csv", csvText, "latin1"],
    ["json", `[${line}]`, "latin1"],
    ["json", line, "latin1"],
  ] as const)("refuses what is not UTF-8, with the remedy: %s %s in %s", ([format, text, encoding]) =>
    Effect.gen(function* () {
      yield* emptyStore
      const error = yield* Effect.flip(importText("books", Buffer.from(text, encoding), map, { format }))
      expect(error).toMatchObject({ _tag: "BookFileError" })
      expect(error.message).toMatch(
        /books, line \d: is not UTF-8; name its encoding in the map .*, or save it as UTF-8$/,
      )
      expect(yield* lines).toEqual([])
      expect(yield* importText("books", Buffer.from(text, encoding), { ...map, encoding }, { format })).toMatchObject({
        new: 1,
      })
    }),
  )

  it.effect("refuses a file that ends within a character", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const bytes = Buffer.from(`${csv("1,2026-03-01,1")}é`)
      const error = yield* Effect.flip(importText("a.csv", bytes.subarray(0, -1), map))
      expect(error.message).toContain("is not UTF-8")
    }),
  )

  it.effect.each(["utf16le", "utf8"] as const)(
    "refuses one that its own mark belies, and not for the map: %s",
    (encoding) =>
      Effect.gen(function* () {
        yield* emptyStore
        const bytes = Buffer.from(`\uFEFF${csv("1,2026-03-01,1")}é`, encoding)
        const error = yield* Effect.flip(importText("a.csv", bytes.subarray(0, -1), map))
        expect(error.message).toMatch(
          /is not UTF-(16LE|8) to its end, which the mark at its beginning says it is; fetch it/,
        )
      }),
  )

  it.effect("names the keys of the map that decide on a word behind an amount", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const text = csv("1,2026-03-01,1", "2,2026-03-01,20.00 H", "3,2026-03-01,20.00 CR")
      yield* importText("a.csv", text, { ...map, sign: "debitPositive" })
      const hint = "says its side, name it in creditWords or debitWords, and remove sign"
      expect(yield* reasons).toEqual([
        expect.stringContaining(`if "H" ${hint}`),
        expect.stringContaining(`if "CR" ${hint}`),
      ])
    }),
  )

  it.effect("takes a long one, in which characters lie across the pieces that are read at once", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const many = Array.from({ length: 20_000 }, (_, place) => `${"€".repeat(place % 7)}${place},2026-03-01,1`)
      expect((yield* importText("a.csv", csv(...many), map)).new).toBe(many.length)
    }),
  )

  it.effect("takes compressed CSV as it is", () =>
    Effect.gen(function* () {
      yield* emptyStore
      expect((yield* importText("a.csv.gz", gzipSync(csvText), map)).new).toBe(1)
    }),
  )
})

layer(booksStore)("an import of JSON", (it) => {
  it.effect("keeps the digits of numbers, in a list and line by line", () =>
    Effect.gen(function* () {
      const first =
        '{"id":1,"day":"2026-03-01T10:00:00+01:00","amount":12345678901234567890.123456789012345678,"note":"a \\"2\\" \\\\"}'
      const second = '{"note":"x: 5, [6]","id":"b","day":"2026-03-01 10:00","amount":"0.10"}'
      for (const text of [`[${first},\n${second}]`, `${first}\n\n${second}\n`]) {
        yield* emptyStore
        yield* importText("a.json", text, instants, { format: "json" })
        expect(yield* amounts).toEqual({ "1": "12345678901234567890.123456789012345678", b: "0.100000000000000000" })
        expect((yield* lines).map((line) => line.booked_from)).toEqual(["2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"])
      }
    }),
  )

  it.effect("quarantines a line that is no object, and refuses a list that is no JSON", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const good = '{"id":1,"day":"2026-03-01T10:00:00Z","amount":1}'
      yield* importText("a.jsonl", `${good}\n{"id":2,\n[3]\n`, instants, { format: "json" })
      expect(yield* reasons).toEqual(["2: the line is not a JSON object", "3: the line is not a JSON object"])
      const error = yield* Effect.flip(importText("b.json", `[${good},{"id":2,]`, instants, { format: "json" }))
      expect(error.message).toContain("b.json, line 1: is not JSON: a ] closes what is not open")
    }),
  )

  it.effect("refuses numbers where the map says that amounts have other separators", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const comma = { ...instants, decimalSeparator: ",", thousandsSeparator: "." }
      const text = '[{"id":1,"day":"2026-03-01T10:00:00Z","amount":1.234}]'
      const error = yield* Effect.flip(importText("a.json", text, comma, { format: "json" }))
      expect(error.message).toMatch(/a\.json, line 1: an amount is a JSON number/)
    }),
  )
})
