import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import type { StoreError } from "../../../store/store-error.ts"
import type { BoundedRule } from "../../configuration/books-settings.ts"
import { unitsOf } from "../exact-units.ts"
import { keepMatches } from "../match-ground.ts"
import { bookTolerance } from "../tolerance.ts"
import { untied } from "./amount-rule.ts"
import { combinationsOf } from "./subset-search.ts"
import { sweepSql } from "./sweep.ts"

/** Steps of one search, at most: some milliseconds. */
const mostSteps = 100_000

/** What one of a side is searched for among several of the other. */
interface Search {
  readonly book: string
  readonly target: string
  readonly amount: string
  readonly tolerance: string
  readonly members: ReadonlyArray<string>
  readonly amounts: ReadonlyArray<string>
}

interface SumSide {
  /** The side of the one. */
  readonly target: "line" | "transaction"
  readonly members: "line" | "transaction"
}

const sideOf: Readonly<Record<"sumOfTransactions" | "sumOfLines", SumSide>> = {
  sumOfTransactions: { target: "line", members: "transaction" },
  sumOfLines: { target: "transaction", members: "line" },
}

const idOf = { line: "line_id", transaction: "transaction_id" } as const

const openLines = untied("line", "open_line", "line_id")
const openPostings = untied("transaction", "open_posting", "transaction_id")

/** A line and a transaction that may have to do with each other: customer, currency, direction and time agree. */
const near = (windowHours: number): string => `
    p.book = l.book AND p.currency = l.currency AND sign(p.amount) = sign(l.amount) AND (l.is_nameless OR l.customer = p.customer_id)
    AND p.posted_at BETWEEN l.booked_from - INTERVAL ${windowHours} HOUR AND l.booked_to + INTERVAL ${windowHours} HOUR`

const sweptOf = { line: "swept_line", transaction: "swept_posting" } as const

/** Where there are more candidates than the bound allows, nothing is searched, and that is said. */
const boundsSql = ({ target }: SumSide, rule: BoundedRule): string => `
  INSERT INTO book_bound
  SELECT book, '${target}', ${idOf[target]}, '${rule.by}', candidates,
    concat('it could be the sum of some of ', candidates, ' ${target === "line" ? "transactions" : "lines"}, more than the ${rule.maxCandidates} that are searched (books.rules, maxCandidates)')
  FROM ${sweptOf[target]} WHERE candidates > ${rule.maxCandidates}`

const searchesSql = ({ members, target }: SumSide, rule: BoundedRule): string => {
  const [one, other] = target === "line" ? (["l", "p"] as const) : (["p", "l"] as const)
  return `
  WITH searchable AS (
    SELECT book, ${idOf[target]} FROM ${sweptOf[target]} WHERE candidates BETWEEN 2 AND ${rule.maxCandidates}
  ),
  pair AS (
    SELECT l.book, ${one}.${idOf[target]} AS target, ${one}.amount AS wanted, ${one}.currency, ${other}.${idOf[members]} AS member, ${other}.amount AS amount
    FROM ${openLines} AS l JOIN ${openPostings} AS p ON ${near(rule.windowHours)}
    SEMI JOIN searchable AS s ON s.book = l.book AND s.${idOf[target]} = ${one}.${idOf[target]}
  )
  SELECT book, target, CAST(abs(wanted) AS VARCHAR) AS amount, CAST(${bookTolerance("currency", "wanted")} AS VARCHAR) AS tolerance,
    members, amounts
  FROM (
    SELECT book, target, any_value(wanted) AS wanted, any_value(currency) AS currency, list(member ORDER BY member) AS members,
      list(CAST(abs(amount) AS VARCHAR) ORDER BY member) AS amounts
    FROM pair GROUP BY book, target
  )
  ORDER BY book, target`
}

interface Found {
  readonly search: Search
  readonly combinations: ReadonlyArray<ReadonlyArray<string>>
}

const keyOf = (search: Search, member: string): string => `${search.book}\u0000${member}`

/** How many targets a member is wanted by: a member that two could use belongs to neither. */
const wantedBy = (found: ReadonlyArray<Found>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const { combinations, search } of found) {
    for (const member of new Set(combinations.flat())) {
      const key = keyOf(search, member)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}

const units = (text: string): bigint => unitsOf(text) ?? 0n

/**
 * Searches one line among several transactions, or one transaction among several lines, for a combination whose sum
 * agrees. It is a match where it is the target's only combination and none of its members could serve another target. All
 * searches see the same open rows, so that their order decides nothing.
 */
export const matchBySum = (
  sql: Sql,
  rule: BoundedRule & { readonly by: keyof typeof sideOf },
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const side = sideOf[rule.by]
    const sweep = sweepSql({
      lines: `SELECT * FROM ${openLines}`,
      postings: `SELECT * FROM ${openPostings}`,
      windowHours: rule.windowHours,
      amountKey: "sign(amount)",
    })
    for (const statement of sweep) yield* sql.run(statement)
    yield* sql.run(boundsSql(side, rule))
    const searches = yield* sql.rows<Search>(searchesSql(side, rule))

    const brokenOff: Array<Search> = []
    const found: Array<Found> = []
    for (const search of searches) {
      const { complete, found: places } = combinationsOf(
        units(search.amount),
        search.amounts.map(units),
        units(search.tolerance),
        rule.maxGroup,
        mostSteps,
      )
      if (!complete) brokenOff.push(search)
      else if (places.length > 0) {
        const combinations = places.map((combination) => combination.map((place) => search.members[place] ?? ""))
        found.push({ search, combinations })
      }
    }

    const wanted = wantedBy(found)
    const isFree = ({ combinations, search }: Found): boolean =>
      combinations.length === 1 && (combinations[0] ?? []).every((member) => wanted.get(keyOf(search, member)) === 1)
    const matches = found.filter(isFree)
    const ties = found.filter((one) => !isFree(one))

    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE book_new_match AS
       SELECT book, ${side.target === "line" ? "[target] AS lines, members AS postings" : "members AS lines, [target] AS postings"}, candidates, 0 AS ties
       FROM (SELECT unnest($1) AS book, unnest($2) AS target, unnest($3)::JSON::VARCHAR[] AS members, unnest($4)::BIGINT AS candidates)`,
      [
        matches.map(({ search }) => search.book),
        matches.map(({ search }) => search.target),
        matches.map(({ combinations }) => JSON.stringify(combinations[0] ?? [])),
        matches.map(({ search }) => String(search.members.length)),
      ],
    )
    yield* keepMatches(sql, rule.by)
    const tied = ties.flatMap(({ combinations, search }) => [
      {
        book: search.book,
        side: side.target,
        id: search.target,
        ties: combinations.length,
        candidates: search.members.length,
      },
      ...[...new Set(combinations.flat())].map((member) => ({
        book: search.book,
        side: side.members,
        id: member,
        ties: wanted.get(keyOf(search, member)) ?? 1,
        candidates: 1,
      })),
    ])
    yield* sql.run(
      "INSERT INTO book_tie SELECT unnest($1), unnest($2), unnest($3), $4, unnest($5)::BIGINT, unnest($6)::BIGINT",
      [
        tied.map((one) => one.book),
        tied.map((one) => one.side),
        tied.map((one) => one.id),
        rule.by,
        tied.map((one) => String(one.candidates)),
        tied.map((one) => String(one.ties)),
      ],
    )
    yield* sql.run("INSERT INTO book_bound SELECT unnest($1), $2, unnest($3), $4, unnest($5)::BIGINT, $6", [
      brokenOff.map((search) => search.book),
      side.target,
      brokenOff.map((search) => search.target),
      rule.by,
      brokenOff.map((search) => String(search.members.length)),
      `the search for a sum was broken off after ${mostSteps} steps`,
    ])
  })
