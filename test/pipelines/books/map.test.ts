import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { checkMap } from "../../../src/pipelines/books/map.ts"
import { formatOf } from "../../../src/pipelines/books/readers/formats.ts"

const good = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { constant: "EUR" },
}

const refusal = (content: unknown): string => Effect.runSync(Effect.flip(checkMap("map.json", content))).message

describe("a map", () => {
  it("is accepted with what it needs", () => {
    expect(Effect.runSync(checkMap("map.json", good))).toMatchObject({ sign: "creditPositive" })
  })

  it.each([
    [
      "an unknown key",
      { ...good, ammount: "x" },
      "map.json: ammount is not a key of the map; remove it or correct its spelling; the known ones are $schema, delimiter,",
    ],
    [
      "an unknown key within",
      { ...good, date: { column: "day", formt: "%d" } },
      "map.json: date.formt is not a key of the map; remove it or correct its spelling; the known ones are column, format, zone",
    ],
    [
      "a reference to what there is not",
      { ...good, reference: { column: "r", refersTo: "payment" } },
      'map.json: reference.refersTo: must be one of "transactionId", "resourceId", "reference"; found "payment"',
    ],
    ["a column given bare", { ...good, lineId: "id" }, 'map.json: lineId: must be an object { … }; found "id"'],
    ["a column without a name", { ...good, lineId: { column: "" } }, 'lineId.column: must not be empty; found ""'],
    ["a key that is missing", { ...good, lineId: undefined }, "lineId"],
    ["a date and a date-time", { ...good, dateTime: { column: "at" } }, "either date (whole days) or dateTime"],
    ["no amount", { ...good, amount: {} }, 'amount: give {"column"}'],
    ["a debit without a credit", { ...good, amount: { debit: "d" } }, "name both columns"],
    [
      "words beside two columns",
      { ...good, amount: { debit: "d", credit: "c", creditWords: ["C"] } },
      "explain direction",
    ],
    [
      "a sign beside stated sides",
      { ...good, sign: "debitPositive", amount: { debit: "d", credit: "c" } },
      "sign is for an amount in one column",
    ],
    ["an encoding that is none", { ...good, encoding: "klingon" }, 'encoding: "klingon" is not known'],
    [
      "a column and a constant",
      { ...good, currency: { column: "c", constant: "EUR" } },
      "currency: give either column or constant",
    ],
    [
      "two kinds of customer",
      { ...good, customerId: { column: "a" }, partnerCustomerRef: { column: "b" } },
      "and not both",
    ],
    ["one separator for two things", { ...good, decimalSeparator: ",", thousandsSeparator: "," }, "are the same"],
    [
      "a format with an offset",
      { ...good, date: undefined, dateTime: { column: "at", format: "%d %H%z" } },
      "offsets are read without a format",
    ],
    ["a delimiter of two characters", { ...good, delimiter: "||" }, "must be one character"],
    ["something that is no object", [], "map.json: the map: must be an object { … }; found []"],
  ])("is refused with %s, in a sentence", (_what, content, sentence) => {
    expect(refusal(JSON.parse(JSON.stringify(content)))).toContain(sentence)
  })
})

describe("the extension of a file", () => {
  it.each([
    ["books.csv", "csv"],
    ["a/b.tar/BOOKS.CSV", "csv"],
    ["books.ndjson", "json"],
    ["books.parquet", "parquet"],
    ["statement.xml", "camt053"],
    ["books", null],
    ["books.xlsx", null],
  ])("of %s means %s", (file, format) => {
    expect(formatOf(file)).toBe(format)
  })
})
