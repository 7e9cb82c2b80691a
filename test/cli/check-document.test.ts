import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { checksDocument } from "../../src/cli/check-document.ts"
import { checks } from "../../src/pipelines/reconcile/checks.ts"

describe("docs/checks.md", () => {
  it("says what the checks' own files say", () => {
    expect(readFileSync(new URL("../../docs/checks.md", import.meta.url), "utf8")).toBe(checksDocument(checks))
  })
})
