import { chmodSync, chownSync, lstatSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { snapshotStore } from "../../src/cli/open-store.ts"
import { Database } from "../../src/store/database.ts"
import { publishSnapshot, sealedSnapshot, snapshotName } from "../../src/store/snapshot.ts"
import { StoreError } from "../../src/store/store-error.ts"
import { openElsewhere } from "../support/other-process.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

/** Fifty by `npm run test:long`. */
const nightsOfTools = process.env.TIDEMARK_TESTS === "long" ? 50 : 9

const using = <A, E, R>(file: string, use: Effect.Effect<A, E, R>, access: "read" | "write" = "write") =>
  Effect.provide(use, Database.layer({ file, access, memoryLimit: "256MB" }))

const statement = (text: string) => Effect.flatMap(Database, (database) => database.run(text))
const put = (setting: string) => statement(`INSERT INTO recon.settings VALUES ('run-1', '${setting}', '', TRUE)`)
const names = Effect.flatMap(Database, (database) =>
  Effect.map(database.rows<{ setting: string }>("SELECT setting FROM recon.settings ORDER BY setting"), (rows) =>
    rows.map((row) => row.setting),
  ),
)

const store = Effect.map(temporaryFolder, (folder) => {
  const file = join(folder, "tidemark.duckdb")
  const publish = Effect.flatMap(Database, publishSnapshot)
  return {
    folder,
    file,
    snapshot: join(folder, snapshotName),
    publishWith: (setting: string) => using(file, Effect.zipRight(put(setting), publish)),
    /** As sql, runs and exceptions list read it. */
    asPublished: Effect.provide(names, snapshotStore(file, "any version")).pipe(Effect.provide(NodeContext.layer)),
  }
})

describe("the published snapshot", () => {
  it.scopedLive("replaces the last one whole, and a reader keeps the file that it has open", () =>
    Effect.gen(function* () {
      const { asPublished, folder, publishWith, snapshot } = yield* store
      expect(yield* publishWith("first night")).toBe(snapshot)
      const reading = Effect.gen(function* () {
        const before = yield* names
        yield* publishWith("second night")
        return [before, yield* names]
      })
      expect(yield* using(snapshot, reading, "read")).toEqual([["first night"], ["first night"]])
      expect(yield* using(snapshot, names, "read")).toEqual(["first night", "second night"])
      expect(yield* asPublished).toEqual(["first night", "second night"])
      const left = readdirSync(folder).map((name) => name.replace(/[0-9a-f]{8}/, "n"))
      expect(left.sort()).toEqual([".analytics-n.duckdb", ".analytics-n.sealed", snapshotName, "tidemark.duckdb"])
    }),
  )

  it.scopedLive(
    "is what was published, whatever another tool that had it open for writing left in its log",
    () =>
      Effect.gen(function* () {
        const { asPublished, publishWith, snapshot } = yield* store
        const nights = ["night 0"]
        yield* publishWith("night 0")
        for (let night = 1; night <= nightsOfTools; night++) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const tool = yield* openElsewhere(snapshot)
              const write = Effect.zipRight(
                tool.run("DELETE FROM recon.settings"),
                tool.run("INSERT INTO recon.settings VALUES ('stranger', 'not ours', '', TRUE)"),
              )
              // It dies before the publication; or lives on, and writes after it.
              const writesBefore = night % 3 !== 2
              if (writesBefore) yield* write
              if (night % 3 === 0) yield* tool.kill
              expect(yield* asPublished).toEqual(nights)
              nights.push(`night ${night}`)
              nights.sort()
              yield* publishWith(`night ${night}`)
              if (!writesBefore) yield* write
              if (night % 3 !== 0) yield* tool.kill
            }),
          )
          expect(yield* using(snapshot, names, "read")).toEqual(nights)
          expect(yield* asPublished).toEqual(nights)
        }
      }),
    300_000,
  )

  it.scopedLive("takes the place of one of an earlier version, and of the log beside it", () =>
    Effect.gen(function* () {
      const { asPublished, publishWith, snapshot } = yield* store
      yield* using(snapshot, put("of an earlier version"))
      const tool = yield* openElsewhere(snapshot)
      yield* tool.run("INSERT INTO recon.settings VALUES ('stranger', 'not ours', '', TRUE)")
      yield* tool.kill
      yield* publishWith("tonight")
      expect(lstatSync(snapshot).isSymbolicLink()).toBe(true)
      expect(yield* using(snapshot, names, "read")).toEqual(["tonight"])
      expect(yield* asPublished).toEqual(["tonight"])
    }),
  )

  it.scopedLive("keeps the rights and the group that an operator gave it", () =>
    Effect.gen(function* () {
      const { publishWith, snapshot } = yield* store
      yield* publishWith("first night")
      expect(statSync(snapshot).mode & 0o007).toBe(0)
      chmodSync(snapshot, 0o644)
      const isRoot = process.getuid?.() === 0
      if (isRoot) chownSync(snapshot, 0, 4711)
      yield* publishWith("second night")
      const sealed = (yield* sealedSnapshot(snapshot)) ?? "none"
      for (const file of [snapshot, sealed]) {
        expect(statSync(file).mode & 0o777).toBe(0o644)
        if (isRoot) expect(statSync(file).gid).toBe(4711)
      }
    }),
  )

  it.scopedLive("is read from itself where the sealed copy did not come along", () =>
    Effect.gen(function* () {
      const { asPublished, publishWith, snapshot } = yield* store
      yield* publishWith("first night")
      rmSync((yield* sealedSnapshot(snapshot)) ?? "none")
      expect(yield* asPublished).toEqual(["first night"])
    }),
  )

  it.scopedLive("leaves nothing half where it cannot be put in place", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const missing = join(folder, "gone", "tidemark.duckdb")
      const exit = yield* Effect.exit(
        using(
          ":memory:",
          Effect.flatMap(Database, (database) => publishSnapshot({ ...database, file: missing })),
        ),
      )
      const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      expect(error).toBeInstanceOf(StoreError)
      expect(readdirSync(folder)).toEqual([])
    }),
  )
})
