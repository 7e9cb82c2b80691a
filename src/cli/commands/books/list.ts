import { Effect } from "effect"
import { formatMoney } from "../../../pipelines/run/money-format.ts"
import { Database } from "../../../store/database.ts"
import { command } from "../../command.ts"
import { storeToRead } from "../../open-store.ts"
import { config, db, json } from "../../options.ts"
import { writeOut } from "../../output.ts"
import { type TableColumn, tableOf, toJson } from "../../text-table.ts"
import { configurationOf } from "../../workplace.ts"

const importColumns = [
  ["book"],
  ["file"],
  ["format"],
  ["imported_at", "imported"],
  ["imported_by", "by"],
  ["lines_read", "lines", "right"],
  ...["new", "changed", "unchanged", "repeated", "quarantined", "removed"].map(
    (count) => [`lines_${count}`, count, "right"] as const,
  ),
] satisfies ReadonlyArray<TableColumn>

const stateColumns = [
  ...["book", "side", "category", "code", "currency"].map((name) => [name] as const),
  ["items", "items", "right"],
  ["amount", "amount", "right"],
] satisfies ReadonlyArray<TableColumn>

const importsSql = `SELECT ${importColumns.map(([name]) => name).join(", ")}, sha256 FROM recon.book_imports ORDER BY import_id DESC`

/** A line that came after the last reconciliation has no category yet. */
const statesSql = `
  WITH line AS (
    SELECT l.book, 'line' AS side, coalesce(j.category, 'not reconciled yet') AS category, j.code, l.currency, l.amount
    FROM main.book_lines AS l
    LEFT JOIN recon.book_judged AS j ON j.book = l.book AND j.side = 'line' AND j.record_id = l.line_id
  ),
  item AS (
    SELECT * FROM line
    UNION ALL
    SELECT book, side, category, code, currency, amount FROM recon.book_judged WHERE side = 'transaction'
  ),
  grouped AS (
    SELECT book, side, category, code, currency, count(*) AS items, list(amount) AS amounts FROM item GROUP BY ALL
  )
  -- A sum that leaves DECIMAL(38,18) is left out.
  SELECT book, side, category, code, g.currency, items, CAST(TRY(list_sum(amounts)) AS VARCHAR) AS amount, c.places
  FROM grouped AS g LEFT JOIN recon.currencies AS c ON c.currency = g.currency
  ORDER BY book, side, category, code, g.currency`

export const listCommand = command({
  name: "books list",
  about: "List the imports, and how many lines and transactions are in each state of matching.",
  rows: { config, db, json },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const { imports, states } = yield* Effect.gen(function* () {
        const database = yield* Database
        const states = (yield* database.rows(statesSql)).map(({ places, ...row }) => ({
          ...row,
          amount: row.amount == null ? null : formatMoney(String(row.amount), places === null ? 0 : Number(places)),
        }))
        return { imports: yield* database.rows(importsSql), states }
      }).pipe(Effect.provide(storeToRead(options.db, configuration)))
      if (options.json) return yield* writeOut(`${toJson({ imports, states })}\n`)
      if (imports.length === 0) return yield* writeOut("nothing was imported yet; begin with tidemark books import\n")
      yield* writeOut(`${tableOf(importColumns, imports)}\n\n${tableOf(stateColumns, states)}\n`)
    }),
})
