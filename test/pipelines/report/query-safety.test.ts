import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { refusedQuery } from "../../../src/pipelines/report/query-safety.ts"
import { Database } from "../../../src/store/database.ts"

const refusal = (sql: string) =>
  Effect.flatMap(Database, (database) =>
    Effect.scoped(Effect.flatMap(database.reader, (connection) => refusedQuery(connection, sql))),
  )

layer(Database.layer({ file: ":memory:", access: "write", memoryLimit: "256MB" }))("a report's query", (it) => {
  describe("may not run", () => {
    it.effect.each([
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM READ_TEXT('/etc/passwd')",
      "FROM read_blob('/etc/passwd')",
      "FROM read_json_auto('/etc/passwd.json')",
      "FROM parquet_metadata('/tmp/a.parquet')",
      "SELECT * FROM '/etc/passwd.csv'",
      'SELECT * FROM "customers.csv"',
      "WITH g AS (FROM glob('/etc/*')) SELECT * FROM g",
      "SELECT run_id FROM recon.runs WHERE run_id IN (SELECT content FROM read_text('/etc/hostname'))",
      "SELECT (SELECT count(*) FROM glob('/*')) AS files",
      "SELECT 1 UNION ALL SELECT size FROM read_text('/etc/hostname')",
      "SELECT * FROM query('FROM read_text(''/etc/passwd'')')",
      "SELECT * FROM duckdb_settings()",
      "DELETE FROM recon.exceptions",
      "INSERT INTO recon.notes VALUES ('a', 'b')",
      "CREATE TABLE mine AS SELECT 1",
      "COPY recon.runs TO '/tmp/runs.csv'",
      "ATTACH '/tmp/other.duckdb'",
      "SELECT 1; DELETE FROM recon.exceptions",
      "SET memory_limit = '10GB'",
      "PRAGMA database_list",
    ])("where it reaches out of the database or writes: %s", (sql) =>
      Effect.map(refusal(sql), (refused) => expect(refused).toMatch(/^it (is not one SELECT|reads |calls )/)),
    )
  })

  it.effect("may run where it reads tables, views and what it is given", () =>
    Effect.gen(function* () {
      const folder = new URL("../../../reports/", import.meta.url)
      const own = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"))
      expect(own.length).toBeGreaterThan(10)
      for (const sql of [...own, "SELECT unnest([1, 2]) FROM range(3), unnest(['a']) AS t(x)", "SELEC 1"]) {
        expect(yield* refusal(sql.replace(/;\s*$/, ""))).toBeNull()
      }
    }),
  )
})
