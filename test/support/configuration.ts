import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { type Configuration, readConfiguration } from "../../src/pipelines/configuration/settings.ts"
import { checks } from "../../src/pipelines/reconcile/checks.ts"

/** The configuration that a file with these settings makes; defaults fill the rest. */
export const configurationWith = (settings: Readonly<Record<string, unknown>> = {}): Configuration =>
  Effect.runSync(
    readConfiguration("tidemark.json", checks).pipe(
      Effect.provide(
        FileSystem.layerNoop({
          exists: () => Effect.succeed(true),
          readFileString: () => Effect.succeed(JSON.stringify(settings)),
        }),
      ),
    ),
  )
