import { Writable } from "node:stream"
import { NodeContext } from "@effect/platform-node"
import { ConfigProvider, Effect } from "effect"
import { type EndingSignal, Outside } from "../../src/cli/outside.ts"
import { runTidemark } from "../../src/cli/tidemark.ts"

/** A stream that keeps what is written to it. */
export const collector = (columns?: number) => {
  const parts: Array<string> = []
  const stream = new Writable({
    decodeStrings: false,
    write: (part: string, _, done) => {
      parts.push(part)
      done()
    },
  })
  return Object.assign(stream, {
    text: () => parts.join(""),
    ...(columns === undefined ? {} : { isTTY: true, columns }),
  })
}

export interface InProcess {
  /** The working folder. */
  readonly cwd: string
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Where it is given, stderr is a terminal of so many columns. */
  readonly columns?: number
  /** Ends with the signal that the program is sent. */
  readonly signal?: Effect.Effect<EndingSignal>
}

/** Runs the program in this process, under whatever clock the test has; nothing is built or started. */
export const runInProcess = (args: ReadonlyArray<string>, { columns, cwd, env = {}, signal }: InProcess) =>
  Effect.gen(function* () {
    const outside = yield* Outside
    const stdout = collector()
    const stderr = collector(columns)
    const code = yield* runTidemark(args).pipe(
      Effect.provideService(Outside, {
        ...outside,
        folder: cwd,
        stdout,
        stderr,
        ...(signal === undefined ? {} : { signal }),
      }),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
      Effect.provide(NodeContext.layer),
    )
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  })
