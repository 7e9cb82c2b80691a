import { Effect } from "effect"
import { Finished } from "./ending.ts"
import type { ExitCode } from "./exit-codes.ts"
import { type OutputError, tell, writeJson, writeOut } from "./output.ts"

/** What a command has to say at its end. */
export interface Conclusion {
  /** On stdout with `--json`. */
  readonly json: unknown
  /** On stdout without it; nothing where it is empty. */
  readonly text?: string
  /** On stderr, unless `--quiet`. */
  readonly told: ReadonlyArray<string>
  /** 0 unless given. */
  readonly exitCode?: ExitCode
  /** Why it is not 0, in a sentence; the last that is told unless given. */
  readonly why?: string
}

/** Says it, and ends the command with its exit code. */
export const conclude = (
  options: { readonly json: boolean; readonly quiet: boolean },
  { exitCode = 0, json, text = "", told, why = told.at(-1) }: Conclusion,
): Effect.Effect<void, OutputError | Finished> =>
  Effect.gen(function* () {
    if (options.json) yield* writeJson(json)
    else if (text !== "") yield* writeOut(`${text}\n`)
    if (!options.quiet && told.length > 0) yield* tell(told.join("\n"))
    if (exitCode !== 0) return yield* new Finished({ exitCode, why: why ?? null })
  })
