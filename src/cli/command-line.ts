import { parseArgs } from "node:util"
import { Either } from "effect"
import type { Command, Family } from "./command.ts"
import { UsageError } from "./ending.ts"
import { didYouMean } from "./nearest-names.ts"
import { nameOf, type OptionRow } from "./option-row.ts"

/** What a command line asks for. */
export type Asked =
  | { readonly _tag: "Run"; readonly command: Command; readonly given: Readonly<Record<string, unknown>> }
  /** Of a command, a family of commands, or the program (no words). */
  | { readonly _tag: "Help"; readonly words: ReadonlyArray<string> }
  | { readonly _tag: "Version" }

/** The program as a table: its commands, and the families that some of them belong to. */
export interface Program {
  readonly name: string
  readonly commands: ReadonlyArray<Command>
  readonly families: ReadonlyArray<Family>
}

const ownFlags = { help: { type: "boolean", short: "h" }, version: { type: "boolean" } } as const

/** An option and its second name. */
export const namesOf = ([key, row]: readonly [string, OptionRow<unknown>]): ReadonlyArray<string> =>
  row.alias === undefined ? [nameOf(key)] : [nameOf(key), row.alias]

export const optionsOf = ({ rows }: Command) => Object.entries(rows).filter(([, row]) => !row.isArgument)

export const argumentOf = ({ rows }: Command) => Object.entries(rows).find(([, row]) => row.isArgument)

/** A word that begins with two dashes and a blank is a comment of SQL. */
const isComment = (word: string): boolean => /^--\s/.test(word)

const tokensOf = (args: ReadonlyArray<string>, { commands }: Program) => {
  const options = commands.flatMap(optionsOf).flatMap((option) => {
    const config = { type: option[1].kind === null ? ("boolean" as const) : ("string" as const) }
    return namesOf(option).map((name) => [name, config] as const)
  })
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(options), ...ownFlags },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words: Array<string> = []
  const given: Array<{ readonly name: string; readonly raw: string; readonly value: string | null }> = []
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value)
    if (token.kind !== "option") continue
    const whole = args[token.index] ?? ""
    if (isComment(whole)) words.push(whole)
    // What looks like the next option was hardly meant as a value; with `=` it is one.
    else if (token.inlineValue === false && /^--[a-z]/.test(token.value))
      given.push({ name: token.name, raw: token.rawName, value: null })
    else given.push({ name: token.name, raw: token.rawName, value: token.value ?? null })
  }
  return { words, given, names: [...options.map(([name]) => name), ...Object.keys(ownFlags)] }
}

type Refused = Either.Either<never, UsageError>

const refuse = (detail: string): Refused => Either.left(new UsageError({ detail }))

/** The command that the first words name, and how many words that is; null where they name none. */
const findCommand = (words: ReadonlyArray<string>, { commands }: Program) => {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ")
    const command = words.length < length ? undefined : commands.find((candidate) => candidate.name === name)
    if (command !== undefined) return { command, length }
  }
  return null
}

/** Names that a word may have meant: of the family that stands before it, or the first words of all commands. */
const membersOf = (family: string | null, program: Program): ReadonlyArray<string> => {
  const commands = program.commands.filter(({ isHidden }) => !isHidden)
  return family === null
    ? [...new Set(commands.map(({ name }) => name.split(" ", 1)[0] ?? ""))]
    : commands.flatMap(({ name }) => (name.startsWith(`${family} `) ? [name.slice(family.length + 1)] : []))
}

const noSuchCommand = (words: ReadonlyArray<string>, program: Program): Refused => {
  const [first = "", second] = words
  const family = membersOf(first, program).length === 0 || second === undefined ? null : first
  const meant = didYouMean(family === null ? first : (second ?? ""), membersOf(family, program))
  const named = family === null ? first : `${first} ${second}`
  return refuse(
    `${named}: there is no such command${meant} ${
      family === null ? `${program.name} --help lists all` : `${program.name} ${family} --help lists those of ${family}`
    }`,
  )
}

const isHelp = (words: ReadonlyArray<string>, program: Program): boolean =>
  words.length === 0 ||
  findCommand(words, program) !== null ||
  (words.length === 1 && membersOf(words[0] ?? "", program).length > 0)

/** A value, or what is wrong with it. `called` is how the person knows its row: `--limit`, `<id>`. Null was not given. */
const readValue = (called: string, row: OptionRow<unknown>, value: string | null, folder: string, shows: string) => {
  if (row.kind === null) {
    return value === null ? Either.right(true) : refuse(`${called} takes no value; ${shows}`)
  }
  if (value === null) return refuse(`${called} lacks its value, ${row.kind.placeholder}; ${shows}`)
  if (value.trim() === "" && row.kind.mayBeEmpty !== true) {
    return refuse(`${called} is empty; leave it out, or give it a value`)
  }
  const mustBe = (what: string) => new UsageError({ detail: `${called} ${value}: must be ${what}` })
  return Either.mapLeft(row.kind.read(value, folder), mustBe)
}

/** What the options and the words after a command are to it, by the keys of its rows. */
const readRows = (
  command: Command,
  given: ReturnType<typeof tokensOf>["given"],
  rest: ReadonlyArray<string>,
  folder: string,
  shows: string,
) =>
  Either.gen(function* () {
    const values: Record<string, unknown> = {}
    for (const option of Object.entries(command.rows)) {
      const [key, row] = option
      const called = row.isArgument ? `<${nameOf(key)}>` : `--${nameOf(key)}`
      const named = given.flatMap(({ name, value }) => (namesOf(option).includes(name) ? [value] : []))
      const texts = row.isArgument ? rest : named
      if (row.isRequired && texts.length === 0) return yield* refuse(`${called} is missing; ${shows}`)
      const read = yield* Either.all(texts.map((value) => readValue(called, row, value, folder, shows)))
      values[key] = row.collect(read, folder)
    }
    return values
  })

/**
 * What the arguments of the process ask for; a sentence where they cannot be understood. Options and what the command is
 * about may come in any order, and before or after the second word of a command.
 */
export const readCommandLine = (
  args: ReadonlyArray<string>,
  program: Program,
  folder: string,
): Either.Either<Asked, UsageError> =>
  Either.gen(function* () {
    const { given, names, words } = tokensOf(args, program)
    const wantsHelp = words[0] === "help" || given.some(({ name }) => name === "help" || name === "h")
    const about = words[0] === "help" ? words.slice(1) : words
    const found = findCommand(about, program)
    if (wantsHelp) {
      const of = found === null ? about : about.slice(0, found.length)
      return isHelp(of, program) ? { _tag: "Help", words: of } : yield* noSuchCommand(about, program)
    }
    const whole = found === null ? program.name : `${program.name} ${found.command.name}`
    const shows = `${whole} --help shows how it is called`
    const known = found === null ? names : optionsOf(found.command).flatMap(namesOf)
    const stranger = given.find(({ name }) => !known.includes(name))
    if (stranger !== undefined) {
      const options = known.map((name) => `--${name}`)
      return yield* refuse(`${stranger.raw} is not known${didYouMean(stranger.raw, options)} ${shows}`)
    }
    if (given.some(({ name }) => name === "version")) return { _tag: "Version" }
    if (found === null) return isHelp(words, program) ? { _tag: "Help", words } : yield* noSuchCommand(words, program)

    const { command, length } = found
    const rest = words.slice(length)
    const argument = argumentOf(command)?.[1]
    const most = argument === undefined ? 0 : argument.isRepeated ? Number.POSITIVE_INFINITY : 1
    if (rest.length > most) {
      if (membersOf(command.name, program).length > 0) return yield* noSuchCommand(words, program)
      return yield* refuse(`${rest[most]} is more than ${whole} takes; ${shows}`)
    }
    return { _tag: "Run", command, given: yield* readRows(command, given, rest, folder, shows) }
  })
