import { Effect } from "effect"
import type { Sql } from "./database.ts"
import { keepPages, type LoadPage, partitionKey } from "./keep-pages.ts"
import { type LoadStatements, loadStatements } from "./load-sql.ts"
import type { StoreError } from "./store-error.ts"
import type { TypedTable } from "./typed-table.ts"

export { keepUnreadablePage, type LoadPage } from "./keep-pages.ts"

/** What loading did, per partition. */
export interface LoadCounts {
  readonly customerId: string
  readonly stream: string
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Records that came more than once in this run. */
  readonly duplicates: number
  /** Records that the contract refused, each counted once in a run. */
  readonly quarantined: number
  /** Unchanged records whose rows had been altered in the database, and were put right. */
  readonly restored: number
}

type CountRow = Record<"added" | "again" | "changed" | "unchanged" | "differing" | "restored", bigint> & {
  readonly customer_id: string
}

/** Compares what is incoming with what the table holds, and brings the table up to date. */
const takeIncoming = (sql: Sql, runId: string, statements: LoadStatements) =>
  Effect.gen(function* () {
    yield* sql.run(statements.compare, [runId])
    const [differing] = yield* sql.rows<{ records: bigint }>("SELECT count(*) AS records FROM known WHERE NOT same")
    if (differing !== undefined && differing.records > 0n) yield* sql.run(statements.sameAfterAll)
    const counts = yield* sql.rows<CountRow>(statements.counts)
    const any = (column: "differing" | "unchanged" | "added" | "restored"): boolean =>
      counts.some((row) => row[column] > 0n)
    if (any("differing")) {
      yield* sql.run(statements.archiveChanged)
      yield* sql.run(statements.removeChanged)
      yield* sql.run(statements.replaceChanged, [runId])
    }
    if (any("restored")) {
      yield* sql.run(statements.removeAltered)
      yield* sql.run(statements.restoreAltered, [runId])
    }
    if (any("unchanged")) yield* sql.run(statements.touchUnchanged, [runId])
    if (any("added")) yield* sql.run(statements.insertNew, [runId])
    if (statements.forgetSnapshots !== null && statements.insertSnapshots !== null) {
      yield* sql.run(statements.forgetSnapshots, [runId])
      yield* sql.run(statements.insertSnapshots, [runId])
    }
    return counts
  })

/**
 * A record that comes twice in a group with two contents is taken twice, one after the other, as if it came in two groups: so
 * the first becomes a version of the run, and is evidence that the list contradicts itself.
 */
const takeRounds = (sql: Sql, runId: string, statements: LoadStatements) =>
  Effect.gen(function* () {
    const [setAside, count] = statements.rounds
    yield* sql.run(setAside)
    const [last] = yield* sql.rows<{ rounds: bigint }>(count)
    const counts: Array<CountRow> = []
    for (let nth = 1; nth <= Number(last?.rounds ?? 0n); nth++) {
      yield* sql.run(statements.round(nth))
      counts.push(...(yield* takeIncoming(sql, runId, statements)))
    }
    return counts
  })

const loadStream = (
  sql: Sql,
  runId: string,
  stream: string,
  pages: ReadonlyArray<LoadPage>,
  statements: LoadStatements,
  newlyRejected: ReadonlyMap<string, number>,
) =>
  Effect.gen(function* () {
    const customers = [...new Set(pages.map((page) => page.customerId))]
    const someRejected = pages.some((page) => page.rejected.length > 0)
    yield* sql.run(someRejected ? statements.stageAccepted : statements.stage)
    const [staged] = yield* sql.rows<{ records: bigint; different: bigint }>(statements.distinct)
    const repeated = new Map<string, number>()
    const isRepeating = staged !== undefined && staged.records > staged.different
    if (isRepeating) {
      const rows = yield* sql.rows<{ customer_id: string; repeated: bigint }>(statements.repeated)
      for (const row of rows) repeated.set(row.customer_id, Number(row.repeated))
      yield* sql.run(statements.dropRepeated)
    }
    const counts = yield* (isRepeating ? takeRounds : takeIncoming)(sql, runId, statements)
    return customers.map((customerId): LoadCounts => {
      const count = (column: "added" | "again" | "changed" | "unchanged" | "restored"): number =>
        counts.filter((row) => row.customer_id === customerId).reduce((sum, row) => sum + Number(row[column]), 0)
      const quarantined = newlyRejected.get(partitionKey(customerId, stream)) ?? 0
      const rejected = pages
        .filter((page) => page.customerId === customerId)
        .reduce((sum, page) => sum + page.rejected.length, 0)
      return {
        customerId,
        stream,
        added: count("added"),
        changed: count("changed"),
        unchanged: count("unchanged"),
        duplicates: count("again") + (repeated.get(customerId) ?? 0) + rejected - quarantined,
        quarantined,
        restored: count("restored"),
      }
    })
  })

/**
 * Stores a group of pages and derives their typed rows, inside the caller's transaction. Pages of one partition must
 * come in the order of their chain: of a record that comes twice, the later one counts, and the other becomes a version.
 */
export const makePageLoader = (tables: ReadonlyArray<TypedTable>, itemsPath: string) => {
  const statementsOf = new Map(tables.map((table) => [table.name, loadStatements(table, itemsPath)]))
  return (
    sql: Sql,
    runId: string,
    pages: ReadonlyArray<LoadPage>,
  ): Effect.Effect<ReadonlyArray<LoadCounts>, StoreError> =>
    Effect.gen(function* () {
      const newlyRejected = yield* keepPages(sql, runId, pages)
      const counts: Array<LoadCounts> = []
      for (const stream of new Set(pages.filter((page) => page.items > 0).map((page) => page.stream))) {
        const statements = statementsOf.get(stream)
        if (statements === undefined) throw new Error(`no typed table for stream ${stream}`)
        const ofStream = pages.filter((page) => page.stream === stream)
        counts.push(...(yield* loadStream(sql, runId, stream, ofStream, statements, newlyRejected)))
      }
      return counts
    })
}
