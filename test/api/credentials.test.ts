import { inspect } from "node:util"
import { FileSystem } from "@effect/platform"
import { SystemError } from "@effect/platform/Error"
import { Cause, ConfigProvider, Effect, Either, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { credentials } from "../../src/api/credentials.ts"
import { endingOf } from "../../src/cli/ending.ts"

const secret = "s3cr3t/with+signs="
const names = {
  OCEAFIN_PARTNER_API_BASE_URL: "https://api.example.test",
  OCEAFIN_PARTNER_API_CLIENT_ID: "partner-7",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: secret,
}
type Names = keyof typeof names | "OCEAFIN_PARTNER_API_CLIENT_SECRET_FILE"

const missing = (path: string) =>
  new SystemError({ reason: "NotFound", module: "FileSystem", method: "readFile", pathOrDescriptor: path })

/** Files by their paths; none but these are there. */
const files = (texts: Readonly<Record<string, string>>) =>
  FileSystem.layerNoop({
    readFileString: (path) => (texts[path] === undefined ? Effect.fail(missing(path)) : Effect.succeed(texts[path])),
  })

const read = (
  changes: { readonly [K in Names]?: string | null } = {},
  texts: Readonly<Record<string, string>> = {},
) => {
  const given = Object.entries({ ...names, ...changes }).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  )
  return Effect.runSync(
    Effect.either(credentials).pipe(
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(given))),
      Effect.provide(files(texts)),
    ),
  )
}

/** The sentence that a user reads. */
const refusal = (
  changes: { readonly [K in Names]?: string | null },
  texts: Readonly<Record<string, string>> = {},
): string => {
  const result = read(changes, texts)
  if (Either.isRight(result)) return "accepted"
  for (const shown of [String(result.left), JSON.stringify(result.left), inspect(result.left, { depth: 9 })]) {
    expect(shown).not.toContain(secret)
  }
  const { code, message } = endingOf(Cause.fail(result.left))
  expect(code).toBe(78)
  return message ?? ""
}

const baseUrl = (text: string): string => {
  const result = read({ OCEAFIN_PARTNER_API_BASE_URL: text })
  return Either.isRight(result) ? result.right.baseUrl : refusal({ OCEAFIN_PARTNER_API_BASE_URL: text })
}

describe("credentials", () => {
  it("come from the documented environment names, the secret wrapped", () => {
    const given = Either.getOrThrow(read())
    expect(given.baseUrl).toBe("https://api.example.test")
    expect(given.clientId).toBe("partner-7")
    expect(Redacted.value(given.clientSecret)).toBe(secret)
    for (const shown of [String(given.clientSecret), JSON.stringify(given), inspect(given, { depth: 9 })]) {
      expect(shown).not.toContain(secret)
    }
  })

  it.each(Object.keys(names))("say by name that %s is not set", (name) => {
    expect(refusal({ [name]: null })).toBe(`not set in the environment: ${name}`)
    expect(refusal({ [name]: "" })).toBe(`not set in the environment: ${name}`)
  })

  it("name everything that is missing at once", () => {
    const sentence = refusal({ OCEAFIN_PARTNER_API_CLIENT_ID: null, OCEAFIN_PARTNER_API_CLIENT_SECRET: null })
    expect(sentence).toContain("not set in the environment: ")
    expect(sentence).toMatch(/OCEAFIN_PARTNER_API_CLIENT_ID, OCEAFIN_PARTNER_API_CLIENT_SECRET/)
  })

  it.each([
    ["OCEAFIN_PARTNER_API_CLIENT_ID", "partner 7"],
    ["OCEAFIN_PARTNER_API_CLIENT_ID", "   "],
    ["OCEAFIN_PARTNER_API_CLIENT_SECRET", ` ${secret}`],
    ["OCEAFIN_PARTNER_API_CLIENT_SECRET", `${secret}\n`],
    ["OCEAFIN_PARTNER_API_CLIENT_SECRET", `${secret}é`],
    ["OCEAFIN_PARTNER_API_CLIENT_SECRET", "\t"],
  ])("refuse %s with a blank, a line break or a foreign letter: %j", (name, value) => {
    expect(refusal({ [name]: value })).toBe(
      `the environment variable ${name} contains a blank, a line break or a non-ASCII character`,
    )
  })
})

describe("the secret", () => {
  const name = "OCEAFIN_PARTNER_API_CLIENT_SECRET"
  const inFile = { [name]: null, [`${name}_FILE`]: "/run/secrets/oceafin" }

  it.each(["", "\n", "\r\n"])("is said to be missing where its file is empty: %j", (content) => {
    expect(refusal(inFile, { "/run/secrets/oceafin": content })).toContain(`${name}_FILE names, is empty`)
  })

  it.each(["", "\n", "\r\n"])("is read from a file, a line's end %j behind it", (end) => {
    const { clientSecret } = Either.getOrThrow(read(inFile, { "/run/secrets/oceafin": `${secret}${end}` }))
    expect(Redacted.value(clientSecret)).toBe(secret)
  })

  it("is refused where both forms are set", () => {
    expect(refusal({ [`${name}_FILE`]: "/run/secrets/oceafin" }, { "/run/secrets/oceafin": secret })).toBe(
      `${name} and ${name}_FILE are both set; keep one of them`,
    )
  })

  it("is refused, with the path, where its file is missing, empty or holds several lines", () => {
    for (const texts of [{}, { "/run/secrets/oceafin": "" }, { "/run/secrets/oceafin": `${secret}\n${secret}\n` }]) {
      const sentence = refusal(inFile, texts)
      expect(sentence).toContain("/run/secrets/oceafin")
      expect(sentence).toContain(`${name}_FILE`)
    }
  })

  it.each(['"', "'"])("is refused in the quotes %s, which are named", (quote) => {
    expect(refusal({ [name]: `${quote}${secret}${quote}` })).toBe(
      `the environment variable ${name} is in quotes, which would be signed with; take them away`,
    )
    expect(refusal(inFile, { "/run/secrets/oceafin": `${quote}${secret}${quote}\n` })).toContain("is in quotes")
  })
})

describe("the base URL", () => {
  it("loses its trailing slashes and keeps a path prefix", () => {
    expect(baseUrl("https://api.example.test/")).toBe("https://api.example.test")
    expect(baseUrl("https://api.example.test//")).toBe("https://api.example.test")
    expect(baseUrl("https://gateway.example.test:8443/oceafin/")).toBe("https://gateway.example.test:8443/oceafin")
  })

  it.each(["http://localhost:4010", "http://127.0.0.1:4010", "http://[::1]:4010"])("may be plain http on %s", (url) => {
    expect(baseUrl(url)).toBe(url)
  })

  it.each([
    "http://api.example.test",
    "http://127.0.0.1.example.test",
    "http://10.0.0.1",
    "http://localhost.example.test",
  ])("may not be plain http elsewhere: %s", (url) => {
    expect(baseUrl(url)).toBe(
      "the environment variable OCEAFIN_PARTNER_API_BASE_URL must begin with https://; plain http is accepted only for a sandbox on this machine",
    )
  })

  it.each([
    ["api.example.test", "is not a URL; write it like https://api.oceafin.com"],
    ["ftp://api.example.test", "must begin with https://"],
    [`https://partner:${secret.replaceAll("/", "")}@api.example.test`, "must not carry a user name or password"],
    ["https://api.example.test/?tenant=1", "must not carry a query or a fragment"],
    ["https://api.example.test/#top", "must not carry a query or a fragment"],
  ])("is refused when it is %s", (url, why) => {
    const sentence = baseUrl(url)
    expect(sentence).toBe(`the environment variable OCEAFIN_PARTNER_API_BASE_URL ${why}`)
    expect(sentence).not.toContain("s3cr3t")
  })

  it.each(["https://api.example.test/?", "https://api.example.test/#"])(
    "never ends in a sign that would turn the path into a query or a fragment: %s",
    (url) => {
      expect(["https://api.example.test", expect.stringContaining("must not carry")]).toContainEqual(baseUrl(url))
    },
  )
})
