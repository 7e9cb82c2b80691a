import { Effect, Either } from "effect"
import { describe, expect, it } from "vitest"
import { parseDefinition } from "../../../src/pipelines/report/definition.ts"
import { reportQuery } from "../../../src/pipelines/report/report-query.ts"

const EXCEPTIONS = `-- title: Exceptions
-- about: Every break that is open,
--   and what each is worth.
-- columns: exception_id text, code text, expected money(currency),
--   actual money (currency), fee money, rows integer, first_seen time
-- order: severity_rank desc, code
--   , exception_id

-- An ordinary comment.
SELECT * FROM recon.exceptions -- all of them
;
`

const parse = (sql: string) => Effect.runSync(Effect.either(parseDefinition("exceptions", sql)))
const parsed = (sql: string) => Either.getOrThrow(parse(sql))
const messageOf = (sql: string) => Either.match(parse(sql), { onLeft: (error) => error.message, onRight: () => "" })

describe("a report definition", () => {
  it("reads its header, with continuations, and the query below", () => {
    expect(parsed(EXCEPTIONS.replace("\n--   , ex", ",\n--   ex"))).toEqual({
      name: "exceptions",
      title: "Exceptions",
      about: "Every break that is open, and what each is worth.",
      columns: [
        { name: "exception_id", type: { kind: "text" } },
        { name: "code", type: { kind: "text" } },
        { name: "expected", type: { kind: "money", currencyColumn: "currency" } },
        { name: "actual", type: { kind: "money", currencyColumn: "currency" } },
        { name: "fee", type: { kind: "money", currencyColumn: null } },
        { name: "rows", type: { kind: "integer" } },
        { name: "first_seen", type: { kind: "time" } },
      ],
      order: [
        { column: "severity_rank", descending: true },
        { column: "code", descending: false },
        { column: "exception_id", descending: false },
      ],
      sql: "-- An ordinary comment.\nSELECT * FROM recon.exceptions -- all of them",
    })
  })

  it("reads Windows line ends", () => {
    const sql = EXCEPTIONS.replace("\n--   , ex", ",\n--   ex")
    expect(parsed(sql.replaceAll("\n", "\r\n"))).toEqual(parsed(sql))
  })

  it("is selected by its columns and ordered by its order, then by every column", () => {
    const sql = "-- title: T\n-- about: A\n-- columns: a text, b money(c), d date\n-- order: z desc, b\nSELECT 1 -- x"
    expect(reportQuery(parsed(sql))).toBe(
      'SELECT "a", "b", "d", "c" FROM (\nSELECT 1 -- x\n) AS report ' +
        'ORDER BY "z" DESC NULLS LAST, "b" ASC NULLS LAST, "a" ASC NULLS LAST, "d" ASC NULLS LAST',
    )
  })

  const minimal = ["-- title: T", "-- about: A", "-- columns: a text, b integer", "-- order: a", "SELECT 1"]
  const withLine = (index: number, line: string) => minimal.map((old, at) => (at === index ? line : old)).join("\n")

  it.each([
    ["an unknown key", withLine(2, "-- colums: a text"), 'exceptions.sql, line 3: unknown header key "colums"'],
    ["a key twice", withLine(1, "-- title: A"), 'line 2: the header says "title" twice'],
    ["a stray comment", withLine(1, "-- hello"), "line 2: this is neither a header key nor a continuation"],
    ["a missing key", minimal.toSpliced(3, 1).join("\n"), 'exceptions.sql: the header does not say "order"'],
    ["an empty key", withLine(0, "-- title:"), 'the header does not say "title"'],
    ["an unknown kind", withLine(2, "-- columns: a text, b float"), 'line 3: "b float" is not a column'],
    ["a column without kind", withLine(2, "-- columns: a text, b"), 'line 3: "b" is not a column'],
    ["a comma too many", withLine(2, "-- columns: a text,, b text"), 'line 3: "" is not a column'],
    ["a column twice", withLine(2, "-- columns: a text,\n--   a text"), 'line 4: "columns" names "a" twice'],
    ["an expression in the order", withLine(3, "-- order: a + 1"), 'line 4: "a + 1" is not a column to order by'],
    ["no query", minimal.slice(0, 4).join("\n"), "there is no query below the header"],
    ["an empty file", "", "there is no query below the header"],
  ])("names the place and the remedy of %s", (_, sql, expected) => {
    expect(messageOf(sql)).toContain(expected)
  })
})
