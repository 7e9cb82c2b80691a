import { readdirSync, readFileSync } from "node:fs"
import { Either } from "effect"
import { expect, it } from "vitest"
import { namesOf, optionsOf, readCommandLine } from "../../src/cli/command-line.ts"
import { exitCodes } from "../../src/cli/exit-codes.ts"
import { argumentsText } from "../../src/cli/help.ts"
import { tidemark } from "../../src/cli/tidemark.ts"
import { ConfigurationFile } from "../../src/pipelines/configuration/file.ts"

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")

const table = (titles: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [titles, titles.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`.replaceAll("| --- ", "|---").replaceAll("--- |", "---|"))
    .join("\n")

it("the README has the exit codes as the program prints them", () => {
  expect(readme).toContain(
    table(
      ["exit code", "meaning", "what to do"],
      exitCodes.map(({ code, meaning, remedy }) => [String(code), meaning, remedy]),
    ),
  )
})

it("the README has every command with its options as the program knows them", () => {
  const shown = tidemark("tidemark").commands.filter(({ isHidden }) => !isHidden)
  expect(readme).toContain(
    table(
      ["command", "does", "options"],
      shown.map((command) => [
        `\`${command.name}${argumentsText(command)}\``,
        command.about,
        optionsOf(command)
          .flatMap(namesOf)
          .map((name) => `\`--${name}\``)
          .join(" "),
      ]),
    ),
  )
})

it("the README says of every key of the configuration what it means", () => {
  // An editor's own key, and two of earlier versions.
  const untold = new Set(["$schema", "breaker", "csvProfile"])
  const keys = Object.keys(ConfigurationFile.fields).filter((key) => !untold.has(key))
  const table = readme.match(/^\| `.*$/gm)?.join("\n") ?? ""
  expect(keys.filter((key) => !table.includes(`\`${key}\``))).toEqual([])
})

const docs = new URL("../../docs/", import.meta.url)
const pages = readdirSync(docs)
  .filter((name) => name.endsWith(".md"))
  .map((name) => [name, readFileSync(new URL(name, docs), "utf8")] as const)

/** What a shell makes of a command's words, of alternatives the first; what follows a `;`, a `&&`, a `|` or a `>` is no part of it. */
const wordsOf = (command: string): ReadonlyArray<string> =>
  [...command.replace(/ (?:;|&&|\||>) .*$|;.*$| #.*$/s, "").matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare?.split("|")[0] ?? "",
  )

it.each([["README.md", readme] as const, ...pages])(
  "every command that %s names is one that the program takes",
  (_, text) => {
    const commands = [...text.matchAll(/^tidemark .*$|`(tidemark [^`]+)`/gm)].map(([whole, inline]) => inline ?? whole)
    const bare = tidemark("tidemark").commands.map(({ name }) => `tidemark ${name}`)
    const refused = commands.flatMap((command) => {
      if (bare.includes(command)) return []
      const asked = readCommandLine(wordsOf(command).slice(1), tidemark("tidemark"), "/")
      return Either.isLeft(asked) ? [`${command}: ${asked.left.message}`] : []
    })
    expect(refused).toEqual([])
  },
)
