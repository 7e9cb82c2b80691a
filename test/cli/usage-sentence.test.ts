import { describe, expect, it } from "@effect/vitest"
import { usageSentence } from "../../src/cli/usage-sentence.ts"

const listed = "Invalid subcommand for tidemark - use one of 'nightly', 'runs', 'sql'"

describe("a command line that cannot be taken", () => {
  for (const [text, command, sentence] of [
    [listed, ["nightlyy"], "nightlyy: there is no such command; did you mean nightly? tidemark --help lists all"],
    [listed, ["runs", "list"], "runs list: there is no such command; tidemark runs --help lists those of runs"],
    [
      "Missing argument <id>",
      ["exceptions", "show"],
      "<id> is missing; tidemark exceptions show --help shows how it is called",
    ],
    ["Expected to find option: '--to'", ["sql"], "--to is missing; tidemark sql --help shows how it is called"],
    ["Received unknown argument: '--x'", ["sql"], "--x is not known; tidemark sql --help shows how it is called"],
    ["--limit 0: must be a whole number of at least 1", ["sql"], "--limit 0: must be a whole number of at least 1"],
  ] as const) {
    it(`is told so: ${sentence}`, () => expect(usageSentence(text, command)).toBe(sentence))
  }
})
