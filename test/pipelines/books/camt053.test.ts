import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { statementsText } from "../../support/bank-statement.ts"
import { configurationWith } from "../../support/configuration.ts"
import { read } from "../../support/ledger-case.ts"
import { booksStore, emptyStore, importText, judgedRows, postingRow } from "../../support/partner-books.ts"

const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`./statements/${name}`, import.meta.url))))

const twoStatements = new TextDecoder().decode(bytesOf("two-statements-v08.xml"))

const importStatement = (text: string | Uint8Array) =>
  importText("statement.xml", text, null, { format: "camt053", book: "bank" })

const lines = Effect.flatMap(Database, (database) =>
  database.rows(
    `SELECT regexp_replace(line_id, '[0-9a-f]{16}$', '…') AS line_id, currency, rtrim(rtrim(amount::VARCHAR, '0'), '.') AS amount, booked_from::DATE::VARCHAR AS day, reference, description
     FROM main.book_lines ORDER BY source_line`,
  ),
)

const refused = (text: string) =>
  Effect.map(Effect.flip(Effect.zipRight(emptyStore, importStatement(text))), (error) => error.message)

layer(booksStore)("a bank statement (CAMT.053)", (it) => {
  it.effect("gives its booked entries as lines, a batch by its transactions, and tells what was proven", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const result = yield* importStatement(twoStatements)
      expect(yield* lines).toEqual([
        {
          line_id: "DE02120300000000202051/EUR/2026-03-03/…",
          currency: "EUR",
          amount: "99.95",
          day: "2026-03-03",
          reference: "INV-7",
          description: "Invoice 7 & thanks",
        },
        {
          line_id: "DE02120300000000202051/EUR/2026-03-03/…",
          currency: "EUR",
          amount: "-100",
          day: "2026-03-03",
          reference: "PAY-1",
          description: null,
        },
        {
          line_id: "DE02120300000000202051/EUR/2026-03-03/…",
          currency: "EUR",
          amount: "-60",
          day: "2026-03-03",
          reference: null,
          description: null,
        },
        {
          line_id: "4711/USD/2026-03-03/…",
          currency: "USD",
          amount: "7",
          day: "2026-03-03",
          reference: null,
          description: null,
        },
      ])
      expect(result.statements).toMatchObject([
        {
          id: "S-1",
          account: "DE02120300000000202051",
          currency: "EUR",
          opening: "1000",
          closing: "939.95",
          booked: "-60.05",
          entries: 2,
          notBooked: 1,
        },
        {
          id: "S-2",
          account: "4711",
          currency: "USD",
          opening: null,
          closing: null,
          booked: "7",
          entries: 1,
          notBooked: 0,
        },
      ])
      const database = yield* Database
      expect(
        yield* database.rows("SELECT statement_id, proven FROM recon.book_statements ORDER BY statement_id"),
      ).toEqual([
        { statement_id: "S-1", proven: true },
        { statement_id: "S-2", proven: false },
      ])
    }),
  )

  it.effect(
    "is read in an older version, with prefixes, in its own encoding; a batch that does not prove itself stays one",
    () =>
      Effect.gen(function* () {
        yield* emptyStore
        yield* importStatement(bytesOf("prefixed-v02.xml"))
        expect(yield* lines).toEqual([
          {
            line_id: "DE02120300000000202051/EUR/2026-03-03/…",
            currency: "EUR",
            amount: "14.5",
            day: "2026-03-03",
            reference: null,
            description: "Grüße",
          },
        ])
      }),
  )

  it.effect("is refused whole where its entries do not make its closing balance", () =>
    Effect.gen(function* () {
      const message = yield* refused(twoStatements.replace("939.95", "939.96"))
      expect(message).toMatch(
        /statement\.xml, line 5: statement S-1 does not add up: opening 1000 and entries -60\.05 make 939\.95 EUR, and its closing balance is 939\.96/,
      )
      expect(yield* lines).toEqual([])
    }),
  )

  it.effect("names the entries that it leaves out where its balances do not tie without them", () =>
    Effect.gen(function* () {
      const text = statementsText({ id: "S", balances: ["OPBD 0", "CLBD 5"], entries: ["2026-03-02 5 sale"] })
      expect(yield* refused(text.replace(/<Sts>.*?<\/Sts>/, ""))).toContain(
        "its closing balance is 5; entries that are not booked are left out: 1 without a status; ask the bank",
      )
    }),
  )

  it.effect("has amounts with digits on one side of the point, as its standard allows", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const entries = ["2026-03-02 12. a", "2026-03-02 .5 b", "2026-03-02 +7.00 c"]
      yield* importStatement(statementsText({ id: "S", balances: ["OPBD .5", "CLBD 20."], entries }))
      expect((yield* lines).map(({ amount }) => amount)).toEqual(["12", "0.5", "7"])
      expect(yield* refused(statementsText({ id: "S", entries: ["2026-03-02 . a"] }))).toContain("not a plain decimal")
    }),
  )

  it.effect("of another kind is named, whatever --format says", () =>
    Effect.gen(function* () {
      expect(yield* refused(":20:940\r\n:25:DE30/EUR\r\n")).toMatch(
        /is a statement as MT940; ask the bank for CAMT\.053/,
      )
      expect(yield* refused("PK\u0003\u0004")).toContain("ZIP archive; save its sheet as CSV UTF-8, or unpack it")
    }),
  )

  it.effect("is refused with a document type, so that no entity can reach for a file", () =>
    Effect.gen(function* () {
      const evil = twoStatements
        .replace("<Document", '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<Document')
        .replace("Invoice 7 &amp; thanks", "&x;")
      expect(yield* refused(evil)).toContain("has a document type (DOCTYPE)")
      expect(yield* refused(twoStatements.replace("&amp;", "&x;"))).toContain("is not well-formed XML")
    }),
  )

  it.effect("is read in UTF-16, and packed; in another encoding than it declares it is refused", () =>
    Effect.gen(function* () {
      const text = statementsText({ id: "S", entries: ["2026-03-02 5 Müller"] })
      const utf16 = Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-16"?>${text}`, "utf16le")
      for (const bytes of [utf16, gzipSync(utf16), gzipSync(text)]) {
        yield* emptyStore
        expect(yield* importStatement(bytes)).toMatchObject({ new: 1 })
      }
      const error = yield* Effect.flip(importStatement(Buffer.from(text, "latin1")))
      expect(error.message).toMatch(/line 1: is not in the encoding that it declares \(utf-8\); ask the bank/)
    }),
  )

  it.effect("is refused where its entries make more than the store holds, and where one of them is", () =>
    Effect.gen(function* () {
      const most = "99999999999999999999"
      const text = statementsText({ id: "S", entries: [`2026-03-02 ${most} a`, `2026-03-02 ${most} b`] })
      expect(yield* refused(text)).toMatch(/the entries of statement S make 199999999999999999998 EUR, which has more/)
      const long = statementsText({ id: "S", entries: [`2026-03-02 ${most}9 a`] })
      expect(yield* refused(long)).toMatch(/the amount 999999999999999999999 has more than 20 digits/)
    }),
  )

  it.effect("is refused where it is something else, or an amount is not plain", () =>
    Effect.gen(function* () {
      expect(yield* refused('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>')).toContain(
        "it is pain.001",
      )
      expect(yield* refused("<html/>")).toContain("is not a bank statement camt.053")
      const deep = `${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}`
      expect(yield* refused(deep)).toContain("is nested more than 100 deep, which no bank statement is")
      expect(yield* refused(twoStatements.replace(">160.00<", ">1.6e2<"))).toContain(
        'the amount "1.6e2" is not a plain decimal',
      )
      expect(yield* refused(twoStatements.replace("<CdtDbtInd>DBIT", "<CdtDbtInd>LEFT"))).toContain(
        "CRDT or DBIT is expected",
      )
    }),
  )

  it.effect("is matched like any other book, across customers, because its lines name none", () =>
    Effect.gen(function* () {
      yield* emptyStore
      yield* importStatement(twoStatements)
      const run = yield* read({
        rows: [
          "t-1 2026-03-03T09:00:00Z c-1 EUR +99.95 reference:INV-7",
          "t-2 2026-03-03T22:30:00Z c-2 EUR -100 reference:PAY-1",
          "t-3 2026-03-03T22:30:00Z c-2 EUR -60",
        ].map(postingRow),
        customers: ["c-1", "c-2"],
      })
      yield* reconcile(run, configurationWith())
      expect(
        (yield* judgedRows)
          .map(
            (row) =>
              `${row.side} ${row.record_id.replace(/[0-9a-f]{16}$/, row.amount.replace(/\.?0+$/, ""))} ${row.rule ?? "-"} ${row.code ?? row.category}`,
          )
          .sort(),
      ).toEqual([
        "line 4711/USD/2026-03-03/7 - BOOK_MISSING_THERE",
        "line DE02120300000000202051/EUR/2026-03-03/-100 reference matched",
        "line DE02120300000000202051/EUR/2026-03-03/-60 amount matched",
        "line DE02120300000000202051/EUR/2026-03-03/99.95 reference matched",
        "transaction t-1 reference matched",
        "transaction t-2 reference matched",
        "transaction t-3 amount matched",
      ])
    }),
  )
})
