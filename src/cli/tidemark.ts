import { CliConfig, Command, HelpDoc } from "@effect/cli"
import type { Layer } from "effect"
import { booksCommand } from "./commands/books.ts"
import { checksCommand } from "./commands/checks.ts"
import { demoCommand } from "./commands/demo.ts"
import { doctorCommand } from "./commands/doctor.ts"
import { exceptionsCommand } from "./commands/exceptions.ts"
import { nightlyCommand } from "./commands/nightly.ts"
import { policyCommand } from "./commands/policy.ts"
import { reconcileCommand } from "./commands/reconcile.ts"
import { reportCommand } from "./commands/report.ts"
import { runsCommand } from "./commands/runs.ts"
import { sandboxCommand } from "./commands/sandbox.ts"
import { sqlCommand } from "./commands/sql.ts"
import { supportBundleCommand } from "./commands/support-bundle.ts"
import { syncCommand } from "./commands/sync.ts"
import { verifyCommand } from "./commands/verify.ts"
import { withTidyHelp } from "./help.ts"
import { optionsFirst } from "./options-first.ts"

const lines = (rows: ReadonlyArray<readonly [term: string, meaning: string]>): ReadonlyArray<HelpDoc.HelpDoc> => {
  const width = Math.max(...rows.map(([term]) => term.length)) + 2
  return rows.map(([term, meaning]) => HelpDoc.p(`  ${term.padEnd(width)}${meaning}`))
}

const footer = HelpDoc.blocks([
  HelpDoc.h1("ENVIRONMENT"),
  ...lines([
    ["OCEAFIN_PARTNER_API_BASE_URL", "where the API is, such as https://api.oceafin.com"],
    ["OCEAFIN_PARTNER_API_CLIENT_ID", "who asks"],
    ["OCEAFIN_PARTNER_API_CLIENT_SECRET", "signs every request; never printed or stored"],
    ["OCEAFIN_PARTNER_API_WEBHOOK_SECRET", "not needed by these commands"],
  ]),
  HelpDoc.h1("EXIT CODES"),
  ...lines([
    ["0", "clean"],
    ["1", "an unexpected error, or a full disk"],
    ["2", "wrong usage"],
    ["3", "everything was read, and there are exceptions at or above --fail-on; verify: something was altered"],
    ["4", "not everything was read; the reports say PARTIAL"],
    ["75", "another run holds the database, or the API is not available; try again later"],
    ["77", "the API refuses the credentials"],
    ["78", "the configuration is wrong"],
    ["130", "interrupted (SIGINT, Ctrl-C); what was committed is kept"],
    ["141", "whoever read the output stopped reading, as head does"],
    ["143", "asked to end (SIGTERM); what was committed is kept"],
  ]),
])

const root = Command.make("tidemark").pipe(
  Command.withDescription(
    "Proves every night that what the Oceafin Partner API says about your money adds up, and shows exactly where it does not. Begin with: tidemark demo",
  ),
  Command.withSubcommands([
    demoCommand,
    nightlyCommand,
    syncCommand,
    reconcileCommand,
    reportCommand,
    exceptionsCommand,
    booksCommand,
    sqlCommand,
    checksCommand,
    policyCommand,
    runsCommand,
    doctorCommand,
    verifyCommand,
    supportBundleCommand,
    sandboxCommand,
  ]),
)

/** Commands that have commands of their own. */
const families: ReadonlyArray<string> = ["books", "exceptions", "runs"]

/** The program: takes the process's arguments. */
export const tidemark = (args: ReadonlyArray<string>) => {
  const { ordered, words } = optionsFirst(args, families)
  const command = words.slice(0, families.includes(words[0] ?? "") ? 2 : 1)
  return withTidyHelp(run(ordered), words, command)
}

const run = Command.run(root, { name: "tidemark", version: "0.1.0", executable: "tidemark", footer })

export const cliConfig: Layer.Layer<CliConfig.CliConfig> = CliConfig.layer({ showBuiltIns: false })
