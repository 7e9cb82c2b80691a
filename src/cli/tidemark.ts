import { CliConfig, Command, HelpDoc, Span } from "@effect/cli"
import type { Layer } from "effect"
import { checksCommand } from "./commands/checks.ts"
import { demoCommand } from "./commands/demo.ts"
import { nightlyCommand } from "./commands/nightly.ts"
import { reconcileCommand } from "./commands/reconcile.ts"
import { reportCommand } from "./commands/report.ts"
import { runsCommand } from "./commands/runs.ts"
import { sandboxCommand } from "./commands/sandbox.ts"
import { sqlCommand } from "./commands/sql.ts"
import { syncCommand } from "./commands/sync.ts"

const footer = HelpDoc.blocks([
  HelpDoc.h1("ENVIRONMENT"),
  HelpDoc.descriptionList([
    [Span.text("OCEAFIN_PARTNER_API_BASE_URL"), HelpDoc.p("Where the API is, such as https://api.oceafin.com")],
    [Span.text("OCEAFIN_PARTNER_API_CLIENT_ID"), HelpDoc.p("Who asks.")],
    [Span.text("OCEAFIN_PARTNER_API_CLIENT_SECRET"), HelpDoc.p("Signs every request; never printed or stored.")],
    [Span.text("OCEAFIN_PARTNER_API_WEBHOOK_SECRET"), HelpDoc.p("Not needed by these commands.")],
  ]),
  HelpDoc.h1("EXIT CODES"),
  HelpDoc.descriptionList([
    [Span.text("0"), HelpDoc.p("Clean.")],
    [Span.text("1"), HelpDoc.p("An unexpected error.")],
    [Span.text("2"), HelpDoc.p("Wrong usage.")],
    [Span.text("3"), HelpDoc.p("Everything was read, and there are exceptions at or above --fail-on.")],
    [Span.text("4"), HelpDoc.p("Not everything was read; the reports say PARTIAL.")],
    [Span.text("75"), HelpDoc.p("Another run holds the database, or the API is not available; try again later.")],
    [Span.text("77"), HelpDoc.p("The API refuses the credentials.")],
    [Span.text("78"), HelpDoc.p("The configuration is wrong.")],
    [Span.text("130"), HelpDoc.p("Interrupted; what was committed is kept.")],
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
    sqlCommand,
    checksCommand,
    runsCommand,
    sandboxCommand,
  ]),
)

/** The program: takes the process's arguments. */
export const tidemark = Command.run(root, {
  name: "tidemark",
  version: "0.1.0",
  executable: "tidemark",
  footer,
})

export const cliConfig: Layer.Layer<CliConfig.CliConfig> = CliConfig.layer({ showBuiltIns: false })
