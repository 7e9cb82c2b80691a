import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { bookFileOf } from "../../src/cli/commands/books/book-file.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

it.effect.each([
  [
    "books.xlsx",
    "PK\u0003\u0004",
    "is a workbook (XLSX) or another ZIP archive; save its sheet as CSV UTF-8, or unpack it",
  ],
  ["march.sta", ":20:940\r\n:25:DE30/EUR\r\n", "is a statement as MT940; ask the bank for CAMT.053 or CSV"],
  ["march.txt", ":20:940\r\n:25:DE30/EUR\r\n", "is a statement as MT940; ask the bank for CAMT.053 or CSV"],
  ["march.csv", "<?xml version='1.0'?><Document/>", "is XML; import a bank statement with --format camt053"],
  ["march.dat", "id;day\n", "its extension does not say how it is written; give --format"],
  ["empty.dat", "", "its extension does not say how it is written; give --format"],
])(
  "a file of another kind than its extension says, or whose extension says nothing, is named by how it begins: %s",
  ([name = "", text = "", sentence]) =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, name)
      writeFileSync(file, text)
      const error = yield* Effect.flip(bookFileOf(file, null))
      expect(error.message).toContain(sentence)
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer)),
)
