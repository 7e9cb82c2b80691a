import { stringEnd } from "./json-text.ts"

/**
 * JSON number tokens become strings, digit for digit, so that neither JSON.parse nor DuckDB's JSON reader can carry
 * them through a double. Source: docs/partner-api.md, "Money".
 */

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

const beginsNumber = (code: number): boolean => code === 45 || (code >= 48 && code <= 57)

export const quoteNumbers = (json: string): string => {
  const quoted: Array<string> = []
  let from = 0
  for (let place = 0; place < json.length; ) {
    const code = json.charCodeAt(place)
    number.lastIndex = place
    if (code === 34) place = stringEnd(json, place)
    else if (beginsNumber(code) && number.test(json)) {
      const end = number.lastIndex
      quoted.push(json.slice(from, place), '"', plainDecimal(json.slice(place, end)), '"')
      place = from = end
    } else place++
  }
  quoted.push(json.slice(from))
  return quoted.join("")
}

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
