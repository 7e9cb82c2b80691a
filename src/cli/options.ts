import { failOnWords, severities } from "../pipelines/configuration/file.ts"
import { decimal, defaultTo, flag, instant, oneOf, optional, path, repeated, text, wholeNumber } from "./option-row.ts"

export const config = optional(
  path("FILE"),
  "Settings as JSON; every key is checked. Default: tidemark.json, if it is there.",
)

export const db = defaultTo(
  path("FILE"),
  "tidemark.duckdb",
  "The working database. The snapshot for analysts, analytics.duckdb, lies beside it.",
)

export const out = defaultTo(
  path("DIR"),
  "tidemark-out",
  "Where reports go: DIR/<yyyy-mm-dd>/<run id>/, and DIR/latest points at the newest.",
)

export const customers = optional(
  path("FILE"),
  "Whom to read: CSV or JSON with customerId, partnerCustomerRef and optionally products. Default: the customers of earlier runs.",
)

export const fresh = flag("Begin a new run, even where one that was interrupted could go on.")

export const apiChanged = flag(
  "The address or the client id of the same API has changed since the last run; else a store is read from one API only.",
)

export const failOn = repeated(
  oneOf(failOnWords),
  "End with code 3 where an exception is at least this severe; unproven: where a case could not be judged. Default: high, or the configuration's.",
)

export const json = flag("Print the result as JSON on stdout; an error too.")

export const quiet = flag("Print nothing but errors; with --json, one line wherever the exit code is not 0.")

export const metrics = optional(
  path("FILE"),
  "Write how the night went to this file, for Prometheus (text format), whatever its end.",
)

export const by = optional(
  text("NAME"),
  "Who acts, for the log; nobody checks that it is true. Default: the name you are logged in with.",
)

export const dryRun = flag("Print what would be done, and do nothing.")

/** For the commands that work long enough to be watched. */
export const logs = {
  logFormat: optional(
    oneOf(["json", "pretty"]),
    "Log on stderr, one line each, and draw no progress line; with --quiet there is nothing else on it. Default with --log-level: pretty.",
  ),
  logLevel: optional(
    oneOf(["debug", "info", "warning", "error", "none"]),
    "The least level that is logged; debug adds how long every request took. Default: none, with --log-format info.",
  ),
}

/** Which exceptions are meant. */
export const filters = {
  code: repeated(text("CODE"), "Only those that this check found."),
  customer: repeated(text("CUSTOMER"), "Only those of this customer: Oceafin's id or your own reference."),
  currency: repeated(text("CURRENCY"), "Only those in this currency."),
  severity: repeated(oneOf(severities), "Only those of this severity."),
  assignee: repeated(text("NAME"), "Only those assigned to this person; unassigned for those of nobody."),
  olderThan: optional(wholeNumber(0, 100_000), "Only those first seen more than so many days before the newest run."),
  before: optional(instant, "Only those first seen before this day or instant, such as 2026-10-01."),
  maxAmount: optional(
    decimal,
    "Only those with at most so much at stake. Where the others are of several currencies, --currency must name one.",
  ),
}
