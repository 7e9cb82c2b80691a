import { Effect } from "effect"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import type { CheckFile } from "../../pipelines/reconcile/check-file.ts"
import { settingsInForce } from "../../pipelines/reconcile/check-settings.ts"
import { checksWith, checks as ownOfTheProgram } from "../../pipelines/reconcile/checks.ts"
import { checksDocument } from "../check-document.ts"
import { explanationOf, explanationText } from "../check-explanation.ts"
import { command } from "../command.ts"
import { UsageError } from "../ending.ts"
import { nearestNames } from "../nearest-names.ts"
import { flag, optional, text } from "../option-row.ts"
import { config, json } from "../options.ts"
import { writeOut } from "../output.ts"
import { textTable } from "../text-table.ts"
import { configurationOf } from "../workplace.ts"

const explain = optional(text("CODE"), "Explain one check: what it finds, by which query, and the settings in force.")

const markdown = flag(
  "Print every check as a page of Markdown: what it finds, on what it is silent, what to do about it.",
)

const listed = (checks: ReadonlyArray<CheckFile>, configuration: Configuration, asJson: boolean): string => {
  const rows = checks.map((check) => {
    const { enabled, severity } = settingsInForce(check, configuration)
    const { action, code, definition, family } = check
    return { code, severity, enabled, family, definition, action }
  })
  if (asJson) return JSON.stringify(rows, null, 2)
  return textTable(
    ["code", "severity", "family", "finds"],
    rows.map((row) => [row.code, row.enabled ? row.severity : "off", row.family, row.definition]),
  )
}

const explained = (
  checks: ReadonlyArray<CheckFile>,
  given: string,
  configuration: Configuration,
  asJson: boolean,
): Effect.Effect<string, UsageError> => {
  const check = checks.find(({ code }) => code === given.toUpperCase())
  if (check === undefined) {
    const known = checks.map(({ code }) => code)
    return new UsageError({
      detail: `--explain ${given}: there is no such check; the nearest are ${nearestNames(given, known).join(", ")} (tidemark checks lists all)`,
    })
  }
  const about = explanationOf(check, configuration)
  return Effect.succeed(asJson ? JSON.stringify(about, null, 2) : explanationText(about))
}

export const checksCommand = command({
  name: "checks",
  about: "List every check with its severity and what it finds, or explain one of them.",
  rows: { config, explain, markdown, json },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      if (options.markdown) return yield* writeOut(checksDocument(ownOfTheProgram))
      const checks = yield* checksWith(configuration.ownChecks)
      const text =
        options.explain === null
          ? listed(checks, configuration, options.json)
          : yield* explained(checks, options.explain, configuration, options.json)
      yield* writeOut(`${text}\n`)
    }),
})
