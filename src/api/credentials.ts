import { Config, ConfigError, Either, Redacted } from "effect"

/** Where the Partner API is and who asks. The environment names are those that Oceafin documents. */
export interface Credentials {
  /** Scheme, host, port and perhaps a path prefix; never a trailing slash. */
  readonly baseUrl: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"])

const checkedBaseUrl = (text: string): Either.Either<string, ConfigError.ConfigError> => {
  const refuse = (why: string) => Either.left(ConfigError.InvalidData([], why))
  if (!URL.canParse(text)) return refuse("is not a URL; write it like https://api.oceafin.com")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse("must begin with https://")
  if (url.protocol === "http:" && !loopback.has(url.hostname)) {
    return refuse("must begin with https://; plain http is accepted only for a sandbox on this machine")
  }
  if (url.username !== "" || url.password !== "") return refuse("must not carry a user name or password")
  if (url.search !== "" || url.hash !== "") return refuse("must not carry a query or a fragment")
  return Either.right((url.origin + url.pathname).replace(/\/+$/, ""))
}

const nonEmpty = (name: string) =>
  Config.nonEmptyString(name).pipe(
    Config.mapOrFail((value) =>
      // A header value with a line break or a blank at its end is a copying mistake that the API would call a wrong signature.
      /^[\x21-\x7e]+$/.test(value)
        ? Either.right(value)
        : Either.left(ConfigError.InvalidData([], "contains a blank, a line break or a non-ASCII character")),
    ),
  )

export const credentials: Config.Config<Credentials> = Config.all({
  baseUrl: Config.nonEmptyString("OCEAFIN_PARTNER_API_BASE_URL").pipe(Config.mapOrFail(checkedBaseUrl)),
  clientId: nonEmpty("OCEAFIN_PARTNER_API_CLIENT_ID"),
  clientSecret: Config.map(nonEmpty("OCEAFIN_PARTNER_API_CLIENT_SECRET"), (value) => Redacted.make(value)),
})
