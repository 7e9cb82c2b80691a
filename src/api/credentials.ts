import { FileSystem } from "@effect/platform"
import { Config, Data, Effect, Either, Option, Redacted } from "effect"

/** Where the Partner API is and who asks. The environment names are those that Oceafin documents. */
export interface Credentials {
  /** Scheme, host, port and perhaps a path prefix; never a trailing slash. */
  readonly baseUrl: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
}

/** What is wrong with the environment, every name of it at once. Never says what a name is set to. */
export class EnvironmentError extends Data.TaggedError("EnvironmentError")<{
  /** Names that are not set. */
  readonly missing: ReadonlyArray<string>
  /** Sentences about those that are. */
  readonly faults: ReadonlyArray<string>
}> {
  readonly exitCode = 78
  override get message(): string {
    const notSet = this.missing.length === 0 ? [] : [`not set in the environment: ${this.missing.join(", ")}`]
    return [...notSet, ...this.faults].join("; ")
  }
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"])

type Read<A> = Either.Either<A, string>

const checkedBaseUrl = (text: string): Read<string> => {
  if (!URL.canParse(text)) return Either.left("is not a URL; write it like https://api.oceafin.com")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return Either.left("must begin with https://")
  if (url.protocol === "http:" && !loopback.has(url.hostname)) {
    return Either.left("must begin with https://; plain http is accepted only for a sandbox on this machine")
  }
  if (url.username !== "" || url.password !== "") return Either.left("must not carry a user name or password")
  if (url.search !== "" || url.hash !== "") return Either.left("must not carry a query or a fragment")
  return Either.right((url.origin + url.pathname).replace(/\/+$/, ""))
}

// A header value with a line break or a blank at its end is a copying mistake that the API would call a wrong signature.
const headerValue = (text: string): Read<string> =>
  /^[\x21-\x7e]+$/.test(text)
    ? Either.right(text)
    : Either.left(text === "" ? "is empty" : "contains a blank, a line break or a non-ASCII character")

/** Quotes that a shell would have taken away stay where a file or another program sets the value. */
const secretValue = (text: string): Read<Redacted.Redacted> =>
  /^(["']).*\1$/.test(text)
    ? Either.left("is in quotes, which would be signed with; take them away")
    : Either.map(headerValue(text), (value) => Redacted.make(value))

const names = {
  baseUrl: "OCEAFIN_PARTNER_API_BASE_URL",
  clientId: "OCEAFIN_PARTNER_API_CLIENT_ID",
  secret: "OCEAFIN_PARTNER_API_CLIENT_SECRET",
  secretFile: "OCEAFIN_PARTNER_API_CLIENT_SECRET_FILE",
}

const missing = (name: string) => new EnvironmentError({ missing: [name], faults: [] })
const faulty = (fault: string) => new EnvironmentError({ missing: [], faults: [fault] })

/** The value of a name; what is set to nothing is not set. */
const valueOf = (name: string): Effect.Effect<Option.Option<string>> =>
  Effect.map(
    Effect.option(Config.string(name)),
    Option.filter((text) => text !== ""),
  )

const checked = <A>(name: string, text: string, check: (text: string) => Read<A>) =>
  Either.mapLeft(check(text), (fault) => faulty(`the environment variable ${name} ${fault}`))

const needed = <A>(name: string, check: (text: string) => Read<A>): Effect.Effect<A, EnvironmentError> =>
  Effect.flatMap(
    valueOf(name),
    Option.match({ onNone: () => missing(name), onSome: (text) => checked(name, text, check) }),
  )

/** The secret itself, or the file that holds it and at most a line's end behind it. */
const secret: Effect.Effect<Redacted.Redacted, EnvironmentError, FileSystem.FileSystem> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const file = yield* valueOf(names.secretFile)
  if (Option.isNone(file)) return yield* needed(names.secret, secretValue)
  if (Option.isSome(yield* valueOf(names.secret))) {
    return yield* faulty(`${names.secret} and ${names.secretFile} are both set; keep one of them`)
  }
  const text = yield* fs
    .readFileString(file.value)
    .pipe(
      Effect.mapError((error) =>
        faulty(`the file ${file.value}, which ${names.secretFile} names, cannot be read: ${error.message}`),
      ),
    )
  return yield* Either.mapLeft(secretValue(text.replace(/\r?\n$/, "")), (fault) =>
    faulty(`the secret in ${file.value}, which ${names.secretFile} names, ${fault}`),
  )
})

/** From the environment; everything that is wrong is told at once. */
export const credentials: Effect.Effect<Credentials, EnvironmentError, FileSystem.FileSystem> = Effect.validateAll(
  [
    Effect.map(needed(names.baseUrl, checkedBaseUrl), (baseUrl) => ({ baseUrl })),
    Effect.map(needed(names.clientId, headerValue), (clientId) => ({ clientId })),
    Effect.map(secret, (clientSecret) => ({ clientSecret })),
  ],
  (one: Effect.Effect<Partial<Credentials>, EnvironmentError, FileSystem.FileSystem>) => one,
).pipe(
  Effect.map((parts) => Object.assign({}, ...parts) as Credentials),
  Effect.mapError(
    (errors) =>
      new EnvironmentError({
        missing: errors.flatMap((error) => error.missing),
        faults: errors.flatMap((error) => error.faults),
      }),
  ),
)
