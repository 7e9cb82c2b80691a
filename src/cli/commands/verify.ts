import { Command, Options } from "@effect/cli"
import { Effect, Option } from "effect"
import { type Finding, findingLine } from "../../pipelines/verify/finding.ts"
import { type Verification, verify } from "../../pipelines/verify/verify.ts"
import { Finished } from "../exit-code.ts"
import { config, db, json, out, quiet } from "../options.ts"
import { plural, tell, writeOut } from "../terminal.ts"
import { configurationOf, databaseToRead } from "../workplace.ts"

const run = Options.text("run").pipe(
  Options.withPseudoName("ID"),
  Options.withDescription("The run to verify. Default: every run that the database holds."),
  Options.optional,
)

const placesOf = (findings: ReadonlyArray<Finding>): string => {
  const files = findings.filter((finding) => finding._tag === "File").length
  const pages = findings.filter((finding) => finding._tag === "Page").length
  const lists = findings.length - files - pages
  return [
    ...(pages === 0 ? [] : [plural(pages, "page")]),
    ...(lists === 0 ? [] : [plural(lists, "list")]),
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

export const verifyCommand = Command.make("verify", { config, db, out, run, json, quiet }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const proof = yield* verify(configuration.contract, options.out, Option.getOrNull(options.run)).pipe(
      Effect.provide(databaseToRead(options.db, configuration)),
    )
    const altered = proof.findings.map(findingLine)
    if (options.json) {
      const { files, findings, notes, pages, runs } = proof
      const verdict = findings.length === 0 ? "VERIFIED" : "ALTERED"
      yield* writeOut(`${JSON.stringify({ verdict, runs, pages, files, findings, notes }, null, 2)}\n`)
    } else if (altered.length > 0) {
      yield* writeOut(`${altered.join("\n")}\n`)
    }
    if (!options.quiet) {
      yield* tell([...proof.notes.map((note) => `note: ${note}`), verificationSentence(proof)].join("\n"))
    }
    if (altered.length > 0) return yield* new Finished({ code: 3 })
  }),
).pipe(
  Command.withDescription(
    "Prove that stored pages and written reports are what they were when they were read and written. Ends with 3 where something was altered, and says what. Reads only; while a run has the database open, verify the published copy: --db analytics.duckdb",
  ),
)
