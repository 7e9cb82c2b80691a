import { type Console, Effect } from "effect"
import { usageSentence } from "./usage-sentence.ts"

/** What @effect/cli says of every option and what nobody needs to be told. */
const boilerplate = new Set([
  "A user-defined piece of text.",
  "A true or false value.",
  "An integer.",
  "This setting is optional.",
  "This option may be repeated zero or more times.",
  "This argument may be repeated zero or more times.",
])

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with an escape character.
const colours = /\u001b\[[0-9;]*m/g

/** A command in the list of commands: its name, its usage, and after two blanks what it does. */
const commandLine = /^ {2}- (\w[\w-]*)(?: .*?)? {2,}(\S.*)$/

const isHeading = (line: string): boolean => /^[A-Z][A-Z ]+$/.test(line)

/** `(--reason, --note TEXT)` is how @effect/cli writes an option with a second name. */
const twoNames = /\((--[a-z-]+), (--[a-z-]+) ([^)]*)\)/g

/** An option that may come several times: @effect/cli writes `--code CODE...`, as if it had to be there. */
const severalTimes = /(--[a-z-]+ (?:(?!--|\.\.\.|[[<]).)+)\.\.\./g

/**
 * The whole command to type: @effect/cli leaves the program and the command's family out of its usage. The words are
 * those that were typed, `exceptions ack`.
 */
const usageLine = (usage: string, words: ReadonlyArray<string>, isFamily: boolean): string => {
  const own = usage.replace(/^tidemark ?/, "")
  const [name = ""] = own.split(" ", 1)
  const family = words.slice(0, Math.max(0, words.indexOf(name)))
  const whole = ["$ tidemark", ...family, ...(own === "" ? [] : [own])].join(" ")
  if (isFamily && own === name) return `${whole} <command> [options]`
  return whole.replace(twoNames, "$1 $3").replace(severalTimes, "[$1]...")
}

/** Help as a person wants it: no boilerplate, no blank lines but before a heading, commands in two columns. */
export const tidyHelp = (text: string, coloured: boolean, words: ReadonlyArray<string> = []): string => {
  const lines: Array<string> = []
  const listed = new Set<string>()
  const plainLines = text.split("\n").map((line) => line.replace(colours, "").trimEnd())
  const names = plainLines.flatMap((line) => commandLine.exec(line)?.[1] ?? [])
  const width = Math.max(0, ...names.map((name) => name.length)) + 2
  const isFamily = plainLines.includes("COMMANDS")
  for (const line of text.split("\n")) {
    const plain = line.replace(colours, "").trimEnd()
    const said = plain.trim()
    if (said === "" || boilerplate.has(said) || said.startsWith("One of the following:")) continue
    if (isHeading(plain)) lines.push("")
    if (said.startsWith("$ ")) {
      lines.push(usageLine(said.slice(2), words, isFamily))
      continue
    }
    const command = commandLine.exec(plain)
    if (command === null) {
      lines.push(
        (coloured ? line.trimEnd() : plain).replace(twoNames, "$1 $3, or $2 $3").replace(/^(--.*)\.\.\.$/, "$1"),
      )
      continue
    }
    const [, name = "", does = ""] = command
    // A family of commands has one line here, its own; its help lists its members.
    if (!listed.has(name)) lines.push(`  ${name.padEnd(width)}${does}`)
    listed.add(name)
  }
  return lines.join("\n")
}

/** Prints help tidily, and says what is wrong with a command line in plain words; colours only on a terminal. */
export const withTidyHelp = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  words: ReadonlyArray<string>,
  command: ReadonlyArray<string>,
): Effect.Effect<A, E, R> =>
  Effect.consoleWith((console) => {
    const tidied: Console.Console = {
      ...console,
      log: (...given: ReadonlyArray<unknown>) =>
        console.log(
          ...given.map((one) => (typeof one === "string" ? tidyHelp(one, process.stdout.isTTY === true, words) : one)),
        ),
      error: (...given: ReadonlyArray<unknown>) =>
        console.error(
          ...given.map((one) =>
            typeof one === "string" ? `tidemark: ${usageSentence(one.replace(colours, "").trim(), command)}` : one,
          ),
        ),
    }
    return Effect.withConsole(effect, tidied)
  })
