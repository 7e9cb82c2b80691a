import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { LoadStatements } from "../../store/load-sql.ts"
import type { StoreError } from "../../store/store-error.ts"
import { recordIdOf, type TypedColumn, type TypedTable } from "../../store/typed-table.ts"
import { type Finding, tableFinding } from "./finding.ts"
import { pageFinding } from "./page-place.ts"
import type { Reread } from "./reread.ts"

/** Of one list and one run: whether its typed rows are what its pages say, neither more nor less. */
export interface TypedRowProofs {
  readonly begin: (sql: Sql) => Effect.Effect<void, StoreError>
  readonly asOnPages: (sql: Sql, pages: ReadonlyArray<Reread>) => Effect.Effect<ReadonlyArray<Finding>, StoreError>
  /** To be asked when all pages were; rows of the customers whose pages are not as they were are left out. */
  readonly noOthers: (sql: Sql, except: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Finding>, StoreError>
}

/** Records that one finding names at most. */
const namedAtMost = 20

/** A superseded version keeps its columns as texts; one that a later contract added is not among them. */
const asBefore = ({ column, type }: TypedColumn): string => {
  const text = type === "time" ? `(to_json(u.${column})->>'$')` : `CAST(u.${column} AS VARCHAR)`
  return `(NOT json_exists(s.content, '$.${column}') OR (s.content->>'${column}') IS NOT DISTINCT FROM ${text})`
}

/** Records of a page that are stored in no version which the run could have seen, with what differs from the current one. */
const unstoredSql = (table: TypedTable, runId: string): ReadonlyArray<string> => {
  const run = quoteText(runId)
  const id = recordIdOf(table, "old")
  const same = table.columns.map(({ column }) => `old.${column} IS NOT DISTINCT FROM i.${column}`).join(" AND ")
  const differing = table.columns
    .map(({ column }) => `CASE WHEN old.${column} IS DISTINCT FROM u.${column} THEN '${column}' END`)
    .join(", ")
  return [
    `CREATE OR REPLACE TEMP TABLE unmatched AS
     WITH stored AS (
       SELECT i.page_no, i.item_index FROM incoming AS i JOIN main.${table.name} AS old ON ${id} = i.record_key
       WHERE old.version_seen_run <= ${run} AND old.last_seen_run >= ${run} AND ${same}
     )
     SELECT * FROM incoming ANTI JOIN stored USING (page_no, item_index)`,
    `WITH superseded AS (
       SELECT u.page_no, u.item_index FROM unmatched AS u
       JOIN main.superseded_versions AS s ON s.record_id = u.record_key AND s.stream = ${quoteText(table.name)}
       WHERE s.first_seen_run <= ${run} AND s.last_seen_run >= ${run} AND ${table.columns.map(asBefore).join(" AND ")}
     ),
     unstored AS (SELECT * FROM unmatched ANTI JOIN superseded USING (page_no, item_index))
     SELECT u.page_no, u.record_key,
       CASE WHEN any_value(old.content_hash) IS NULL THEN NULL ELSE any_value(list_filter([${differing}], lambda name: name IS NOT NULL)) END AS differing
     FROM unstored AS u LEFT JOIN main.${table.name} AS old ON ${id} = u.record_key
     GROUP BY u.page_no, u.record_key ORDER BY u.page_no, u.record_key`,
  ]
}

const named = (records: ReadonlyArray<string>): string =>
  records.length > namedAtMost
    ? `${records.slice(0, namedAtMost).join(", ")} and ${records.length - namedAtMost} more`
    : records.join(", ")

export const typedRowProofs = (runId: string, table: TypedTable, statements: LoadStatements): TypedRowProofs => {
  const seen = `seen_${table.name}`
  const run = quoteText(runId)
  const columns = table.columns.map(({ column }) => column).join(", ")

  /** A record that was refused is in quarantine once in a run, however often it came. */
  const unquarantined = (sql: Sql, pages: ReadonlyArray<Reread>) => {
    const rejected = pages.flatMap(({ page }, pageNo) => page.rejected.map((record) => ({ pageNo, record })))
    if (rejected.length === 0) return Effect.succeed([])
    return sql.rows<{ page_no: number; item_index: number }>(
      `WITH rejected AS (
         SELECT unnest($1)::INTEGER AS page_no, unnest($2)::INTEGER AS item_index, unnest($3) AS customer_id, unnest($4) AS payload
       ),
       kept AS (SELECT DISTINCT customer_id, payload FROM raw.quarantine WHERE run_id = ${run} AND stream = ${quoteText(table.name)})
       SELECT page_no, item_index FROM rejected ANTI JOIN kept USING (customer_id, payload) ORDER BY page_no, item_index`,
      [
        rejected.map(({ pageNo }) => String(pageNo)),
        rejected.map(({ record }) => String(record.index)),
        rejected.map(({ pageNo }) => pages[pageNo]?.stored.customer_id ?? null),
        rejected.map(({ record }) => record.payload),
      ],
    )
  }

  const stage = (sql: Sql, pages: ReadonlyArray<Reread>, loadable: (page: Reread["page"]) => string) =>
    Effect.gen(function* () {
      yield* sql.fill(
        "group_bodies",
        {
          page_no: ["INTEGER", (_, place) => place],
          piece: ["INTEGER", () => 0],
          text: ["VARCHAR", ({ page }) => loadable(page)],
          is_loaded: ["BOOLEAN", () => true],
        },
        pages,
      )
      yield* sql.run(
        `CREATE OR REPLACE TEMP TABLE group_pages AS SELECT page_no, ${quoteText(table.name)} AS stream FROM group_bodies`,
      )
      yield* sql.fill(
        "group_rejected",
        { page_no: ["INTEGER", ({ index }) => index], item_index: ["INTEGER", ({ record }) => record.index] },
        pages.flatMap(({ page }, index) => page.rejected.map((record) => ({ index, record }))),
      )
      yield* sql.run(statements.stageAccepted)
    })

  const asOnPages: TypedRowProofs["asOnPages"] = (sql, pages) =>
    Effect.gen(function* () {
      if (pages.every(({ page }) => page.items === 0)) return []
      // JSON that two readers could understand differently is written anew, as the night did.
      yield* stage(sql, pages, (page) => page.loadable).pipe(
        Effect.catchIf(
          ({ reason }) => reason === "Query",
          () => stage(sql, pages, (page) => JSON.stringify(JSON.parse(page.loadable))),
        ),
      )
      yield* sql.run(
        table.snapshots === null
          ? `INSERT INTO ${seen} SELECT DISTINCT hash(record_key) FROM incoming`
          : `INSERT INTO ${seen} SELECT hash(record_key), ${columns} FROM incoming`,
      )
      const [unmatched, unstored] = unstoredSql(table, runId)
      yield* sql.run(unmatched ?? "")
      const [any] = yield* sql.rows("SELECT 1 FROM unmatched LIMIT 1")
      const faults = new Map<number, Array<string>>()
      const add = (page: number, fault: string) => faults.set(page, [...(faults.get(page) ?? []), fault])
      type Unstored = { page_no: number; record_key: string; differing: ReadonlyArray<string> | null }
      for (const row of any === undefined ? [] : yield* sql.rows<Unstored>(unstored ?? "")) {
        add(
          row.page_no,
          row.differing === null
            ? `its record ${row.record_key} is not in ${table.name}`
            : `its record ${row.record_key} is otherwise in ${table.name} (${row.differing.join(", ") || "when it was seen"})`,
        )
      }
      for (const row of yield* unquarantined(sql, pages)) {
        add(row.page_no, `its record number ${row.item_index + 1} is refused by the contract and not in quarantine`)
      }
      return [...faults].flatMap(([pageNo, found]) => {
        const place = pages[pageNo]?.stored
        return place === undefined ? [] : [pageFinding(place, found)]
      })
    })

  const recordsThat = (sql: Sql, text: string, what: string, except: ReadonlyArray<string>) =>
    Effect.map(sql.rows<{ record_id: string }>(text, [except]), (rows) =>
      rows.length === 0 ? [] : [`${what}: ${named(rows.map(({ record_id }) => record_id))}`],
    )

  const noOthers: TypedRowProofs["noOthers"] = (sql, except) =>
    Effect.gen(function* () {
      const strange = yield* recordsThat(
        sql,
        `SELECT ${recordIdOf(table, "t")} AS record_id FROM main.${table.name} AS t
         WHERE customer_id NOT IN (SELECT unnest($1)) AND (t.first_seen_run = ${run} OR t.version_seen_run = ${run} OR t.last_seen_run = ${run})
           AND hash(${recordIdOf(table, "t")}) NOT IN (SELECT record_hash FROM ${seen})
         ORDER BY record_id`,
        "it holds what no page of the run does",
        except,
      )
      const found = strange.length === 0 ? [] : [tableFinding(`main.${table.name}`, runId, strange)]
      if (table.snapshots === null) return found
      const snapshots = yield* Effect.all([
        recordsThat(
          sql,
          `SELECT DISTINCT ${recordIdOf(table, "s")} AS record_id FROM (
             SELECT ${columns} FROM main.${table.snapshots} WHERE run_id = ${run} AND customer_id NOT IN (SELECT unnest($1)) EXCEPT SELECT ${columns} FROM ${seen}) AS s ORDER BY ALL`,
          "it holds readings that no page of the run does",
          except,
        ),
        recordsThat(
          sql,
          `SELECT DISTINCT ${recordIdOf(table, "s")} AS record_id FROM ${seen} AS s
           WHERE customer_id NOT IN (SELECT unnest($1)) AND ${recordIdOf(table, "s")} NOT IN (SELECT ${recordIdOf(table, "k")} FROM main.${table.snapshots} AS k WHERE run_id = ${run}) ORDER BY ALL`,
          "it lacks readings of the run",
          except,
        ),
        recordsThat(
          sql,
          `SELECT ${recordIdOf(table, "s")} AS record_id FROM main.${table.snapshots} AS s WHERE run_id = ${run} AND customer_id NOT IN (SELECT unnest($1))
           GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL`,
          "it holds readings twice",
          except,
        ),
      ])
      const faults = snapshots.flat()
      return faults.length === 0 ? found : [...found, tableFinding(`main.${table.snapshots}`, runId, faults)]
    })

  return {
    begin: (sql) =>
      sql.run(
        table.snapshots === null
          ? `CREATE OR REPLACE TEMP TABLE ${seen} (record_hash UBIGINT)`
          : `CREATE OR REPLACE TEMP TABLE ${seen} AS SELECT hash('') AS record_hash, ${columns} FROM main.${table.snapshots} LIMIT 0`,
      ),
    asOnPages,
    noOthers,
  }
}
