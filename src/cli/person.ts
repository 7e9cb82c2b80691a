import { userInfo } from "node:os"
import { Effect } from "effect"
import { UsageError } from "./ending.ts"

/** Who acts: the name that was given, else the login name of the process's user. */
export const personOf = (given: string | null): Effect.Effect<string, UsageError> =>
  given !== null
    ? Effect.succeed(given)
    : // A user id without an entry among the system's users has no name.
      Effect.try({
        try: () => userInfo().username,
        catch: () => new UsageError({ detail: "this login has no name; say who acts with --by NAME" }),
      })
