import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { namesOf, optionsOf } from "../../src/cli/command-line.ts"
import { exitCodes } from "../../src/cli/exit-codes.ts"
import { argumentsText } from "../../src/cli/help.ts"
import { tidemark } from "../../src/cli/tidemark.ts"

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
