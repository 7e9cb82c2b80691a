import { Either } from "effect"
import { isDateTime } from "../api/date-time.ts"
import { inFolder } from "./outside.ts"

/** What a word of the command line may be. */
export interface Kind<A> {
  /** Stands for the value in help: `FILE`, `critical|high`. */
  readonly placeholder: string
  /** All there are, where they can be told. */
  readonly words?: ReadonlyArray<string>
  /** An empty value is a mistake, unless this says otherwise. */
  readonly mayBeEmpty?: boolean
  /** The value, or what it must be. `folder` is where relative paths begin. */
  readonly read: (text: string, folder: string) => Either.Either<A, string>
}

export const text = (placeholder: string): Kind<string> => ({ placeholder, read: (given) => Either.right(given) })

/** The path of a file or folder. */
export const path = (placeholder: "FILE" | "DIR"): Kind<string> => ({
  placeholder,
  read: (given, folder) => Either.right(inFolder(folder, given)),
})

export const oneOf = <const Words extends ReadonlyArray<string>>(words: Words): Kind<Words[number]> => ({
  placeholder: words.join("|"),
  words,
  read: (given) =>
    Either.fromNullable(
      words.find((word) => word === given),
      () => `one of ${words.join(", ")}`,
    ),
})

const boundsOf = (least: number, most: number): string => {
  if (most !== Number.MAX_SAFE_INTEGER) return ` from ${least} to ${most}`
  return least === Number.MIN_SAFE_INTEGER ? "" : ` of at least ${least}`
}

/** A whole number, within bounds where they are given. */
export const wholeNumber = (
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): Kind<number> => ({
  placeholder: "N",
  read: (given) => {
    const value = /^[+-]?\d+$/.test(given) ? Number(given) : Number.NaN
    return value >= least && value <= most ? Either.right(value) : Either.left(`a whole number${boundsOf(least, most)}`)
  },
})

/** Milliseconds since 1970, of a day in UTC or an instant whose zone is told. */
export const instant: Kind<number> = {
  placeholder: "INSTANT",
  read: (given) => {
    // Date.parse alone takes 30 February for 2 March.
    const millis = isDateTime(given.includes("T") ? given : `${given}T00:00:00Z`) ? Date.parse(given) : Number.NaN
    return Number.isNaN(millis)
      ? Either.left("an instant such as 2026-06-28T02:00:00Z, or a day such as 2026-06-28")
      : Either.right(millis)
  },
}

/** An amount as it was typed, so that none of it is lost. */
export const decimal: Kind<string> = {
  placeholder: "AMOUNT",
  read: (given) =>
    /^\d{1,20}(\.\d{1,18})?$/.test(given) ? Either.right(given) : Either.left("an amount such as 0.05 or 1200"),
}

/**
 * A row of the table of a command: an option, whose name is the row's key (`failOn` is `--fail-on`), or an argument, which
 * has no name to type. Parsing, help, completion and refusals are made from it.
 */
export interface OptionRow<A> {
  readonly about: string
  /** Null for an option that takes no value. */
  readonly kind: Kind<unknown> | null
  readonly isArgument: boolean
  readonly isRequired: boolean
  /** May be given several times. */
  readonly isRepeated: boolean
  /** A second name, without its dashes. */
  readonly alias?: string
  /** What its values are to the command; `folder` as for a kind. */
  readonly collect: (values: ReadonlyArray<unknown>, folder: string) => A
}

const plain = { isArgument: false, isRequired: false, isRepeated: false }

/** On where it is given. */
export const flag = (about: string): OptionRow<boolean> => ({
  ...plain,
  about,
  kind: null,
  collect: (values) => values.length > 0,
})

/** Null where it is not given; given twice, the last one counts. */
export const optional = <A>(kind: Kind<A>, about: string): OptionRow<A | null> => ({
  ...plain,
  about,
  kind,
  collect: (values) => (values.at(-1) ?? null) as A | null,
})

/** `otherwise` is read as if it had been typed. */
export const defaultTo = <A>(kind: Kind<A>, otherwise: string, about: string): OptionRow<A> => ({
  ...plain,
  about: `${about} Default: ${otherwise}.`,
  kind,
  collect: (values, folder) => (values.at(-1) ?? Either.getOrThrow(kind.read(otherwise, folder))) as A,
})

export const required = <A>(kind: Kind<A>, about: string): OptionRow<A> => ({
  ...plain,
  about,
  kind,
  isRequired: true,
  collect: (values) => values.at(-1) as A,
})

export const repeated = <A>(kind: Kind<A>, about: string): OptionRow<ReadonlyArray<A>> => ({
  ...plain,
  about: `${about} May be given several times.`,
  kind,
  isRepeated: true,
  collect: (values) => values as ReadonlyArray<A>,
})

/** The same row for what stands on the command line without a name. */
export const argument = <A>(row: OptionRow<A>): OptionRow<A> => ({ ...row, isArgument: true })

export type OptionRows = Readonly<Record<string, OptionRow<unknown>>>

/** What a command is given, by the keys of its rows. */
export type Given<Rows> = { readonly [Key in keyof Rows]: Rows[Key] extends OptionRow<infer A> ? A : never }

/** `failOn` is `fail-on`. */
export const nameOf = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
