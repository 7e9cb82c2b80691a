import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { checks } from "../../../src/pipelines/reconcile/checks.ts"
import { bookCodes } from "../../../src/sandbox/books/book-code.ts"
import { breakCodes } from "../../../src/sandbox/breaks/break-code.ts"

const pipelines = fileURLToPath(new URL("..", import.meta.url))

/** The small cases of all checks, as text. */
const cases = readdirSync(pipelines, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.endsWith("every-check.test.ts"))
  .map((name) => readFileSync(join(pipelines, name), "utf8"))
  .join("\n")

/** Checks of which the sandbox plants nothing, and why. */
const unplanted: Readonly<Record<string, string>> = {
  COV_STALE: "an API that stands still as a whole, for days, leaves room for no other break",
}

describe("every check", () => {
  const codes = checks.map(({ code }) => code)

  it("has a planter in the sandbox, whose answer key the bench compares, or a reason for having none", () => {
    const planted: ReadonlyArray<string> = [...breakCodes, ...bookCodes]
    expect(codes.filter((code) => !planted.includes(code))).toEqual(Object.keys(unplanted))
    expect(planted.filter((code) => !codes.includes(code))).toEqual([])
  })

  it("has a case of its own in the tests of the pipelines; books have their corpus", () => {
    const own = checks.filter(({ family }) => family !== "books").map(({ code }) => code)
    expect(own.length).toBeGreaterThan(50)
    expect(own.filter((code) => !cases.includes(`"${code}"`))).toEqual([])
  })
})
