import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { buildFolder, pointLatest } from "../../../src/pipelines/report/atomic-folder.ts"

let out: string
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "tidemark-folder-"))
})
afterEach(() => rmSync(out, { recursive: true }))

const run = <A, E>(effect: Effect.Effect<A, E, NodeContext.NodeContext>) =>
  Effect.runPromise(Effect.provide(effect, NodeContext.layer))

const put = (content: string) => (folder: string) => Effect.sync(() => writeFileSync(join(folder, "a.csv"), content))

describe("an atomic folder", () => {
  it("appears whole, with the folders above it", async () => {
    const target = join(out, "2024-01-02", "run1")
    await run(
      buildFolder(target, (folder) =>
        Effect.sync(() => {
          expect(existsSync(target)).toBe(false)
          writeFileSync(join(folder, "a.csv"), "1")
        }),
      ),
    )
    expect(readFileSync(join(target, "a.csv"), "utf8")).toBe("1")
    expect(readdirSync(join(out, "2024-01-02"))).toEqual(["run1"])
  })

  it("replaces the one before, and leaves nothing of it", async () => {
    const target = join(out, "run1")
    mkdirSync(target)
    writeFileSync(join(target, "old.csv"), "0")
    await run(buildFolder(target, put("2")))
    expect(readdirSync(target)).toEqual(["a.csv"])
    expect(readdirSync(out)).toEqual(["run1"])
  })

  it("leaves what was there when the building fails or dies", async () => {
    const target = join(out, "run1")
    await run(buildFolder(target, put("1")))
    const failed = buildFolder(target, (folder) => Effect.zipRight(put("2")(folder), Effect.fail("no" as const)))
    expect(await run(Effect.flip(failed))).toBe("no")
    await run(Effect.exit(buildFolder(target, () => Effect.die("bug"))))
    expect(readFileSync(join(target, "a.csv"), "utf8")).toBe("1")
    expect(readdirSync(out)).toEqual(["run1"])
  })

  it("removes what an earlier crash left, and puts back what it was about to replace", async () => {
    mkdirSync(join(out, ".partial-run0"))
    mkdirSync(join(out, ".replaced-run0"))
    writeFileSync(join(out, ".replaced-run0", "a.csv"), "0")
    await run(buildFolder(join(out, "run1"), put("1")))
    expect(readdirSync(out).sort()).toEqual(["run0", "run1"])
    expect(readFileSync(join(out, "run0", "a.csv"), "utf8")).toBe("0")
  })
})

describe("latest", () => {
  it("is a relative link, moved from night to night", async () => {
    for (const name of ["run1", "run2"]) {
      const target = join(out, "2024-01-02", name)
      await run(buildFolder(target, put(name)))
      await run(pointLatest(out, target))
      expect(readlinkSync(join(out, "latest"))).toBe(join("2024-01-02", name))
      expect(readFileSync(join(out, "latest", "a.csv"), "utf8")).toBe(name)
    }
    expect(readdirSync(out).sort()).toEqual(["2024-01-02", "latest"])
  })

  it("replaces a link whose target is gone", async () => {
    await run(buildFolder(join(out, "run1"), put("1")))
    await run(pointLatest(out, join(out, "gone")))
    await run(pointLatest(out, join(out, "run1")))
    expect(readlinkSync(join(out, "latest"))).toBe("run1")
  })

  it("says what stands in the way of a night's folder, and what to do", async () => {
    writeFileSync(join(out, "2024-01-02"), "mine")
    const error = await run(Effect.flip(buildFolder(join(out, "2024-01-02", "run1"), put("1"))))
    expect(error.message).toMatch(
      /run1 could not be put in place \(.*EEXIST.*\); something else has its name, or that of a folder on the way to it: move that away, and run the same command again$/,
    )
  })

  it.each([
    ["folder", () => mkdirSync(join(out, "latest"))],
    ["file", () => writeFileSync(join(out, "latest"), "mine")],
  ])("is refused where somebody has a %s of that name", async (_, make) => {
    make()
    await run(buildFolder(join(out, "run1"), put("1")))
    const error = await run(Effect.flip(pointLatest(out, join(out, "run1"))))
    expect(error).toMatchObject({ _tag: "AtomicFolderError", reason: "LatestIsNotALink" })
    expect(existsSync(join(out, "latest"))).toBe(true)
  })
})
