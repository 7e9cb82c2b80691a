import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { BookFormat } from "../../../src/pipelines/books/readers/formats.ts"
import { Database } from "../../../src/store/database.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"

/** A file that was once read wrongly without a word, and what must come of it: lines, what is set aside, what is said. */
interface Loss {
  readonly what: string
  readonly text: string | Uint8Array
  readonly map?: Readonly<Record<string, unknown>> | null
  readonly format?: BookFormat
  readonly lines?: ReadonlyArray<string>
  readonly aside?: ReadonlyArray<string>
  readonly told?: string
  readonly refused?: string
}

const map = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { column: "currency" },
}

const csv = (...lines: ReadonlyArray<string>) => ["id,day,amount,currency", ...lines, ""].join("\n")
const record = (id: string, amount: string, more = "") =>
  `{"id":"${id}","day":"2026-03-02","amount":"${amount}","currency":"EUR"${more}}`

const balance = (code: string, amount: string, day = "2026-03-02", currency = "EUR") =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`
const entry = (amount: string, text: string, day = "<BookgDt><Dt>2026-03-02</Dt></BookgDt>") =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>${day}<AddtlNtryInf>${text}</AddtlNtryInf></Ntry>`
const summary = (count: number, credits: string) =>
  `<TxsSummry><TtlNtries><NbOfNtries>${count}</NbOfNtries></TtlNtries><TtlCdtNtries><Sum>${credits}</Sum></TtlCdtNtries></TxsSummry>`
const statement = (...parts: ReadonlyArray<string>) => ({
  format: "camt053" as const,
  map: null,
  text: `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>K</Id><Acct><Id><IBAN>DE30000000000000000011</IBAN></Id><Ccy>EUR</Ccy></Acct>${parts.join("")}</Stmt></BkToCstmrStmt></Document>`,
})

const timed = (format: string) => {
  const { date, ...others } = map
  return { ...others, dateTime: { ...date, format } }
}

const losses: ReadonlyArray<Loss> = [
  {
    what: "a thousand is not taken for one, where the map does not say what the point is",
    text: csv("1,2026-03-02,1.234,EUR", "2,2026-03-02,12.50,EUR", "3,2026-03-02,-15.000,USD", "4,2026-03-02,0.500,EUR"),
    lines: ["2 12.5", "4 0.5"],
    aside: [
      'line 2: the amount "1.234" may be 1234 or 1.234 EUR; decimalSeparator of the map decides: ".", or "," with thousandsSeparator "."',
      'line 4: the amount "-15.000" may be -15000 or -15.000 USD; decimalSeparator of the map decides: ".", or "," with thousandsSeparator "."',
    ],
  },
  {
    what: "what the map calls the decimal separator is one",
    text: csv("1,2026-03-02,1.234,EUR"),
    map: { ...map, decimalSeparator: "." },
    lines: ["1 1.234"],
  },
  {
    what: "a currency of three decimal places or more has them",
    text: csv("1,2026-03-02,1.234,BTC", "2,2026-03-02,1.234,BHD", "3,2026-03-02,1.234,XYZ"),
    lines: ["1 1.234", "2 1.234", "3 1.234"],
  },
  { what: "a JSON amount has no groups", format: "json", text: `[${record("1", "1.234")}]`, lines: ["1 1.234"] },
  {
    what: "pages of an API in one file are all read",
    format: "json",
    text: `[${record("1", "5")}]\n[${record("2", "6")}]\n`,
    lines: ["1 5", "2 6"],
  },
  {
    what: "so are those whose lists lie deeper",
    format: "json",
    map: { ...map, list: "data" },
    text: `{"data":[${record("1", "5")}],"next":"x"}\n{"data":[${record("2", "6")}]}`,
    lines: ["1 5", "2 6"],
  },
  {
    what: "what stands behind a list is not passed over",
    format: "json",
    text: `[${record("1", "5")}]\n, ${record("2", "6")}`,
    refused: 'b.json, line 2: is not JSON: "," stands outside of what was opened; correct the file',
  },
  {
    what: "an amount that an object has twice is neither",
    format: "json",
    text: `[${record("1", "5", ',"amount":"7"')},${record("2", "6", ',"note":1,"note":2')}]`,
    lines: ["2 6"],
    aside: ['line 1: the line has "amount" twice; correct the file'],
  },
  {
    what: "nor one that it has twice by an escape",
    format: "json",
    text: `[${record("1", "5", ',"\\u0061mount":"7"')},${record("2", "6", ',"a":{"amount":1}')}]`,
    lines: ["2 6"],
    aside: ['line 1: the line has "amount" twice; correct the file'],
  },
  {
    what: "a column that every object of JavaScript has is not there",
    format: "json",
    text: `[${record("1", "5")}]`,
    map: { ...map, reference: { column: "toString" } },
    refused: 'b.json: no column "toString"',
  },
  {
    what: "a currency that nobody knows is told",
    text: csv("1,2026-03-02,5,EUR", "2,2026-03-02,6,ZEUR"),
    lines: ["1 5", "2 6"],
    told: "1 line is in a currency that no transaction has, such as ZEUR; correct it, or say in the configuration which one it is (currencyAliases)",
  },
  {
    what: "exports put together do not turn a sign where their columns stand otherwise",
    text: "id,day,out,in,currency\n1,2026-03-02,5,,EUR\nid,day,in,out,currency\n2,2026-03-02,6,,EUR\n",
    map: { ...map, amount: { debit: "out", credit: "in" } },
    refused: "b.csv, line 3: here is another header, whose columns stand in another order",
  },
  {
    what: "a header whose mapped columns stand where they stood is none",
    text: `${csv("1,2026-03-02,5,EUR")}id,day,amount,currency,note\n2,2026-03-02,6,EUR\n`,
    lines: ["1 5", "2 6"],
  },
  {
    what: "an id is not another one by what nobody sees; what ends a file of DOS is no line",
    text: csv("1\0,2026-03-02,5,EUR", "2\u200b,2026-03-02,6,EUR", "3,2026-03-02,7,EUR", "\u001a"),
    lines: ["3 7"],
    aside: [
      "line 2: the line id has a character that is not seen (U+0000); correct the file",
      "line 3: the line id has a character that is not seen (U+200B); correct the file",
    ],
  },
  {
    what: "UTF-16 without its mark is named",
    text: Buffer.from(csv("1,2026-03-02,5,EUR"), "utf16le"),
    refused:
      'b.csv: seems to be UTF-16 without its mark; name it in the map ("encoding": "utf-16le"), or save it as UTF-8',
  },
  {
    what: "and read by its name",
    text: Buffer.from(csv("1,2026-03-02,5,EUR"), "utf16le"),
    map: { ...map, encoding: "utf-16le" },
    lines: ["1 5"],
  },
  { what: "BAI2 is named", text: "01,122099999,123456789,260302,0800,1,,,2/\n", refused: "is a statement as BAI2" },
  { what: "OFX is named", text: "OFXHEADER:100\nDATA:OFXSGML\n", refused: "is OFX; ask the bank for CAMT.053 or CSV" },
  { what: "QIF is named", text: "!Type:Bank\nD03/02/2026\n", refused: "is QIF; ask the bank for CAMT.053 or CSV" },
  {
    what: "a format without a year makes none up",
    text: csv("1,0203,5,EUR"),
    map: { ...map, date: { column: "day", format: "%d%m" } },
    refused: "date.format has no year",
  },
  {
    what: "nor a day",
    text: csv("1,2026-03,5,EUR"),
    map: { ...map, date: { column: "day", format: "%Y-%m" } },
    refused: "date.format has no day (%d) of a month (%m)",
  },
  {
    what: "nor midnight",
    text: csv("1,02.03.2026,5,EUR"),
    map: timed("%d.%m.%Y"),
    refused: "dateTime.format has no hour (%H); name the column as date, where it says whole days",
  },
  {
    what: "nor the morning",
    text: csv("1,02.03.2026 01:30,5,EUR"),
    map: timed("%d.%m.%Y %I:%M"),
    refused: "dateTime.format has hours of twelve (%I) and no %p",
  },
  {
    what: "an offset that no clock has is none, and UTC is one",
    text: csv("1,2026-03-02T12:00:00+25:00,5,EUR", "2,2026-03-02 23:30:00 UTC,6,EUR"),
    map: { ...map, date: { column: "day", zone: "UTC" } },
    lines: ["2 6"],
    aside: ['line 2: "2026-03-02T12:00:00+25:00" is not a date such as 2026-01-31'],
  },
  {
    what: "a statement without balances that lacks entries which its own summary counts",
    ...statement(summary(3, "30.00"), entry("10.00", "a"), entry("10.00", "b")),
    refused:
      "statement K does not hold what its own summary (TxsSummry) says: 3 entries, and there are 2; credits of 30, and there are 20; ask the bank for a whole statement",
  },
  {
    what: "one that holds what it says",
    ...statement(summary(2, "20.00"), entry("10.00", "a"), entry("10.00", "b")),
    lines: ["10", "10"],
    told: "it holds what its own summary (TxsSummry) says",
  },
  {
    what: "a summary that counts the transactions of a batch, and sums both sides against each other",
    ...statement(
      "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>7.00</Sum></TtlNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>3.00</Sum></TtlDbtNtries></TxsSummry>",
      entry("7.00", "a").replace(
        "<AddtlNtryInf>",
        `<NtryDtls>${["10.00CRDT", "3.00DBIT"].map((text) => `<TxDtls><Amt Ccy="EUR">${text.slice(0, -4)}</Amt><CdtDbtInd>${text.slice(-4)}</CdtDbtInd></TxDtls>`).join("")}</NtryDtls><AddtlNtryInf>`,
      ),
    ),
    lines: ["-3", "10"],
    told: "it holds what its own summary (TxsSummry) says",
  },
  {
    what: "one whose balances agree, and whose summary does not",
    ...statement(summary(3, "10.00"), balance("OPBD", "0"), entry("10.00", "a"), balance("CLBD", "10")),
    lines: ["10"],
    told: "its summary (TxsSummry) says 3 entries, and there are 1",
  },
  {
    what: "balances of another currency prove nothing",
    ...statement(
      balance("OPBD", "0", "2026-03-02", "USD"),
      entry("10.00", "a"),
      balance("CLBD", "10", "2026-03-02", "USD"),
    ),
    lines: ["10"],
    told: "it gives no opening and closing balance, so it is not proven that its entries are all there; balances in USD are not looked at",
  },
  {
    what: "where each day has its balances, the first opens and the last closes",
    ...statement(
      balance("OPBD", "10", "2026-03-03"),
      balance("CLBD", "15", "2026-03-03"),
      balance("OPBD", "0"),
      balance("CLBD", "10"),
      entry("10.00", "a"),
      entry("5.00", "b", "<BookgDt><Dt>2026-03-03</Dt></BookgDt>"),
    ),
    lines: ["10", "5"],
    told: "opening 0 and 2 entries make closing 15 EUR",
  },
  {
    what: "an opening balance that is not what the statement before closed with",
    ...statement(balance("PRCD", "5", "2026-03-01"), balance("OPBD", "0"), entry("10.00", "a"), balance("CLBD", "10")),
    lines: ["10"],
    told: "it opens with 0, and its last closing balance (PRCD) was 5",
  },
  {
    what: "an entry that only its value date dates",
    ...statement(entry("10.00", "a", "<ValDt><Dt>2026-03-01</Dt></ValDt>")),
    lines: ["10"],
    told: "1 entry has no booking date (BookgDt) and is dated by the value date",
  },
]

const came = Effect.flatMap(Database, (database) =>
  Effect.all({
    lines: database.rows<{ line: string }>(
      "SELECT concat_ws(' ', CASE WHEN account IS NULL THEN line_id END, rtrim(rtrim(amount::VARCHAR, '0'), '.')) AS line FROM main.book_lines ORDER BY ALL",
    ),
    aside: database.rows<{ line: string }>(
      "SELECT concat('line ', source_line, ': ', reason) AS line FROM raw.book_quarantine ORDER BY source_line",
    ),
  }),
)

const texts = (rows: ReadonlyArray<{ readonly line: string }>) => rows.map(({ line }) => line)

layer(booksStore)("nothing is lost or turned in silence:", (it) => {
  for (const { what, text, format = "csv", refused, told, ...wanted } of losses) {
    it.effect(what, () =>
      Effect.gen(function* () {
        yield* emptyStore
        const given = wanted.map === undefined ? map : wanted.map
        const result = yield* Effect.either(importText(`b.${format}`, text, given, { format }))
        const { aside, lines } = yield* came
        expect(result._tag === "Left" ? result.left.message : "").toContain(refused ?? "")
        expect(result._tag).toBe(refused === undefined ? "Right" : "Left")
        expect(texts(lines)).toEqual(wanted.lines ?? [])
        expect(texts(aside)).toEqual(wanted.aside ?? [])
        if (told !== undefined && result._tag === "Right") expect(result.right.told.join("\n")).toContain(told)
      }),
    )
  }
})
