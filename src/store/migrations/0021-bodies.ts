import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const pieces: TableDescription = {
  name: "raw.body_pieces",
  comment:
    "Bodies of pages that are long, in pieces. DuckDB holds 2,048 texts of a column in memory at once, so none may be long.",
  columns: [
    ["body_no", "BIGINT NOT NULL", "The body, as in raw.pages."],
    ["piece", "INTEGER NOT NULL", "The piece's place in it, from 0."],
    ["text", "VARCHAR NOT NULL", "The piece; the body is all of them, one after the other."],
  ],
}

const textColumns: Readonly<Record<string, string>> = {
  run_id: "The run that read the page.",
  customer_id: "The customer of the list.",
  stream: "The list.",
  chain: "The chain of the page, as in raw.pages.",
  part: "As in raw.pages.",
  sequence: "The page''s place in its chain, from 1.",
  text: "The piece, and the thousand characters that follow it.",
}

/** What a query asks of a page's body, however it is kept: whole, of few pages at once; or its text to search in, of any number. */
const queries = [
  `CREATE MACRO raw.body_of(short, number) AS
     coalesce(short, (SELECT string_agg(b.text, '' ORDER BY b.piece) FROM raw.body_pieces AS b WHERE b.body_no = number))`,
  "COMMENT ON MACRO raw.body_of IS 'raw.body_of(body, body_no): the body of a page of raw.pages, whole. Ask for few pages at once.'",
  `CREATE VIEW raw.body_texts AS
     SELECT run_id, customer_id, stream, chain, part, sequence, concat(coalesce(p.body, b.text), left(follows.text, 1000)) AS text
     FROM raw.pages AS p
     LEFT JOIN raw.body_pieces AS b ON b.body_no = p.body_no
     LEFT JOIN raw.body_pieces AS follows ON follows.body_no = b.body_no AND follows.piece = b.piece + 1`,
  "COMMENT ON VIEW raw.body_texts IS 'The bodies of pages to search in: a row for each piece of a body, with the thousand characters that follow it.'",
  ...Object.entries(textColumns).map(([name, comment]) => `COMMENT ON COLUMN raw.body_texts.${name} IS '${comment}'`),
]

/** Bodies that are stored already stay where they are. */
export const bodies: Migration = {
  up: async (db) => {
    const all = [
      ...addColumn(
        "raw.pages",
        "body_no",
        "BIGINT",
        "Where the body is long: its number in raw.body_pieces, and body is NULL.",
      ),
      "COMMENT ON COLUMN raw.pages.body IS 'The body, as text; NULL where it is not UTF-8, and where it is long: then body_no names it.'",
      ...createStatements(pieces),
      ...queries,
    ]
    for (const statement of all) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
