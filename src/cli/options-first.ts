/** Options that take no value; any other takes the word after it, unless it is written `--name=value`. */
const flags: ReadonlySet<string> = new Set([
  "--json",
  "--quiet",
  "--dry-run",
  "--replace",
  "--fresh",
  "--verbose",
  "--help",
  "--version",
  "--wizard",
  "-h",
])

/** A statement may begin with `--` too, as a comment of SQL: an option is one bare word. */
const isOption = (word: string): boolean => /^--[a-z][a-z-]*(=|$)|^-[a-z]$/.test(word)

/**
 * The arguments in the order that @effect/cli wants: command, options, then what the command is about; people write them
 * in any order (`exceptions ack 1f3a --by ada`). `words` are those that are no options, the command first. What follows a
 * bare `--` stays as it is.
 */
export const optionsFirst = (
  args: ReadonlyArray<string>,
  families: ReadonlyArray<string>,
): { readonly ordered: ReadonlyArray<string>; readonly words: ReadonlyArray<string> } => {
  const [node = "", script = "", ...given] = args
  const end = given.indexOf("--")
  const forced = end === -1 ? [] : given.slice(end)
  const words: Array<string> = []
  const options: Array<string> = []
  const own = end === -1 ? given : given.slice(0, end)
  for (let place = 0; place < own.length; place++) {
    const word = own[place] ?? ""
    if (!isOption(word)) {
      words.push(word)
      continue
    }
    options.push(word)
    const value = own[place + 1]
    if (flags.has(word) || word.includes("=") || value === undefined) continue
    options.push(value)
    place++
  }
  const depth = families.includes(words[0] ?? "") ? 2 : 1
  return { ordered: [node, script, ...words.slice(0, depth), ...options, ...words.slice(depth), ...forced], words }
}
