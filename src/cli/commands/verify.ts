import { Effect } from "effect"
import { plural } from "../../pipelines/run/quantities.ts"
import { type Finding, findingLine } from "../../pipelines/verify/finding.ts"
import { type Verification, verify } from "../../pipelines/verify/verify.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { storeToRead } from "../open-store.ts"
import { optional, text } from "../option-row.ts"
import { config, db, json, out, quiet } from "../options.ts"
import { configurationOf, namedRun } from "../workplace.ts"

const run = optional(
  text("ID"),
  "The run to verify; latest for the newest. Default: every run that the database holds.",
)

const placesOf = (findings: ReadonlyArray<Finding>): string => {
  const files = findings.filter((finding) => finding._tag === "File").length
  const pages = findings.filter((finding) => finding._tag === "Page").length
  const tables = findings.filter((finding) => finding._tag === "Table").length
  const lists = findings.length - files - pages - tables
  return [
    ...(pages === 0 ? [] : [plural(pages, "page")]),
    ...(lists === 0 ? [] : [plural(lists, "list")]),
    ...(tables === 0 ? [] : [plural(tables, "table")]),
    ...(files === 0 ? [] : [plural(files, "file")]),
  ].join(", ")
}

/** `5,021 pages of 3 runs and 21 files are as they were read and written` */
export const verificationSentence = ({ files, findings, pages, runs }: Verification): string => {
  const all = `${plural(pages, "page")} of ${plural(runs, "run")} and ${plural(files, "file")}`
  return findings.length === 0
    ? `VERIFIED: ${all} are as they were read and written`
    : `ALTERED: ${placesOf(findings)}; ${all} were looked through, and the others are as they were read and written`
}

export const verifyCommand = command({
  name: "verify",
  about:
    "Prove that stored pages and written reports are what they were when they were read and written. Ends with 3 where something was altered, and says what. Reads only; while a run has the database open, verify the published copy: --db analytics.duckdb",
  rows: { config, db, out, run, json, quiet },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const proof = yield* Effect.gen(function* () {
        const run = options.run === null ? null : yield* namedRun(options.run)
        return yield* verify(configuration.contract, options.out, run)
      }).pipe(Effect.provide(storeToRead(options.db, configuration)))
      const { files, findings, notes, pages, runs } = proof
      const altered = findings.length > 0
      yield* conclude(options, {
        json: { verdict: altered ? "ALTERED" : "VERIFIED", runs, pages, files, findings, notes },
        text: findings.map(findingLine).join("\n"),
        told: [...notes.map((note) => `note: ${note}`), verificationSentence(proof)],
        exitCode: altered ? 3 : 0,
      })
    }),
})
