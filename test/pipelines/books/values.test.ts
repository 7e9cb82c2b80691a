import { describe, expect, it } from "vitest"
import { draftOf } from "../../../src/pipelines/books/draft-map.ts"
import { csvRecord } from "../../../src/pipelines/books/readers/csv-records.ts"
import { amountReader, separatorHint, shifted } from "../../../src/pipelines/books/values/amount.ts"
import { numbersFrom } from "../../support/random.ts"
import { decimalOf } from "../../support/written-books.ts"

const dialects = [
  { decimal: ".", thousands: null },
  { decimal: ".", thousands: "," },
  { decimal: ",", thousands: "." },
  { decimal: ",", thousands: " " },
  { decimal: ".", thousands: "'" },
] as const

const grouped = (whole: string, by: string | null): string =>
  by === null ? whole : whole.replace(/\B(?=(\d{3})+$)/g, by)

const signs: ReadonlyArray<(text: string) => string> = [
  (text) => `-${text}`,
  (text) => `- ${text}`,
  (text) => `${text}-`,
  (text) => `${text} -`,
  (text) => `(${text})`,
  (text) => `\u2212${text}`,
  (text) => `-\u20ac ${text}`,
  (text) => `-${text} EUR`,
  (text) => `(${text}) EUR`,
]

describe("an amount", () => {
  it("is read back to the last digit in every dialect and with every sign", () => {
    const next = numbersFrom(7)
    for (let round = 0; round < 2000; round += 1) {
      const dialect = dialects[next(dialects.length)] ?? dialects[0]
      const { rest, whole } = decimalOf(next)
      const text = `${grouped(whole, dialect.thousands)}${rest === "" ? "" : `${dialect.decimal}${rest}`}`
      const plain = rest === "" ? whole : `${whole}.${rest}`
      const read = amountReader(dialect)
      expect(read(text)).toEqual({ digits: plain, minus: 0, beside: null })
      const signed = (signs[next(signs.length)] ?? signs[0])?.(text) ?? ""
      expect(read(signed), signed).toMatchObject({ digits: plain, minus: 1 })
    }
  })

  it.each([
    "",
    "-",
    "--5",
    "1.2.3",
    "12.50.",
    ".",
    "(5",
    "5)",
    "(-5.00)",
    "-5-",
    "EUR 5 EUR",
    "5 5",
    "12,34",
    "1e3",
    "0x10",
    "12.-",
    "NaN",
    "\u221e",
  ])("is none: %j", (text) => {
    expect(amountReader({ decimal: ".", thousands: null })(text)).toBeNull()
  })

  it("in the smallest unit keeps its digits", () => {
    expect(["1050", "5", "100000000", "0"].map((text) => shifted(text, 2))).toEqual([
      "10.50",
      "0.05",
      "1000000.00",
      "0.00",
    ])
  })

  it("that is written otherwise names the keys that would read it", () => {
    expect(separatorHint("1.234,50")).toBe('; it would be with decimalSeparator "," and thousandsSeparator "."')
    expect(separatorHint("1.234")).toContain("decide how it is read")
    expect(separatorHint("seven")).toBe("")
  })
})

describe("a record of a CSV", () => {
  const records = (text: string) => {
    const lines = text.split("\n")
    const found: Array<ReadonlyArray<string> | null> = []
    for (let at = 0; at < lines.length; ) {
      const record = csvRecord(lines, at, ",", true)
      if (record === undefined) break
      found.push(record.values)
      at = record.next
    }
    return found
  }

  it("is read back from what any writer of RFC 4180 makes of it", () => {
    const next = numbersFrom(11)
    const pieces = ['"', ",", "\n", "a", " ", "'", '""', "b"]
    for (let round = 0; round < 500; round += 1) {
      const rows = Array.from({ length: 1 + next(4) }, () =>
        Array.from({ length: 2 + next(3) }, () =>
          Array.from({ length: next(5) }, () => pieces[next(pieces.length)] ?? "").join(""),
        ),
      )
      const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")).join("\n")
      expect(records(text)).toEqual(rows)
    }
  })

  it("loses no line but its own to a quote that is out of place", () => {
    expect(records('1,"a\n2,b\n3,"c"\n4,d"e\n5,"f"g\n6,h')).toEqual([
      null,
      ["2", "b"],
      ["3", "c"],
      ["4", 'd"e'],
      null,
      ["6", "h"],
    ])
  })
})

describe("a map is proposed", () => {
  const column = (name: string, ...values: ReadonlyArray<string>) => ({ name, values })

  it("with the keys that the file needs", () => {
    const { map, notes } = draftOf([
      column("Nr", "1", "2"),
      column("Buchungstag", "02.03.2026", "13.03.2026"),
      column("Betrag", "1.234,50 \u20ac", "-7,00 \u20ac"),
      column("Verwendungszweck", "rent", "fee"),
    ])
    expect(map).toEqual({
      decimalSeparator: ",",
      thousandsSeparator: ".",
      currencyInAmount: true,
      lineId: { column: "Nr" },
      date: { column: "Buchungstag", format: "%d.%m.%Y" },
      amount: { column: "Betrag" },
      description: { column: "Verwendungszweck" },
    })
    expect(notes).toEqual([])
  })

  it("with what a person must decide", () => {
    const { notes } = draftOf([
      column("id", "1", "2"),
      column("day", "02/03/2026", "03/04/2026"),
      column("Debit", "-5.00"),
      column("Credit", "7.00"),
    ])
    expect(notes.join("\n")).toMatch(/%m\/%d\/%Y is the other way[\s\S]*amount\.minus[\s\S]*the constant is a guess/)
  })
})
