import { createHmac } from "node:crypto"
import { Redacted } from "effect"

/**
 * What becomes of fields that name a person. `hash`: a salted hash takes the value's place before anything is stored, in
 * the page's text and in the typed row alike, so that equal inputs stay comparable and the value is nowhere. `keep`: a
 * deliberate setting. Source: docs/partner-api.md, "Personal data".
 */
export type PersonalData = { readonly _tag: "Hash"; readonly salt: Redacted.Redacted } | { readonly _tag: "Keep" }

const mark = "hash:"

/** 128 bits of HMAC-SHA256(salt, value) in hex, marked so that nobody takes it for a name. */
export const hashPersonal = (salt: Redacted.Redacted, value: string): string =>
  mark + createHmac("sha256", Redacted.value(salt)).update(value).digest("hex").slice(0, 32)

const scalar = String.raw`("[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|-?\d[\d.eE+-]*|true|false)`

/** The field's name as it stands between quotes in JSON, its letters meaning nothing to the pattern. */
const asPattern = (field: string): string =>
  JSON.stringify(field)
    .slice(1, -1)
    .replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

/** Text that only looks like JSON (evidence of a broken page) may hold a string that no reader accepts, or its half. */
const meaning = (scalar: string): string => {
  try {
    return scalar.startsWith('"') ? String(JSON.parse(scalar)) : scalar
  } catch {
    return scalar
  }
}

/**
 * The page's text with each scalar value of the named fields replaced by its hash; every other byte stays as it was. A
 * key cannot occur inside a string, because there its closing quote would be escaped.
 */
export const hashFields = (json: string, fields: ReadonlyArray<string>, salt: Redacted.Redacted): string => {
  if (fields.length === 0) return json
  const pattern = new RegExp(String.raw`("(?:${fields.map(asPattern).join("|")})"\s*:\s*)${scalar}`, "g")
  return json.replace(pattern, (_whole, key: string, value: string) => {
    if (value === '""') return key + value
    return `${key}${JSON.stringify(hashPersonal(salt, meaning(value)))}`
  })
}

/** Whether hashing left nothing readable: the value is absent or a hash. An object or a list is neither. */
export const isHidden = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  (typeof value === "string" && /^hash:[0-9a-f]{32}$/.test(value))
