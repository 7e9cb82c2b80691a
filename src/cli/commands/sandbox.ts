import { FileSystem } from "@effect/platform"
import { stringify } from "csv-stringify/sync"
import { Clock, Config, DateTime, Effect, Either, Option, Redacted } from "effect"
import { count, plural } from "../../pipelines/run/quantities.ts"
import { bookCodes } from "../../sandbox/books/book-code.ts"
import { booksOf } from "../../sandbox/books/books.ts"
import { clockFrom } from "../../sandbox/clock-from.ts"
import type { Strike } from "../../sandbox/faults/fault-engine.ts"
import { readFaultSpec } from "../../sandbox/faults/fault-spec.ts"
import { firstNightOf, nightOptions } from "../../sandbox/nights.ts"
import { worldSource } from "../../sandbox/server/world-source.ts"
import { type Sandbox, type Served, serveSandbox } from "../../sandbox/server.ts"
import { generateWorld, type World } from "../../sandbox/world.ts"
import { command } from "../command.ts"
import { UsageError } from "../ending.ts"
import { faultTables } from "../fault-tables.ts"
import { defaultTo, flag, type Given, instant, oneOf, optional, path, text, wholeNumber } from "../option-row.ts"
import { logs } from "../options.ts"
import { tell, writeOut } from "../output.ts"
import { Outside } from "../outside.ts"

/** Which world is served. */
export const worldRows = {
  seed: defaultTo(wholeNumber(), "1", "The same seed makes the same world."),
  breaks: defaultTo(
    oneOf(["all", "none"]),
    "all",
    "all: known breaks of every kind are in the world. none: everything agrees.",
  ),
  population: defaultTo(wholeNumber(1, 1000), "12", "How many customers the world has."),
}

const rows = {
  port: defaultTo(wholeNumber(0, 65_535), "8787", "Port on 127.0.0.1; 0 takes any free one."),
  ...worldRows,
  night: defaultTo(
    wholeNumber(1, 1000),
    "1",
    "Serve the world as it is on its N-th night, each a day after the one before: records vanish, come late, change or fall back. The known breaks of a later night are those of a database that read every night before it.",
  ),
  firstNight: optional(
    instant,
    "When night 1 was, such as 2026-06-28T02:00:00Z; each night says it for the next. Default: such that night N is now.",
  ),
  roster: defaultTo(path("FILE"), "sandbox-customers.csv", "Where to write the world's customers, for --customers."),
  answerKey: optional(path("FILE"), "Where to write, as JSON, which breaks the world has."),
  books: optional(
    path("FILE"),
    "Where to write books of your own as a CSV, with known breaks of their own, and its map and bank statements beside it, for tidemark books import.",
  ),
  faults: defaultTo(
    text("FAULTS"),
    "none",
    "What goes wrong: none, a profile such as storm, or faults with their probability, such as 503=0.05,reset=0.02. list prints all of them.",
  ),
  faultSeed: defaultTo(
    wholeNumber(),
    "1",
    "The same seed strikes the same pages, in whatever order they are asked for.",
  ),
  verbose: flag("Print every request and every fault that strikes."),
  ...logs,
}

type Options = Given<typeof rows>

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

/** Whether the night is at another time than this machine's clock; then the sandbox has a clock of its own. */
const isApart = (instant: number, now: number): boolean => Math.abs(now - instant) > closeEnough

/** Which night this is, how the next one is asked for, and what the sandbox's clock says. */
const nightLines = (program: string, options: Options, first: number, now: number): string => {
  const instant = nightOptions(options.night, first).now
  const fileOption = (name: string, file: string | null): string => (file === null ? "" : ` --${name} ${file}`)
  const files = fileOption("answer-key", options.answerKey) + fileOption("books", options.books)
  const again = `--seed ${options.seed} --population ${options.population} --breaks ${options.breaks} --port ${options.port} --roster ${options.roster}${files}`
  const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))
  const next = `--night ${options.night + 1} --first-night ${iso(first)}`
  const apart = isApart(instant, now)
    ? `Its clock began at ${iso(instant)}, and its answers say so: a run takes its times from them.\n`
    : ""
  return `It is night ${options.night}. ${apart}The next night of the same world, a day later or at once: ${program} sandbox ${again} ${next}\n`
}

const serve = (options: Options) =>
  Effect.gen(function* () {
    const { program, stderr } = yield* Outside
    const plan = yield* faultPlanOf(options.faults, options.faultSeed)
    const now = yield* Clock.currentTimeMillis
    const { clientId, clientSecret } = yield* sandboxCredentials
    const fromEnvironment = Option.isSome(yield* Effect.option(Config.string("OCEAFIN_PARTNER_API_CLIENT_SECRET")))
    const first = options.firstNight ?? firstNightOf(options.night, now)
    const worldAt = (night: number): World =>
      generateWorld({
        seed: options.seed,
        ...nightOptions(night, first),
        customers: options.population,
        breaks: options.breaks,
      })
    const world = worldAt(options.night)
    const booksIn = (file: string) => ({
      file,
      mapFile: `${file.replace(/\.csv$/, "")}.map.json`,
      statementsFile: `${file.replace(/\.csv$/, "")}.statements.xml`,
      ...booksOf([...Array.from({ length: options.night - 1 }, (_, before) => worldAt(before + 1)), world], {
        seed: options.seed,
        book: "books",
        codes: options.breaks === "all" ? bookCodes : [],
      }),
    })
    const ownBooks = options.books === null ? null : booksIn(options.books)
    const key = [...world.answerKey, ...(ownBooks?.answerKey ?? [])]
    const { now: instant } = nightOptions(options.night, first)
    const clock = isApart(instant, now) ? clockFrom(instant) : Clock.make()
    const sandbox = yield* serveSandbox({
      source: worldSource(world),
      port: options.port,
      clientId,
      clientSecret,
      faults: plan,
      // A line at once, because the order is what a reader wants to see.
      ...(options.verbose
        ? {
            onStrike: (strike: Strike) => void stderr.write(strikeLine(strike)),
            onRequest: (served: Served) => void stderr.write(servedLine(served)),
          }
        : {}),
    }).pipe(Effect.withClock(clock))
    yield* write(options.roster, rosterCsv(world))
    if (options.answerKey !== null) {
      yield* write(options.answerKey, `${JSON.stringify(key, null, 2)}\n`)
    }
    if (ownBooks !== null) {
      const { csv, file, map, mapFile, statements, statementsFile } = ownBooks
      if (statements !== null) yield* write(statementsFile, statements)
      yield* write(file, csv)
      yield* write(mapFile, `${JSON.stringify(map, null, 2)}\n`)
    }
    if (options.faults !== "none") yield* Effect.addFinalizer(() => tellStruck(sandbox))
    yield* tell(
      `A Partner API with ${plural(world.customers.length, "customer")} and ${plural(key.length, "known break")} ` +
        `answers at ${sandbox.baseUrl} until you stop it.\n` +
        (options.faults === "none" ? "" : `Its faults: ${options.faults}, by seed ${options.faultSeed}.\n`) +
        nightLines(program, options, first, now) +
        (ownBooks === null
          ? ""
          : `${count(ownBooks.lines.length)} lines of books are in ${ownBooks.file}; after a sync: ${program} books import ${ownBooks.file} --map ${ownBooks.mapFile}${ownBooks.statements === null ? "" : `, and ${program} books import ${ownBooks.statementsFile}`}\n`) +
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

export const sandboxCommand = command({
  name: "sandbox",
  about:
    "Serve a Partner API on this machine, with a generated world and whatever faults you want, to develop and try against.",
  rows,
  ifInterrupted: "the sandbox has ended",
  run: (options) => (options.faults === "list" ? writeOut(faultTables()) : serve(options)),
})
