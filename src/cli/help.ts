import { styleText } from "node:util"
import type { Command } from "./command.ts"
import { argumentOf, namesOf, optionsOf, type Program } from "./command-line.ts"
import { exitCodes } from "./exit-codes.ts"
import { nameOf, type OptionRow } from "./option-row.ts"
import { twoColumns } from "./text-table.ts"

type Line = readonly [term: string, meaning: string]

const environment: ReadonlyArray<Line> = [
  ["OCEAFIN_PARTNER_API_BASE_URL", "where the API is, such as https://api.oceafin.com"],
  ["OCEAFIN_PARTNER_API_CLIENT_ID", "who asks"],
  ["OCEAFIN_PARTNER_API_CLIENT_SECRET", "signs every request; never printed or stored"],
  ["OCEAFIN_PARTNER_API_CLIENT_SECRET_FILE", "or else the file that holds the secret and nothing else"],
  ["OCEAFIN_PARTNER_API_WEBHOOK_SECRET", "not needed by these commands"],
  ["TIDEMARK_WEBHOOK_URL", "where a night posts the message that `webhook` of the configuration wants"],
  ["TIDEMARK_WEBHOOK_URL_FILE", "or else the file that holds that address"],
  ["HTTPS_PROXY, NO_PROXY", "the proxy to the API, and hosts that it is not for; this machine never is"],
  ["NODE_EXTRA_CA_CERTS", "a file (PEM) of authorities to trust besides those that Node knows"],
]

/** `--db FILE`, and for a second name `--reason TEXT, or --note TEXT` */
const optionTerm = (option: readonly [string, OptionRow<unknown>]): string =>
  namesOf(option)
    .map((name) => (option[1].kind === null ? `--${name}` : `--${name} ${option[1].kind.placeholder}`))
    .join(", or ")

const usageTerm = ([key, row]: readonly [string, OptionRow<unknown>]): string => {
  const [option = ""] = optionTerm([key, row]).split(",", 1)
  const term = row.isArgument ? `<${nameOf(key)}>` : option
  return `${row.isRequired ? term : `[${term}]`}${row.isRepeated ? "..." : ""}`
}

const stacked = (rows: ReadonlyArray<Line>): ReadonlyArray<string> =>
  rows.flatMap(([term, meaning]) => [term, `  ${meaning}`])

/** A command or a family has one line in the list of the program; a family's own help lists its members. */
const listed = (program: Program, family: string | null): ReadonlyArray<Line> => {
  const shown = program.commands.filter(({ isHidden }) => !isHidden)
  if (family !== null) {
    return shown.flatMap(({ about, name }) =>
      name.startsWith(`${family} `) ? [[name.slice(family.length + 1), about] as const] : [],
    )
  }
  const lines = new Map<string, string>()
  for (const { about, name } of shown) {
    const [first = ""] = name.split(" ", 1)
    if (!lines.has(first)) lines.set(first, program.families.find((row) => row.name === first)?.about ?? about)
  }
  return [...lines]
}

/** What a command is about, as it is typed; empty where it takes options alone. */
export const argumentsText = (command: Command): string => {
  const argument = argumentOf(command)
  return argument === undefined ? "" : ` ${usageTerm(argument)}`
}

/** What a command takes, as one line to type. */
const usageOf = (command: Command): string =>
  `${optionsOf(command).map(usageTerm).join(" ")}${argumentsText(command)}`.trimStart()

/** The help of a command, a family or, without words, the program. Headings are bold where colours are wanted. */
export const helpOf = (
  words: ReadonlyArray<string>,
  program: Program,
  { coloured, version }: { readonly coloured: boolean; readonly version: string },
): string => {
  const name = words.join(" ")
  const command = program.commands.find((row) => row.name === name)
  const about =
    command?.about ??
    program.families.find((row) => row.name === name)?.about ??
    `Proves every night that what the Oceafin Partner API says about your money adds up, and shows exactly where it does not. Begin with: ${program.name} demo`
  const members = command !== undefined && words.length > 1 ? [] : listed(program, name === "" ? null : name)
  const argument = command === undefined ? undefined : argumentOf(command)
  const usage = command === undefined ? "<command> [options]" : usageOf(command)
  const sections: ReadonlyArray<readonly [title: string, lines: ReadonlyArray<string>]> = [
    ["USAGE", [`$ ${["tidemark", ...words, usage].join(" ").trimEnd()}`]],
    ["DESCRIPTION", [about]],
    ["ARGUMENTS", argument === undefined ? [] : stacked([[`<${nameOf(argument[0])}>`, argument[1].about]])],
    ["OPTIONS", command === undefined ? [] : stacked(optionsOf(command).map((row) => [optionTerm(row), row[1].about]))],
    ["COMMANDS", members.length === 0 ? [] : [twoColumns(members, "  ")]],
    ["ENVIRONMENT", [twoColumns(environment, "  ")]],
    [
      "EXIT CODES",
      [
        twoColumns(
          exitCodes.map(({ code, meaning }) => [String(code), meaning] as const),
          "  ",
        ),
      ],
    ],
  ]
  const heading = (title: string): string => (coloured ? styleText("bold", title, { validateStream: false }) : title)
  return [
    `tidemark ${version}`,
    ...sections.flatMap(([title, lines]) => (lines.length === 0 ? [] : ["", heading(title), ...lines])),
    "",
  ].join("\n")
}
