import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { type StreamName, streams } from "../../../src/api/streams.ts"
import type { World } from "../../../src/sandbox/world.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { foundInRows, rightsOf, rowsOf, textsFoundIn } from "./working-folder.ts"

interface Night {
  readonly cwd: string
  readonly ended: Ended
  readonly world: World
}

class HashedNight extends Context.Tag("test/HashedNight")<HashedNight, Night>() {}
class KeptNight extends Context.Tag("test/KeptNight")<KeptNight, Night>() {}

const nightWith = (settings: Readonly<Record<string, unknown>> | null) =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const { env, world } = yield* serveWorld(smallWorld({ breaks: "all" }))
    yield* writeRoster(join(cwd, "customers.csv"), world)
    if (settings !== null) writeFileSync(join(cwd, "tidemark.json"), JSON.stringify(settings))
    const ended = yield* runProgram(["nightly", "--customers", "customers.csv", "--json"], { cwd, env })
    return { cwd, ended, world }
  })

interface Told {
  readonly stream: StreamName
  readonly column: string
  readonly recordId: string
  readonly value: string
}

/** Every value of the world that names a person, with the column that holds it. */
const personalIn = (world: World): ReadonlyArray<Told> =>
  world.customers.flatMap(({ customerId }) =>
    streams.flatMap(({ fields, id, stream }) =>
      fields
        .filter((field) => field.type === "personal")
        .flatMap(({ column, field }) =>
          world.list(customerId, stream).flatMap((record) => {
            const value = record[field]
            return typeof value === "string" ? [{ stream, column, recordId: String(record[id[0]]), value }] : []
          }),
        ),
    ),
  )

/** As typed rows have it: the sandbox's names hold tabs and ends of lines, and a row holds neither. */
const onOneLine = (value: string): string => value.replace(/[\t\r\n]+/g, " ")

/** A text as it is, and as it stands in JSON. */
const spellings = (values: Iterable<string>): ReadonlyArray<string> => [
  ...new Set([...values].flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])),
]

/** What the store holds for each value of the world; values in quarantine have no typed row. */
const storedFor = (file: string, told: ReadonlyArray<Told>) =>
  Effect.gen(function* () {
    const idOf = new Map<string, string>()
    for (const { fields, id, stream } of streams) {
      idOf.set(stream, fields.find((field) => field.field === id[0])?.column ?? "")
    }
    const places = [...new Set(told.map(({ column, stream }) => `${stream} ${column}`))]
    const stored = new Map<string, string>()
    for (const place of places) {
      const [stream = "", column = ""] = place.split(" ")
      const rows = yield* rowsOf<{ id: string; value: string | null }>(
        file,
        `SELECT ${idOf.get(stream)} AS id, ${column} AS value FROM main.${stream}`,
      )
      for (const { id, value } of rows) if (value !== null) stored.set(`${place} ${id}`, value)
    }
    return told.flatMap((one) => {
      const value = stored.get(`${one.stream} ${one.column} ${one.recordId}`)
      return value === undefined ? [] : [{ ...one, stored: value }]
    })
  })

layer(Layer.scoped(HashedNight, nightWith(null)), { excludeTestServices: true, timeout: 120_000 })(
  "personal data, unless the configuration says otherwise,",
  (it) => {
    it.effect("is in no byte of what a night leaves or says", () =>
      Effect.gen(function* () {
        const { cwd, ended, world } = yield* HashedNight
        expect(ended.code).toBe(3)
        const told = personalIn(world)
        expect(new Set(told.map(({ column }) => column))).toEqual(
          new Set(["sender_name", "account_holder_name", "account_number_masked", "label", "display_name", "email"]),
        )
        const texts = spellings(told.map(({ value }) => value))
        expect(texts.filter((text) => ended.stdout.includes(text) || ended.stderr.includes(text))).toEqual([])
        expect(textsFoundIn(cwd, texts)).toEqual([])
      }),
    )

    it.effect("is in no row of the database or the snapshot: not in pages, quarantine, versions or typed tables", () =>
      Effect.gen(function* () {
        const { cwd, world } = yield* HashedNight
        const texts = spellings(personalIn(world).map(({ value }) => value))
        expect(yield* foundInRows(join(cwd, "tidemark.duckdb"), texts)).toEqual([])
        expect(yield* foundInRows(join(cwd, "analytics.duckdb"), texts)).toEqual([])
      }),
    )

    it.effect("stays comparable: equal values have equal hashes, others have others, whatever the table", () =>
      Effect.gen(function* () {
        const { cwd, world } = yield* HashedNight
        const stored = yield* storedFor(join(cwd, "tidemark.duckdb"), personalIn(world))
        expect(stored.length).toBeGreaterThan(50)
        expect(stored.every((one) => /^hash:[0-9a-f]{32}$/.test(one.stored))).toBe(true)
        const hashes = new Map(stored.map((one) => [one.value, one.stored]))
        expect(stored.filter((one) => hashes.get(one.value) !== one.stored)).toEqual([])
        expect(new Set(hashes.values()).size).toBe(hashes.size)
        expect(new Set(stored.map((one) => one.column)).size).toBe(6)
        expect(stored.length).toBeGreaterThan(hashes.size)
      }),
    )

    it.effect("is hashed with a salt that only the owner may read, and that the snapshot does not hold", () =>
      Effect.gen(function* () {
        const { cwd } = yield* HashedNight
        const file = join(cwd, "tidemark.duckdb.salt")
        expect(rightsOf(file)).toBe(0o600)
        const salt = readFileSync(file, "utf8").trim()
        expect(textsFoundIn(cwd, [salt])).toEqual([`tidemark.duckdb.salt: ${salt}`])
        expect(yield* foundInRows(join(cwd, "analytics.duckdb"), [salt])).toEqual([])
      }),
    )
  },
)

layer(Layer.scoped(KeptNight, nightWith({ personalData: "keep" })), { excludeTestServices: true, timeout: 120_000 })(
  "personal data that the configuration keeps",
  (it) => {
    it.effect("is in the typed tables as the API says it, on one line, and in the pages", () =>
      Effect.gen(function* () {
        const { cwd, ended, world } = yield* KeptNight
        expect(ended.code).toBe(3)
        const file = join(cwd, "tidemark.duckdb")
        const told = personalIn(world)
        const stored = yield* storedFor(file, told)
        expect(stored.filter((one) => one.stored !== onOneLine(one.value))).toEqual([])
        expect(stored.filter((one) => one.stored !== one.value).length).toBeGreaterThan(0)
        expect(stored.length).toBeGreaterThan(50)
        const inPages = yield* foundInRows(file, spellings(told.map(({ value }) => value)))
        const names = new Set(told.map(({ value }) => JSON.stringify(value).slice(1, -1)))
        expect([...names].filter((name) => !inPages.includes(`raw.body_texts.text: ${name}`))).toEqual([])
      }),
    )

    it.effect("needs no salt, so that none is made", () =>
      Effect.gen(function* () {
        const { cwd } = yield* KeptNight
        expect(textsFoundIn(cwd, ["hash:"]).filter((found) => found.endsWith(".csv"))).toEqual([])
        expect(() => readFileSync(join(cwd, "tidemark.duckdb.salt"))).toThrow("ENOENT")
      }),
    )
  },
)
