import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { completionsOf } from "../../src/cli/completion.ts"
import { tidemark } from "../../src/cli/tidemark.ts"
import { runInProcess } from "../support/in-process.ts"

const completions = (line: string): string => completionsOf(line.split(" "), tidemark("tidemark")).join(" ")

describe("a shell is offered", () => {
  it.each([
    ["ex", "exceptions"],
    ["runs ", "sign verify-signatures"],
    ["books ", "import list map"],
    ["exceptions list --se", "--severity"],
    ["exceptions list --severity h", "high"],
    ["exceptions ack --no", "--note"],
    ["nightly --fail-on ", "critical high info low medium unproven"],
    ["completion ", "bash fish zsh"],
  ])("after %j: %s", (line, words) => expect(completions(line)).toBe(words))

  it("every command, and of a command every option that was not given yet", () => {
    const whole = tidemark("tidemark")
    expect(completions("").split(" ")).toEqual(
      [...new Set(whole.commands.filter((row) => !row.isHidden).map(({ name }) => name.split(" ")[0] ?? ""))].sort(),
    )
    expect(completions("checks --json --").split(" ")).toEqual(["--config", "--explain", "--markdown"])
  })

  it("the same by the command that shells ask, an empty word at the end", () =>
    Effect.gen(function* () {
      const asked = yield* runInProcess(["complete", "--", "runs", ""], { cwd: process.cwd() })
      expect(asked).toEqual({ code: 0, stdout: "sign\nverify-signatures\n", stderr: "" })
    }).pipe(Effect.runPromise))

  it("nothing, and so files by the shell itself, where a file is expected", () => {
    expect(completions("nightly --db ")).toBe("")
    expect(completions("books import ")).toBe("")
  })
})
