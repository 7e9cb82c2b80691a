import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { inPieces } from "../../src/store/body-pieces.ts"
import { Database } from "../../src/store/database.ts"
import { makePageLoader } from "../../src/store/load-pages.ts"
import { loadPage, sha256 } from "../support/pages.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

it("keeps a short body as one text", () => {
  expect(inPieces("")).toBeNull()
  expect(inPieces("x".repeat(32_768))).toBeNull()
  expect(inPieces("é".repeat(16_385))).toHaveLength(3)
})

it("cuts no character in two, wherever one lies", () => {
  for (const before of [0, 1, 2, 3]) {
    const body = `${"x".repeat(before)}${"😀".repeat(40_000)}`
    const pieces = inPieces(body) ?? []
    expect(pieces.join("")).toBe(body)
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true)
  }
})

const mark = (page: number): string => `number ${String(page).padStart(4, "0")}`

/** 1 MB, with its mark over the end of its first piece. */
const largeBody = (page: number): string => `${"x".repeat(8_186)}${mark(page)}${"y".repeat(1_000_000)}`

const storeIn = (memoryLimit: string) =>
  Layer.unwrapScoped(
    Effect.map(temporaryFolder, (folder) =>
      Database.layer({ file: join(folder, "store.duckdb"), access: "write", memoryLimit }),
    ),
  )

const load = makePageLoader([], "data")

const stored = (sequences: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const database = yield* Database
    for (const sequence of sequences) {
      const page = loadPage("entries", [], { kept: largeBody(sequence), loadable: "{}", sequence })
      yield* database.transaction((sql) => load(sql, "run-1", [page]))
    }
  })

const hashes = "SELECT sequence, sha256(raw.body_of(body, body_no)) AS of FROM raw.pages"

it.scoped("gives a long body back whole, finds what stands in it, and stores no long text", () =>
  Effect.gen(function* () {
    const { rows } = yield* Database
    yield* stored([1, 2, 3])
    expect(yield* rows(`${hashes} ORDER BY sequence`)).toEqual(
      [1, 2, 3].map((sequence) => ({ sequence, of: sha256(largeBody(sequence)) })),
    )
    // It lies over the end of a piece.
    expect(yield* rows(`SELECT sequence FROM raw.body_texts WHERE contains(text, '${mark(2)}')`)).toEqual([
      { sequence: 2 },
    ])
    // 2,048 such texts are held in memory at once, twice while they are compressed: half of the usual limit, 256 MB.
    const [longest] = yield* rows<{ piece: bigint; body: bigint | null }>(
      "SELECT (SELECT max(strlen(text)) FROM raw.body_pieces) AS piece, (SELECT max(strlen(body)) FROM raw.pages) AS body",
    )
    expect(longest).toEqual({ piece: 8_192n, body: null })
  }).pipe(Effect.provide(storeIn("512MB"))),
)

it("stores pages that together are larger than DuckDB's memory", () =>
  Effect.gen(function* () {
    const { rows, run } = yield* Database
    yield* run("SET threads = 1")
    yield* stored(Array.from({ length: 300 }, (_, nth) => nth + 1))
    yield* run("CHECKPOINT")
    // One page is asked for: whoever asks for all of them has all of them in memory.
    expect(yield* rows(`${hashes} WHERE sequence = 200`)).toEqual([{ sequence: 200, of: sha256(largeBody(200)) }])
  }).pipe(Effect.provide(storeIn("256MB")), Effect.scoped, Effect.runPromise))
