import { Effect, Either } from "effect"
import type { Contract, ContractStream } from "../../api/contract.ts"
import { type ReadPage, readPage } from "../../api/read-page.ts"
import type { Sql } from "../../store/database.ts"
import { loadStatements } from "../../store/load-sql.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { TypedTable } from "../../store/typed-table.ts"
import { streamTables } from "../stream-tables.ts"
import type { Finding } from "./finding.ts"
import { type PagePlace, pageFinding } from "./page-place.ts"
import { type TypedRowProofs, typedRowProofs } from "./typed-row-proofs.ts"

/** Bytes of bodies that are looked at together at most, one page aside: so memory does not grow with the store. */
const groupBytes = 8_000_000

interface StoredPage extends PagePlace {
  readonly items: number | null
  readonly has_more: boolean | null
  readonly cursor_out: string | null
  readonly bytes: bigint
  readonly sha256: string
  readonly kept_sha256: string
  readonly redacted: boolean
  readonly fault: string | null
  readonly body: string | null
  readonly hash: string | null
  readonly marked_hash: string | null
  readonly size: bigint | null
}

/** What a stored page must be by itself; its hash is DuckDB's, because a byte order mark does not survive the way to us. */
const bodyFaults = (page: StoredPage): ReadonlyArray<string> => {
  if (page.hash === null) return ["its body is gone"]
  // A page that could not be read was kept as text, without the byte order mark that may have stood before it.
  const isMarked = page.fault !== null && page.marked_hash === page.sha256
  return [
    ...(page.hash === page.kept_sha256 ? [] : ["its body is not the one that was kept: the SHA-256 differs"]),
    ...(!page.redacted && page.kept_sha256 !== page.sha256 && !isMarked
      ? ["its two hashes differ, although nothing of its body was replaced"]
      : []),
    ...(!page.redacted && page.hash === page.sha256 && page.size !== page.bytes
      ? ["its length is not the one that is recorded"]
      : []),
  ]
}

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

/** A page of a group as it was read again. */
export interface Reread {
  readonly stored: PagePlace
  readonly page: ReadPage
}

const read = (contract: Contract, stream: ContractStream, stored: StoredPage) =>
  readPage(
    contract,
    stream,
    stored.customer_id,
    { _tag: "Keep" },
    {
      body: new TextEncoder().encode(stored.body ?? ""),
      status: 200,
      requestId: stored.request_id ?? "",
    },
  )

/** Pages that lie side by side, and the numbers of their long bodies; null where none is long. */
interface Group {
  readonly first: bigint
  readonly last: bigint
  readonly first_body: bigint | null
  readonly last_body: bigint | null
}

/** Groups of pages whose bodies together are not too large. */
const groupsOf = (sql: Sql, runId: string): Effect.Effect<ReadonlyArray<Group>, StoreError> =>
  sql.rows<Group>(
    `WITH page AS (SELECT rowid AS row_no, bytes, body_no FROM raw.pages WHERE run_id = $1),
     placed AS (SELECT *, (sum(bytes) OVER (ORDER BY row_no ROWS UNBOUNDED PRECEDING) - bytes) // ${groupBytes} AS part FROM page)
     SELECT min(row_no) AS first, max(row_no) AS last, min(body_no) AS first_body, max(body_no) AS last_body
     FROM placed GROUP BY part ORDER BY first`,
    [runId],
  )

/** With the bounds of the bodies in the statement: a join alone would have DuckDB read every body of the store for each group. */
const pagesSql = ({ first, first_body, last, last_body }: Group): string => `
  WITH long AS (
    SELECT body_no, string_agg(text, '' ORDER BY piece) AS text FROM raw.body_pieces
    WHERE body_no BETWEEN ${first_body} AND ${last_body} GROUP BY body_no
  ),
  page AS (
    SELECT p.* EXCLUDE (body), coalesce(p.body, long.text) AS body
    FROM raw.pages AS p LEFT JOIN long USING (body_no) WHERE run_id = $1 AND p.rowid BETWEEN ${first} AND ${last}
  )
  SELECT run_id, customer_id, stream, chain, part, sequence, request_id, items, has_more, cursor_out, bytes, sha256, kept_sha256,
    redacted, fault, body, coalesce(sha256(body), sha256(body_bytes)) AS hash, sha256(chr(65279) || body) AS marked_hash,
    coalesce(strlen(body), octet_length(body_bytes)) AS size
  FROM page`

const proveGroup = (
  sql: Sql,
  contract: Contract,
  rows: ReadonlyMap<string, TypedRowProofs>,
  pages: ReadonlyArray<StoredPage>,
) =>
  Effect.gen(function* () {
    const findings: Array<Finding> = []
    const ofStream = new Map<string, Array<Reread>>()
    for (const stored of pages) {
      const faults = [...bodyFaults(stored)]
      const stream = contract.streams.find((candidate) => candidate.stream === stored.stream)
      if (stored.fault === null && stored.body !== null && stream !== undefined) {
        const again = read(contract, stream, stored)
        if (Either.isLeft(again)) {
          faults.push(`its body cannot be read by the contract in force: ${again.left.reason}, ${again.left.detail}`)
        } else {
          faults.push(...envelopeFaults(stored, again.right))
          const group = ofStream.get(stored.stream)
          if (group === undefined) ofStream.set(stored.stream, [{ stored, page: again.right }])
          else group.push({ stored, page: again.right })
        }
      }
      if (faults.length > 0) findings.push(pageFinding(stored, faults))
    }
    for (const [stream, group] of ofStream) {
      const proofs = rows.get(stream)
      if (proofs !== undefined) findings.push(...(yield* proofs.asOnPages(sql, group)))
    }
    return findings
  })

/**
 * Every page of the run is read again, as the night read it: its body hashes to what is recorded of it, its row says what
 * its body says (records, "more", cursor), each of its records is in the typed table as it stands there or in quarantine,
 * and the typed tables hold no row of the run that no page holds. `ofLists` is what was found of its lists already: where
 * pages are not as they were, rows without a page accuse nobody.
 */
export const pagesReadAgain = (
  sql: Sql,
  contract: Contract,
  runId: string,
  ofLists: ReadonlyArray<Finding>,
): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    const tables: ReadonlyArray<TypedTable> = streamTables(contract)
    const proofs = new Map(
      tables.map((table) => [
        table.name,
        typedRowProofs(runId, table, loadStatements(table, contract.page.items, runId)),
      ]),
    )
    for (const one of proofs.values()) yield* one.begin(sql)
    const findings: Array<Finding> = []
    for (const group of yield* groupsOf(sql, runId)) {
      const pages = yield* sql.rows<StoredPage>(pagesSql(group), [runId])
      findings.push(...(yield* proveGroup(sql, contract, proofs, pages)))
    }
    const faulty = [...ofLists, ...findings].flatMap((finding) =>
      finding._tag === "Page" || finding._tag === "Partition" ? [finding] : [],
    )
    for (const [stream, one] of proofs) {
      const ofStream = faulty.filter((finding) => finding.stream === stream).map(({ customerId }) => customerId)
      findings.push(...(yield* one.noOthers(sql, [...new Set(ofStream)])))
    }
    return findings
  })
