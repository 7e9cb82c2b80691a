import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { personalDataOf } from "../../src/cli/salt.ts"
import { defaultConfiguration } from "../../src/pipelines/configuration/settings.ts"
import { ledgerStore } from "../support/ledger-case.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const salted = (db: string) => personalDataOf(defaultConfiguration, db)

layer(Layer.mergeAll(ledgerStore, NodeContext.layer))("the salt of personal data", (it) => {
  it.scoped("is made once and found again, with or without a line's end", () =>
    Effect.gen(function* () {
      const db = join(yield* temporaryFolder, "tidemark.duckdb")
      const made = yield* salted(db)
      const text = readFileSync(`${db}.salt`, "utf8")
      expect(made).toEqual({ _tag: "Hash", salt: Redacted.make(text) })
      writeFileSync(`${db}.salt`, `${text}\n`)
      expect(yield* salted(db)).toEqual(made)
    }),
  )

  it.scoped("is made anew where a full disk left its file empty", () =>
    Effect.gen(function* () {
      const db = join(yield* temporaryFolder, "tidemark.duckdb")
      writeFileSync(`${db}.salt`, "")
      yield* salted(db)
      expect(readFileSync(`${db}.salt`, "utf8")).toMatch(/^[0-9a-f-]{72}$/)
    }),
  )

  it.scoped("is refused, and left as it is, where the file holds something else", () =>
    Effect.gen(function* () {
      const db = join(yield* temporaryFolder, "tidemark.duckdb")
      yield* salted(db)
      const text = readFileSync(`${db}.salt`, "utf8")
      for (const other of ["x", text.slice(1), text.replace("-", "x"), `${text}${text}`]) {
        writeFileSync(`${db}.salt`, other)
        const error = yield* Effect.flip(salted(db))
        expect(error).toMatchObject({ _tag: "UsageError" })
        expect(error.message).toBe(
          `${db}.salt: is not a salt that tidemark wrote; put back the old file from a backup, or remove it (hashes of personal data will then not be equal to those of earlier nights)`,
        )
        expect(readFileSync(`${db}.salt`, "utf8")).toBe(other)
      }
    }),
  )
})
