import { nearestNames } from "./nearest-names.ts"

/** What @effect/cli says of a command line that it cannot take, and what a person is told instead. */
const sentences: ReadonlyArray<readonly [RegExp, (found: string) => string]> = [
  [/^Missing argument <(.*)>$/, (name) => `<${name}> is missing`],
  [/^Expected to find option: '(.*)'$/, (option) => `${option} is missing`],
  [/^Received unknown argument: '(.*)'$/s, (given) => `${given} is not known`],
]

const unknownCommand = /^Invalid subcommand for \S+ - use one of (.*)$/

/**
 * The sentence with the command that it is about and where to look. `command` is what was typed of it: `["exceptions",
 * "show"]`. What is not known here stays as it is.
 */
export const usageSentence = (text: string, command: ReadonlyArray<string>): string => {
  const whole = ["tidemark", ...command].join(" ")
  const listed = unknownCommand.exec(text)?.[1]
  if (listed !== undefined) {
    const names = [...listed.matchAll(/'([^']+)'/g)].flatMap(([, name]) => name ?? [])
    const [first = "", second] = command
    if (!names.includes(first)) {
      return `${first}: there is no such command; did you mean ${nearestNames(first, names, 1)[0]}? tidemark --help lists all`
    }
    return `${first} ${second ?? ""}: there is no such command; tidemark ${first} --help lists those of ${first}`
  }
  for (const [pattern, sentence] of sentences) {
    const found = pattern.exec(text)?.[1]
    if (found !== undefined) return `${sentence(found)}; ${whole} --help shows how it is called`
  }
  return text
}
