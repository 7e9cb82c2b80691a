import { Command } from "@effect/cli"
import { Effect } from "effect"
import { checks } from "../../pipelines/reconcile/checks.ts"
import { config, json } from "../options.ts"
import { writeOut } from "../terminal.ts"
import { textTable } from "../text-table.ts"
import { configurationOf } from "../workplace.ts"

export const checksCommand = Command.make("checks", { config, json }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const rows = checks.map((check) => {
      const settings = configuration.checks[check.code]
      return {
        code: check.code,
        severity: settings?.severity ?? check.severity,
        enabled: settings?.enabled ?? true,
        family: check.family,
        needsProof: check.unproven !== null,
        definition: check.definition,
      }
    })
    yield* writeOut(
      options.json
        ? `${JSON.stringify(rows, null, 2)}\n`
        : `${textTable(
            ["code", "severity", "finds"],
            rows.map((row) => [row.code, row.enabled ? row.severity : "off", row.definition]),
          )}\n`,
    )
  }),
).pipe(Command.withDescription("List every check with its severity and what it finds."))
