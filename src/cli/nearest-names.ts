import { distance } from "fastest-levenshtein"
import { nameOfToday } from "../pipelines/configuration/former-names.ts"

/** The known names that are nearest to a mistyped one; a name that contains it, or lies in it, is near. */
export const nearestNames = (given: string, known: ReadonlyArray<string>, most = 3): ReadonlyArray<string> => {
  const sought = given.toUpperCase()
  const farness = (name: string): number => {
    const upper = name.toUpperCase()
    const within = sought !== "" && (upper.includes(sought) || sought.includes(upper))
    return within ? 0 : distance(sought, upper)
  }
  return [...known].sort((one, other) => farness(one) - farness(other) || (one < other ? -1 : 1)).slice(0, most)
}

/** `; did you mean --customers?`, the name of today of a former one, and nothing where no name is near enough to have been meant. */
export const didYouMean = (given: string, known: ReadonlyArray<string>): string => {
  const today = nameOfToday(given)
  if (today !== null && known.includes(today)) return `; it is called ${today} now;`
  const [nearest] = nearestNames(given, known, 1)
  const isNear = nearest !== undefined && distance(given, nearest) <= Math.max(2, Math.ceil(given.length / 3))
  return isNear ? `; did you mean ${nearest}?` : ";"
}
