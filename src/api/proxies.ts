import { Config, Data, Effect, Option } from "effect"

/** The proxy of the environment is written as no proxy can be. */
export class ProxyError extends Data.TaggedError("ProxyError")<{ readonly name: string }> {
  readonly exitCode = 78
  override get message(): string {
    return `the environment variable ${this.name} is no address of a proxy; write it like http://proxy.example:3128`
  }
}

/** As undici takes them. */
export interface Proxies {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

/** A sandbox on this machine is never asked for through a proxy, which would look for it on its own. */
const loopback = "localhost,127.0.0.1,[::1]"

/** By either spelling, small letters first, as others read it; what is set to nothing is not set. */
const named = (name: string): Effect.Effect<Option.Option<readonly [name: string, value: string]>> =>
  Effect.map(
    Effect.all(
      [name.toLowerCase(), name].map((spelt) =>
        Effect.map(Effect.option(Config.string(spelt)), (found) =>
          found.pipe(
            Option.map((value) => [spelt, value.trim()] as const),
            Option.filter(([, value]) => value !== ""),
          ),
        ),
      ),
    ),
    Option.firstSomeOf,
  )

/** An address without its scheme is meant as http, as curl has it. */
const address = ([name, value]: readonly [string, string]): Effect.Effect<string, ProxyError> => {
  const whole = value.includes("://") ? value : `http://${value}`
  return URL.canParse(whole) && /^https?:$/.test(new URL(whole).protocol)
    ? Effect.succeed(whole)
    : Effect.fail(new ProxyError({ name }))
}

/**
 * The proxy that HTTPS_PROXY or else HTTP_PROXY names, and whom NO_PROXY excepts; none where neither is set. Each may be
 * written in small letters.
 */
export const proxies: Effect.Effect<Option.Option<Proxies>, ProxyError> = Effect.gen(function* () {
  const [https, http, none] = yield* Effect.all([named("HTTPS_PROXY"), named("HTTP_PROXY"), named("NO_PROXY")])
  const first = Option.orElse(https, () => http)
  if (Option.isNone(first)) return Option.none()
  const httpsProxy = yield* address(first.value)
  const httpProxy = Option.isNone(http) ? httpsProxy : yield* address(http.value)
  const excepted = Option.match(none, { onNone: () => "", onSome: ([, value]) => value })
  return Option.some({ httpProxy, httpsProxy, noProxy: excepted === "*" ? "*" : `${loopback},${excepted}` })
})

/** The proxy for a person's eyes: its address without a password. */
export const proxyAddress = ({ httpsProxy }: Proxies): string => {
  const { host, protocol } = new URL(httpsProxy)
  return `${protocol}//${host}`
}
