import { Command, Options } from "@effect/cli"
import { FileSystem } from "@effect/platform"
import { Effect, Option } from "effect"
import { type FailedRequest, type SupportBundle, supportBundle } from "../../pipelines/doctor/support-bundle.ts"
import { UsageError } from "../exit-code.ts"
import { config, db, json, quiet } from "../options.ts"
import { plural, tell, writeOut } from "../terminal.ts"
import { textTable } from "../text-table.ts"
import { configurationOf, databaseToRead } from "../workplace.ts"

const run = Options.text("run").pipe(
  Options.withPseudoName("ID"),
  Options.withDescription("The run whose failed requests to collect. Default: the newest."),
  Options.optional,
)

const out = Options.text("out").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription("Where to write the bundle, as JSON. Default: support-bundle-<run id>.json."),
  Options.optional,
)

const columns = [
  ["time", "time"],
  ["code", "problemCode"],
  ["status", "status"],
  ["attempts", "attempts"],
  ["endpoint", "endpoint"],
  ["customer ref", "partnerCustomerRef"],
  ["request", "requestId"],
  ["their request", "apiRequestId"],
] as const satisfies ReadonlyArray<readonly [string, keyof FailedRequest]>

const bundleText = ({ failedRequests }: SupportBundle): string =>
  failedRequests.length === 0
    ? ""
    : `${textTable(
        columns.map(([title]) => title),
        failedRequests.map((request) => columns.map(([, key]) => String(request[key] ?? ""))),
      )}\n`

export const supportBundleCommand = Command.make("support-bundle", { config, db, run, out, json, quiet }, (options) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const configuration = yield* configurationOf(options)
    const bundle = yield* supportBundle(Option.getOrNull(options.run)).pipe(
      Effect.provide(databaseToRead(options.db, configuration)),
    )
    const file = Option.getOrElse(options.out, () => `support-bundle-${bundle.runId}.json`)
    const text = `${JSON.stringify(bundle, null, 2)}\n`
    yield* fs
      .writeFileString(file, text)
      .pipe(
        Effect.mapError((error) => new UsageError({ detail: `--out ${file}: cannot be written: ${error.message}` })),
      )
    yield* writeOut(options.json ? text : bundleText(bundle))
    if (!options.quiet) {
      const failed = bundle.failedRequests.length
      yield* tell(
        failed === 0
          ? `run ${bundle.runId}: no request failed; ${file} says so`
          : `run ${bundle.runId}: ${plural(failed, "failed request")} in ${file}, for Oceafin's support`,
      )
    }
  }),
).pipe(
  Command.withDescription(
    "Write what Oceafin's support asks for about the failed requests of a run: ids, endpoint, time, customer, code, status and attempts. Nothing else is in it.",
  ),
)
