import { CliConfig, HelpDoc, Options } from "@effect/cli"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { choice, choices, wholeNumber } from "../../src/cli/option-kinds.ts"

/** What the option makes of these words; a refusal as its sentence. */
const given = <A>(option: Options.Options<A>, ...words: ReadonlyArray<string>) =>
  Options.processCommandLine(option, words, CliConfig.defaultConfig).pipe(
    Effect.map(([, , value]) => value as A | string),
    Effect.catchAll((error) => Effect.succeed(HelpDoc.toAnsiText(error.error).trim())),
    Effect.provide(NodeContext.layer),
  )

describe("an option", () => {
  it.effect("of one of several words takes these, and names itself and what it got where it does not", () =>
    Effect.gen(function* () {
      const option = choice("sort", ["age", "code"])
      expect(yield* given(option, "--sort", "age")).toBe("age")
      expect(yield* given(option, "--sort", "size")).toBe("--sort size: must be one of age, code")
      expect(yield* given(choice("sort", ["age"]), "--sort", "size")).toBe("--sort size: must be age")
    }),
  )

  it.effect("of any of several words takes them in turn", () =>
    Effect.gen(function* () {
      const option = choices("state", ["open", "resolved"])
      expect(yield* given(option)).toEqual([])
      expect(yield* given(option, "--state", "open", "--state", "resolved")).toEqual(["open", "resolved"])
      expect(yield* given(option, "--state", "open", "--state", "shut")).toBe(
        "--state shut: must be one of open, resolved",
      )
    }),
  )

  it.effect("of a whole number keeps to its bounds", () =>
    Effect.gen(function* () {
      expect(yield* given(wholeNumber("seed"), "--seed", "-3")).toBe(-3)
      expect(yield* given(wholeNumber("seed"), "--seed", "1.5")).toBe("--seed 1.5: must be a whole number")
      expect(yield* given(wholeNumber("limit", 1), "--limit", "0")).toBe(
        "--limit 0: must be a whole number of at least 1",
      )
      expect(yield* given(wholeNumber("port", 0, 9), "--port", "10")).toBe(
        "--port 10: must be a whole number from 0 to 9",
      )
      expect(yield* given(wholeNumber("port", 0, 9), "--port", "9007199254740993")).toContain("--port")
    }),
  )
})
