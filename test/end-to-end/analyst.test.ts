import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { cellText, textTable } from "../../src/cli/text-table.ts"
import { describeStore } from "../../src/pipelines/dictionary/dictionary.ts"
import type { Run } from "../../src/pipelines/run/run.ts"
import { nightOptions } from "../../src/sandbox/nights.ts"
import { generateWorld } from "../../src/sandbox/world.ts"
import { Database } from "../../src/store/database.ts"
import type { JsValue } from "../../src/store/dialect/read-value.ts"
import { RowStream } from "../../src/store/dialect/row-stream.ts"
import { unitsOf } from "../support/decimal.ts"
import { runInProcess } from "../support/in-process.ts"
import { reportRows } from "../support/report-rows.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"
import { nightLayer, worldNight } from "./world-night.ts"

const cookbook = fileURLToPath(new URL("../../docs/cookbook.md", import.meta.url))

/** The demo's world after its second night, as an analyst finds it. */
class DemoWorld extends Context.Tag("test/DemoWorld")<
  DemoWorld,
  { readonly file: string; readonly run: Run; readonly database: Database["Type"] }
>() {}

const twoNights = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const file = join(folder, "tidemark.duckdb")
  const context = yield* Layer.build(nightLayer(file))
  const now = Date.parse("2026-06-28T02:30:00Z")
  const nights = yield* Effect.forEach([1, 2], (nth) =>
    worldNight({
      world: generateWorld({ seed: 31, customers: 4, breaks: "all", ...nightOptions(nth, now) }),
      out: join(folder, "out"),
    }),
  ).pipe(Effect.provide(context))
  const run = nights.at(-1)?.run
  if (run === undefined) return yield* Effect.dieMessage("there is no night")
  return { file, run, database: Context.get(context, Database) }
})

/** What `tidemark sql` prints of a query. */
const printed = (database: Database["Type"], sql: string, parameters: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const connection = yield* database.reader
    return yield* Effect.promise(async () => {
      const stream = await RowStream.open(connection, sql, parameters)
      const rows: Array<ReadonlyArray<JsValue>> = []
      for await (const batch of stream) rows.push(...batch)
      return textTable(
        stream.columnNames,
        rows.map((row) => row.map(cellText)),
        stream.columnNames.map((_, column) =>
          rows.every((row) => row[column] === null || typeof row[column] !== "string"),
        ),
      )
    })
  }).pipe(Effect.scoped)

const RECIPE = /```sql ?([^\n]*)\n([\s\S]*?)\n```\n\n```text\n([\s\S]*?)```/g

layer(Layer.scoped(DemoWorld, twoNights), { excludeTestServices: true, timeout: 600_000 })("an analyst", (it) => {
  it.effect("finds every question of the cookbook answered as it says", () =>
    Effect.gen(function* () {
      const { database } = yield* DemoWorld
      const text = readFileSync(cookbook, "utf8")
      const recipes = [...text.matchAll(RECIPE)]
      expect(recipes.length).toBeGreaterThanOrEqual(20)
      expect(recipes.length).toBe(text.split("\n## ").length - 1)
      let answered = text
      for (const [whole, given = "", sql = "", result = ""] of recipes) {
        const parameters = Object.fromEntries(
          given
            .split(" ")
            .filter((one) => one !== "")
            .map((one) => one.split("=")),
        )
        const answer = yield* printed(database, sql, parameters)
        // A question that nothing answers shows nobody anything.
        expect(answer.split("\n").length, sql).toBeGreaterThan(2)
        answered = answered.replace(whole, () =>
          whole.replace(`\`\`\`text\n${result}`, () => `\`\`\`text\n${answer}\n`),
        )
      }
      // TIDEMARK_WRITE_DOCS=1 writes the answers anew, for a person to read before they are committed.
      if (process.env.TIDEMARK_WRITE_DOCS === "1") writeFileSync(cookbook, answered)
      else expect(text).toBe(answered)
    }),
  )

  it.effect(
    "finds every table and column explained, every amount with its currency, and every reference in place",
    () =>
      Effect.gen(function* () {
        const { database } = yield* DemoWorld
        const tables = yield* describeStore(database)
        const columns = tables.flatMap(({ columns, name }) => columns.map((column) => ({ table: name, ...column })))
        const nameOf = ({ name, table }: (typeof columns)[number]) => `${table}.${name}`
        expect(columns.length).toBeGreaterThan(500)
        expect(tables.filter(({ about }) => about === "").map(({ name }) => name)).toEqual([])
        expect(columns.filter(({ about }) => about === "").map(nameOf)).toEqual([])
        expect(columns.filter(({ type, unit }) => type.startsWith("DECIMAL") && unit === null).map(nameOf)).toEqual([])
        const names = new Set(columns.map(nameOf))
        expect(columns.filter(({ refersTo }) => refersTo !== null && !names.has(refersTo)).map(nameOf)).toEqual([])
        expect(columns.filter(({ isPersonal }) => isPersonal).map(nameOf)).toContain("main.fiat_deposits.sender_name")
        expect(
          tables
            .find(({ name }) => name === "main.crypto_refunds")
            ?.columns.find(({ name }) => name === "original_deposit_id")?.refersTo,
        ).toBe("main.crypto_deposits.deposit_id")
      }),
  )

  it.effect("gets the schema in every form, and a hint for a name that is none", () =>
    Effect.gen(function* () {
      const { file } = yield* DemoWorld
      const schema = (...args: ReadonlyArray<string>) => runInProcess(["schema", ...args, "--db", file], { cwd: "/" })
      const json = yield* schema("--format", "json")
      const all: ReadonlyArray<{ readonly name: string; readonly columns: ReadonlyArray<unknown> }> = JSON.parse(
        json.stdout,
      )
      const dbml = (yield* schema("--format", "dbml")).stdout
      expect(dbml.match(/^Table /gm)?.length).toBe(all.length)
      expect(dbml.match(/^ {2}"\w+" .* \[.*note: '/gm)?.length).toBe(all.flatMap(({ columns }) => columns).length)
      expect(dbml).toMatch(/"exception_id" VARCHAR \[pk, note: '/)
      expect(dbml).toMatch(/"customer_id" VARCHAR \[ref: > main\.customers\.customer_id, note: '/)
      const markdown = (yield* schema("--format", "markdown", "recon.fees")).stdout
      expect(markdown).toMatch(/^## recon\.fees\n\n[^\n]+ \(view\)\n\n\| column \| type \|/)
      expect((yield* schema("fees")).stdout).toMatch(/^recon\.fees \(view\): .*\n\ncolumn +type +unit/)
      const wrong = yield* schema("recon.fee")
      expect([wrong.code, wrong.stderr]).toEqual([
        2,
        expect.stringMatching(/there is no table recon\.fee; did you mean recon\.fees/),
      ])
    }),
  )

  it.effect("finds each day's closing to be the next opening, by a computation of its own over the transactions", () =>
    Effect.gen(function* () {
      const { database, run } = yield* DemoWorld
      const posted = yield* database.rows<{ unit: string; day: string; moved: string }>(
        `SELECT concat_ws('/', t.customer_id, t.currency) AS unit, strftime(coalesce(posted_at, updated_at, created_at), '%Y-%m-%d') AS day,
           concat(CASE direction WHEN 'DEBIT' THEN '-' END, net_amount) AS moved
         FROM main.transactions AS t JOIN recon.statuses AS s ON s.stream = 'transactions' AND s.status = t.status AND s.class IN ('settled', 'undone')
         WHERE t.last_seen_run = recon.run()`,
      )
      const rows = yield* reportRows("movements_daily", run, "all")
      const units = new Set(rows.map((row) => `${row.customer_id}/${row.currency}`))
      expect(units.size).toBeGreaterThan(10)
      for (const unit of units) {
        const own = rows.filter((row) => `${row.customer_id}/${row.currency}` === unit)
        // By network each is a chain of its own; the sums by day hold for all.
        const networks = new Set(own.map(({ network }) => network))
        for (const network of networks) {
          const chain = own.filter((row) => row.network === network)
          const days = [...new Map(chain.map((row) => [`${row.in_balance} ${row.date}`, row])).entries()]
          for (const [index, [key, day]] of days.entries()) {
            const net = chain
              .filter((row) => `${row.in_balance} ${row.date}` === key)
              .reduce((sum, row) => sum + unitsOf(row.net ?? ""), 0n)
            expect(unitsOf(day.closing ?? ""), `${unit} ${key}`).toBe(unitsOf(day.opening ?? "") + net)
            const before = days[index - 1]?.[1]
            if (before !== undefined) expect(day.opening, `${unit} ${key}`).toBe(before.closing)
          }
        }
        const byDay = (list: ReadonlyArray<readonly [string, bigint]>) => {
          const sums = new Map<string, bigint>()
          for (const [day, amount] of list) sums.set(day, (sums.get(day) ?? 0n) + amount)
          return Object.fromEntries([...sums].sort())
        }
        expect(byDay(own.map((row) => [row.date ?? "", unitsOf(row.net ?? "")])), unit).toEqual(
          byDay(posted.filter((row) => row.unit === unit).map((row) => [row.day, unitsOf(row.moved)])),
        )
      }
      const lines = yield* reportRows("rollforward", run)
      for (const line of lines) {
        const chain = rows.filter(
          (row) =>
            row.customer_id === line.customer_id && row.currency === line.currency && row.network === line.network,
        )
        const last = chain.filter((row) => row.in_balance === "true").at(-1)
        if (last !== undefined && line.computed_closing !== "") expect(last.closing).toBe(line.computed_closing)
      }
    }).pipe((test) => Effect.flatMap(DemoWorld, ({ database }) => Effect.provideService(test, Database, database))),
  )

  it.effect("asks with parameters, into a file, as JSON lines, and with the words that reports use", () =>
    Effect.gen(function* () {
      const { file, run } = yield* DemoWorld
      const sql = (...args: ReadonlyArray<string>) => runInProcess(["sql", ...args, "--db", file], { cwd: "/" })
      const one =
        "SELECT $word AS word, 1.50 AS amount, getvariable('run') AS run, getvariable('period') AS period, age_bucket(5) AS bucket"
      const lines = yield* sql("--format", "jsonl", "--parameter", "word=it's = 1", one)
      expect(lines.stdout).toBe(
        `{"word":"it's = 1","amount":"1.50","run":"${run.runId}","period":"night","bucket":"4–7"}\n`,
      )
      const output = `${file}.rows.csv`
      const written = yield* sql(
        "--format",
        "csv",
        "--output",
        output,
        "SELECT verdict FROM (SELECT getvariable('verdict') AS verdict)",
      )
      expect([written.code, written.stdout, readFileSync(output, "utf8")]).toEqual([0, "", "verdict\r\nEXCEPTIONS\r\n"])
      const lacking = yield* sql("SELECT $word")
      expect([lacking.code, lacking.stderr]).toEqual([
        2,
        expect.stringContaining("the statement names $word; give it with --parameter word=VALUE"),
      ])
      const nameless = yield* sql("SELECT ?")
      expect([nameless.code, nameless.stderr]).toEqual([2, expect.stringContaining("write it as $name")])
      const dollars = yield* sql("SELECT 'costs $5?' AS price")
      expect([dollars.code, dollars.stdout]).toEqual([0, expect.stringContaining("costs $5?")])
      const stranger = yield* sql("--parameter", "other=1", "SELECT $word AS word")
      expect([stranger.code, stranger.stderr]).toEqual([
        2,
        expect.stringContaining("--parameter other: the statement has no $other; it has $word"),
      ])
      for (const nothing of ["-- only words", "/* a */ ;"]) {
        const refused = yield* sql(nothing)
        expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("there is no SQL statement in it")])
      }
      const malformed = yield* sql("--parameter", "=x", "SELECT 1")
      expect([malformed.code, malformed.stderr]).toEqual([2, expect.stringMatching(/--parameter =x: give NAME=VALUE/)])
    }),
  )
})
