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

type CountRow = Record<
  "added" | "again" | "changed" | "unchanged" | "differing" | "restored" | "records" | "different",
  bigint
> & {
  readonly customer_id: string
}

/** Brings the table up to date with what is incoming, by what comparing the two has counted. */
const take = (sql: Sql, statements: LoadStatements, compared: ReadonlyArray<CountRow>) =>
  Effect.gen(function* () {
    let counts = compared
    const any = (column: "differing" | "unchanged" | "added" | "restored"): boolean =>
      counts.some((row) => row[column] > 0n)
    if (any("differing")) {
      yield* sql.run(statements.sameAfterAll)
      counts = yield* sql.rows<CountRow>(statements.counts)
    }
    yield* sql.runAll([
      ...(any("differing") ? statements.changed : []),
      ...(any("restored") ? statements.altered : []),
      ...(any("unchanged") ? [statements.touchUnchanged] : []),
      ...(any("added") ? [statements.insertNew] : []),
      ...statements.snapshots,
    ])
    return counts
  })

/**
 * A record that comes twice in a group with two contents is taken twice, one after the other, as if it came in two groups: so
 * the first becomes a version of the run, and is evidence that the list contradicts itself.
 */
const takeRounds = (sql: Sql, statements: LoadStatements) =>
  Effect.gen(function* () {
    const [setAside, count] = statements.rounds
    yield* sql.run(setAside)
    const [last] = yield* sql.rows<{ rounds: bigint }>(count)
    const counts: Array<CountRow> = []
    for (let nth = 1; nth <= Number(last?.rounds ?? 0n); nth++) {
      yield* sql.runAll([statements.round(nth), ...statements.compare])
      counts.push(...(yield* take(sql, statements, yield* sql.rows<CountRow>(statements.counts))))
    }
    return counts
  })

const loadStream = (
  sql: Sql,
  stream: string,
  pages: ReadonlyArray<LoadPage>,
  statements: LoadStatements,
  newlyRejected: ReadonlyMap<string, number>,
) =>
  Effect.gen(function* () {
    const customers = [...new Set(pages.map((page) => page.customerId))]
    const someRejected = pages.some((page) => page.rejected.length > 0)
    yield* sql.runAll([someRejected ? statements.stageAccepted : statements.stage, ...statements.compare])
    const compared = yield* sql.rows<CountRow>(statements.counts)
    const repeated = new Map<string, number>()
    const isRepeating = compared.some(({ different, records }) => records > different)
    if (isRepeating) {
      const rows = yield* sql.rows<{ customer_id: string; repeated: bigint }>(statements.repeated)
      for (const row of rows) repeated.set(row.customer_id, Number(row.repeated))
      yield* sql.run(statements.dropRepeated)
    }
    const counts = yield* isRepeating ? takeRounds(sql, statements) : take(sql, statements, compared)
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
  const statementsOf = new Map<string, ReadonlyMap<string, LoadStatements>>()
  const ofRun = (runId: string): ReadonlyMap<string, LoadStatements> => {
    const known = statementsOf.get(runId)
    if (known !== undefined) return known
    const made = new Map(tables.map((table) => [table.name, loadStatements(table, itemsPath, runId)]))
    statementsOf.set(runId, made)
    return made
  }
  return (
    sql: Sql,
    runId: string,
    pages: ReadonlyArray<LoadPage>,
  ): Effect.Effect<ReadonlyArray<LoadCounts>, StoreError> =>
    Effect.gen(function* () {
      const newlyRejected = yield* keepPages(sql, runId, pages)
      const counts: Array<LoadCounts> = []
      for (const stream of new Set(pages.filter((page) => page.items > 0).map((page) => page.stream))) {
        const statements = ofRun(runId).get(stream)
        if (statements === undefined) throw new Error(`no typed table for stream ${stream}`)
        const ofStream = pages.filter((page) => page.stream === stream)
        counts.push(...(yield* loadStream(sql, stream, ofStream, statements, newlyRejected)))
      }
      return counts
    })
}
