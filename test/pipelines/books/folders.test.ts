import { existsSync, readdirSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { playRun, readFolder } from "../../support/book-folder.ts"
import { booksStore } from "../../support/partner-books.ts"

/** Files of banks and what must become of each, where they lie beside the checkout; BOOK_FOLDERS names another place. */
const root =
  process.env.BOOK_FOLDERS === undefined
    ? new URL("../../../../shared/cases/books/", import.meta.url)
    : pathToFileURL(`${process.env.BOOK_FOLDERS}/`)

const folders = (existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [])
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, folder: new URL(`${name}/`, root) }))
  .sort((one, other) => (one.name < other.name ? -1 : 1))

layer(booksStore)("a folder of files", (it) => {
  it.effect("may be missing", () => Effect.void)
  for (const { folder, name } of folders) {
    const content = readFolder(folder)
    for (const run of content?.runs ?? []) {
      it.effect(`${name}: ${run.name}`, () =>
        Effect.gen(function* () {
          if (content !== null) expect(yield* playRun(folder, content, run)).toBe("")
        }),
      )
    }
  }
})
