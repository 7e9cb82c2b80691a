import { createRequire } from "node:module"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readWorld } from "../../../bench/drilled-world.ts"
import { ddl, moneyTestSql } from "../../../src/pipelines/report/lake/ddl.ts"
import { columnsOf, writeLake } from "../../../src/pipelines/report/lake/lake.ts"
import { lakeTables } from "../../../src/pipelines/report/lake/tables.ts"
import { Database } from "../../../src/store/database.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

interface Session {
  readonly query: (sql: string, format?: string) => string
  readonly cleanup: () => void
}
interface Chdb {
  readonly Session: new (folder: string) => Session
}

/** ClickHouse itself is half a gigabyte, and so no dependency: npm install --no-save chdb, or name its folder in CHDB. */
const chdb = ((): Chdb | null => {
  try {
    return createRequire(import.meta.url)(process.env.CHDB ?? "chdb")
  } catch {
    return null
  }
})()
if (chdb === null) console.warn("skipped: there is no chdb, so the lake is not read by ClickHouse")

const world = {
  seed: 31,
  now: Date.parse("2026-06-28T02:30:00Z"),
  days: 10,
  customers: 12,
  breaks: "all",
} as const

/** What somebody who has nothing but the lake asks: each in the words of both engines, with amounts as text. */
const questions: Readonly<Record<string, string>> = {
  "the money test": `SELECT resource_type, record_id, customer_id, currency, class, TEXT(expected), TEXT(posted), TEXT(difference) FROM money_test
    ORDER BY resource_type, record_id, customer_id, currency`,
  "what no record explains, and what nothing explains": `SELECT side, category, currency, NUMBER(count(*)), TEXT(SUM(CASE WHEN side = 'movement' THEN expected ELSE actual END))
    FROM matches WHERE category <> 'matched' GROUP BY side, category, currency ORDER BY side, category, currency`,
  "the roll-forward": `SELECT r.customer_id, r.currency, r.network, TEXT(p.moved), TEXT(r.computed_closing) FROM rollforward AS r
    JOIN (
      SELECT b.customer_id AS customer_id, b.currency AS currency, SUM(t.moved) AS moved FROM rollforward AS b
      JOIN postings AS t ON t.customer_id = b.customer_id AND t.currency = b.currency
      WHERE t.is_posted AND t.posted_at <= b.closing_as_of AND b.network IS NULL GROUP BY b.customer_id, b.currency
    ) AS p ON p.customer_id = r.customer_id AND p.currency = r.currency
    WHERE r.network IS NULL ORDER BY r.customer_id, r.currency`,
}

const inDuckDb = (sql: string) =>
  sql
    .replaceAll("TEXT(", "plain_text(")
    .replaceAll("NUMBER(", "number_text(")
    .replaceAll("SUM(", "sum(")
    .replace(
      "FROM money_test",
      `FROM (${moneyTestSql("duckdb").replace("FROM movements", "FROM recon.movement").replace("FROM postings", "FROM recon.transaction")})`,
    )
    .replaceAll(/(FROM|JOIN) (matches|rollforward)\b/g, "$1 recon.$2")
    .replaceAll("JOIN postings", "JOIN recon.transaction")

const inClickHouse = (sql: string) =>
  sql
    .replaceAll(/(TEXT|NUMBER)\(/g, "toString(")
    // A sum of Decimal(38, 18) wraps round without a word there.
    .replaceAll(/SUM\((CASE .*? END|[a-z.]+)\)/g, "sum(toDecimal256($1, 18))")

/** An amount without needless zeros, so that two ways to print one are the same text. */
const plain = (value: unknown): string | null => {
  if (value === null) return null
  const text = String(value)
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "").replace(/^-0$/, "0") : text
}

describe.skipIf(chdb === null)("the lake, read by ClickHouse", () => {
  it.scopedLive(
    "gives the money test, what is unmatched and the roll-forward, to the last decimal",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const store = join(folder, "tidemark.duckdb")
        yield* readWorld(store, world)
        yield* Effect.gen(function* () {
          const database = yield* Database
          const { folder: lake } = yield* writeLake(join(folder, "lake"))
          const shapes = yield* Effect.forEach(lakeTables, (table) =>
            Effect.map(columnsOf(database, table), (columns) => ({ name: table.name, columns })),
          )
          yield* database.run("CREATE TEMP MACRO plain_text(value) AS CAST(value AS VARCHAR)")
          yield* database.run("CREATE TEMP MACRO number_text(value) AS CAST(value AS VARCHAR)")
          if (chdb === null) return
          const session = new chdb.Session(join(folder, "clickhouse"))
          try {
            session.query("CREATE DATABASE IF NOT EXISTS lake")
            for (const statement of ddl("clickhouse", shapes, lake).split(/;\n/)) {
              const text = statement.replaceAll(/^--.*\n?/gm, "").trim()
              if (text !== "") session.query(text)
            }
            for (const [question, sql] of Object.entries(questions)) {
              const there = session
                .query(inClickHouse(sql), "JSONCompactEachRow")
                .split("\n")
                .filter((line) => line !== "")
                .map((line): ReadonlyArray<unknown> => JSON.parse(line))
              const here = yield* database.rows<Record<string, unknown>>(inDuckDb(sql))
              expect(
                there.map((row) => row.map(plain)),
                question,
              ).toEqual(here.map((row) => Object.values(row).map(plain)))
              expect(there.length, question).toBeGreaterThan(5)
            }
          } finally {
            session.cleanup()
          }
        }).pipe(Effect.provide(Database.layer({ file: store, access: "write", memoryLimit: "512MB" })))
      }).pipe(Effect.provide(NodeContext.layer)),
    300_000,
  )
})
