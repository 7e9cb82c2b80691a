import { join } from "node:path"
import type { DuckDBConnection } from "@duckdb/node-api"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { acts } from "../../../src/pipelines/exceptions/act.ts"
import { actOn } from "../../../src/pipelines/exceptions/act-on.ts"
import { findByIds } from "../../../src/pipelines/exceptions/find-by-id.ts"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { firstLight } from "../../../src/store/migrations/0001-first-light.ts"
import { storm } from "../../../src/store/migrations/0002-storm.ts"
import { exceptionsLive } from "../../../src/store/migrations/0004-exceptions-live.ts"
import { ledgerTables } from "../../../src/store/migrations/0005-ledger.ts"
import { determinism } from "../../../src/store/migrations/0006-determinism.ts"
import { nights } from "../../../src/store/migrations/0007-nights.ts"
import { configurationWith } from "../../support/configuration.ts"
import { conversion, deposit, ensureTables, read } from "../../support/ledger-case.ts"
import { olderStore } from "../../support/older-store.ts"
import { importText, postingRow } from "../../support/partner-books.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const older = {
  "0001-first-light": firstLight,
  "0002-storm": storm,
  "0004-exceptions-live": exceptionsLive,
  "0005-ledger": ledgerTables,
  "0006-determinism": determinism,
  "0007-nights": nights,
}

const storeIn = (file: string) =>
  Layer.mergeAll(Database.layer({ file, access: "write", memoryLimit: "512MB" }), NodeContext.layer)

const rows = (text: string) => Effect.flatMap(Database, (database) => database.rows(text))

/** All that the older program wrote too: columns that came after it are left out. */
const everything = Effect.all({
  exceptions: rows(
    "SELECT * EXCLUDE (former_id, at_stake, state_of_affairs) FROM recon.exceptions ORDER BY exception_id",
  ),
  events: rows(
    "SELECT * EXCLUDE (accepted, os_user, at_stake, currency) FROM recon.exception_events ORDER BY event_no",
  ),
  lines: rows("SELECT * FROM main.book_lines ORDER BY line_id"),
  superseded: rows("SELECT * FROM main.superseded_book_lines ORDER BY line_id"),
  quarantine: rows(
    "SELECT * EXCLUDE (amount, booked_from, booked_to, reference, place) FROM raw.book_quarantine ORDER BY source_line",
  ),
  imports: rows("SELECT * FROM recon.book_imports ORDER BY import_id"),
  judged: rows("SELECT * FROM recon.book_judged ORDER BY side, record_id"),
  results: rows("SELECT * FROM recon.check_results ORDER BY ALL"),
  settings: rows("SELECT * FROM recon.settings ORDER BY ALL"),
})

const night = (count: number) =>
  Effect.flatMap(
    read({
      night: count,
      customers: ["c-1"],
      rows: [deposit("d-1"), deposit("d-2"), conversion("v-1"), postingRow("t-1 2026-03-03T09:00:00Z c-1 EUR +10")],
    }),
    (run) =>
      reconcile(run, configurationWith({ books: { scope: { books: { from: "2026-03-01", to: "2026-03-08" } } } })),
  )

const map = {
  lineId: { column: "id" },
  date: { column: "day" },
  amount: { column: "amount" },
  currency: { constant: "EUR" },
}

const books = (...lines: ReadonlyArray<string>) => ["id,day,amount", ...lines, ""].join("\n")

const act = (name: "ack" | "writeOff" | "note", where: string) =>
  Effect.gen(function* () {
    const [row] = yield* rows(`SELECT exception_id FROM recon.exceptions WHERE ${where}`)
    yield* actOn({
      act: acts[name],
      ids: [String(row?.exception_id)],
      filter: { codes: [], customers: [], currencies: [], severities: [], assignees: [], olderThanDays: null },
      osUser: null,
      by: "ada",
      reason: "known to the bank",
      assignee: null,
      dryRun: false,
    })
  })

/** A night with breaks of the API and of the books, and what a person did about some of them. */
const firstNight = Effect.gen(function* () {
  yield* ensureTables
  yield* importText("a.csv", books("L1,2026-03-04,20", "L2,2026-03-03,nothing", "L3,2026-03-03,10"), map)
  yield* importText("b.csv", books("L1,2026-03-04,21"), map)
  yield* night(0)
  yield* act("ack", "record_id = 'd-1'")
  yield* act("writeOff", "record_id = 'd-2'")
  yield* act("writeOff", "code = 'BOOK_MISSING_THERE'")
  yield* act("note", "code = 'BOOK_INVALID'")
})

const formerly = (table: string): string => table.replace("book_", "ledger_")

const formerCode = "replace(code, 'BOOK_', 'LEDG_')"
const formerStream = "CASE stream WHEN 'books' THEN 'ledger' ELSE stream END"
const formerId = `left(sha256(concat_ws('|', ${formerCode}, ${formerStream}, record_id, leg)), 16)`

/** What the older program called otherwise, by table. */
const selections: Readonly<Record<string, string>> = {
  exceptions: `* EXCLUDE (former_id) REPLACE (${formerId} AS exception_id, ${formerCode} AS code, ${formerStream} AS stream) FROM now.recon.exceptions`,
  exception_events: `e.* REPLACE (x.former AS exception_id) FROM now.recon.exception_events AS e
    JOIN (SELECT exception_id, ${formerId} AS former FROM now.recon.exceptions) AS x USING (exception_id)`,
  check_results: `* REPLACE (${formerCode} AS code) FROM now.recon.check_results`,
  settings: `* REPLACE (regexp_replace(replace(setting, 'BOOK_', 'LEDG_'), '^books\\.', 'ledger.') AS setting) FROM now.recon.settings`,
  book_judged: `* REPLACE (substr(match_id, 2) AS match_id, ${formerCode} AS code) RENAME (book AS ledger) FROM now.recon.book_judged`,
  book_statements: "* FROM now.recon.book_statements",
}

/** Copies a store as the older program would have written it. */
const fillFrom = (file: string) => async (connection: DuckDBConnection) => {
  await connection.run(`ATTACH '${file}' AS now (READ_ONLY)`)
  const reader = await connection.runAndReadAll(
    "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'now' AND NOT starts_with(table_name, 'kysely')",
  )
  for (const [schema, table] of reader.getRows().map((row) => row.map(String) as [string, string])) {
    const former = `${schema}.${formerly(table)}`
    // The older program's migrations made every table of recon; those of main are made as their lists are first read.
    if (schema === "main" && table !== "retirements") {
      await connection.run(`CREATE TABLE IF NOT EXISTS ${former} AS FROM now.${schema}.${table} LIMIT 0`)
    }
    const columns = await connection.runAndReadAll(
      `SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name || '.' || table_name = '${former}'`,
    )
    const known = columns.getRows().map(([name]) => `'${name}'`)
    if (known.length === 0) continue
    const renamed = formerly(table) === table ? "*" : "* RENAME (book AS ledger)"
    const selected = selections[table] ?? `${renamed} FROM now.${schema}.${table}`
    await connection.run(`INSERT INTO ${former} BY NAME SELECT COLUMNS(c -> c IN (${known})) FROM (SELECT ${selected})`)
  }
  await connection.run("DETACH now")
}

it.scopedLive("an older store keeps every break and what was done about it, under its new name and id", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const [now, old] = [join(folder, "now.duckdb"), join(folder, "old.duckdb")]
    const expected = yield* Effect.zipRight(firstNight, everything).pipe(Effect.provide(storeIn(now)))
    yield* olderStore(old, older, fillFrom(now))
    yield* Effect.gen(function* () {
      const database = yield* Database
      expect(yield* everything).toEqual(expected)
      expect(expected.exceptions.map((row) => row.state)).toEqual(
        expect.arrayContaining(["open", "acknowledged", "written_off"]),
      )
      expect(expected.superseded).toHaveLength(1)
      expect(expected.judged.filter((row) => row.match_id !== null)).toHaveLength(2)

      const ids = yield* database.rows<{ exception_id: string; former_id: string }>(
        "SELECT exception_id, former_id FROM recon.exceptions ORDER BY former_id",
      )
      for (const { exception_id, former_id } of ids) {
        expect(former_id).toMatch(/^[0-9a-f]{16}$/)
        expect(yield* findByIds(database, [former_id, exception_id, exception_id.slice(0, 12)])).toEqual([exception_id])
      }

      yield* night(1)
      const since = `SELECT event, exception_id FROM recon.exception_events WHERE event_no > ${expected.events.length}`
      expect(yield* rows(since)).toEqual([])
      const states = "SELECT exception_id, code, state, first_seen_run FROM recon.exceptions ORDER BY exception_id"
      expect(yield* rows(states)).toEqual(
        expected.exceptions.map(({ code, exception_id, first_seen_run, state }) => ({
          exception_id,
          code,
          state,
          first_seen_run,
        })),
      )
    }).pipe(Effect.provide(storeIn(old)))
  }),
)
