import { Path } from "@effect/platform"
import { Array as Arr, Effect, Either } from "effect"
import type { Credentials } from "../../api/credentials.ts"
import { retryPolicy } from "../../api/retry-policy.ts"
import { readRoster } from "../../pipelines/configuration/roster.ts"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { checkApi } from "../../pipelines/doctor/api-checks.ts"
import { type Diagnosis, exitCodeOfAll, fail, warn } from "../../pipelines/doctor/diagnosis.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { checkFolder, checkSpace } from "../doctor/folders.ts"
import { checkLock, checkStoreApi, lookIntoStore, type StoreLook } from "../doctor/store-checks.ts"
import {
  checkDefinitions,
  checkNotices,
  checkUnused,
  checkVersions,
  lookAtConfiguration,
  lookAtEnvironment,
  lookAtTheWay,
} from "../doctor/surroundings.ts"
import { realFile } from "../open-store.ts"
import { flag } from "../option-row.ts"
import { config, customers, db, json, logs, out } from "../options.ts"
import { partnerApi } from "../workplace.ts"

/**
 * Every failure is shown as it comes, so nothing is tried again but what a second try is part of asking; and with the API's own
 * words, of which nothing is kept.
 */
const asItComes = {
  policy: retryPolicy.map((row) =>
    row.failure === "signature_expired" || row.failure === "nonce_replayed"
      ? row
      : { ...row, tries: 1, requeue: false },
  ),
  patient: false,
  tellsDetail: true,
}

const noCustomer = fail(
  "customers",
  "rights",
  "no customer is known whose lists could be asked for, and the API has no list of them",
  "name yours with --customers FILE",
)

const customersShut = warn(
  "customers",
  "the database could not be opened, so none of its customers could be asked for",
  "run doctor again when it can be opened, or name yours with --customers FILE",
)

/** The customers of the file that was named, else those that the store knows. */
const customersToAsk = (file: string | null, { customers: known, isShut }: StoreLook) =>
  Effect.gen(function* () {
    if (file === null) {
      return Arr.isNonEmptyReadonlyArray(known) ? Either.right(known) : Either.left(isShut ? customersShut : noCustomer)
    }
    const roster = yield* Effect.either(readRoster(file))
    return roster.pipe(
      Either.mapLeft((error) => fail("customers", "rights", error.message, "correct the file that --customers names")),
      Either.filterOrLeft(Arr.isNonEmptyReadonlyArray, () => noCustomer),
    )
  })

const askApi = (
  configuration: Configuration | null,
  given: Credentials | null,
  customers: Effect.Effect.Success<ReturnType<typeof customersToAsk>>,
  isWayOpen: boolean,
  thorough: boolean,
) => {
  const missing = configuration === null ? "the configuration" : "the environment"
  if (Either.isLeft(customers)) return Effect.succeed([customers.left])
  if (configuration === null || given === null || !isWayOpen) {
    return Effect.succeed([warn("API", `it was not asked, because ${missing} is wrong`, null)])
  }
  return checkApi(configuration.contract, customers.right, thorough).pipe(
    Effect.provide(partnerApi(configuration, given, asItComes)),
  )
}

const linesOf = (diagnoses: ReadonlyArray<Diagnosis>): string => {
  const width = Math.max(...diagnoses.map(({ check }) => check.length))
  return diagnoses
    .map(({ check, detail, remedy, state }) => {
      const line = `${state.padEnd(4)}  ${check.padEnd(width)}  ${detail}`
      return remedy === null || remedy === "" ? line : `${line}\n${" ".repeat(width + 8)}→ ${remedy}`
    })
    .join("\n")
}

export const doctorCommand = command({
  name: "doctor",
  about:
    "Look whether a night would succeed: configuration, environment, rights, disk, database, API, clock, credentials and what each list answers. Ends as the night would. Writes nothing.",
  rows: {
    ...{ config, db, out, customers },
    thorough: flag("Ask for every list of every customer, and not for the balances alone of all but the first."),
    json,
    ...logs,
  },
  run: (options) =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const db = yield* realFile(options.db)
      const configuration = yield* lookAtConfiguration(options.config)
      const environment = yield* lookAtEnvironment
      const way = yield* lookAtTheWay
      const store = yield* lookIntoStore(db)
      const customers = yield* customersToAsk(options.customers, store)
      const diagnoses = [
        configuration.diagnosis,
        environment.diagnosis,
        ...way,
        ...checkVersions(process.versions.node),
        yield* checkFolder("--db", path.dirname(db)),
        yield* checkFolder("--out", options.out),
        yield* checkSpace(db),
        store.diagnosis,
        ...checkStoreApi(db, store, environment.value),
        yield* checkLock(db, store.diagnosis),
        yield* checkDefinitions(configuration.value),
        ...(yield* checkUnused(configuration.value)),
        ...(yield* checkNotices(configuration.value)),
        ...(yield* askApi(
          configuration.value,
          environment.value,
          customers,
          way.every(({ state }) => state === "ok"),
          options.thorough,
        )),
      ]
      const exitCode = exitCodeOfAll(diagnoses)
      const checks = diagnoses.map(({ check, detail, remedy, state }) => ({
        check,
        state,
        detail,
        remedy: remedy || null,
      }))
      yield* conclude(
        { ...options, quiet: false },
        { json: { exitCode, checks }, text: linesOf(diagnoses), told: [], exitCode },
      )
    }),
})
