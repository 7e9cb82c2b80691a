import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { canMount, smallDisk } from "../../support/small-disk.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, type Place, runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { filesIn, namesIn, rowsOf, sha256 } from "./working-folder.ts"

/** A store on a disk of its own after a whole night; reports and roster lie elsewhere. */
const storeOnSmallDisk = Effect.gen(function* () {
  const disk = yield* smallDisk
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld())
  yield* writeRoster(join(cwd, "customers.csv"), world)
  const db = join(disk.folder, "tidemark.duckdb")
  const place: Place = { cwd, env }
  const nightly = runProgram(["nightly", "--db", db, "--customers", "customers.csv", "--quiet"], place)
  expect(yield* nightly).toMatchObject({ code: 0, stderr: "" })
  return { cwd, db, disk, nightly, place, snapshot: join(disk.folder, "analytics.duckdb"), world }
})

const saysThatItIsFull = (ended: Ended, what: string) => {
  expect(ended).toMatchObject({ code: 1, stdout: "" })
  expect(ended.stderr).toMatch(
    /^tidemark: the disk is full.*; free some space there and run the same command again; nothing that was committed is lost\n$/,
  )
  expect(ended.stderr).toContain(what)
}

/** Analysts go on with the snapshot of the last whole run. */
const analystsAreServed = (db: string, place: Place) =>
  Effect.gen(function* () {
    const runs = yield* runProgram(["runs", "--json", "--db", db], place)
    expect(runs).toMatchObject({ code: 0, stderr: "" })
    expect(JSON.parse(runs.stdout)).toMatchObject([{ state: "reported", coverage: "COMPLETE" }])
    const sql = yield* runProgram(["sql", "--db", db, "--format", "csv", "SELECT 1 AS one"], place)
    expect(sql).toMatchObject({ code: 0, stdout: "one\r\n1\r\n" })
  })

describe.skipIf(!canMount)("a disk that is full (needs the right to mount)", () => {
  it.scopedLive(
    "while pages are loaded: says so, keeps what was committed, and the same night succeeds with space",
    () =>
      Effect.gen(function* () {
        const { db, disk, nightly, place, snapshot, world } = yield* storeOnSmallDisk
        const published = sha256(readFileSync(snapshot))
        yield* disk.fill(200_000)
        saysThatItIsFull(yield* nightly, "tidemark.duckdb")
        yield* analystsAreServed(db, place)
        expect(sha256(readFileSync(snapshot))).toBe(published)
        expect(existsSync(`${db}.lock`)).toBe(false)

        yield* disk.empty
        expect(yield* nightly).toMatchObject({ code: 0, stderr: "" })
        const sent = world.customers.flatMap(({ customerId }) => world.list(customerId, "transactions")).length
        expect(sent).toBeGreaterThan(0)
        const stored = "SELECT count(*)::INT AS rows, count(DISTINCT transaction_id)::INT AS ids FROM main.transactions"
        expect(yield* rowsOf(db, stored)).toEqual([{ rows: sent, ids: sent }])
      }),
  )

  it.scopedLive("before the first page: says so, and the first night succeeds with space", () =>
    Effect.gen(function* () {
      const disk = yield* smallDisk
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld({ days: 2 }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      const db = join(disk.folder, "tidemark.duckdb")
      const nightly = runProgram(["nightly", "--db", db, "--customers", "customers.csv", "--quiet"], { cwd, env })
      yield* disk.fill(0)
      saysThatItIsFull(yield* nightly, "tidemark.duckdb")
      yield* disk.empty
      expect(yield* nightly).toMatchObject({ code: 0, stderr: "" })
      expect(readFileSync(`${db}.salt`, "utf8")).toMatch(/^[0-9a-f-]{72}$/)
    }),
  )

  it.scopedLive(
    "while the snapshot is published: says so, the last one stays, and the next is put in place with space",
    () =>
      Effect.gen(function* () {
        const { cwd, db, disk, place, snapshot } = yield* storeOnSmallDisk
        const published = sha256(readFileSync(snapshot))
        const before = [...namesIn(disk.folder), ".ballast"].sort()
        // A report changes next to nothing in the store, so what does not fit is the copy.
        yield* disk.fill(statSync(snapshot).size / 2)
        const report = runProgram(["report", "--db", db, "--quiet"], place)
        saysThatItIsFull(yield* report, "analytics.duckdb")
        expect(sha256(readFileSync(snapshot))).toBe(published)
        expect(namesIn(disk.folder)).toEqual(before)
        yield* analystsAreServed(db, place)
        expect(existsSync(join(cwd, "tidemark-out", "latest", "manifest.json"))).toBe(true)

        yield* disk.empty
        expect(yield* report).toMatchObject({ code: 0, stderr: "" })
        expect(namesIn(disk.folder)).toEqual(before.filter((name) => name !== ".ballast"))
      }),
  )

  it.scopedLive("while reports are written: says which, leaves no half ones, and writes them with space", () =>
    Effect.gen(function* () {
      const { db, place } = yield* storeOnSmallDisk
      const other = yield* smallDisk
      const out = join(other.folder, "out")
      const report = runProgram(["report", "--db", db, "--out", out, "--quiet"], place)
      yield* other.fill(20_000)
      saysThatItIsFull(yield* report, out)
      expect(filesIn(out)).toEqual([])
      yield* analystsAreServed(db, place)

      yield* other.empty
      expect(yield* report).toMatchObject({ code: 0, stderr: "" })
      expect(filesIn(out).some((file) => file.endsWith("manifest.json"))).toBe(true)
    }),
  )
})

describe.skipIf(!canMount)("a folder that cannot be written (needs the right to mount)", () => {
  it.scopedLive("ends a night with 2 and names what to check, and analysts read on", () =>
    Effect.gen(function* () {
      const { db, disk, nightly, place } = yield* storeOnSmallDisk
      yield* disk.readOnly
      const ended = yield* nightly
      expect(ended.stderr).toMatch(/^tidemark: .*tidemark\.duckdb.*\n$/)
      expect(ended.stderr).toContain("check the rights of the file and its folder")
      expect(ended.code).toBe(2)
      yield* analystsAreServed(db, place)
    }),
  )

  it.scopedLive("is refused as --out with 2 before anything is read", () =>
    Effect.gen(function* () {
      const disk = yield* smallDisk
      const cwd = yield* temporaryFolder
      const asked: Array<string> = []
      const { env, world } = yield* serveWorld(smallWorld({ days: 1 }), {
        onRequest: ({ url }) => void asked.push(url),
      })
      yield* writeRoster(join(cwd, "customers.csv"), world)
      yield* disk.readOnly
      const ended = yield* runProgram(["nightly", "--customers", "customers.csv", "--out", disk.folder], { cwd, env })
      expect(ended).toMatchObject({ code: 2, stdout: "" })
      expect(ended.stderr).toMatch(/^tidemark: --out .*cannot be written.*\n$/)
      expect(asked).toEqual([])
    }),
  )
})
