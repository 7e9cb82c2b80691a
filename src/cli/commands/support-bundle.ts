import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { type FailedRequest, supportBundle } from "../../pipelines/doctor/support-bundle.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { UsageError } from "../ending.ts"
import { storeToRead } from "../open-store.ts"
import { optional, path, text } from "../option-row.ts"
import { config, db, json, quiet } from "../options.ts"
import { inFolder, Outside } from "../outside.ts"
import { type TableColumn, tableOf } from "../text-table.ts"
import { configurationOf, namedRun } from "../workplace.ts"

const run = optional(text("ID"), "The run whose failed requests to collect. Default: latest, the newest.")

const out = optional(path("FILE"), "Where to write the bundle, as JSON. Default: support-bundle-<run id>.json.")

const columns: ReadonlyArray<TableColumn & readonly [keyof FailedRequest, ...unknown[]]> = [
  ["time"],
  ["problemCode", "code"],
  ["status"],
  ["attempts"],
  ["endpoint"],
  ["partnerCustomerRef", "customer ref"],
  ["requestId", "request"],
  ["apiRequestId", "their request"],
]

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
      yield* fs
        .writeFileString(file, `${JSON.stringify(bundle, null, 2)}\n`)
        .pipe(
          Effect.mapError((error) => new UsageError({ detail: `--out ${file}: cannot be written: ${error.message}` })),
        )
      const failed = bundle.failedRequests.length
      yield* conclude(options, {
        json: bundle,
        text:
          failed === 0
            ? ""
            : tableOf(
                columns,
                bundle.failedRequests.map((request) => ({ ...request })),
              ),
        told: [
          failed === 0
            ? `run ${bundle.runId}: no request failed; ${file} says so`
            : `run ${bundle.runId}: ${plural(failed, "failed request")} in ${file}, for Oceafin's support`,
        ],
      })
    }),
})
