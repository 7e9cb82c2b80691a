import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { generateWorld } from "../../../src/sandbox/world.ts"
import { Database } from "../../../src/store/database.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { expectWorldStored } from "../../support/world-rows.ts"
import { nightLayer, platformLayer, worldNight } from "../world-night.ts"
import { storeDigest, storeFaults } from "./store-digest.ts"

const start = Date.parse("2026-06-20T00:00:00Z")
const firstNow = Date.parse("2026-06-28T02:30:00Z")
const secondNow = Date.parse("2026-06-29T02:30:00Z")
const seed = 5
const firstWorld = generateWorld({ seed, start, now: firstNow, customers: 2 })
const secondWorld = generateWorld({
  seed,
  start,
  now: secondNow,
  earlierNights: [firstNow],
  customers: 2,
})

/** Small pages and few of them in a commit, so that a night has many commits. */
const pageSize = 40
const inManySteps = { pageSize, pagesPerCommit: 4 }

const copyStore = (from: string, to: string): void => {
  copyFileSync(from, to)
  if (existsSync(`${from}.wal`)) copyFileSync(`${from}.wal`, `${to}.wal`)
}

const contentOf = (file: string): string =>
  [file, `${file}.wal`].map((part) => (existsSync(part) ? readFileSync(part).toString("latin1") : "")).join("\n")

/**
 * A database that copies its files just before and just after each of its commits: byte for byte what a process that is
 * killed at that moment leaves behind.
 */
const photographed = (file: string, folder: string, photos: Array<string>) =>
  Layer.effect(
    Database,
    Effect.map(Database, (database): Database["Type"] => {
      const photograph = Effect.sync(() => {
        const photo = join(folder, `${photos.length}.duckdb`)
        copyStore(file, photo)
        const before = photos.at(-1)
        if (before === undefined || contentOf(before) !== contentOf(photo)) photos.push(photo)
      })
      return {
        ...database,
        transaction: (body) =>
          database.transaction((sql) => Effect.zipLeft(body(sql), photograph)).pipe(Effect.zipLeft(photograph)),
      }
    }),
  ).pipe(Layer.provide(nightLayer(file)), Layer.merge(platformLayer))

describe("a night whose process ends at a commit", () => {
  it.live(
    "is taken up again from there, and the store is as if nothing had happened: at every commit of a second night",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const [base, reference, photosIn] = ["base.duckdb", "reference.duckdb", "photos"].map((name) =>
          join(folder, name),
        )
        if (base === undefined || reference === undefined || photosIn === undefined) return
        mkdirSync(photosIn)
        const out = join(folder, "out")
        yield* worldNight({ world: firstWorld, out }).pipe(Effect.provide(nightLayer(base)))

        copyStore(base, reference)
        const photos: Array<string> = []
        yield* worldNight({ world: secondWorld, out, ...inManySteps }).pipe(
          Effect.provide(photographed(reference, photosIn, photos)),
        )
        const whole = yield* storeDigest.pipe(Effect.provide(nightLayer(reference)))
        expect(photos.length).toBeGreaterThanOrEqual(20)

        let resumed = 0
        for (const photo of photos) {
          yield* Effect.gen(function* () {
            const database = yield* Database
            expect(yield* storeFaults, photo).toEqual([])
            yield* worldNight({ world: secondWorld, out, secondsAfter: 120, pageSize })
            expect(yield* storeFaults, photo).toEqual([])
            const [last, ...others] = yield* database.rows<{ state: string; coverage: string; resumed: number }>(
              "SELECT state, coverage, resumed FROM recon.runs ORDER BY run_id DESC",
            )
            const open = yield* database.rows(
              "SELECT stream, reason FROM recon.coverage WHERE run_id = (SELECT max(run_id) FROM recon.runs) AND state NOT IN ('COMPLETE', 'NOT_APPLICABLE') ORDER BY ALL",
            )
            expect(open, photo).toEqual([])
            expect(last, photo).toMatchObject({ state: "reported", coverage: "COMPLETE" })
            // A run that had read everything is not read again under its own id: it was whole, and a new one follows.
            if (others.length === 1) expect(yield* storeDigest, photo).toEqual(whole)
            resumed += last?.resumed ?? 0
            yield* expectWorldStored(secondWorld)
          }).pipe(Effect.provide(nightLayer(photo)))
        }
        expect(resumed).toBeGreaterThan(10)
      }).pipe(Effect.scoped),
    600_000,
  )
})
