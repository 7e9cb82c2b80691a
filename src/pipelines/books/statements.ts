import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { BankStatement } from "./readers/bank-statement.ts"

/**
 * Which statements of a book are one and the same, and how often a booking counts that several of them hold. A bank uses its
 * numbers again, so a statement is its account, number, period and page; a later one of the same takes its place. A booking
 * that statements of overlapping periods hold is there once: as often as the one that has it most often.
 */
export interface KnownStatement
  extends Pick<
    BankStatement,
    | "id"
    | "account"
    | "currency"
    | "message"
    | "created"
    | "page"
    | "isLastPage"
    | "sequence"
    | "from"
    | "to"
    | "hasStatedPeriod"
    | "opening"
    | "closing"
    | "opensWithin"
    | "closesWithin"
  > {
  readonly importId: string
  readonly place: number
  readonly file: string
}

/** A page by its number; one without a number by the balance that it begins with. */
const pageOf = ({ opening, opensWithin, page }: KnownStatement): string =>
  page !== null ? String(page) : opensWithin ? `after ${opening}` : "1"

const isOfOneNumber = (one: KnownStatement, other: KnownStatement): boolean =>
  one.id === other.id &&
  one.account === other.account &&
  one.currency === other.currency &&
  one.message === other.message

const overlap = (one: KnownStatement, other: KnownStatement): boolean => one.from <= other.to && other.from <= one.to

const isSamePeriod = (one: KnownStatement, other: KnownStatement): boolean =>
  one.hasStatedPeriod && other.hasStatedPeriod ? one.from === other.from && one.to === other.to : overlap(one, other)

/** Whether it is a newer or an older telling of the same; a whole statement tells every page of it. */
export const isSameStatement = (one: KnownStatement, other: KnownStatement): boolean => {
  if (!isOfOneNumber(one, other) || !isSamePeriod(one, other)) return false
  if (pageOf(one) === pageOf(other)) return true
  const isWhole = one.isLastPage && !one.opensWithin && !one.closesWithin
  return isWhole && (one.page ?? 1) === 1 && pageOf(other) !== "1"
}

const follows = (one: KnownStatement, other: KnownStatement): boolean =>
  one.sequence !== null && other.sequence === one.sequence + 1 && one.closing !== null && one.closing === other.opening

/** Whether no booking of one can be a booking of the other. */
export const areApart = (one: KnownStatement, other: KnownStatement): boolean => {
  if (isOfOneNumber(one, other) && isSamePeriod(one, other) && pageOf(one) !== pageOf(other)) return true
  return (
    one.to < other.from || other.to < one.from || isHandover(one, other) || follows(one, other) || follows(other, one)
  )
}

/** One period ends at the very instant at which the other begins. */
const isHandover = (one: KnownStatement, other: KnownStatement): boolean =>
  one.hasStatedPeriod &&
  other.hasStatedPeriod &&
  (one.to === other.from || other.to === one.from) &&
  one.from !== other.from

export interface Claim {
  readonly statement: KnownStatement
  readonly copies: number
}

/** As often as statements that are apart have it together, and of such sets the one that has it most often. */
export const mostCopies = (claims: ReadonlyArray<Claim>): number => {
  const [first, ...others] = claims
  if (first === undefined) return 0
  const apart = others.filter(({ statement }) => areApart(first.statement, statement))
  const withFirst = first.copies + mostCopies(apart)
  return apart.length === others.length ? withFirst : Math.max(withFirst, mostCopies(others))
}

const columns = `s.import_id AS "importId", s.place, i.file, s.statement_id AS id, s.account, s.currency, s.message,
  strftime(s.created, '%Y-%m-%dT%H:%M:%S') AS created, s.page, s.is_last_page AS "isLastPage", s.sequence,
  strftime(s.period_from, '%Y-%m-%dT%H:%M:%S') AS "from", strftime(s.period_to, '%Y-%m-%dT%H:%M:%S') AS "to", s.has_stated_period AS "hasStatedPeriod",
  s.opening, s.closing, s.opens_within AS "opensWithin", s.closes_within AS "closesWithin"`

const plain = (amount: string | null): string | null =>
  amount === null || !amount.includes(".") ? amount : amount.replace(/\.?0+$/, "")

/** The statements of a book that are in force. */
export const statementsInForce = (sql: Sql, book: string): Effect.Effect<ReadonlyArray<KnownStatement>, StoreError> =>
  Effect.map(
    sql.rows<KnownStatement & { readonly sequence: bigint | number | null }>(
      `SELECT ${columns} FROM recon.book_statements AS s JOIN recon.book_imports AS i ON i.import_id = s.import_id
       WHERE s.book = $1 AND s.replaced_by IS NULL AND s.place IS NOT NULL ORDER BY s.import_id, s.place`,
      [book],
    ),
    (rows) =>
      rows.map((row) => ({
        ...row,
        sequence: row.sequence === null ? null : Number(row.sequence),
        opening: plain(row.opening),
        closing: plain(row.closing),
      })),
  )

/** What an import does to the statements of its book. */
export interface StatementPlan {
  /** Statements whose place one of the file takes. */
  readonly replaced: ReadonlyArray<{ readonly former: KnownStatement; readonly by: KnownStatement }>
  /** Statements of the file that the book has in a later telling. */
  readonly outdated: ReadonlyArray<{ readonly given: KnownStatement; readonly kept: KnownStatement }>
}

export const planStatements = (
  given: ReadonlyArray<KnownStatement>,
  inForce: ReadonlyArray<KnownStatement>,
): StatementPlan => {
  const outdated = given.flatMap((one) => {
    const kept = inForce.find(
      (other) =>
        isSameStatement(other, one) && one.created !== null && other.created !== null && one.created < other.created,
    )
    return kept === undefined ? [] : [{ given: one, kept }]
  })
  const current = given.filter((one) => !outdated.some((other) => other.given === one))
  const replaced = inForce.flatMap((former) => {
    const by = current.find((one) => isSameStatement(one, former))
    return by === undefined ? [] : [{ former, by }]
  })
  return { replaced, outdated }
}

const insertStatementSql = `
  INSERT INTO recon.book_statements BY NAME
  SELECT $1 AS import_id, $2 AS statement_id, $3 AS account, $4 AS currency, $5::DECIMAL(38,18) AS opening, $6::DECIMAL(38,18) AS booked,
    $7::DECIMAL(38,18) AS closing, $8::BIGINT AS entries, $9::BIGINT AS not_booked, $10::BOOLEAN AS proven, $11 AS book, $12::INTEGER AS place,
    $13 AS message, $14::TIMESTAMP AS created, $15::INTEGER AS page, $16::BOOLEAN AS is_last_page, $17::BIGINT AS sequence,
    TRY_CAST($18 AS TIMESTAMP) AS period_from, TRY_CAST($19 AS TIMESTAMP) AS period_to, $20::BOOLEAN AS has_stated_period,
    $21::BOOLEAN AS opens_within, $22::BOOLEAN AS closes_within, $23 AS replaced_by`

const text = (value: number | boolean | null): string | null => (value === null ? null : String(value))

export const insertStatement = (
  sql: Sql,
  book: string,
  importId: string,
  place: number,
  one: BankStatement,
  isOutdated: boolean,
): Effect.Effect<void, StoreError> =>
  sql.run(insertStatementSql, [
    importId,
    one.id,
    one.account,
    one.currency,
    one.opening,
    one.booked,
    one.closing,
    text(one.entries),
    text(one.notBooked),
    text(one.opening !== null && one.closing !== null),
    book,
    text(place),
    one.message,
    one.created,
    text(one.page),
    text(one.isLastPage),
    text(one.sequence),
    one.from,
    one.to,
    text(one.hasStatedPeriod),
    text(one.opensWithin),
    text(one.closesWithin),
    isOutdated ? importId : null,
  ])
