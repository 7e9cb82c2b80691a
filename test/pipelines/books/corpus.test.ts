import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { checks } from "../../../src/pipelines/reconcile/checks.ts"
import { type BooksCase, booksStore, judgeBooks } from "../../support/partner-books.ts"

const folder = fileURLToPath(new URL("./cases/", import.meta.url))

const cases = readdirSync(folder)
  .sort()
  .map((name) => ({ name, books: JSON.parse(readFileSync(`${folder}${name}`, "utf8")) as BooksCase }))

const severityOf = (code: string): string => checks.find((check) => check.code === code)?.severity ?? "unknown"

/** `BOOK_AMBIGUOUS books/L1 (high)`: the severity only where it is not the check's own. */
const written = ({ code, record, severity }: { code: string; record: string; severity: string }): string =>
  severity === severityOf(code) ? `${code} ${record}` : `${code} ${record} (${severity})`

layer(booksStore)("the partner's books:", (it) => {
  for (const { books, name } of cases) {
    it.effect(`${books.it} (${name})`, () =>
      Effect.gen(function* () {
        const { found, judged, matches, others, sentences, tells, unproven } = yield* judgeBooks(books)
        expect(matches).toEqual([...books.matches].sort())
        expect(found.map(written)).toEqual([...books.found].sort())
        expect(others).toEqual(books.others ?? {})
        expect(tells).toEqual(books.tells ?? [])
        const untold = Object.values(others).includes("unproven") ? unproven : {}
        expect(unproven).toEqual(books.unproven ?? untold)
        for (const [record, words] of Object.entries(books.says ?? {})) expect(sentences.get(record)).toContain(words)
        const notes = new Map(judged.map((row) => [`${row.side} ${row.record_id}`, row.note ?? ""]))
        for (const [row, words] of Object.entries(books.notes ?? {})) {
          expect(notes.get(row)).toMatch(words === "" ? /^$/ : words)
        }
        const lines = judged.filter((row) => row.side === "line").map((row) => row.record_id)
        expect(lines.length).toBe(books.books.length)
      }),
    )
  }
})
