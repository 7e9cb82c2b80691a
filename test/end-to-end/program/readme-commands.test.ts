import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { bookCodes } from "../../../src/sandbox/books/book-code.ts"
import { booksOf } from "../../../src/sandbox/books/books.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { programFile } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { rowsOf } from "./working-folder.ts"

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8")

/** Every line of the README's shell blocks, in order. */
const lines = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.trimEnd().split("\n"))

/** Lines that this test does not run, by how they begin, with who does or why nobody can. */
const elsewhere: Readonly<Record<string, string>> = {
  "npm ci": "CI begins with it, in a fresh clone",
  "npm run demo": "CI ends with it, in an empty folder",
  "npm ci && npm pack": "the tests of the package run what npm packs",
  "npm install --global":
    "it changes the machine; the tests of the package run it from a folder like the one that is installed",
}

/** Lines that end with another code than 0, by how they begin. */
const ends: Readonly<Record<string, number>> = {
  // Nothing is in the environment yet.
  "tidemark doctor": 78,
  // There are exceptions.
  "tidemark nightly": 3,
  "tidemark reconcile; tidemark report": 3,
}

/** The README's exception, whose id is as good as any. */
const placeholder = "x3f9c1a…"

/** A line without its comment and the blanks before it; no line of the README has the sign within quotes. */
const commandOf = (line: string): string => line.replace(/\s+# .*$/, "")

const isElsewhere = (line: string): boolean =>
  Object.keys(elsewhere).some((start) => commandOf(line) === start || (start.includes(" -") && line.startsWith(start)))

it.scopedLive("the README's commands work as they stand, one after the other, from an empty folder on", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const cwd = join(folder, "nights")
    const bin = join(folder, "bin")
    for (const one of [cwd, bin]) mkdirSync(one)
    writeFileSync(join(bin, "tidemark"), `#!/bin/sh\nexec "${process.execPath}" "${programFile}" "$@"\n`)
    chmodSync(join(bin, "tidemark"), 0o755)

    const breaks = ["LED_AMOUNT_MISMATCH", "LED_FEE_MISMATCH", "LED_MISSING_TRANSACTION"] as const
    const world = smallWorld({ breaks })
    const { env: connection } = yield* serveWorld(world)
    yield* writeRoster(join(cwd, "customers.csv"), world)
    // Of so few lines a proposed map takes two that cannot be read for a column of another kind.
    const codes = bookCodes.filter((code) => code !== "BOOK_INVALID")
    const books = booksOf([world], { seed: 1, book: "books", codes })
    writeFileSync(join(cwd, "books.csv"), books.csv)
    writeFileSync(join(cwd, "statement.xml"), books.statements ?? "")

    const env: Record<string, string | undefined> = { PATH: `${bin}:${process.env.PATH ?? ""}` }
    let id = placeholder
    const run = (line: string) =>
      Effect.promise(async () => {
        const child = spawn("bash", ["-c", line.replaceAll(placeholder, id)], {
          cwd,
          env,
          stdio: ["ignore", "pipe", "pipe"],
        })
        let said = ""
        for (const stream of [child.stdout, child.stderr])
          stream.setEncoding("utf8").on("data", (text: string) => {
            said += text
          })
        const [code] = await once(child, "close")
        return { code: code as number | null, said }
      })

    const wrong: Array<string> = []
    const said: Array<string> = []
    for (const line of lines.filter((one) => !isElsewhere(one))) {
      const exported = /^export (\w+)=/.exec(line)?.[1]
      if (exported !== undefined) env[exported] = connection[exported as keyof typeof connection]
      const ended = yield* run(line)
      said.push(ended.said)
      const wanted = ends[commandOf(line)] ?? Object.entries(ends).find(([start]) => line.startsWith(start))?.[1] ?? 0
      if (ended.code !== wanted) wrong.push(`${line}: ${ended.code} instead of ${wanted}: ${ended.said}`)
      if (line.startsWith("tidemark nightly")) {
        const [found] = yield* rowsOf<{ exception_id: string }>(
          join(cwd, "analytics.duckdb"),
          "SELECT exception_id FROM recon.exceptions WHERE code = 'LED_AMOUNT_MISMATCH' ORDER BY ALL LIMIT 1",
        )
        id = found?.exception_id ?? ""
      }
    }
    expect(wrong).toEqual([])
    // The reports are those of the run that was judged anew: they know the books, and what people did.
    expect(said.at(-1)).toMatch(/reports +\S/)
    const [judged] = yield* rowsOf<{ states: string; books: number }>(
      join(cwd, "analytics.duckdb"),
      `SELECT string_agg(DISTINCT state, ' ' ORDER BY state) AS states,
         (SELECT count(DISTINCT book) FROM recon.book_imports)::INTEGER AS books FROM recon.exceptions`,
    )
    expect(judged).toEqual({ states: "open reopened", books: 2 })
    expect(Object.keys(env).sort()).toEqual(["PATH", ...Object.keys(connection)].sort())
  }),
)

it("the tables of this test name lines that the README has", () => {
  expect(lines.length).toBeGreaterThan(20)
  for (const start of [...Object.keys(elsewhere), ...Object.keys(ends)])
    expect(
      lines.filter((line) => line.startsWith(start)),
      start,
    ).not.toEqual([])
  expect(lines.filter((line) => line.includes(placeholder)).length).toBeGreaterThan(2)
  expect(
    new Set(
      lines
        .filter((line) => line.includes("…") && !line.startsWith("export "))
        .flatMap((line) => line.match(/\S*…/g) ?? []),
    ),
  ).toEqual(new Set([placeholder]))
})
