import { Effect, Either } from "effect"
import type { Contract } from "../../api/contract.ts"
import { type ReadPage, readPage } from "../../api/read-page.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import { quoteName, recordIdOf, type TypedTable } from "../../store/typed-table.ts"
import { streamTables } from "../stream-tables.ts"
import type { PageFinding } from "./finding.ts"
import { type PagePlace, pageFinding } from "./page-proofs.ts"

/** `data.list` as keys. */
const keysOf = (path: string): ReadonlyArray<string> => path.split(".").filter((key) => key !== "")

/** `pageInfo.nextCursor` as DuckDB's JSON path, `$."pageInfo"."nextCursor"`. */
const jsonPath = (path: string): string => quoteText(["$", ...keysOf(path).map((key) => `"${key}"`)].join("."))

/** The body as DuckDB can read it; NULL where it cannot. JSON.parse accepts more, so that is no fault yet. */
const readable = `CASE WHEN json_valid(ltrim(body, chr(65279))) THEN ltrim(body, chr(65279)) END`

const place = "run_id, customer_id, stream, chain, part, sequence, request_id"

/** Pages whose body, as DuckDB reads it, says something else than their row. */
const suspectEnvelopes = ({ page }: Contract): string => `
  WITH page AS (SELECT *, ${readable} AS json FROM raw.pages WHERE run_id = $1 AND fault IS NULL)
  SELECT ${place} FROM page
  WHERE items IS DISTINCT FROM json_array_length(json, ${jsonPath(page.items)})
    OR has_more IS DISTINCT FROM (json_extract_string(json, ${jsonPath(page.hasMore)}) = 'true')
    OR cursor_out IS DISTINCT FROM CASE WHEN has_more THEN json_extract_string(json, ${jsonPath(page.nextCursor)}) END`

/** Pages that hold a record which is neither in its typed table nor in quarantine. */
const suspectRecords = (table: TypedTable, itemsPath: string): string => {
  const item = Object.fromEntries(table.key.map((column) => [column.field, "VARCHAR"]))
  const shape = keysOf(itemsPath).reduceRight<unknown>((inner, key) => ({ [key]: inner }), [item])
  const items = ["content", ...keysOf(itemsPath).map(quoteName)].join(".")
  return `
    WITH page AS (
      SELECT ${place}, ${readable} AS json FROM raw.pages
      WHERE run_id = $1 AND stream = ${quoteText(table.name)} AND fault IS NULL
    ),
    parsed AS (
      SELECT ${place}, json_transform(json, ${quoteText(JSON.stringify(shape))}) AS content FROM page WHERE json IS NOT NULL
    ),
    item AS (
      SELECT ${place}, unnest(range(len(${items})))::INTEGER AS item_index, unnest(${items}, recursive := true) FROM parsed
    ),
    named AS (
      SELECT ${place}, item_index, ${table.key.map(({ column, field }) => `${quoteName(field)} AS ${column}`).join(", ")}
      FROM item
    ),
    keyed AS (SELECT ${place}, item_index, ${recordIdOf(table, "named")} AS record_key FROM named),
    refused AS (
      SELECT customer_id, chain, sequence, item_index FROM raw.quarantine WHERE run_id = $1 AND stream = ${quoteText(table.name)}
    ),
    known AS (SELECT ${recordIdOf(table, "t")} AS record_key FROM main.${table.name} AS t)
    SELECT DISTINCT ${place} FROM keyed
    ANTI JOIN refused USING (customer_id, chain, sequence, item_index)
    ANTI JOIN known USING (record_key)`
}

interface StoredPage extends PagePlace {
  readonly items: number
  readonly has_more: boolean | null
  readonly cursor_out: string | null
  readonly body: string
}

const storedPage = `
  SELECT ${place}, items, has_more, cursor_out, body FROM raw.pages
  WHERE run_id = $1 AND customer_id = $2 AND stream = $3 AND chain = $4 AND part = $5 AND sequence = $6
    AND request_id = $7 AND body IS NOT NULL`

/** An end beside a cursor may have been confirmed by what lay behind it. */
const isConfirmedEnd = (stored: StoredPage, page: ReadPage): boolean =>
  page.endIsDoubtful && stored.has_more === false && stored.cursor_out === null

const envelopeFaults = (stored: StoredPage, page: ReadPage): ReadonlyArray<string> => [
  ...(page.items === stored.items
    ? []
    : [`its body holds ${page.items} records, and ${stored.items} records are recorded`]),
  ...(isConfirmedEnd(stored, page) || page.hasMore === stored.has_more
    ? []
    : [`its body says that ${page.hasMore ? "more" : "no more"} follows, and the reverse is recorded`]),
  ...(isConfirmedEnd(stored, page) || page.nextCursor === stored.cursor_out
    ? []
    : ["its body gives another cursor than is recorded"]),
]

/** A record that was refused is in quarantine once in a run, however often it came. */
const recordFaults = (sql: Sql, table: TypedTable, stored: StoredPage, page: ReadPage) =>
  Effect.gen(function* () {
    const rejected = new Set(page.rejected.map((record) => record.index))
    const lost = yield* sql.rows<{ record_key: string }>(
      `WITH known AS (SELECT ${recordIdOf(table, "t")} AS record_key FROM main.${table.name} AS t)
       SELECT DISTINCT record_key FROM (SELECT unnest($1) AS record_key) ANTI JOIN known USING (record_key) ORDER BY record_key`,
      [page.ids.filter((id, index) => id !== null && !rejected.has(index))],
    )
    const unquarantined = yield* sql.rows<{ item_index: number }>(
      `WITH refused AS (
         SELECT payload FROM raw.quarantine WHERE run_id = $3 AND customer_id = $4 AND stream = $5
       )
       SELECT item_index FROM (SELECT unnest($1)::INTEGER AS item_index, unnest($2) AS payload) ANTI JOIN refused USING (payload)
       ORDER BY item_index`,
      [
        page.rejected.map((record) => String(record.index)),
        page.rejected.map((record) => record.payload),
        stored.run_id,
        stored.customer_id,
        stored.stream,
      ],
    )
    return [
      ...lost.map((row) => `its record ${row.record_key} is not in ${table.name}`),
      ...unquarantined.map(
        (row) => `its record number ${row.item_index + 1} is refused by the contract and not in quarantine`,
      ),
    ]
  })

/** What the contract itself reads in a page under suspicion: DuckDB's word alone accuses nobody. */
const secondLook = (sql: Sql, contract: Contract, tables: ReadonlyArray<TypedTable>, suspect: PagePlace) =>
  Effect.gen(function* () {
    const { chain, customer_id, part, request_id, run_id, sequence } = suspect
    const at = [run_id, customer_id, suspect.stream, chain, part, sequence, request_id]
    const stream = contract.streams.find((row) => row.stream === suspect.stream)
    const table = tables.find((candidate) => candidate.name === suspect.stream)
    const found: Array<string> = []
    for (const stored of yield* sql.rows<StoredPage>(storedPage, at)) {
      if (stream === undefined || table === undefined) continue
      const read = readPage(
        contract,
        stream,
        customer_id,
        { _tag: "Keep" },
        {
          body: new TextEncoder().encode(stored.body),
          status: 200,
          requestId: request_id ?? "",
        },
      )
      if (Either.isLeft(read)) {
        found.push(`its body cannot be read by the contract in force: ${read.left.reason}, ${read.left.detail}`)
      } else {
        found.push(...envelopeFaults(stored, read.right))
        found.push(...(yield* recordFaults(sql, table, stored, read.right)))
      }
    }
    return found.length === 0 ? [] : [pageFinding(suspect, found)]
  })

/**
 * Every page's row says what its body says (records, "more", cursor), and each of its records is in the typed table or in
 * quarantine. DuckDB looks through all bodies; where it sees a difference, the contract's own reader decides.
 */
export const bodiesAgree = (
  sql: Sql,
  contract: Contract,
  runId: string,
): Effect.Effect<ReadonlyArray<PageFinding>, StoreError> =>
  Effect.gen(function* () {
    const tables = streamTables(contract)
    const suspects = new Map<string, PagePlace>()
    const queries = [suspectEnvelopes(contract), ...tables.map((table) => suspectRecords(table, contract.page.items))]
    for (const query of queries) {
      for (const suspect of yield* sql.rows<PagePlace>(query, [runId])) suspects.set(JSON.stringify(suspect), suspect)
    }
    const findings = yield* Effect.forEach(suspects.values(), (suspect) => secondLook(sql, contract, tables, suspect))
    return findings.flat()
  })
