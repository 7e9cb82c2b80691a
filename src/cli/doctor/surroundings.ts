import { FileSystem, type Path } from "@effect/platform"
import { Config, Effect, Either, Option } from "effect"
import { type Credentials, credentials } from "../../api/credentials.ts"
import { proxies, proxyAddress } from "../../api/proxies.ts"
import { rootMessage } from "../../api/root-message.ts"
import { type Configuration, defaultConfigurationFile } from "../../pipelines/configuration/settings.ts"
import { type Diagnosis, fail, ok, warn } from "../../pipelines/doctor/diagnosis.ts"
import { ownChecksIn } from "../../pipelines/reconcile/checks.ts"
import { rehearse } from "../../pipelines/rehearsal.ts"
import { reportDefinitions } from "../../pipelines/report/report-definitions.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { duckDbVersion } from "../../store/duckdb-version.ts"
import { libraryRemedy } from "../../store/store-error.ts"
import { webhookUrl } from "../notices/post-message.ts"
import { inFolder, Outside } from "../outside.ts"
import { unusedFolders } from "../own-folders.ts"
import { configurationOf } from "../workplace.ts"

/** A look at something, and what it is where it can be used. */
interface Look<A> {
  readonly diagnosis: Diagnosis
  readonly value: A | null
}

/** The configuration that a run would use. */
export const lookAtConfiguration = (
  named: string | null,
): Effect.Effect<Look<Configuration>, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const read = yield* Effect.either(configurationOf({ config: named }))
    if (Either.isLeft(read)) {
      const remedy = "correct the file; the README lists every key"
      return { diagnosis: fail("configuration", "configuration", read.left.message, remedy), value: null }
    }
    const { folder } = yield* Outside
    const file = named ?? inFolder(folder, defaultConfigurationFile)
    const present = yield* Effect.orElseSucceed(fs.exists(file), () => false)
    const detail = present ? `${file}, every key is known` : `no ${file}, so all settings have their defaults`
    return { diagnosis: ok("configuration", detail), value: read.right }
  })

/** The documented environment: which names are set, and never to what. */
export const lookAtEnvironment: Effect.Effect<Look<Credentials>, never, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const read = yield* Effect.either(credentials)
    if (Either.isRight(read)) {
      return { diagnosis: ok("environment", "the address, the client id and the secret are set"), value: read.right }
    }
    const remedy = "set the names that Oceafin documents, as tidemark --help lists them"
    return { diagnosis: fail("environment", "configuration", read.left.message, remedy), value: null }
  },
)

/** The way to the API: the proxy and the authorities that the environment names. */
export const lookAtTheWay: Effect.Effect<ReadonlyArray<Diagnosis>, never, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const proxy = yield* Effect.either(proxies)
    const toldProxy = Either.match(proxy, {
      onLeft: ({ message, name }) => fail("proxy", "configuration", message, `correct or unset ${name}`),
      onRight: Option.match({
        onNone: () => ok("proxy", "none is named in HTTPS_PROXY or HTTP_PROXY"),
        onSome: (named) => ok("proxy", `${proxyAddress(named)}, except for hosts that NO_PROXY names and this machine`),
      }),
    })
    const file = yield* Config.withDefault(Config.string("NODE_EXTRA_CA_CERTS"), "")
    if (file === "") return [toldProxy, ok("certificates", "the authorities that Node knows are trusted")]
    const readable = yield* Effect.option(fs.readFileString(file))
    const holdsOne = Option.exists(readable, (text) => text.includes("-----BEGIN CERTIFICATE-----"))
    return [
      toldProxy,
      holdsOne
        ? ok("certificates", `the authorities in ${file} are trusted too`)
        : fail(
            "certificates",
            "configuration",
            `${file}, which NODE_EXTRA_CA_CERTS names, ${Option.isNone(readable) ? "cannot be read" : "holds no certificate in PEM"}, and Node goes on without it`,
            "name the file that holds your authority's certificate",
          ),
    ]
  },
).pipe(Effect.orDie)

const leastNode = [20, 19] as const

const duckDb = (): Diagnosis => {
  try {
    return ok("DuckDB", duckDbVersion())
  } catch (fault) {
    const words = rootMessage(fault)
    return fail("DuckDB", "configuration", `its native library cannot be loaded: ${words}`, libraryRemedy(words))
  }
}

/** Node's and DuckDB's versions. */
export const checkVersions = (node: string): ReadonlyArray<Diagnosis> => {
  const [major = 0, minor = 0] = node.split(".").map(Number)
  const oldEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
  return [
    oldEnough
      ? ok("Node", node)
      : fail("Node", "rights", `${node} is too old`, `install Node ${leastNode.join(".")} or newer`),
    duckDb(),
  ]
}

/** Whether every report, and every check of the partner's own, can be run. */
export const checkDefinitions = (
  configuration: Configuration | null,
): Effect.Effect<Diagnosis, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const definitions = yield* reportDefinitions(configuration?.ownReports ?? [])
    const own = yield* ownChecksIn(configuration?.ownChecks ?? [])
    if (configuration !== null) yield* rehearse(configuration)
    const checks = own.length === 0 ? "" : `, and ${plural(own.length, "check")} of your own`
    return ok("reports", `${plural(definitions.length, "definition")} can be read${checks}`)
  }).pipe(
    Effect.catchAll((error) =>
      Effect.succeed(
        fail(
          "reports",
          "configuration",
          error.message,
          "correct the file, or install tidemark again if it is not yours",
        ),
      ),
    ),
  )

/** Whether whoever shall be told of a night can be; it is in nobody's way. */
export const checkNotices = (
  configuration: Configuration | null,
): Effect.Effect<ReadonlyArray<Diagnosis>, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const program = configuration?.onFinish?.command[0]
    const isMissing = program?.includes("/") === true && !(yield* Effect.orElseSucceed(fs.exists(program), () => false))
    const url = configuration?.webhook === undefined ? null : yield* Effect.flip(webhookUrl).pipe(Effect.option)
    return [
      ...(isMissing
        ? [warn("onFinish", `${program} is not there`, "correct onFinish.command in the configuration")]
        : []),
      ...(url !== null && Option.isSome(url)
        ? [warn("webhook", url.value.detail, "set it where the night runs, or take webhook out of the configuration")]
        : []),
    ]
  })

/** Folders of files that look like a partner's own reports or checks, and that no setting names. */
export const checkUnused = (
  configuration: Configuration | null,
): Effect.Effect<ReadonlyArray<Diagnosis>, never, FileSystem.FileSystem | Path.Path> =>
  Effect.map(unusedFolders(configuration), (sentences) =>
    sentences.map((sentence) => warn("own files", sentence, null)),
  )
