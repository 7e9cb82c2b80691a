import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { streams } from "../src/api/streams.ts"

const src = fileURLToPath(new URL("../src", import.meta.url))

interface SourceFile {
  /** Within src, with forward slashes: `api/signing.ts`. */
  readonly file: string
  readonly text: string
  /** What it imports from src, as `file` is written. */
  readonly imports: ReadonlyArray<string>
}

const sourceFiles: ReadonlyArray<SourceFile> = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => {
    const text = readFileSync(join(src, name), "utf8")
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) =>
      relative(src, join(src, dirname(name), path))
        .split(sep)
        .join("/"),
    )
    return { file: name.split(sep).join("/"), text, imports }
  })

const familyOf = (file: string): string => (file.includes("/") ? file.slice(0, file.indexOf("/")) : file)

/** What a family may not know. */
const forbidden: Readonly<Record<string, ReadonlyArray<string>>> = {
  api: ["store", "pipelines", "sandbox", "cli", "main.ts"],
  store: ["api", "pipelines", "sandbox", "cli", "main.ts"],
  pipelines: ["sandbox", "cli", "main.ts"],
  sandbox: ["store", "pipelines", "cli", "main.ts"],
  cli: ["main.ts"],
}

/** The code without its comments; a string is not a place where these rules are broken. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "")

const filesThatMatch = (pattern: RegExp): ReadonlyArray<string> =>
  sourceFiles.filter(({ text }) => pattern.test(codeOf(text))).map(({ file }) => file)

describe("the source", () => {
  it("is found, and its imports are understood", () => {
    expect(new Set(sourceFiles.map(({ file }) => familyOf(file)))).toEqual(
      new Set([...Object.keys(forbidden), "main.ts"]),
    )
    const files = new Set(sourceFiles.map(({ file }) => file))
    expect(sourceFiles.flatMap(({ imports }) => imports).filter((path) => !files.has(path))).toEqual([])
    expect(sourceFiles.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })

  it("imports in one direction: cli, then pipelines, then api and store, which do not know each other", () => {
    const wrong = sourceFiles.flatMap(({ file, imports }) =>
      imports.filter((path) => forbidden[familyOf(file)]?.includes(familyOf(path))).map((path) => `${file} → ${path}`),
    )
    expect(wrong).toEqual([])
  })

  it("has no two rooms of pipelines that import each other", () => {
    const room = (file: string): string => file.split("/")[1] ?? file
    const doors = sourceFiles
      .filter(({ file }) => familyOf(file) === "pipelines")
      .flatMap(({ file, imports }) =>
        imports.filter((path) => familyOf(path) === "pipelines").map((path) => [room(file), room(path)] as const),
      )
    const both = doors.filter(([from, to]) => from < to && doors.some(([a, b]) => a === to && b === from))
    expect(doors.length).toBeGreaterThan(50)
    expect([...new Set(both.map(([from, to]) => `${from} ↔ ${to}`))]).toEqual([])
  })

  it("runs effects in main alone", () => {
    expect(filesThatMatch(/\brun(Promise|Sync|Fork|Callback|Main)(Exit)?\b/)).toEqual(["main.ts"])
  })

  it("takes time and chance from services", () => {
    expect(filesThatMatch(/\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)|\bMath\.random\b/)).toEqual([])
  })
})

describe("the SQL", () => {
  const folders = [src, fileURLToPath(new URL("../reports", import.meta.url))]
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(sql|ts)$/.test(name))
      .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") })),
  )

  it("does not wait for a concat that is NULL: DuckDB leaves NULL out of it, and half a sentence stays", () => {
    expect(files.filter(({ name }) => name.endsWith(".sql")).length).toBeGreaterThan(100)
    expect(files.filter(({ text }) => /coalesce\(\s*concat(_ws)?\(/i.test(text)).map(({ name }) => name)).toEqual([])
  })
})

describe("the table of streams", () => {
  it("names each stream and each path once", () => {
    expect(new Set(streams.map(({ stream }) => stream)).size).toBe(streams.length)
    expect(new Set(streams.map(({ path }) => path)).size).toBe(streams.length)
  })

  it.each(streams.map((row) => [row.stream, row] as const))("identifies %s by fields that it lists", (_stream, row) => {
    const fields: ReadonlyArray<string> = row.fields.map(({ field }) => field)
    const columns = row.fields.map(({ column }) => column)
    expect(row.id.filter((name) => !fields.includes(name))).toEqual([])
    expect(row.id.length).toBeGreaterThan(0)
    expect(fields).toContain("customerId")
    expect(new Set(fields).size).toBe(fields.length)
    expect(new Set(columns).size).toBe(columns.length)
    const first = row.fields.find(({ field }) => field === row.id[0])
    expect(first?.required).toBe(true)
  })
})
