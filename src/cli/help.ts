import { type Console, Effect } from "effect"

/** What @effect/cli says of every option and what nobody needs to be told. */
const boilerplate = new Set([
  "A user-defined piece of text.",
  "A true or false value.",
  "An integer.",
  "This setting is optional.",
])

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with an escape character.
const colours = /\u001b\[[0-9;]*m/g

/** A command in the list of commands: its name, its usage, and after two blanks what it does. */
const commandLine = /^ {2}- (\w[\w-]*)(?: .*?)? {2,}(\S.*)$/

const isHeading = (line: string): boolean => /^[A-Z][A-Z ]+$/.test(line)

/** The whole command to type: @effect/cli leaves the program out of a command's usage. */
const usageLine = (usage: string): string =>
  usage === "tidemark" ? "$ tidemark <command> [options]" : `$ tidemark ${usage.replace(/^tidemark /, "")}`

/** Help as a person wants it: no boilerplate, no blank lines but before a heading, commands in two columns. */
export const tidyHelp = (text: string, coloured: boolean): string => {
  const lines: Array<string> = []
  for (const line of text.split("\n")) {
    const plain = line.replace(colours, "").trimEnd()
    const words = plain.trim()
    if (words === "" || boilerplate.has(words) || words.startsWith("One of the following:")) continue
    if (isHeading(plain)) lines.push("")
    if (words.startsWith("$ ")) {
      lines.push(usageLine(words.slice(2)))
      continue
    }
    const command = commandLine.exec(plain)
    if (command !== null) lines.push(`  ${(command[1] ?? "").padEnd(16)}${command[2] ?? ""}`)
    else lines.push(coloured ? line.trimEnd() : plain)
  }
  return lines.join("\n")
}

/** Prints help tidily; colours only on a terminal. */
export const withTidyHelp = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.consoleWith((console) => {
    const tidied: Console.Console = {
      ...console,
      log: (...given: ReadonlyArray<unknown>) =>
        console.log(
          ...given.map((one) => (typeof one === "string" ? tidyHelp(one, process.stdout.isTTY === true) : one)),
        ),
      error: (...given: ReadonlyArray<unknown>) =>
        console.error(
          ...given.map((one) => (typeof one === "string" ? `tidemark: ${one.replace(colours, "").trim()}` : one)),
        ),
    }
    return Effect.withConsole(effect, tidied)
  })
