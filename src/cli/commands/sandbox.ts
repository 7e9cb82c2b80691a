import { Command, Options } from "@effect/cli"
import { FileSystem } from "@effect/platform"
import { stringify } from "csv-stringify/sync"
import { Clock, Config, Effect, Option, Redacted } from "effect"
import { worldSource } from "../../sandbox/server/world-source.ts"
import { serveSandbox } from "../../sandbox/server.ts"
import { generateWorld, type World } from "../../sandbox/world.ts"
import { UsageError } from "../exit-code.ts"
import { plural, tell, writeOut } from "../terminal.ts"

/** A whole number within bounds; anything else is refused with a sentence. */
const wholeNumber = (name: string, least: number, most: number) =>
  Options.integer(name).pipe(
    Options.filterMap(
      (value) => (value >= least && value <= most ? Option.some(value) : Option.none()),
      `--${name} must be a whole number from ${least} to ${most}`,
    ),
  )

export const seed = Options.integer("seed").pipe(
  Options.withDescription("The same seed makes the same world."),
  Options.withDefault(1),
)

export const breaks = Options.choice("breaks", ["all", "none"]).pipe(
  Options.withDescription("all: known breaks of every kind are in the world. none: everything agrees."),
  Options.withDefault("all" as const),
)

export const population = wholeNumber("population", 1, 1000).pipe(
  Options.withDescription("How many customers the world has."),
  Options.withDefault(12),
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

/** The world's customers as a roster that `--customers` accepts. */
export const rosterCsv = (world: World): string =>
  stringify(
    world.customers.map((customer) => [customer.customerId, customer.partnerCustomerRef, customer.products.join(" ")]),
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

export const sandboxCommand = Command.make("sandbox", { port, seed, breaks, population, roster, answers }, (options) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { clientId, clientSecret } = yield* sandboxCredentials
    const fromEnvironment = Option.isSome(yield* Effect.option(Config.string("OCEAFIN_PARTNER_API_CLIENT_SECRET")))
    const world = generateWorld({ seed: options.seed, now, customers: options.population, breaks: options.breaks })
    const { baseUrl } = yield* serveSandbox({ source: worldSource(world), port: options.port, clientId, clientSecret })
    yield* write(options.roster, rosterCsv(world))
    if (Option.isSome(options.answers)) {
      yield* write(options.answers.value, `${JSON.stringify(world.answerKey, null, 2)}\n`)
    }
    yield* tell(
      `A Partner API with ${plural(world.customers.length, "customer")} and ${plural(world.answerKey.length, "known break")} ` +
        `answers at ${baseUrl} until you stop it.\nIts customers are in ${options.roster}. In another terminal:\n`,
    )
    yield* writeOut(
      [
        `export OCEAFIN_PARTNER_API_BASE_URL=${baseUrl}`,
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
  }).pipe(Effect.scoped),
).pipe(
  Command.withDescription("Serve a Partner API on this machine, with a generated world, to develop and try against."),
)
