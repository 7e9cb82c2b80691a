import { Either } from "effect"
import { depthOf, partsOf, rootOf } from "../../api/json-text.ts"

/** Objects and lists in each other; whatever lies deeper is nothing that a person configures, and nothing is to go down with it. */
const deepest = 32

/** The first key that an object says twice, with those above it: `checks.LED_ADJUSTMENT`; null where none is. JSON.parse takes the last. */
const keyTwice = (json: string, at: number, above: string): string | null => {
  const seen = new Set<string>()
  for (const { from, key } of partsOf(json, at)) {
    const path = key === null ? above : above === "" ? key.name : `${above}.${key.name}`
    if (key !== null && seen.has(key.name)) return path
    if (key !== null) seen.add(key.name)
    const below = keyTwice(json, from, path)
    if (below !== null) return below
  }
  return null
}

/** What a person wrote as JSON, or what is wrong with it, as the end of a sentence. */
export const readJson = (text: string): Either.Either<unknown, string> =>
  Either.gen(function* () {
    const json = text.replace(/^\uFEFF/, "")
    if (depthOf(json) > deepest) return yield* Either.left(`is nested more than ${deepest} deep`)
    const content = yield* Either.try({
      try: () => JSON.parse(json) as unknown,
      catch: (error) => `is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    })
    const twice = keyTwice(json, rootOf(json), "")
    return twice === null ? content : yield* Either.left(`says "${twice}" twice; keep one of them`)
  })
