import { quoteText } from "./describe-table.ts"
import {
  placesOf as columnsOfPlaces,
  contentJson,
  quoteName,
  recordIdOf,
  type TypedColumn,
  type TypedTable,
} from "./typed-table.ts"

/**
 * The statements that turn page bodies into typed rows: generated from a table's description, read by `load-pages.ts`.
 * They work on temporary tables `group_pages`, `group_bodies` (in pieces) and `group_rejected` (records that the contract refused).
 */
export interface LoadStatements {
  readonly stage: string
  /** The same without the records that `group_rejected` names. */
  readonly stageAccepted: string
  /** Per customer, the records that had come before in the group with the same content. */
  readonly repeated: string
  readonly dropRepeated: string
  /** Puts those aside that come with several contents, in the order in which they came; one row: how many rounds they take. */
  readonly rounds: readonly [setAside: string, count: string]
  /** Of those put aside, the records of one round. */
  readonly round: (nth: number) => string
  /** Finds where the table holds what is incoming, by the key alone, and compares what is found there. */
  readonly compare: readonly [meet: string, compare: string]
  /** A record written otherwise (`1250.5`, `1250.50`) differs in its hash and not in its content. */
  readonly sameAfterAll: string
  /** Per customer; in each row how many records are staged, and how many different ones. */
  readonly counts: string
  readonly changed: readonly [archive: string, remove: string, replace: string]
  /** A row that is not what was stored of the record is put right by what the API says. */
  readonly altered: readonly [remove: string, restore: string]
  readonly touchUnchanged: string
  readonly insertNew: string
  readonly snapshots: ReadonlyArray<string>
}

/**
 * An exact DECIMAL(38,18) from text of the contract's shape. DuckDB's own cast to so wide a decimal is slow, the one to
 * 18 digits is not: short amounts go through it whole, longer ones in two parts, and only past 18 integer digits the
 * wide cast is left.
 */
const exactDecimal = (text: string): string => {
  const whole = `CAST(CAST(split_part(${text}, '.', 1) AS DECIMAL(18,0)) AS DECIMAL(38,18))`
  const fraction = `CAST(concat(CASE WHEN ${text}[1] = '-' THEN '-0.' ELSE '0.' END, split_part(${text}, '.', 2)) AS DECIMAL(18,18))`
  return (
    `CASE WHEN regexp_matches(${text}, '^-?[0-9]{1,10}([.][0-9]{1,8})?$') THEN CAST(CAST(${text} AS DECIMAL(18,8)) AS DECIMAL(38,18)) ` +
    `WHEN length(split_part(${text}, '.', 1)) <= 18 THEN ${whole} + ${fraction} ELSE CAST(${text} AS DECIMAL(38,18)) END`
  )
}

const typedExpression = ({ field, type }: TypedColumn): string => {
  const text = quoteName(field)
  if (type === "money") return exactDecimal(text)
  return type === "time" ? `CAST(${text} AS TIMESTAMPTZ)` : text
}

/** A field as the API wrote it; one that may be absent is marked, so that no text passes for NULL. */
const hashedExpression = ({ field, required }: TypedColumn): string =>
  required ? quoteName(field) : `coalesce('=' || ${quoteName(field)}, '')`

/** `{"data":[{"id":"VARCHAR"}]}` for items at `data`: the shape that json_transform reads. */
const pageShape = (itemsPath: string, table: TypedTable): string => {
  const item = Object.fromEntries(table.columns.map((column) => [column.field, "VARCHAR"]))
  const nested = itemsPath
    .split(".")
    .filter((key) => key !== "")
    .reduceRight<unknown>((inner, key) => ({ [key]: inner }), [item])
  return JSON.stringify(nested)
}

const itemsExpression = (itemsPath: string): string =>
  [
    "content",
    ...itemsPath
      .split(".")
      .filter((key) => key !== "")
      .map(quoteName),
  ].join(".")

/** Of a record that comes several times in a group and says the same: the places after the first, or before the last. */
const placesOf = (order: "ASC" | "DESC"): string => `(page_no, item_index) IN (
        SELECT (page_no, item_index) FROM incoming
        QUALIFY row_number() OVER (PARTITION BY record_key, content_hash ORDER BY page_no ${order}, item_index ${order}) > 1)`

export const loadStatements = (table: TypedTable, itemsPath: string, runId: string): LoadStatements => {
  const run = quoteText(runId)
  const columns = table.columns.map((column) => column.column)
  const places = columnsOfPlaces(table)
  const stored = [...columns, ...places.map(({ column }) => column)]
  const target = `main.${table.name}`
  const asIncoming = columns.map((column) => `old.${column} IS NOT DISTINCT FROM incoming.${column}`).join(" AND ")
  const items = itemsExpression(itemsPath)
  const stageSql = (from: string): string => `
      CREATE OR REPLACE TEMP TABLE incoming AS
      WITH page AS (
        SELECT page_no, json_transform(string_agg(text, '' ORDER BY piece), ${quoteText(pageShape(itemsPath, table))}) AS content
        FROM group_bodies
        WHERE is_loaded AND page_no IN (SELECT page_no FROM group_pages WHERE stream = ${quoteText(table.name)}) GROUP BY page_no
      ),
      item AS (
        SELECT page_no, unnest(range(len(${items})))::INTEGER AS item_index, unnest(${items}, recursive := true)
        FROM page
      ),
      typed AS (
        SELECT page_no, item_index, ${table.columns.map((column) => `${typedExpression(column)} AS ${column.column}`).join(", ")},
          ${places.map(({ column, of }) => `length(split_part(${quoteName(of.field)}, '.', 2)) AS ${column}, `).join("")}
          md5(concat_ws(chr(31), ${table.columns.map(hashedExpression).join(", ")})) AS content_hash
        FROM ${from}
      )
      SELECT *, ${recordIdOf(table, "typed")} AS record_key FROM typed`
  return {
    stage: stageSql("item"),
    stageAccepted: stageSql("(SELECT * FROM item ANTI JOIN group_rejected USING (page_no, item_index))"),
    repeated: `
      SELECT group_pages.customer_id, count(*) AS repeated FROM incoming JOIN group_pages USING (page_no)
      WHERE ${placesOf("ASC")} GROUP BY group_pages.customer_id`,
    dropRepeated: `DELETE FROM incoming WHERE ${placesOf("DESC")}`,
    rounds: [
      `CREATE OR REPLACE TEMP TABLE in_rounds AS
       SELECT *, row_number() OVER (PARTITION BY record_key ORDER BY page_no, item_index) AS round FROM incoming`,
      "SELECT max(round) AS rounds FROM in_rounds",
    ],
    round: (nth) =>
      `CREATE OR REPLACE TEMP TABLE incoming AS SELECT * EXCLUDE (round) FROM in_rounds WHERE round = ${nth}`,
    compare: [
      `CREATE OR REPLACE TEMP TABLE met AS
      SELECT incoming.record_key, old.rowid AS row_no
      FROM incoming JOIN ${target} AS old ON ${recordIdOf(table, "old")} = incoming.record_key`,
      `CREATE OR REPLACE TEMP TABLE known AS
      SELECT incoming.record_key, max(row_no) AS row_no, bool_or(old.content_hash = incoming.content_hash) AS same, bool_or(old.last_seen_run = ${run}) AS seen,
        max(old.version) AS version, max(old.version_seen_run) AS version_seen_run, min(old.first_seen_run) AS first_seen_run,
        -- Stored of this very content, and otherwise or twice: somebody altered the database.
        count(*) > 1 OR bool_or(old.content_hash = incoming.content_hash AND NOT (${asIncoming})) AS altered
      FROM met JOIN ${target} AS old ON old.rowid = met.row_no JOIN incoming USING (record_key) GROUP BY incoming.record_key`,
    ],
    sameAfterAll: `
      UPDATE known SET same = TRUE FROM incoming JOIN ${target} AS old ON ${recordIdOf(table, "old")} = incoming.record_key
      WHERE known.record_key = incoming.record_key AND NOT known.same
        AND ${asIncoming}`,
    counts: `
      SELECT group_pages.customer_id,
        count(*) FILTER (known.record_key IS NULL) AS added,
        count(*) FILTER (known.seen) AS again,
        count(*) FILTER (NOT known.same) AS differing,
        count(*) FILTER (NOT known.same AND NOT known.seen) AS changed,
        count(*) FILTER (known.same AND NOT known.seen) AS unchanged,
        count(*) FILTER (known.same AND known.altered) AS restored,
        (SELECT count(*) FROM incoming) AS records,
        (SELECT count(DISTINCT record_key) FROM incoming) AS different
      FROM incoming JOIN group_pages USING (page_no) LEFT JOIN known USING (record_key)
      GROUP BY group_pages.customer_id`,
    changed: [
      `INSERT INTO main.superseded_versions
      SELECT ${quoteText(table.name)}, known.record_key, old.version, old.version_seen_run, old.last_seen_run, old.content_hash,
        ${contentJson(table, "old")}
      FROM known JOIN ${target} AS old ON ${recordIdOf(table, "old")} = known.record_key
      WHERE NOT known.same`,
      `DELETE FROM ${target} AS old
      WHERE ${recordIdOf(table, "old")} IN (SELECT record_key FROM known WHERE NOT same)`,
      `INSERT INTO ${target} (${stored.join(", ")}, version, version_seen_run, first_seen_run, last_seen_run, content_hash)
      SELECT ${stored.map((column) => `incoming.${column}`).join(", ")}, known.version + 1, ${run}, known.first_seen_run, ${run}, incoming.content_hash
      FROM incoming JOIN known USING (record_key) WHERE NOT known.same`,
    ],
    altered: [
      `DELETE FROM ${target} AS old
      WHERE ${recordIdOf(table, "old")} IN (SELECT record_key FROM known WHERE same AND altered)`,
      `INSERT INTO ${target} (${stored.join(", ")}, version, version_seen_run, first_seen_run, last_seen_run, content_hash)
      SELECT ${stored.map((column) => `incoming.${column}`).join(", ")}, known.version, known.version_seen_run, known.first_seen_run, ${run}, incoming.content_hash
      FROM incoming JOIN known USING (record_key) WHERE known.same AND known.altered`,
    ],
    touchUnchanged: `
      UPDATE ${target} AS old SET last_seen_run = ${run}
      WHERE rowid IN (SELECT row_no FROM known WHERE same AND NOT seen)`,
    insertNew: `
      INSERT INTO ${target} (${stored.join(", ")}, version, version_seen_run, first_seen_run, last_seen_run, content_hash)
      SELECT ${stored.join(", ")}, 1, ${run}, ${run}, ${run}, content_hash
      FROM incoming ANTI JOIN known USING (record_key)`,
    snapshots:
      table.snapshots === null
        ? []
        : [
            `DELETE FROM main.${table.snapshots} AS old
             WHERE run_id = ${run} AND ${recordIdOf(table, "old")} IN (SELECT record_key FROM incoming)`,
            `INSERT INTO main.${table.snapshots} (run_id, ${columns.join(", ")}) SELECT ${run}, ${columns.join(", ")} FROM incoming`,
          ],
  }
}
