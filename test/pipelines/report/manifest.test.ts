import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { Effect, Option } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  findPreviousManifest,
  type Manifest,
  readManifest,
  writeManifest,
} from "../../../src/pipelines/report/manifest.ts"

let out: string
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "tidemark-manifest-"))
})
afterEach(() => rmSync(out, { recursive: true }))

const run = <A, E>(effect: Effect.Effect<A, E, NodeContext.NodeContext>) =>
  Effect.runPromise(Effect.provide(effect, NodeContext.layer))

const hash = "0".repeat(64)
const manifest: Manifest = {
  version: 1,
  run_id: "r1",
  night: "2024-01-02",
  produced_at: "2024-01-02T03:04:05Z",
  verdict: "EXCEPTIONS",
  coverage: { COMPLETE: 10, NOT_APPLICABLE: 2, PARTIAL: 0, DENIED: 0, FAILED: 0 },
  files: [{ name: "a.csv", title: "A", sha256: hash, bytes: 12, rows: 1 }],
  control_totals: [{ currency: "EUR", posted: "-12345678901234567890.000000000000000001", expected: "0" }],
  configuration_sha256: hash,
  previous_manifest_sha256: null,
}

const night = (date: string, runId: string) => {
  const folder = join(out, date, runId)
  mkdirSync(folder, { recursive: true })
  return folder
}

describe("a manifest", () => {
  it("is sorted JSON that ends in a line break, and reads back", async () => {
    const { file, sha256 } = await run(writeManifest(out, manifest))
    const text = readFileSync(file, "utf8")
    expect(text).toMatch(/^\{\n {2}"configuration_sha256": .*\n\}\n$/s)
    expect(sha256).toBe(createHash("sha256").update(text).digest("hex"))
    expect(await run(readManifest(file))).toEqual(manifest)
    expect(readdirSync(out)).toEqual(["manifest.json"])
  })

  it("is the same bytes whatever the order of its keys", async () => {
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as unknown as Manifest
    expect((await run(writeManifest(out, reversed))).sha256).toBe((await run(writeManifest(out, manifest))).sha256)
  })

  it.each<[string, Partial<Manifest>]>([
    ["a control total that is no decimal", { control_totals: [{ currency: "EUR", posted: "1e5" }] }],
    ["a hash that is none", { configuration_sha256: "abc" }],
    ["a negative count", { files: [{ name: "a", title: "A", sha256: hash, bytes: -1, rows: 0 }] }],
  ])("is refused for %s", async (_, wrong) => {
    const error = await run(Effect.flip(writeManifest(out, { ...manifest, ...wrong })))
    expect(error.reason).toBe("Invalid")
    expect(readdirSync(out)).toEqual([])
  })
})

describe("the previous manifest", () => {
  it("is absent on the first night, and where there is no folder yet", async () => {
    expect(await run(findPreviousManifest(out, "r1"))).toEqual(Option.none())
    expect(await run(findPreviousManifest(join(out, "none"), "r1"))).toEqual(Option.none())
  })

  it("is that of the newest complete run other than this one", async () => {
    await run(writeManifest(night("2024-01-01", "r1"), manifest))
    const { file, sha256 } = await run(writeManifest(night("2024-01-02", "r2"), { ...manifest, run_id: "r2" }))
    await run(writeManifest(night("2024-01-03", "r4"), manifest))
    await run(writeManifest(night("2024-01-03", ".partial-r9"), manifest))
    night("2024-01-03", "r3")
    symlinkSync(join("2024-01-03", "r4"), join(out, "latest"))
    writeFileSync(join(out, "notes.txt"), "mine")
    expect(await run(findPreviousManifest(out, "r4"))).toEqual(Option.some({ file, runId: "r2", sha256 }))
  })
})
