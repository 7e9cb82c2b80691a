import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { checksDocument } from "../../src/cli/check-document.ts"
import { checks } from "../../src/pipelines/reconcile/checks.ts"

const page = new URL("../../docs/checks.md", import.meta.url)

describe("docs/checks.md", () => {
  it("says what the checks' own files say", () => {
    // TIDEMARK_WRITE_DOCS=1 writes the page anew, for a person to read before it is committed.
    if (process.env.TIDEMARK_WRITE_DOCS === "1") writeFileSync(page, checksDocument(checks))
    expect(readFileSync(page, "utf8")).toBe(checksDocument(checks))
  })
})
