import { FileSystem, Path } from "@effect/platform"
import { Effect, Layer, Option } from "effect"
import { connections } from "../api/connections.ts"
import type { Credentials } from "../api/credentials.ts"
import { PartnerApi, type PartnerApiOptions } from "../api/partner-api.ts"
import { isProduct, type RosterEntry, readProducts, readRoster } from "../pipelines/configuration/roster.ts"
import { type Configuration, defaultConfigurationFile, readConfiguration } from "../pipelines/configuration/settings.ts"
import { makeFolder } from "../pipelines/make-folder.ts"
import { checksWith } from "../pipelines/reconcile/checks.ts"
import { PAGE_FILE } from "../pipelines/report/nights.ts"
import { pageMark } from "../pipelines/report/page/document.ts"
import { UnknownRun } from "../pipelines/run/run.ts"
import { Database, type Sql } from "../store/database.ts"
import type { StoreError } from "../store/store-error.ts"
import { UsageError } from "./ending.ts"
import { inFolder, Outside } from "./outside.ts"

/** The configuration with what the command line says over it. */
export const configurationOf = (options: {
  readonly config: string | null
  readonly failOn?: Configuration["failOn"]
}) =>
  Effect.gen(function* () {
    const { folder } = yield* Outside
    const configuration = yield* readConfiguration(
      options.config,
      checksWith,
      inFolder(folder, defaultConfigurationFile),
    )
    for (const sentence of configuration.obsolete) yield* Effect.logWarning(sentence)
    const { failOn = [] } = options
    return failOn.length === 0 ? configuration : { ...configuration, failOn }
  })

/** Makes the folder of reports, and refuses what cannot be one, before anything is asked of the API. */
export const prepareOut = (out: string): Effect.Effect<void, UsageError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const refuse = (detail: string) => new UsageError({ detail: `--out ${out}: ${detail}` })
    const kind = yield* Effect.option(fs.stat(out))
    if (Option.isSome(kind) && kind.value.type !== "Directory") return yield* refuse("is a file, not a folder")
    yield* makeFolder(out).pipe(Effect.mapError((error) => refuse(`cannot be made: ${error.message}`)))
    yield* fs
      .access(out, { writable: true })
      .pipe(Effect.mapError((error) => refuse(`cannot be written, check its rights: ${error.message}`)))
    const latest = path.join(out, "latest")
    const link = yield* Effect.option(fs.readLink(latest))
    if (Option.isNone(link) && (yield* Effect.orElseSucceed(fs.exists(latest), () => false))) {
      return yield* refuse(
        "holds something called latest that is not a link; move it away, because latest leads to the newest reports",
      )
    }
    const page = yield* Effect.option(fs.readFileString(path.join(out, PAGE_FILE)))
    if (Option.isSome(page) && !page.value.includes(pageMark)) {
      return yield* refuse(
        `holds an ${PAGE_FILE} that Tidemark did not make; move it away, because the page over all nights goes there`,
      )
    }
  })

/** The client of the Partner API as the configuration wants it, over connections of its own. */
export const partnerApi = (
  configuration: Configuration,
  given: Credentials,
  changes: Partial<PartnerApiOptions> = {},
) =>
  PartnerApi.layer({
    credentials: given,
    page: configuration.contract.page,
    pageSize: configuration.pageSize,
    concurrency: configuration.concurrency,
    requestsPerSecond: configuration.requestsPerSecond,
    timeout: `${configuration.requestTimeoutSeconds} seconds`,
    maxPageBytes: configuration.maxPageMegabytes * 1_000_000,
    policy: configuration.retryPolicy,
    retryBudget: configuration.retryBudget,
    startPatience: `${configuration.startPatienceMinutes} minutes`,
    deadline: configuration.deadlineMinutes === null ? null : `${configuration.deadlineMinutes} minutes`,
    tellsDetail: configuration.personalData === "keep",
    ...changes,
  }).pipe(Layer.provide(connections))

/** The customers of earlier runs, without those whom a person retired, of whom a store of before may know nothing. */
export const knownCustomers = (sql: Sql, knowsRetired = true): Effect.Effect<ReadonlyArray<RosterEntry>, StoreError> =>
  Effect.map(
    sql.rows<{ customer_id: string; partner_customer_ref: string; products: string | null }>(
      `SELECT customer_id, partner_customer_ref, products FROM main.customers
       ${knowsRetired ? "ANTI JOIN main.retirements USING (customer_id, last_seen_run)" : ""} ORDER BY customer_id`,
    ),
    (rows) =>
      rows.map((row) => ({
        customerId: row.customer_id,
        partnerCustomerRef: row.partner_customer_ref,
        products: readProducts(row.products).filter(isProduct),
      })),
  )

/** Whom to read: the roster that was named, else the customers that the store already knows. */
export const customersToRead = (file: string | null) =>
  Effect.gen(function* () {
    if (file !== null) return yield* readRoster(file)
    const database = yield* Database
    const known = yield* knownCustomers(database)
    if (known.length === 0) {
      return yield* new UsageError({
        detail: `${database.file} knows no customer yet, and the API has no list of them; name yours with --customers FILE`,
      })
    }
    return known
  })

/** The run that `--run` means: `latest` is the newest of all, or of those that were reported. */
export const namedRun = (given: string, of: "all" | "reported" = "all") =>
  Effect.gen(function* () {
    if (given !== "latest") return given
    const database = yield* Database
    const [row] = yield* database.rows<{ run_id: string | null }>(
      `SELECT max(run_id) AS run_id FROM recon.runs WHERE $1 = 'all' OR state = $1`,
      [of],
    )
    return row?.run_id ?? (yield* new UnknownRun({ file: database.file, runId: null }))
  })
