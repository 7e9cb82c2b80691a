/**
 * JSON number tokens become strings, digit for digit, so that neither JSON.parse nor DuckDB's JSON reader can carry
 * them through a double. Source: docs/partner-api.md, "Money".
 */

/** A digit where a field's value or a list begins: cheap, and a false alarm (inside a string) costs only time. */
const looksNumeric = /(?:"\s*:|\[)\s*-?\d/

const stringOrNumber = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

export const quoteNumbers = (json: string): string =>
  looksNumeric.test(json)
    ? json.replace(stringOrNumber, (token) => (token.startsWith('"') ? token : `"${plainDecimal(token)}"`))
    : json

/** Exponents beyond this are left as they are: no amount needs them, and `1e999999999` must not fill the memory. */
const largestExponent = 60

/** `1.5e3` → `1500`, `1e-7` → `0.0000001`; a token without an exponent is returned as it is. */
export const plainDecimal = (token: string): string => {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(token)
  if (match === null) return token
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match
  const exponent = Number.parseInt(exponentText, 10)
  if (Math.abs(exponent) > largestExponent) return token
  const digits = whole + fraction
  const point = whole.length + exponent
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0")
  const at = Math.max(point, 1)
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, "")
  const rest = padded.slice(at).replace(/0+$/, "")
  return rest === "" ? sign + integer : `${sign}${integer}.${rest}`
}
