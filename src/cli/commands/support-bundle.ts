import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { type FailedRequest, type SupportBundle, supportBundle } from "../../pipelines/doctor/support-bundle.ts"
import { command } from "../command.ts"
import { UsageError } from "../ending.ts"
import { storeToRead } from "../open-store.ts"
import { optional, path, text } from "../option-row.ts"
import { config, db, json, quiet } from "../options.ts"
import { tell, writeOut } from "../output.ts"
import { inFolder, Outside } from "../outside.ts"
import { plural } from "../quantities.ts"
import { textTable } from "../text-table.ts"
import { configurationOf, namedRun } from "../workplace.ts"

const run = optional(text("ID"), "The run whose failed requests to collect. Default: latest, the newest.")

const out = optional(path("FILE"), "Where to write the bundle, as JSON. Default: support-bundle-<run id>.json.")

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

export const supportBundleCommand = command({
  name: "support-bundle",
  about:
    "Write what Oceafin's support asks for about the failed requests of a run: ids, endpoint, time, customer, code, status and attempts. Nothing else is in it.",
  rows: { config, db, run, out, json, quiet },
  run: (options) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { folder } = yield* Outside
      const configuration = yield* configurationOf(options)
      const bundle = yield* namedRun(options.run ?? "latest").pipe(
        Effect.flatMap(supportBundle),
        Effect.provide(storeToRead(options.db, configuration)),
      )
      const file = options.out ?? inFolder(folder, `support-bundle-${bundle.runId}.json`)
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
})
