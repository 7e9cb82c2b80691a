import { Options } from "@effect/cli"
import { severities } from "../pipelines/configuration/file.ts"
import { choice } from "./option-kinds.ts"

export const config = Options.text("config").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription("Settings as JSON; every key is checked. Default: tidemark.json, if it is there."),
  Options.optional,
)

export const db = Options.text("db").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription(
    "The working database. The snapshot for analysts, analytics.duckdb, lies beside it. Default: tidemark.duckdb.",
  ),
  Options.withDefault("tidemark.duckdb"),
)

export const out = Options.text("out").pipe(
  Options.withPseudoName("DIR"),
  Options.withDescription(
    "Where reports go: DIR/<yyyy-mm-dd>/<run id>/, and DIR/latest points at the newest. Default: tidemark-out.",
  ),
  Options.withDefault("tidemark-out"),
)

export const customers = Options.text("customers").pipe(
  Options.withPseudoName("FILE"),
  Options.withDescription(
    "Whom to read: CSV or JSON with customerId, partnerCustomerRef and optionally products. Default: the customers of earlier runs.",
  ),
  Options.optional,
)

export const fresh = Options.boolean("fresh").pipe(
  Options.withDescription("Begin a new run, even where one that was interrupted could go on."),
)

export const failOn = choice("fail-on", severities).pipe(
  Options.withDescription(
    "End with code 3 where an exception is at least this severe. Default: high, or the configuration's.",
  ),
  Options.optional,
)

export const json = Options.boolean("json").pipe(Options.withDescription("Print the result as JSON on stdout."))

export const quiet = Options.boolean("quiet").pipe(Options.withDescription("Print nothing but errors."))

export const run = Options.text("run").pipe(
  Options.withPseudoName("ID"),
  Options.withDescription("The run to work on. Default: the newest that was read to its end."),
  Options.optional,
)

const logFormat = choice("log-format", ["json", "pretty"]).pipe(
  Options.withDescription(
    "Log on stderr, one line each, and draw no progress line; with --quiet there is nothing else on it. Default with --log-level: pretty.",
  ),
  Options.optional,
)

const logLevel = choice("log-level", ["debug", "info", "warning", "error", "none"]).pipe(
  Options.map((level) => logLevels[level]),
  Options.withDescription(
    "The least level that is logged; debug adds how long every request took. Default: none, with --log-format info.",
  ),
  Options.optional,
)

const logLevels = { debug: "Debug", info: "Info", warning: "Warning", error: "Error", none: "None" } as const

/** For the commands that work long enough to be watched. */
export const logs = { logFormat, logLevel }
