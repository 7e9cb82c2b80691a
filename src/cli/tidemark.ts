import { Cause, Config, Effect, Either, Exit, Fiber, Option, Ref } from "effect"
import { ProgressListener } from "../pipelines/run/progress.ts"
import { AtEnd, type Ended } from "./at-end.ts"
import { type Command, command, type Surroundings } from "./command.ts"
import { type Asked, type Program, readCommandLine } from "./command-line.ts"
import { importCommand } from "./commands/books/import.ts"
import { listCommand as listBooksCommand } from "./commands/books/list.ts"
import { mapCommand } from "./commands/books/map.ts"
import { checksCommand } from "./commands/checks.ts"
import { retireCommand } from "./commands/customers.ts"
import { demoCommand } from "./commands/demo.ts"
import { doctorCommand } from "./commands/doctor.ts"
import { drillCommand } from "./commands/drill.ts"
import { actCommands } from "./commands/exceptions/acts.ts"
import { listCommand } from "./commands/exceptions/list.ts"
import { showCommand } from "./commands/exceptions/show.ts"
import { lakeCommand } from "./commands/lake.ts"
import { nightCommands } from "./commands/night.ts"
import { policyCommand } from "./commands/policy.ts"
import { runsCommands } from "./commands/runs.ts"
import { sandboxCommand } from "./commands/sandbox.ts"
import { schemaCommand } from "./commands/schema.ts"
import { sqlCommand } from "./commands/sql.ts"
import { supportBundleCommand } from "./commands/support-bundle.ts"
import { verifyCommand } from "./commands/verify.ts"
import { completionScripts, completionsOf } from "./completion.ts"
import { type Ending, endingOf, Finished } from "./ending.ts"
import { helpOf } from "./help.ts"
import { type LogOptions, silence, withLogging } from "./logging.ts"
import { argument, oneOf, repeated, required, text } from "./option-row.ts"
import { asCalled, tell, writeJson, writeOut } from "./output.ts"
import { type EndingSignal, Outside } from "./outside.ts"

/** The package's own; a test compares them. */
const version = "0.1.0"

/** The table of commands, in the order of help. */
const commands: ReadonlyArray<Command> = [
  demoCommand,
  ...nightCommands,
  listCommand,
  showCommand,
  ...actCommands,
  importCommand,
  listBooksCommand,
  mapCommand,
  retireCommand,
  sqlCommand,
  schemaCommand,
  lakeCommand,
  checksCommand,
  drillCommand,
  policyCommand,
  ...runsCommands,
  doctorCommand,
  verifyCommand,
  supportBundleCommand,
  sandboxCommand,
  command({
    name: "completion",
    about: 'Print what makes a shell complete commands and options, for its start: eval "$(tidemark completion bash)"',
    rows: { shell: argument(required(oneOf(["bash", "zsh", "fish"]), "The shell.")) },
    run: ({ shell }) => Effect.flatMap(Outside, ({ program }) => writeOut(completionScripts[shell](program))),
  }),
  command({
    name: "complete",
    about: "Print the words that may come next; the shell asks for them.",
    isHidden: true,
    rows: {
      words: argument(
        repeated({ ...text("WORD"), mayBeEmpty: true }, "What was typed so far, the last word perhaps empty."),
      ),
    },
    run: ({ words }) =>
      writeOut(
        completionsOf(words, tidemark("tidemark"))
          .map((word) => `${word}\n`)
          .join(""),
      ),
  }),
]

/** The program as it is called. */
export const tidemark = (name: string): Program => ({
  name,
  commands,
  families: [
    {
      name: "exceptions",
      about: "Work with exceptions from night to night: list, show, acknowledge, assign, note, write off, reopen.",
    },
    {
      name: "books",
      about: "Bring in your own books or bank statements, which reconcile matches with the transactions.",
    },
  ],
})

const answer = (asked: Asked) =>
  Effect.gen(function* () {
    if (asked._tag === "Run") {
      const { logFormat = null, logLevel = null } = asked.given as Partial<LogOptions>
      return yield* withLogging({ logFormat, logLevel })(asked.command.run(asked.given as never))
    }
    const { program, stdout } = yield* Outside
    if (asked._tag === "Version") return yield* writeOut(`${version}\n`)
    const plain = yield* Config.withDefault(Config.string("NO_COLOR"), "")
    const coloured = stdout.isTTY === true && plain === ""
    return yield* writeOut(helpOf(asked.words, tidemark(program), { coloured, version }))
  })

/** Why a command that did its work ended otherwise than with 0. */
const whyOf = (exit: Exit.Exit<unknown, unknown>): string | null => {
  const failure = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
  return Option.isSome(failure) && failure.value instanceof Finished ? failure.value.why : null
}

/** What was found, rather than what went wrong: whoever wants to hear errors only is not told. */
const results: ReadonlyArray<number> = [3, 4]

/** Says how it ended: a sentence on stderr, and where JSON was asked for, the same on stdout. */
const tellEnding = (ending: Ending, exit: Exit.Exit<unknown, unknown>, run: string | null, given: Flags) =>
  Effect.gen(function* () {
    const { code, message } = ending
    const failure = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : undefined
    // What a command printed says the rest, but to whoever wanted to hear errors only.
    if (failure?._tag === "Some" && failure.value instanceof Finished) {
      const { why } = failure.value
      const isHeard = given.json || !results.includes(code)
      return given.quiet && isHeard && why !== null ? yield* tell(`tidemark: ${why}`) : undefined
    }
    if (message === null) return
    yield* tell(`tidemark: ${message}`)
    const { program } = yield* Outside
    if (given.json) yield* Effect.ignore(writeJson({ exitCode: code, error: asCalled(message, program), run }))
  })

interface Flags {
  readonly json: boolean
  readonly quiet: boolean
}

/**
 * The program: takes the arguments after its name, prints what there is to say, and gives the exit code.
 *
 * A test gives it what it meets outside: the environment by `Effect.withConfigProvider`, the time by `Effect.withClock`,
 * files by `NodeContext.layer`, and the rest by `Effect.provideService(Outside, { ...outside, folder, stdout, stderr })`,
 * where `outside` is what `yield* Outside` gives, `folder` is where relative paths begin, and `stdout` and `stderr` are
 * writable streams that it reads afterwards. `signal` is an effect that ends when the program shall be interrupted.
 * Without any of these it is this process.
 */
export const runTidemark = (args: ReadonlyArray<string>): Effect.Effect<number, never, Surroundings> =>
  Effect.gen(function* () {
    const { folder, program, signal } = yield* Outside
    const asked = readCommandLine(args, tidemark(program), folder)
    const run = yield* Ref.make<string | null>(null)
    const following = yield* Ref.make<(ended: Ended) => Effect.Effect<void, never, Surroundings>>(() => Effect.void)
    const listener = yield* ProgressListener
    const began = (runId: string) => Effect.zipRight(Ref.set(run, runId), listener.began(runId))
    const working = yield* Effect.fork(
      Effect.flatMap(asked, answer).pipe(
        Effect.provideService(ProgressListener, { ...listener, began }),
        Effect.provideService(AtEnd, { follow: (next) => Ref.set(following, next) }),
        Effect.provide(silence),
      ),
    )
    const interrupted = yield* Ref.make<EndingSignal>("SIGINT")
    const stop = signal.pipe(
      Effect.tap((name) => Ref.set(interrupted, name)),
      Effect.zipRight(Fiber.interrupt(working)),
    )
    const exit = yield* Effect.raceFirst(Fiber.await(working), stop)
    const kept = Either.isRight(asked) && asked.right._tag === "Run" ? asked.right.command.ifInterrupted : undefined
    const ending = Exit.isSuccess(exit)
      ? { code: 0, message: null }
      : endingOf(exit.cause, yield* Ref.get(interrupted), kept)
    const flags = { json: args.includes("--json"), quiet: args.includes("--quiet") }
    const runId = yield* Ref.get(run)
    yield* tellEnding(ending, exit, runId, flags)
    const follow = yield* Ref.get(following)
    yield* follow({ exitCode: ending.code, why: ending.message ?? whyOf(exit), run: runId })
    return ending.code
  })
