import { argumentOf, namesOf, optionsOf, type Program } from "./command-line.ts"
import type { Kind } from "./option-row.ts"

/**
 * The words that may stand where the last one of `typed` stands, by the same rows that are parsed. None where a file, or a
 * text that nobody can know, is expected: the shell then offers files.
 */
export const completionsOf = (typed: ReadonlyArray<string>, { commands }: Program): ReadonlyArray<string> => {
  const before = typed.slice(0, -1)
  const begun = typed.at(-1) ?? ""
  const matching = (words: ReadonlyArray<string>) => words.filter((word) => word.startsWith(begun)).sort()
  const shown = commands.filter(({ isHidden }) => !isHidden)
  const command =
    shown.find(({ name }) => name === before.slice(0, 2).join(" ")) ?? shown.find(({ name }) => name === before[0])
  const nextWords = new Set(
    shown.flatMap(({ name }) => {
      const words = name.split(" ")
      const next = words[before.length]
      return next !== undefined && words.slice(0, before.length).join(" ") === before.join(" ") ? [next] : []
    }),
  )
  if (command === undefined) return matching([...nextWords])
  const options = optionsOf(command)
  const last = before.at(-1) ?? ""
  const open = options.find((option) => option[1].kind !== null && namesOf(option).some((name) => last === `--${name}`))
  const wordsOf = (kind: Kind<unknown> | null | undefined) => kind?.words ?? []
  if (open !== undefined) return matching(wordsOf(open[1].kind))
  const free = options.filter(
    (option) => option[1].isRepeated || !namesOf(option).some((name) => before.includes(`--${name}`)),
  )
  return matching([
    ...nextWords,
    ...wordsOf(argumentOf(command)?.[1].kind),
    ...(begun.startsWith("-") ? free.flatMap(namesOf).map((name) => `--${name}`) : []),
  ])
}

const bash = (program: string): string => `_tidemark() {
  local IFS=$'\\n'
  COMPREPLY=($(${program} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tidemark tidemark
`

/** For each shell, what it is to evaluate at its start. */
export const completionScripts = {
  bash,
  zsh: (program: string): string => `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`,
  fish: (program: string): string =>
    `complete -c tidemark -a "(${program} complete -- (commandline -opc)[2..-1] (commandline -ct))"\n`,
} as const
