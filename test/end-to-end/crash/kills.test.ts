import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Random, Ref } from "effect"
import { Database } from "../../../src/store/database.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { expectWorldStored } from "../../support/world-rows.ts"
import { runProgram, startProgram } from "../program/program.ts"
import { serveWorld, smallWorld, writeRoster } from "../program/served-world.ts"
import { storeFaults } from "./store-digest.ts"

/** Kills in all, over as many nights as it takes; a night that was killed so often is let go to its end. */
const killsWanted = 60
const killsANight = 20

/** How many requests a process may make at most before it is killed; fewer mean more kills for each night. */
const mostRequests = 16

const reading = (db: string) => Database.layer({ file: db, access: "read", memoryLimit: "512MB" })

/**
 * One night over a world that is killed with SIGKILL again and again, each time when the API has answered a random number
 * of requests and a random while has passed, and begun again, until it ends by itself. Yields how often it was killed.
 */
const nightUnderFire = (seed: number) =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const db = join(cwd, "tidemark.duckdb")
    const world = smallWorld({ seed, customers: 3, days: 20 })
    const answered = yield* Ref.make(0)
    const { env } = yield* serveWorld(world, {
      latencyMillis: 2,
      disturb: (_, answer) =>
        Effect.zipLeft(
          answer,
          Ref.update(answered, (count) => count + 1),
        ),
    })
    yield* writeRoster(join(cwd, "customers.csv"), world)
    const place = { cwd, env }
    const args = ["nightly", "--customers", "customers.csv", "--config", "small-pages.json", "--quiet"]
    yield* Effect.promise(async () => {
      const { writeFile } = await import("node:fs/promises")
      await writeFile(
        join(cwd, "small-pages.json"),
        JSON.stringify({ pageSize: 20, concurrency: 3, personalData: "keep" }),
      )
    })

    const kill = Effect.scoped(
      Effect.gen(function* () {
        const [requests, moment] = yield* Effect.all([
          Random.nextIntBetween(0, mostRequests),
          Random.nextIntBetween(0, 400),
        ])
        yield* Ref.set(answered, 0)
        const night = yield* startProgram(args, place)
        const due = Effect.repeat(Effect.zipRight(Effect.sleep(2), Ref.get(answered)), {
          until: (count) => count >= requests,
        }).pipe(Effect.zipRight(Effect.sleep(moment)), Effect.zipRight(night.send("SIGKILL")))
        yield* Effect.race(Effect.zipRight(due, Effect.never), night.ended)
        return yield* night.ended
      }),
    )
    let kills = 0
    for (;;) {
      const ended = yield* kills < killsANight ? kill : runProgram(args, place)
      if (ended.signal !== "SIGKILL") {
        expect(ended).toMatchObject({ code: 0, stderr: "" })
        break
      }
      kills++
      expect(
        yield* storeFaults.pipe(
          Effect.provide(reading(db)),
          Effect.catchTag("StoreError", (error) =>
            // Killed before it had a store.
            error.reason === "Missing" ? Effect.succeed([]) : Effect.fail(error),
          ),
        ),
      ).toEqual([])
    }

    yield* Effect.gen(function* () {
      const database = yield* Database
      expect(yield* storeFaults).toEqual([])
      expect(yield* expectWorldStored(world)).toBeGreaterThan(0)
      const versions = yield* database.rows("SELECT stream, record_id FROM main.superseded_versions")
      expect(versions).toEqual([])
      const [run] = yield* database.rows("SELECT coverage, state FROM recon.runs ORDER BY run_id DESC LIMIT 1")
      expect(run).toEqual({ coverage: "COMPLETE", state: "reported" })
    }).pipe(Effect.provide(reading(db)))
    // What was read under fire is proven like anything else.
    expect((yield* runProgram(["runs"], place)).code).toBe(0)
    return kills
  }).pipe(Effect.scoped, Effect.withRandom(Random.make(seed)))

describe("a night that is killed (SIGKILL) at random moments and begun again", () => {
  it.live(
    "ends with every record of the world once, no half page, and a history without a change that never was",
    () =>
      Effect.gen(function* () {
        let kills = 0
        for (let seed = 1; kills < killsWanted; seed++) kills += yield* nightUnderFire(seed)
        expect(kills).toBeGreaterThanOrEqual(killsWanted)
      }),
    900_000,
  )
})
