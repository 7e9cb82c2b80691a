import { dirname, resolve as resolvePath } from "node:path"
import { FileSystem } from "@effect/platform"
import { Data, Duration, Effect, Either, type ParseResult, Schema } from "effect"
import { type Contract, type ContractOverrides, resolveContract } from "../../api/contract.ts"
import { told } from "../../api/printable.ts"
import { changePolicy, type RetryRow } from "../../api/retry-policy.ts"
import { sha256Hex } from "../../api/signing.ts"
import { type StreamName, streams } from "../../api/streams.ts"
import { bookFault } from "./books-settings.ts"
import { ConfigurationFile, knownAgeLimits } from "./file.ts"
import { fileFault } from "./file-kind.ts"
import { nameOfToday } from "./former-names.ts"
import { issuesByKey, type KeyIssues, valueFault } from "./schema-issues.ts"
import { readJson } from "./written-json.ts"

/** Why a configuration cannot be used; the sentence names the key and the remedy. */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly file: string
  readonly detail: string
}> {
  readonly exitCode = 78
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}

type FileSettings = typeof ConfigurationFile.Type

/** Everything a run may be told, defaults filled in. */
export interface Configuration extends Omit<FileSettings, "contract" | "retry" | "breaker" | "csvProfile" | "$schema"> {
  readonly contract: Contract
  readonly retryPolicy: ReadonlyArray<RetryRow>
  /** A sentence for each setting that is accepted and has lost its meaning. */
  readonly obsolete: ReadonlyArray<string>
  /** SHA-256 over the settings in force, keys in order: two runs with the same hash judged by the same rules. */
  readonly sha256: string
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}

/** What a user may set of a row, in numbers: the sentences beside them are no rule. */
const retryNumbers = ({ cap, failure, firstDelay, tries }: RetryRow) => ({
  failure,
  tries,
  firstDelayMillis: Duration.toMillis(firstDelay),
  capMillis: Duration.toMillis(cap),
})

const unknownName = (key: string, given: string, known: ReadonlyArray<string>): string => {
  const today = nameOfToday(given)
  if (today !== null && known.includes(today)) return `${key}.${given} is called ${today} now`
  return `${key}.${given} is not known; the known ones are ${known.join(", ")}`
}

/** A check as the configuration knows it: its code, and which settings it answers to. */
export interface KnownCheck {
  readonly code: string
  readonly settings: {
    readonly grace: boolean
    readonly tolerance: boolean
    readonly limitByStream: boolean
    readonly numbers: Readonly<Record<string, number>>
    readonly words: Readonly<Record<string, ReadonlyArray<string>>>
  }
}

const isCurrency = (name: string): boolean => /^[A-Z][A-Z0-9]{1,11}$/.test(name)

const currencyFault = (key: string, byCurrency: Readonly<Record<string, unknown>>): string | null => {
  const odd = Object.keys(byCurrency).find((name) => name !== "*" && !isCurrency(name))
  if (odd === undefined) return null
  return `${key}.${odd} is not a currency; write it in capitals, as the API does, or "*" for all that are not named`
}

/** Settings of a check that it does not answer to. */
const checkFault = (settings: FileSettings, checks: ReadonlyArray<KnownCheck>): string | null => {
  const known = checks.map(({ code }) => code)
  for (const [code, own] of Object.entries(settings.checks)) {
    const check = checks.find((candidate) => candidate.code === code)
    if (check === undefined) return unknownName("checks", code, known)
    const { settings: taken } = check
    const names = [
      ...["enabled", "severity"],
      ...(taken.grace ? ["graceMinutes"] : []),
      ...(taken.tolerance ? ["tolerance"] : []),
      ...(taken.limitByStream ? ["limitHours"] : []),
      ...Object.keys(taken.numbers),
      ...Object.keys(taken.words),
    ]
    const odd = Object.keys(own).find((key) => !names.includes(key))
    if (odd !== undefined) return `checks.${code}.${odd}: this check has no such setting; it has ${names.join(", ")}`
    if (own.tolerance === undefined) continue
    const fault = currencyFault(`checks.${code}.tolerance`, own.tolerance)
    if (fault !== null) return fault
  }
  return null
}

/** Segments of plain letters: nothing that leads out of the API's own prefix, begins a query, or is written otherwise on the way. */
const isListPath = (path: string): boolean =>
  path.length <= 200 && path.split("/").every((segment) => /^[A-Za-z0-9_~-][\w.~-]*$/.test(segment))

type Aliases = Readonly<Record<string, string>>

/** The name that counts for another one, followed through names that have one themselves; null where they lead back. */
const nameThatCounts = (aliases: Aliases, name: string): string | null => {
  const passed = new Set<string>()
  let reached = name
  for (let next = aliases[reached]; next !== undefined && next !== reached; next = aliases[reached]) {
    if (passed.has(next)) return null
    passed.add(next)
    reached = next
  }
  return reached
}

const toNamesThatCount = (aliases: Aliases): Aliases =>
  Object.fromEntries(Object.keys(aliases).map((name) => [name, nameThatCounts(aliases, name) ?? name]))

/** What is said of a currency by another of its names is said of the one that counts, unless that one has its own. */
const ofNamesThatCount = <Value>(
  aliases: Aliases,
  byCurrency: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> => {
  const elsewhere = Object.entries(byCurrency).flatMap(([name, value]) => {
    const counts = aliases[name]
    return counts === undefined ? [] : [[counts, value] as const]
  })
  return { ...Object.fromEntries(elsewhere), ...byCurrency }
}

/** Names that the schema cannot check by itself, because they stand in tables. */
const nameFault = (settings: FileSettings, checks: ReadonlyArray<KnownCheck>): string | null => {
  const badCheck = checkFault(settings, checks)
  if (badCheck !== null) return badCheck
  const badTolerance = currencyFault("tolerance", settings.tolerance)
  if (badTolerance !== null) return badTolerance
  const odd = Object.keys(settings.currencyPlaces).find((currency) => !isCurrency(currency))
  if (odd !== undefined) return `currencyPlaces.${odd} is not a currency; write it in capitals, as the API does`
  const limits = Object.keys(knownAgeLimits)
  const badLimit = Object.keys(settings.ageLimitHours).find((stream) => !limits.includes(stream))
  if (badLimit !== undefined) return unknownName("ageLimitHours", badLimit, limits)
  for (const key of ["currencyAliases", "networkAliases"] as const) {
    const circle = Object.keys(settings[key]).find((name) => nameThatCounts(settings[key], name) === null)
    if (circle !== undefined) return `${key}: ${circle} leads back to itself; say which of the names counts`
  }
  const badBooks = bookFault(settings.books)
  if (badBooks !== null) return badBooks
  const names: ReadonlyArray<string> = streams.map((row) => row.stream)
  for (const [stream, override] of Object.entries(settings.contract.streams ?? {})) {
    const row = streams.find((candidate) => candidate.stream === (stream as StreamName))
    if (row === undefined) return unknownName("contract.streams", stream, names)
    if (override.path !== undefined && !isListPath(override.path)) {
      return `contract.streams.${stream}.path: ${JSON.stringify(told(override.path, 60))} is no path of a list; write what follows /partner/v1/customers/{customerId}/, in letters, digits and - _ . ~, without a slash at either end`
    }
    const columns = row.fields.map((field) => field.column)
    const badColumn = Object.keys(override.fields ?? {}).find((column) => !columns.includes(column))
    if (badColumn !== undefined) return unknownName(`contract.streams.${stream}.fields`, badColumn, columns)
  }
  return null
}

/** One sentence for a key, in the words of the file and not of its schema. */
const describeKey = ({ issues, key }: KeyIssues): string => {
  if (issues.some((issue) => issue._tag === "Unexpected")) {
    const today = nameOfToday(key)
    if (today !== null) return `${key} is called ${today} now`
    return `${key} is not a key of the configuration; remove it or correct its spelling`
  }
  return key === "" ? "must be an object { … } of settings" : `${key}: ${valueFault(issues)}`
}

const describe = (error: ParseResult.ParseError): string => issuesByKey(error).map(describeKey).join("; ")

/** Currencies that the configuration names anywhere: whoever names one says that it is one. */
const namedCurrencies = (settings: FileSettings): ReadonlyArray<string> =>
  [
    ...new Set([
      ...Object.keys(settings.currencyPlaces),
      ...Object.entries(settings.currencyAliases).flat(),
      ...[settings.tolerance, ...Object.values(settings.checks).map(({ tolerance }) => tolerance ?? {})].flatMap(
        Object.keys,
      ),
    ]),
  ].sort()

const breakerIsGone =
  "breaker has no effect any more and can be removed: while nobody answers, the whole run waits, as tidemark policy tells"

const csvProfileIsGone =
  'csvProfile is part of csv now: write "csv": {"byteOrderMark": true} for what "excel" did, or "csv": {"profile": "excel"}'

/** Without the settings that say whom to tell of a night, and where else to write it: they are no rule of it. */
export const judging = <Settings extends Pick<FileSettings, "lake" | "onFinish" | "webhook">>(settings: Settings) => {
  const { lake: _, onFinish: __, webhook: ___, ...rules } = settings
  return rules
}

/** The settings in force of what a file says; a sentence where they contradict each other or the program. */
const settle = (
  settings: FileSettings,
  knownChecks: ReadonlyArray<KnownCheck>,
): Either.Either<Configuration, string> => {
  const fault = nameFault(settings, knownChecks)
  if (fault !== null) return Either.left(fault)
  const { $schema: _, breaker, contract: overrides, csv: given, csvProfile, retry, ...rest } = settings
  const csv = csvProfile === "excel" ? { ...given, byteOrderMark: true } : given
  const obsolete = [
    ...(breaker === undefined ? [] : [breakerIsGone]),
    ...(csvProfile === undefined ? [] : [csvProfileIsGone]),
  ]
  const currencyAliases = toNamesThatCount(rest.currencyAliases)
  const inForce = {
    ...rest,
    currencyAliases,
    tolerance: ofNamesThatCount(currencyAliases, rest.tolerance),
    currencyPlaces: ofNamesThatCount(currencyAliases, rest.currencyPlaces),
    checks: Object.fromEntries(
      Object.entries(rest.checks).map(([code, { tolerance, ...check }]) => [
        code,
        tolerance === undefined ? check : { ...check, tolerance: ofNamesThatCount(currencyAliases, tolerance) },
      ]),
    ),
    networkAliases: toNamesThatCount(rest.networkAliases),
    csv,
    contract: resolveContract(overrides as ContractOverrides, namedCurrencies(settings)),
  }
  return Either.map(changePolicy(retry), (retryPolicy) => {
    const rules = { ...judging(inForce), retry: retryPolicy.map(retryNumbers) }
    const sha256 = sha256Hex(JSON.stringify(canonical(rules)))
    return { ...inForce, retryPolicy, obsolete, sha256 }
  })
}

/** What is in force where nothing is configured. */
export const defaultConfiguration: Configuration = Either.getOrThrow(
  settle(Schema.decodeSync(ConfigurationFile)({}), []),
)

/** The checks that settings may name: those of the program, and with them whatever the folders of `ownChecks` hold. */
export type KnownChecks<E> =
  | ReadonlyArray<KnownCheck>
  | ((folders: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<KnownCheck>, E>)

/** A program that is named by a path is meant beside the configuration file, as folders are. */
const placedCommand = ({ onFinish }: FileSettings, place: (path: string) => string): FileSettings["onFinish"] => {
  if (onFinish === undefined) return undefined
  const [program, ...args] = onFinish.command
  return { ...onFinish, command: [/^\.\.?\//.test(program) ? place(program) : program, ...args] }
}

const resolve = <E>(
  file: string,
  content: unknown,
  knownChecks: KnownChecks<E>,
): Effect.Effect<Configuration, ConfigurationError | E> =>
  Effect.gen(function* () {
    const fail = (detail: string) => new ConfigurationError({ file, detail })
    const settings = yield* Schema.decodeUnknown(ConfigurationFile, { onExcessProperty: "error", errors: "all" })(
      content,
    ).pipe(Effect.mapError((error) => fail(describe(error))))
    const place = (path: string) => resolvePath(dirname(file), path)
    const ownChecks = settings.ownChecks.map(place)
    const known = typeof knownChecks === "function" ? yield* knownChecks(ownChecks) : knownChecks
    const settled = yield* Effect.mapError(settle(settings, known), fail)
    return {
      ...settled,
      ownChecks,
      ownReports: settings.ownReports.map(place),
      onFinish: placedCommand(settings, place),
      lake: settings.lake === undefined ? undefined : place(settings.lake),
    }
  })

export const defaultConfigurationFile = "tidemark.json"

/**
 * Reads the configuration. The default file may be absent, a named one may not; a key that is not known is refused, so
 * that a misspelt setting never passes for the default.
 */
export const readConfiguration = <E = never>(
  named: string | null,
  knownChecks: KnownChecks<E>,
  defaultFile = defaultConfigurationFile,
): Effect.Effect<Configuration, ConfigurationError | E, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = named ?? defaultFile
    const fail = (detail: string) => new ConfigurationError({ file, detail })
    const present = yield* fs.exists(file).pipe(Effect.mapError((error) => fail(error.message)))
    if (!present) {
      if (named !== null) return yield* fail("there is no such file; check the path given to --config")
      return yield* resolve("the default configuration", {}, knownChecks)
    }
    const kind = yield* fileFault(file, "pipes too")
    if (kind !== null) return yield* fail(kind)
    const text = yield* fs.readFileString(file).pipe(Effect.mapError((error) => fail(error.message)))
    const content = yield* Either.mapLeft(readJson(text), fail)
    return yield* resolve(file, content, knownChecks)
  })
