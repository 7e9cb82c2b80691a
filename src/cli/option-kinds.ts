import { HelpDoc, Options, ValidationError } from "@effect/cli"
import { Effect } from "effect"

/** @effect/cli says what it expected and not of which option. */
const refused = (name: string, given: string, expected: string) =>
  ValidationError.invalidValue(HelpDoc.p(`--${name} ${given}: must be ${expected}`))

const oneOf =
  <A extends string>(name: string, words: ReadonlyArray<A>) =>
  (given: string): Effect.Effect<A, ValidationError.ValidationError> => {
    const word = words.find((candidate) => candidate === given)
    if (word !== undefined) return Effect.succeed(word)
    return Effect.fail(refused(name, given, `${words.length > 1 ? "one of " : ""}${words.join(", ")}`))
  }

/** One of several words. */
export const choice = <A extends string>(name: string, words: ReadonlyArray<A>): Options.Options<A> =>
  Options.text(name).pipe(Options.withPseudoName(words.join("|")), Options.mapEffect(oneOf(name, words)))

/** Any of several words, the option as often as there are. */
export const choices = <A extends string>(name: string, words: ReadonlyArray<A>): Options.Options<ReadonlyArray<A>> =>
  Options.text(name).pipe(
    Options.withPseudoName(words.join("|")),
    Options.repeated,
    Options.mapEffect((given) => Effect.forEach(given, oneOf(name, words))),
  )

const boundsOf = (least: number, most: number): string => {
  if (most !== Number.MAX_SAFE_INTEGER) return ` from ${least} to ${most}`
  return least === Number.MIN_SAFE_INTEGER ? "" : ` of at least ${least}`
}

/** A whole number, within bounds where they are given. */
export const wholeNumber = (
  name: string,
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): Options.Options<number> =>
  Options.text(name).pipe(
    Options.withPseudoName("N"),
    Options.mapEffect((given) => {
      const value = /^[+-]?\d+$/.test(given) ? Number(given) : Number.NaN
      return value >= least && value <= most
        ? Effect.succeed(value)
        : Effect.fail(refused(name, given, `a whole number${boundsOf(least, most)}`))
    }),
  )
