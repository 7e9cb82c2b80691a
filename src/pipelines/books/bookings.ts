import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { BankStatement } from "./readers/bank-statement.ts"
import {
  insertStatement,
  type KnownStatement,
  mostCopies,
  outdoneTellings,
  planStatements,
  type StatementPlan,
  statementsInForce,
  type Telling,
} from "./statements.ts"

/** Every booking that the import touches, with whatever else is told of the same entries, and how often the book has it from now on (`book_wanted`). */
const touchedSql = `
  CREATE OR REPLACE TEMP TABLE book_touched AS
  WITH direct AS (
    SELECT b.identity, b.entry FROM recon.book_bookings AS b JOIN recon.book_statements AS s ON s.import_id = b.import_id AND s.place = b.place
    WHERE b.book = getvariable('book') AND (b.import_id = getvariable('import') OR s.replaced_by = getvariable('import'))
  )
  SELECT identity FROM direct
  UNION SELECT b.identity FROM recon.book_bookings AS b SEMI JOIN direct AS d ON d.entry = b.entry WHERE b.book = getvariable('book')`

/** Which statements in force tell an entry that the import touches, and by how many transactions, where several do. */
const tellingsSql = `
  SELECT b.entry, b.import_id AS "importId", b.place, max(b.told) AS told
  FROM recon.book_bookings AS b
  JOIN recon.book_statements AS s ON s.import_id = b.import_id AND s.place = b.place AND s.replaced_by IS NULL
  SEMI JOIN book_touched AS t ON t.identity = b.identity
  WHERE b.book = getvariable('book') AND b.entry IS NOT NULL
  GROUP BY b.entry, b.import_id, b.place
  QUALIFY count(*) OVER (PARTITION BY b.entry) > 1`

const outdoneSql =
  "CREATE OR REPLACE TEMP TABLE book_outdone AS SELECT unnest($1) AS entry, unnest($2) AS import_id, unnest($3)::INTEGER AS place"

const claimSql = `
  CREATE OR REPLACE TEMP TABLE book_claims AS
  WITH claim AS (
    SELECT b.identity, b.import_id, b.place, b.copies FROM recon.book_bookings AS b
    JOIN recon.book_statements AS s ON s.import_id = b.import_id AND s.place = b.place AND s.replaced_by IS NULL
    ANTI JOIN book_outdone AS o ON o.entry = b.entry AND o.import_id = b.import_id AND o.place = b.place
    WHERE b.book = getvariable('book')
  )
  SELECT t.identity, c.import_id, c.place, c.copies, count(c.import_id) OVER (PARTITION BY t.identity) AS statements
  FROM book_touched AS t LEFT JOIN claim AS c ON c.identity = t.identity`

const wantedSql = `
  CREATE OR REPLACE TEMP TABLE book_wanted AS
  SELECT identity, coalesce(max(copies) FILTER (import_id IS NOT NULL), 0)::BIGINT AS copies FROM book_claims WHERE statements <= 1 GROUP BY identity
  UNION ALL SELECT unnest($1), unnest($2)::BIGINT`

const bookingsSql = `
  INSERT INTO recon.book_bookings BY NAME
  SELECT getvariable('import') AS import_id, statement::INTEGER AS place, getvariable('book') AS book, identity, count(*) AS copies,
    CASE WHEN min(entry) = max(entry) AND count(entry) = count(*) THEN min(entry) END AS entry, max(told) AS told
  FROM book_read WHERE reason IS NULL GROUP BY statement, identity`

/**
 * Gives each line of the file its place among equal ones: the last ones of those that the book has. A line more than the book
 * has is one that another statement brought already.
 */
const placedSql = `
  CREATE OR REPLACE TEMP TABLE book_sorted AS
  WITH good AS (
    SELECT *, row_number() OVER (PARTITION BY identity ORDER BY statement, source_line, payload) AS nth, count(*) OVER (PARTITION BY identity) AS uses
    FROM book_read WHERE reason IS NULL
  ),
  placed AS (
    SELECT g.*, coalesce(w.copies, 0) AS copies, greatest(coalesce(w.copies, 0) - uses, 0) + nth AS occurrence
    FROM good AS g LEFT JOIN book_wanted AS w ON w.identity = g.identity
  )
  SELECT * EXCLUDE (identity, line_id, nth, uses, copies, occurrence),
    CASE occurrence WHEN 1 THEN identity ELSE concat(identity, '-', occurrence) END AS identity,
    CASE occurrence WHEN 1 THEN identity ELSE concat(identity, '-', occurrence) END AS line_id,
    occurrence > copies AS is_repeated
  FROM placed
  UNION ALL BY NAME
  SELECT *, FALSE AS is_repeated FROM book_read WHERE reason IS NOT NULL`

/** Imports whose lines have no identity yet, of accounts that the file has too. */
const formerImports = `
  SELECT s.import_id FROM recon.book_statements AS s
  WHERE s.book = getvariable('book') AND s.place IS NULL
    AND EXISTS (SELECT 1 FROM recon.book_statements AS n WHERE n.import_id = getvariable('import') AND n.account IS NOT DISTINCT FROM s.account)`

/** A line of an earlier version that says what a booking of the file says is that booking, and keeps its id. */
const adoptSql = (isStrict: boolean): string => {
  const said = `currency, amount, booked_from, booked_to, reference${isStrict ? ", description" : ""}`
  return `
  UPDATE main.book_lines AS l SET identity = p.identity FROM (
    WITH former AS (
      SELECT line_id, ${said}, row_number() OVER (PARTITION BY ${said} ORDER BY source_line, line_id) AS nth FROM main.book_lines
      WHERE book = getvariable('book') AND identity IS NULL AND version_import IN (${formerImports})
    ),
    given AS (
      SELECT s.identity, ${said}, row_number() OVER (PARTITION BY ${said} ORDER BY source_line, s.identity) AS nth FROM book_sorted AS s
      WHERE s.reason IS NULL AND NOT s.is_repeated AND s.identity NOT IN (SELECT identity FROM main.book_lines WHERE book = getvariable('book') AND identity IS NOT NULL)
    )
    SELECT f.line_id, g.identity FROM former AS f JOIN given AS g ON g.nth = f.nth AND g.currency = f.currency AND g.amount = f.amount
      AND g.booked_from = f.booked_from AND g.booked_to = f.booked_to AND coalesce(g.reference, '') = coalesce(f.reference, '')
      ${isStrict ? "AND coalesce(g.description, '') = coalesce(f.description, '')" : ""}
  ) AS p WHERE l.book = getvariable('book') AND l.line_id = p.line_id`
}

/** A booking without its place among equal ones. */
export const baseOf = (identity: string): string => `regexp_replace(${identity}, '-\\d+$', '')`

/** Lines that no statement in force has any more, that the whole book lacks, or, of an earlier version, that the same statement no longer has. */
const removedSql = `
  CREATE OR REPLACE TEMP TABLE book_removed AS
  SELECT l.line_id FROM main.book_lines AS l JOIN book_wanted AS w ON w.identity = ${baseOf("l.identity")}
  WHERE l.book = getvariable('book') AND coalesce(TRY_CAST(nullif(regexp_extract(l.identity, '/[0-9a-f]{16}-(\\d+)$', 1), '') AS BIGINT), 1) > w.copies
  UNION
  SELECT l.line_id FROM main.book_lines AS l ANTI JOIN book_sorted AS s ON s.identity = l.identity
  WHERE l.book = getvariable('book') AND getvariable('whole')
  UNION
  SELECT l.line_id FROM main.book_lines AS l
  JOIN recon.book_statements AS former ON former.import_id = l.version_import AND former.place IS NULL
  JOIN recon.book_statements AS given ON given.import_id = getvariable('import') AND given.replaced_by IS NULL AND given.statement_id = former.statement_id
    AND given.account IS NOT DISTINCT FROM former.account AND given.currency = former.currency
  WHERE l.book = getvariable('book') AND l.identity IS NULL AND l.currency = former.currency
    AND timezone('UTC', l.booked_from) BETWEEN date_trunc('day', given.period_from) AND given.period_to
    AND (SELECT count(DISTINCT coalesce(o.account, '')) FROM recon.book_statements AS o WHERE o.import_id = former.import_id) = 1`

const accountSql = `
  UPDATE main.book_lines AS l SET account = s.account FROM book_sorted AS r
  JOIN recon.book_statements AS s ON s.import_id = getvariable('import') AND s.place = r.statement
  WHERE l.book = getvariable('book') AND l.identity = r.identity AND r.reason IS NULL AND l.account IS DISTINCT FROM s.account`

export const keepAccounts = (sql: Sql): Effect.Effect<void, StoreError> => sql.run(accountSql)

/** A whole book that is no statement takes the place of every statement. */
export const replaceStatements = (sql: Sql, book: string, importId: string): Effect.Effect<void, StoreError> =>
  sql.run("UPDATE recon.book_statements SET replaced_by = $1 WHERE book = $2 AND replaced_by IS NULL", [importId, book])

/** Puts the statements of an import on record, and leaves `book_sorted` and `book_removed` behind. */
export const sortBookings = (
  sql: Sql,
  {
    book,
    file,
    importId,
    statements,
    whole,
  }: {
    readonly book: string
    readonly importId: string
    readonly file: string
    readonly whole: boolean
    readonly statements: ReadonlyArray<BankStatement>
  },
): Effect.Effect<StatementPlan, StoreError> =>
  Effect.gen(function* () {
    const inForce = yield* statementsInForce(sql, book)
    const given = statements.map((one, place): KnownStatement => ({ ...one, importId, place, file }))
    const plan = planStatements(given, inForce)
    for (const [place, one] of statements.entries()) {
      const isOutdated = plan.outdated.some((other) => other.given.place === place)
      yield* insertStatement(sql, book, importId, place, one, isOutdated)
    }
    const gone = whole ? inForce : plan.replaced.map(({ former }) => former)
    yield* sql.run(
      `UPDATE recon.book_statements AS s SET replaced_by = $1 FROM (SELECT unnest($2) AS import_id, unnest($3)::INTEGER AS place) AS g
       WHERE s.import_id = g.import_id AND s.place = g.place AND s.replaced_by IS NULL`,
      [importId, gone.map((one) => one.importId), gone.map(({ place }) => String(place))],
    )
    yield* sql.run(bookingsSql)
    yield* sql.run(touchedSql)
    const known = new Map([...inForce, ...given].map((one) => [`${one.importId}/${one.place}`, one]))
    const tellings = (yield* sql.rows<
      Omit<Telling, "statement"> & { readonly importId: string; readonly place: number }
    >(tellingsSql)).flatMap(({ entry, importId, place, told }) => {
      const statement = known.get(`${importId}/${place}`)
      return statement === undefined ? [] : [{ entry, told, statement }]
    })
    const outdone = outdoneTellings(tellings)
    yield* sql.run(outdoneSql, [
      outdone.map(({ entry }) => entry),
      outdone.map(({ statement }) => statement.importId),
      outdone.map(({ statement }) => String(statement.place)),
    ])
    yield* sql.run(claimSql)
    const rows = yield* sql.rows<{ identity: string; import_id: string; place: number; copies: bigint }>(
      "SELECT identity, import_id, place, copies FROM book_claims WHERE statements > 1 AND import_id IS NOT NULL",
    )
    const shared = new Map<string, Array<(typeof rows)[number]>>()
    for (const row of rows) shared.set(row.identity, [...(shared.get(row.identity) ?? []), row])
    const copies = [...shared].map(([identity, claims]) => ({
      identity,
      copies: mostCopies(
        claims.flatMap((claim) => {
          const statement = known.get(`${claim.import_id}/${claim.place}`)
          return statement === undefined ? [] : [{ statement, copies: Number(claim.copies) }]
        }),
      ),
    }))
    yield* sql.run(wantedSql, [copies.map(({ identity }) => identity), copies.map((one) => String(one.copies))])
    yield* sql.run(placedSql)
    yield* sql.run(adoptSql(true))
    yield* sql.run(adoptSql(false))
    yield* sql.run(removedSql)
    yield* sql.run(
      `UPDATE recon.book_statements AS former SET replaced_by = $1 FROM recon.book_statements AS given
       WHERE given.import_id = $1 AND former.book = $2 AND former.place IS NULL AND former.replaced_by IS NULL
         AND NOT EXISTS (SELECT 1 FROM main.book_lines AS l WHERE l.version_import = former.import_id AND l.identity IS NULL AND l.line_id NOT IN (SELECT line_id FROM book_removed))`,
      [importId, book],
    )
    return plan
  })
