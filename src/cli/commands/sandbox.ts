import { Command, Options } from "@effect/cli"
import { FileSystem } from "@effect/platform"
import { stringify } from "csv-stringify/sync"
import { Clock, Config, Effect, Either, Option, Redacted } from "effect"
import { bookCodes } from "../../sandbox/books/book-code.ts"
import { booksOf } from "../../sandbox/books/books.ts"
import type { Strike } from "../../sandbox/faults/fault-engine.ts"
import { readFaultSpec } from "../../sandbox/faults/fault-spec.ts"
import { firstNightOf, nightOptions } from "../../sandbox/nights.ts"
import { worldSource } from "../../sandbox/server/world-source.ts"
import { type Sandbox, type Served, serveSandbox } from "../../sandbox/server.ts"
import { generateWorld, type World } from "../../sandbox/world.ts"
import { UsageError } from "../exit-code.ts"
import { faultTables } from "../fault-tables.ts"
import { withLogging } from "../logging.ts"
import { choice, wholeNumber } from "../option-kinds.ts"
import { logs } from "../options.ts"
import { count, plural, tell, writeOut } from "../terminal.ts"

export const seed = wholeNumber("seed").pipe(
  Options.withDescription("The same seed makes the same world."),
  Options.withDefault(1),
)

export const breaks = choice("breaks", ["all", "none"]).pipe(
  Options.withDescription("all: known breaks of every kind are in the world. none: everything agrees."),
  Options.withDefault("all" as const),
)

export const population = wholeNumber("population", 1, 1000).pipe(
  Options.withDescription("How many customers the world has."),
  Options.withDefault(12),
)

const night = wholeNumber("night", 1, 1000).pipe(
  Options.withPseudoName("N"),
  Options.withDescription(
    "Serve the world as it is on its N-th night, each a day after the one before: records vanish, come late, change or fall back. The known breaks of a later night are those of a database that read every night before it. Default: 1.",
  ),
  Options.withDefault(1),
)

const firstNight = Options.date("first-night").pipe(
  Options.withPseudoName("INSTANT"),
  Options.withDescription(
    "When night 1 was, such as 2026-06-28T02:00:00Z; each night says it for the next. Default: such that night N is now.",
  ),
  Options.optional,
)

const port = wholeNumber("port", 0, 65_535).pipe(
  Options.withDescription("Port on 127.0.0.1; 0 takes any free one."),
  Options.withDefault(8787),
)

const roster = Options.text("roster").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription("Where to write the world's customers, for --customers."),
  Options.withDefault("sandbox-customers.csv"),
)

const answers = Options.text("answer-key").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription("Where to write, as JSON, which breaks the world has."),
  Options.optional,
)

const books = Options.text("books").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription(
    "Where to write books of your own as a CSV, with known breaks of their own, and its map beside it, for tidemark books import.",
  ),
  Options.optional,
)

const faults = Options.text("faults").pipe(
  Options.withPseudoName("FAULTS"),
  Options.withDescription(
    "What goes wrong: none, a profile such as storm, or faults with their probability, such as 503=0.05,reset=0.02. list prints all of them. Default: none.",
  ),
  Options.withDefault("none"),
)

const faultSeed = wholeNumber("fault-seed").pipe(
  Options.withDescription("The same seed strikes the same pages, in whatever order they are asked for. Default: 1."),
  Options.withDefault(1),
)

const verbose = Options.boolean("verbose").pipe(
  Options.withDescription("Print every request and every fault that strikes."),
)

const faultPlanOf = (spec: string, seed: number) =>
  readFaultSpec(spec, seed).pipe(
    Either.mapLeft(
      (reason) =>
        new UsageError({ detail: `--faults: ${reason}; tidemark sandbox --faults list prints what there is` }),
    ),
  )

const strikeLine = ({ ask, customerId, fault, position, recordId, stream }: Strike): string =>
  `  fault ${fault}: ${customerId}/${stream}${recordId === null ? ` from ${position}` : `/${recordId}`}, asked ${plural(ask, "time")}\n`

/** What became of an answer that did not arrive as it left. */
const mishaps = { Whole: "", Reset: ", never sent: the connection was reset", Cut: ", cut short" } as const

const servedLine = ({ code, delivery, method, status, url }: Served): string =>
  `${status} ${method} ${url}${code === null ? "" : ` ${code}`}${mishaps[delivery]}\n`

/** What to do with each request and strike: a line at once, because the order is what a reader wants to see. */
const tellings = {
  onStrike: (strike: Strike) => void process.stderr.write(strikeLine(strike)),
  onRequest: (served: Served) => void process.stderr.write(servedLine(served)),
}

const tellStruck = ({ struck }: Sandbox) =>
  Effect.suspend(() => {
    const lines = [...struck()].map(([fault, times]) => `  ${fault.padEnd(24)}${count(times)}`).sort()
    return tell(lines.length === 0 ? "No fault struck." : `Faults that struck:\n${lines.join("\n")}`)
  })

/** The world's customers as a roster that `--customers` accepts. */
export const rosterCsv = (world: World): string =>
  stringify(
    world.roster.map((customer) => [customer.customerId, customer.partnerCustomerRef, customer.products.join(" ")]),
    { header: true, columns: ["customerId", "partnerCustomerRef", "products"] },
  )

/** The sandbox's own credentials, unless the environment names others. They open nothing but a sandbox. */
export const sandboxCredentials = Config.all({
  clientId: Config.withDefault(Config.nonEmptyString("OCEAFIN_PARTNER_API_CLIENT_ID"), "sandbox-client"),
  clientSecret: Config.redacted("OCEAFIN_PARTNER_API_CLIENT_SECRET").pipe(
    Config.withDefault(Redacted.make("sandbox-secret")),
  ),
})

const write = (file: string, text: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFileString(file, text)).pipe(
    Effect.mapError((error) => new UsageError({ detail: `${file} cannot be written: ${error.message}` })),
  )

/** How far a run may begin from the world's instant before grace and age tell another story than the answer key. */
const closeEnough = 10 * 60_000

/** Which night this is, how the next one is asked for, and whether this machine's clock is at it. */
const nightLines = (
  options: Pick<Given, "night" | "seed" | "population" | "breaks" | "port" | "roster" | "answers" | "books">,
  first: number,
  now: number,
): string => {
  const instant = nightOptions(options.night, first).now
  const fileOption = (name: string, file: Option.Option<string>): string =>
    Option.match(file, { onNone: () => "", onSome: (given) => ` --${name} ${given}` })
  const files = fileOption("answer-key", options.answers) + fileOption("books", options.books)
  const again = `--seed ${options.seed} --population ${options.population} --breaks ${options.breaks} --port ${options.port} --roster ${options.roster}${files}`
  const next = `--night ${options.night + 1} --first-night ${new Date(first).toISOString()}`
  const apart =
    Math.abs(now - instant) <= closeEnough
      ? ""
      : `This night is at ${new Date(instant).toISOString()}, and this machine's clock is not: ages and grace are counted to a run's start, so only a run that begins then finds exactly the known breaks.\n`
  return `It is night ${options.night}. ${apart}A day later, the next night of the same world: tidemark sandbox ${again} ${next}\n`
}

const given = {
  port,
  seed,
  breaks,
  population,
  night,
  firstNight,
  roster,
  answers,
  books,
  faults,
  faultSeed,
  verbose,
  ...logs,
}

type Given = {
  readonly [name in keyof typeof given]: (typeof given)[name] extends Options.Options<infer A> ? A : never
}

const serve = (options: Given) =>
  Effect.gen(function* () {
    const plan = yield* faultPlanOf(options.faults, options.faultSeed)
    const now = yield* Clock.currentTimeMillis
    const { clientId, clientSecret } = yield* sandboxCredentials
    const fromEnvironment = Option.isSome(yield* Effect.option(Config.string("OCEAFIN_PARTNER_API_CLIENT_SECRET")))
    const first = Option.match(options.firstNight, {
      onNone: () => firstNightOf(options.night, now),
      onSome: (date) => date.getTime(),
    })
    const worldAt = (night: number): World =>
      generateWorld({
        seed: options.seed,
        ...nightOptions(night, first),
        customers: options.population,
        breaks: options.breaks,
      })
    const world = worldAt(options.night)
    const ownBooks = Option.map(options.books, (file) => ({
      file,
      mapFile: `${file.replace(/\.csv$/, "")}.map.json`,
      ...booksOf([...Array.from({ length: options.night - 1 }, (_, before) => worldAt(before + 1)), world], {
        seed: options.seed,
        book: "books",
        codes: options.breaks === "all" ? bookCodes : [],
      }),
    }))
    const key = [
      ...world.answerKey,
      ...Option.match(ownBooks, { onNone: () => [], onSome: ({ answerKey }) => answerKey }),
    ]
    const sandbox = yield* serveSandbox({
      source: worldSource(world),
      port: options.port,
      clientId,
      clientSecret,
      faults: plan,
      ...(options.verbose ? tellings : {}),
    })
    yield* write(options.roster, rosterCsv(world))
    if (Option.isSome(options.answers)) {
      yield* write(options.answers.value, `${JSON.stringify(key, null, 2)}\n`)
    }
    if (Option.isSome(ownBooks)) {
      const { csv, file, map, mapFile } = ownBooks.value
      yield* write(file, csv)
      yield* write(mapFile, `${JSON.stringify(map, null, 2)}\n`)
    }
    if (options.faults !== "none") yield* Effect.addFinalizer(() => tellStruck(sandbox))
    yield* tell(
      `A Partner API with ${plural(world.customers.length, "customer")} and ${plural(key.length, "known break")} ` +
        `answers at ${sandbox.baseUrl} until you stop it.\n` +
        (options.faults === "none" ? "" : `Its faults: ${options.faults}, by seed ${options.faultSeed}.\n`) +
        nightLines(options, first, now) +
        Option.match(ownBooks, {
          onNone: () => "",
          onSome: ({ file, lines, mapFile }) =>
            `${count(lines.length)} lines of books are in ${file}; after a sync: tidemark books import ${file} --map ${mapFile}\n`,
        }) +
        `Its customers are in ${options.roster}. In another terminal:\n`,
    )
    yield* writeOut(
      [
        `export OCEAFIN_PARTNER_API_BASE_URL=${sandbox.baseUrl}`,
        `export OCEAFIN_PARTNER_API_CLIENT_ID=${clientId}`,
        // A secret that came from the environment is not ours to print.
        fromEnvironment
          ? "# OCEAFIN_PARTNER_API_CLIENT_SECRET is the one that this sandbox was started with"
          : `export OCEAFIN_PARTNER_API_CLIENT_SECRET=${Redacted.value(clientSecret)}`,
        "export OCEAFIN_PARTNER_API_WEBHOOK_SECRET=unused-by-the-sandbox",
        "",
      ].join("\n"),
    )
    return yield* Effect.never
  }).pipe(Effect.scoped)

export const sandboxCommand = Command.make("sandbox", given, (options) =>
  options.faults === "list" ? writeOut(faultTables()) : serve(options).pipe(withLogging(options)),
).pipe(
  Command.withDescription(
    "Serve a Partner API on this machine, with a generated world and whatever faults you want, to develop and try against.",
  ),
)
