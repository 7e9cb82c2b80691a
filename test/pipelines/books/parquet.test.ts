import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import { quoteText } from "../../../src/store/describe-table.ts"
import { booksStore, emptyStore, importText } from "../../support/partner-books.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const map = {
  lineId: { column: "id" },
  date: { column: "day", format: "%d.%m.%Y" },
  amount: { column: "amount" },
  currency: { column: "currency" },
  decimalSeparator: ",",
  thousandsSeparator: ".",
}

const parquetOf = (query: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const file = join(yield* temporaryFolder, "made.parquet")
    yield* database.run(`COPY (${query}) TO ${quoteText(file)} (FORMAT parquet)`)
    return new Uint8Array(readFileSync(file))
  }).pipe(Effect.scoped)

layer(booksStore)("an import of Parquet", (it) => {
  it.effect("keeps decimals digit for digit and dates as they are, whatever the map says of texts", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const bytes = yield* parquetOf(
        "SELECT 7 AS id, DATE '2026-03-01' AS day, 1.234::DECIMAL(38,18) AS amount, 'EUR' AS currency UNION ALL SELECT 8, NULL, 1, 'EUR'",
      )
      const result = yield* importText("a.parquet", bytes, map, { format: "parquet" })
      expect([result.new, result.quarantined]).toEqual([1, 1])
      const database = yield* Database
      expect(yield* database.rows("SELECT line_id, amount, booked_from FROM main.book_lines")).toEqual([
        { line_id: "7", amount: "1.234000000000000000", booked_from: "2026-03-01T00:00:00Z" },
      ])
      expect(yield* database.rows("SELECT source_line, reason FROM raw.book_quarantine")).toEqual([
        { source_line: 2n, reason: "there is no date" },
      ])
    }),
  )

  it.effect("refuses amounts that the file keeps as floating-point numbers, and names the remedy", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const bytes = yield* parquetOf(
        "SELECT 7 AS id, DATE '2026-03-01' AS day, 1.5::DOUBLE AS amount, 'EUR' AS currency",
      )
      const error = yield* Effect.flip(importText("a.parquet", bytes, map, { format: "parquet" }))
      expect(error.message).toMatch(/the amounts of "amount" are floating-point numbers \(DOUBLE\).*DECIMAL/)
    }),
  )

  it.effect("refuses what is no Parquet", () =>
    Effect.gen(function* () {
      yield* emptyStore
      const error = yield* Effect.flip(importText("a.parquet", "id,day\n", map, { format: "parquet" }))
      expect(error.message).toContain("is not a Parquet file")
    }),
  )
})
