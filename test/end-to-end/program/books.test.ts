import { execFileSync } from "node:child_process"
import { symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { recordsOf, reportsIn, rowsOf } from "./working-folder.ts"

interface Posted {
  readonly transaction_id: string
  readonly customer_id: string
  readonly currency: string
  readonly amount: string
  readonly posted_at: string
}

const postedSql = `
  SELECT transaction_id, customer_id, currency, posted_at,
    CAST(CASE direction WHEN 'DEBIT' THEN -net_amount ELSE net_amount END AS VARCHAR) AS amount
  FROM main.transactions WHERE status IN ('COMPLETED', 'REVERSED') ORDER BY posted_at, transaction_id`

const map = {
  lineId: { column: "Entry" },
  dateTime: { column: "Booked" },
  amount: { column: "Amount" },
  currency: { column: "Currency" },
  customerId: { column: "Customer" },
  reference: { column: "Reference", refersTo: "transactionId" },
}

const lineOf = (posted: Posted): string =>
  [
    `E-${posted.transaction_id}`,
    posted.posted_at,
    posted.amount,
    posted.currency,
    posted.customer_id,
    posted.transaction_id,
  ].join(",")

const header = "Entry,Booked,Amount,Currency,Customer,Reference"

interface Steps {
  readonly cwd: string
  readonly posted: ReadonlyArray<Posted>
  readonly refused: Readonly<Record<string, Ended>>
  readonly imported: Ended
  readonly again: Ended
  readonly listed: readonly [Ended, Ended]
  readonly reconciled: Ended
  readonly reported: Ended
  /** What `exceptions show` prints, by code. */
  readonly shown: Readonly<Record<string, string>>
}

class OwnBooks extends Context.Tag("test/OwnBooks")<OwnBooks, Steps>() {}

/** Books that have every posted transaction but one, one amount wrong, one line too many, and one that is unreadable. */
const ownBooks = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld())
  yield* writeRoster(join(cwd, "customers.csv"), world)
  const run = (...args: ReadonlyArray<string>) => runProgram(args, { cwd })
  yield* runProgram(["sync", "--customers", "customers.csv", "--quiet"], { cwd, env })
  const posted = yield* rowsOf<Posted>(join(cwd, "tidemark.duckdb"), postedSql)
  const [, wrong, lacking, ...rest] = posted
  const lines = [
    ...posted.filter((one) => one !== wrong && one !== lacking && rest.length > 0).map(lineOf),
    lineOf({ ...(wrong as Posted), amount: "0.01" }),
    lineOf({ ...(wrong as Posted), transaction_id: "no-such-transaction", amount: "123456.78" }),
    "E-broken,yesterday,1,EUR,,",
  ]
  writeFileSync(join(cwd, "books.csv"), [header, ...lines, ""].join("\r\n"))
  writeFileSync(join(cwd, "map.json"), JSON.stringify(map))
  writeFileSync(join(cwd, "bad-map.json"), JSON.stringify({ ...map, ammount: 1 }))
  writeFileSync(join(cwd, "books.xlsx"), "")
  writeFileSync(join(cwd, "deep.json"), `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`)
  writeFileSync(join(cwd, "wide.csv"), `${Array.from({ length: 5000 }, (_, nth) => `c${nth}`).join(",")}\n1\n`)
  execFileSync("mkfifo", [join(cwd, "pipe.csv")])
  symlinkSync("/dev/zero", join(cwd, "endless.csv"))
  const refused = {
    "no map": yield* run("books", "import", "books.csv"),
    "bad map": yield* run("books", "import", "books.csv", "--map", "bad-map.json"),
    "no file": yield* run("books", "import", "nothing.csv", "--map", "map.json"),
    "no format": yield* run("books", "import", "books.xlsx", "--map", "map.json"),
    deep: yield* run("books", "import", "deep.json", "--map", "map.json"),
    wide: yield* run("books", "import", "wide.csv", "--map", "map.json"),
    "a pipe": yield* run("books", "import", "pipe.csv", "--map", "map.json"),
    "a device": yield* run("books", "import", "endless.csv", "--map", "map.json"),
    "a map without end": yield* run("books", "import", "books.csv", "--map", "endless.csv"),
  }
  const imported = yield* run("books", "import", "books.csv", "--map", "map.json", "--by", "Ada")
  const again = yield* run("books", "import", "books.csv", "--map", "map.json", "--json", "--quiet")
  const reconciled = yield* run("reconcile", "--json")
  const listed = [yield* run("books", "list"), yield* run("books", "list", "--json")] as const
  const reported = yield* run("report")
  const shown = yield* Effect.forEach(
    yield* rowsOf<{ code: string; exception_id: string }>(
      join(cwd, "tidemark.duckdb"),
      "SELECT code, exception_id FROM recon.exceptions WHERE stream = 'books'",
    ),
    ({ code, exception_id }) => Effect.map(run("exceptions", "show", exception_id), ({ stdout }) => [code, stdout]),
  )
  return { shown: Object.fromEntries(shown), cwd, posted, refused, imported, again, listed, reconciled, reported }
})

layer(Layer.scoped(OwnBooks, ownBooks), { excludeTestServices: true, timeout: 240_000 })(
  "the partner's books,",
  (it) => {
    it.effect("refused, end with 2 and a sentence that names the file and the remedy", () =>
      Effect.gen(function* () {
        const { refused } = yield* OwnBooks
        const sentences = {
          "no map": /a csv file needs --map FILE/,
          "bad map": /bad-map\.json: ammount is not a key of the map/,
          "no file": /nothing\.csv: there is no such file/,
          "no format": /books\.xlsx: its extension does not say how it is written; give --format/,
          deep: /deep\.json: no line of it can be read, so nothing was imported/,
          wide: /wide\.csv, line 1: no column .*"c49" and 4950 more; correct the map\n$/,
          "a pipe": /pipe\.csv: is a pipe; save what it gives as a file, and name that\n$/,
          "a device": /endless\.csv: is a device, not a file\n$/,
          "a map without end": /endless\.csv: is a device, not a file\n$/,
        }
        for (const [what, sentence] of Object.entries(sentences)) {
          expect(refused[what]?.code).toBe(2)
          expect(refused[what]?.stderr).toMatch(sentence)
        }
      }),
    )

    it.effect("imported, are told by what is new and what is quarantined, and what to do next", () =>
      Effect.gen(function* () {
        const { cwd, imported, posted } = yield* OwnBooks
        expect(imported.code).toBe(0)
        expect(imported.stdout).toBe("")
        expect(imported.stderr).toContain(`${posted.length} new, 0 changed, 0 unchanged, 1 quarantined`)
        expect(imported.stderr).toMatch(/books\.csv, line \d+: "yesterday" is not a date-time/)
        expect(imported.stderr).toContain("tidemark.js reconcile")
        expect(yield* rowsOf(join(cwd, "tidemark.duckdb"), "SELECT imported_by, file FROM recon.book_imports")).toEqual(
          [{ imported_by: "Ada", file: "books.csv" }],
        )
      }),
    )

    it.effect("imported again, change nothing", () =>
      Effect.gen(function* () {
        const { again, posted } = yield* OwnBooks
        expect(again.stderr).toBe("")
        expect(JSON.parse(again.stdout)).toMatchObject({
          known: true,
          new: 0,
          changed: 0,
          unchanged: posted.length,
          quarantined: 1,
        })
      }),
    )

    it.effect("are matched by reconcile, which finds what was planted in them and nothing else", () =>
      Effect.gen(function* () {
        const { posted, reconciled } = yield* OwnBooks
        const summary = JSON.parse(reconciled.stdout)
        const codes = Object.fromEntries(
          summary.byCode
            .filter((row: { code: string }) => row.code.startsWith("BOOK_"))
            .map((row: { code: string; count: number }) => [row.code, row.count]),
        )
        expect(codes).toMatchObject({ BOOK_AMOUNT: 1, BOOK_MISSING_THERE: 1, BOOK_INVALID: 1 })
        // The lacking transaction may be the line that cannot be read, where both are in euros.
        expect((codes.BOOK_MISSING_HERE ?? 0) + (posted[2]?.currency === "EUR" ? 1 : 0)).toBe(1)
        expect(Object.keys(codes).sort()).toEqual(
          [
            "BOOK_AMOUNT",
            "BOOK_INVALID",
            ...(codes.BOOK_MISSING_HERE === 1 ? ["BOOK_MISSING_HERE"] : []),
            "BOOK_MISSING_THERE",
          ].sort(),
        )
      }),
    )

    it.effect("are listed with their imports and the states of matching, as a table and as JSON", () =>
      Effect.gen(function* () {
        const { listed, posted } = yield* OwnBooks
        const [table, json] = listed
        expect(table.stdout).toMatch(/^book +file +format/)
        const { imports, states } = JSON.parse(json.stdout)
        expect(imports).toMatchObject([
          { book: "books", file: "books.csv", imported_by: "Ada", lines_new: posted.length },
        ])
        const lines = states.filter((row: { side: string }) => row.side === "line")
        expect(lines.reduce((sum: number, row: { items: number }) => sum + row.items, 0)).toBe(posted.length)
      }),
    )

    it.effect("show beside an exception the line in its file, its match, and what was read of its customer", () =>
      Effect.gen(function* () {
        const { posted, shown } = yield* OwnBooks
        const wrong = posted[1]?.transaction_id
        expect(shown.BOOK_AMOUNT).toMatch(new RegExp(`itself +line +E-${wrong} .* 0\\.010* .* books\\.csv, line \\d+`))
        expect(shown.BOOK_AMOUNT).toMatch(new RegExp(`its match +transaction +${wrong} `))
        expect(shown.BOOK_MISSING_THERE).toMatch(/itself +line +E-no-such-transaction/)
        expect(shown.BOOK_MISSING_THERE).toMatch(/transactions +COMPLETE/)
        expect(shown.BOOK_MISSING_THERE).toMatch(/OF ALL CUSTOMERS\n +\d+ lists were read to the end of every customer/)
        expect(shown.BOOK_INVALID).toMatch(
          /THE LINE THAT COULD NOT BE READ\n +file +books\.csv\n +sha256 +[0-9a-f]{64}\n/,
        )
        expect(shown.BOOK_INVALID).toContain('"yesterday" is not a date-time')
      }),
    )

    it.effect("are in the report, line by line with their transactions", () =>
      Effect.gen(function* () {
        const { cwd, posted, reported } = yield* OwnBooks
        expect(reported.code).toBe(3)
        const rows = recordsOf(reportsIn(join(cwd, "tidemark-out", "latest")).get("books"))
        const first = rows.find((row) => row.record_id === `E-${posted[0]?.transaction_id}`)
        expect(first).toMatchObject({
          matched_with: posted[0]?.transaction_id,
          category: "matched",
          rule: "transactionId",
        })
        expect(rows.filter((row) => row.side === "line").length).toBe(posted.length)
      }),
    )

    it.effect("are explained by their own help", () =>
      Effect.gen(function* () {
        const { cwd } = yield* OwnBooks
        const { stdout } = yield* runProgram(["books", "import", "--help"], { cwd })
        expect(stdout).toContain("$ tidemark books import")
        expect(stdout).toMatch(/--replace\n.*the whole book/i)
      }),
    )
  },
)
