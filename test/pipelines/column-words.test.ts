import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { resolveContract } from "../../src/api/contract.ts"
import { streams } from "../../src/api/streams.ts"
import { columnWords, isExplained } from "../../src/pipelines/column-words.ts"
import { ensureStore } from "../../src/pipelines/ensure-store.ts"
import { Database } from "../../src/store/database.ts"

it("every column of every list is explained, and no column that there is not", () => {
  const all = streams.flatMap(({ fields, stream }) => fields.map(({ column }) => ({ column, stream })))
  expect(all.filter(({ column, stream }) => !isExplained(stream, column))).toEqual([])
  const columns = new Set<string>(all.map(({ column }) => column))
  expect(Object.keys(columnWords).filter((column) => !columns.has(column))).toEqual([])
  const lists = new Set<string>(["*", ...streams.map(({ stream }) => stream)])
  const named = Object.values(columnWords).flatMap((words) => (typeof words === "string" ? [] : Object.keys(words)))
  expect(named.filter((list) => !lists.has(list))).toEqual([])
})

it.scoped(
  "the store's comments say meaning, unit and what a column refers to, which is there, and its standing as a tag",
  () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* ensureStore(database, resolveContract())
      const rows = yield* database.rows<{ table_name: string; column_name: string; comment: string | null }>(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal",
      )
      expect(rows.filter(({ comment }) => (comment ?? "") === "")).toEqual([])
      const names = new Set(rows.map((row) => `main.${row.table_name}.${row.column_name}`))
      const named = rows.flatMap(({ comment }) => [...(comment ?? "").matchAll(/refers to (main\.\w+\.\w+)/g)])
      expect(named.length).toBeGreaterThan(20)
      expect(named.map(([, name = ""]) => name).filter((name) => !names.has(name))).toEqual([])
      const of = (table: string, column: string) =>
        rows.find((row) => row.table_name === table && row.column_name === column)?.comment
      expect(of("transactions", "net_amount")).toMatch(/without sign\. PartnerTransaction\.netAmount \[assumed\]$/)
      const lists = new Set<string>(streams.map(({ stream }) => stream))
      const ofTheApi = rows.filter((row) => lists.has(row.table_name))
      const amounts = ofTheApi.filter(({ column_name: name }) => /amount$|^fee$|^(available|held|total)$/.test(name))
      expect(amounts.filter(({ comment }) => !/major units of .*exact/.test(comment ?? ""))).toEqual([])
    }).pipe(Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit: "256MB" }))),
)
