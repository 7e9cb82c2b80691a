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

/** How a statement tells an entry: a notice may give the transactions of a batch that the statement gives as one amount. */
export interface Telling {
  readonly entry: string
  readonly statement: KnownStatement
  /** By how many transactions. */
  readonly told: bigint
}

/** The bank's final word comes first. */
const finality = ["camt.053", "camt.052", "camt.054"]

const isFuller = (one: Telling, other: Telling): boolean =>
  one.told > other.told ||
  (one.told === other.told && finality.indexOf(one.statement.message) < finality.indexOf(other.statement.message))

/** The tellings of an entry that say less of it than another one does: the book has the entry as the fullest tells it. */
export const outdoneTellings = (tellings: ReadonlyArray<Telling>): ReadonlyArray<Telling> => {
  const ofEntry = new Map<string, Array<Telling>>()
  for (const one of tellings) ofEntry.set(one.entry, [...(ofEntry.get(one.entry) ?? []), one])
  return tellings.filter((one) =>
    ofEntry.get(one.entry)?.some((other) => isFuller(other, one) && !areApart(other.statement, one.statement)),
  )
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

export const insertStatement = (
  sql: Sql,
  book: string,
  importId: string,
  place: number,
  one: BankStatement,
  isOutdated: boolean,
): Effect.Effect<void, StoreError> =>
  Effect.zipRight(
    sql.fill(
      "book_statement",
      {
        import_id: ["VARCHAR", () => importId],
        book: ["VARCHAR", () => book],
        place: ["INTEGER", () => place],
        statement_id: ["VARCHAR", ({ id }) => id],
        account: ["VARCHAR", ({ account }) => account],
        currency: ["VARCHAR", ({ currency }) => currency],
        opening: ["DECIMAL(38,18)", ({ opening }) => opening],
        booked: ["DECIMAL(38,18)", ({ booked }) => booked],
        closing: ["DECIMAL(38,18)", ({ closing }) => closing],
        entries: ["BIGINT", ({ entries }) => entries],
        not_booked: ["BIGINT", ({ notBooked }) => notBooked],
        proven: ["BOOLEAN", ({ closing, opening }) => opening !== null && closing !== null],
        message: ["VARCHAR", ({ message }) => message],
        created: ["TIMESTAMP", ({ created }) => created],
        page: ["INTEGER", ({ page }) => page],
        is_last_page: ["BOOLEAN", ({ isLastPage }) => isLastPage],
        sequence: ["BIGINT", ({ sequence }) => sequence],
        period_from: ["VARCHAR", ({ from }) => from],
        period_to: ["VARCHAR", ({ to }) => to],
        has_stated_period: ["BOOLEAN", ({ hasStatedPeriod }) => hasStatedPeriod],
        opens_within: ["BOOLEAN", ({ opensWithin }) => opensWithin],
        closes_within: ["BOOLEAN", ({ closesWithin }) => closesWithin],
        replaced_by: ["VARCHAR", () => (isOutdated ? importId : null)],
      },
      [one],
    ),
    sql.run(
      `INSERT INTO recon.book_statements BY NAME
       SELECT * REPLACE (TRY_CAST(period_from AS TIMESTAMP) AS period_from, TRY_CAST(period_to AS TIMESTAMP) AS period_to) FROM book_statement`,
    ),
  )
