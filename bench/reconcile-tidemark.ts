import "../src/store/allocator.ts"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { readConfiguration } from "../src/pipelines/configuration/settings.ts"
import { reconcile } from "../src/pipelines/reconcile/reconcile.ts"
import { findRun } from "../src/pipelines/run/run.ts"
import { Database } from "../src/store/database.ts"
import { peakBytes, say } from "./child.ts"

const [, , file = ""] = process.argv

const measured = await Effect.runPromise(
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(null, [])
    const database = yield* Database
    const run = yield* findRun(database)
    const startedAt = performance.now()
    yield* reconcile(run, configuration)
    const millis = performance.now() - startedAt
    const [row] = yield* database.rows<{ exceptions: bigint }>("SELECT count(*) AS exceptions FROM recon.exceptions")
    return { millis, exceptions: Number(row?.exceptions ?? 0n) }
  }).pipe(
    Effect.provide(Layer.mergeAll(Database.layer({ file, access: "write", memoryLimit: "512MB" }), NodeContext.layer)),
  ),
)
say({ ...measured, peakBytes: peakBytes() })
