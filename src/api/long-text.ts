import { sha256Hex } from "./signing.ts"

/**
 * How much of a text stands in a table. DuckDB holds 2,048 texts of a column in memory at once while it writes, and judging
 * joins whole columns, so none may be long. The page keeps all of it.
 */
export const longestText = 1_000

/** The same of a record that was refused. */
export const longestRecord = 16_000

/** A longer text is its beginning, its length and its hash: so two that differ stay two, and equal ones are equal. */
export const bounded = (text: string, most: number = longestText): string => {
  if (text.length <= most) return text
  const rest = `… [${text.length} characters, SHA-256 ${sha256Hex(text)}]`
  return `${text.slice(0, most - rest.length).toWellFormed()}${rest}`
}
