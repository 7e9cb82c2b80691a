import { userInfo } from "node:os"
import { Options } from "@effect/cli"
import { Effect, Option } from "effect"
import { UsageError } from "./exit-code.ts"

export const by = Options.text("by").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Who acts, for the log. Default: the name you are logged in with."),
  Options.optional,
)

/** Who acts: the name that was given, else the login name of the process's user. */
export const personOf = (given: Option.Option<string>): Effect.Effect<string, UsageError> =>
  Option.match(given, {
    onSome: Effect.succeed,
    // A user id without an entry among the system's users has no name.
    onNone: () =>
      Effect.try({
        try: () => userInfo().username,
        catch: () => new UsageError({ detail: "this login has no name; say who acts with --by NAME" }),
      }),
  })
