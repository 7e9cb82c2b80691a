import { createHmac } from "node:crypto"
import { Redacted } from "effect"

/**
 * What becomes of what may name a person. `hash`: a salted hash takes the value's place before anything is stored, in the
 * page's text and in the typed row alike, so that equal inputs stay comparable and the value is nowhere. `keep`: a
 * deliberate setting. Source: docs/partner-api.md, "Personal data".
 */
export type PersonalData = { readonly _tag: "Hash"; readonly salt: Redacted.Redacted } | { readonly _tag: "Keep" }

const mark = "hash:"

/** 128 bits of HMAC-SHA256(salt, value) in hex, marked so that nobody takes it for a name. */
export const hashPersonal = (salt: Redacted.Redacted, value: string): string =>
  mark + createHmac("sha256", Redacted.value(salt)).update(value).digest("hex").slice(0, 32)

/** Whether hashing left nothing readable: the value is absent or a hash. An object or a list is neither. */
export const isHidden = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  (typeof value === "string" && /^hash:[0-9a-f]{32}$/.test(value))
