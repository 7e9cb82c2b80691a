import { Redacted } from "effect"

/** Takes the secret out of what the API sent, so that nothing behind this ever has it. */
export interface SecretMask {
  /** The same bytes where the secret is not among them. */
  readonly bytes: (bytes: Uint8Array) => Uint8Array
  readonly text: (text: string) => string
}

/** Safe inside JSON, HTML and a header. */
const mark = "[secret]"

/** A shorter secret is found in text that has nothing to do with it. */
const leastLength = 8

const inPattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

const eitherCase = (hex: string): string => hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)

/** A character as it is, as JSON may escape it, and as a URL does. */
const inAnyForm = (character: string): string => {
  const hex = eitherCase(character.charCodeAt(0).toString(16).padStart(2, "0"))
  const own = /[a-zA-Z0-9]/.test(character) ? [] : [String.raw`\\${inPattern(character)}`]
  return `(?:${[inPattern(character), String.raw`\\u00${hex}`, `%${hex}`, ...own].join("|")})`
}

/** The secret is printable ASCII, which reading the credentials has shown. */
export const makeSecretMask = (secret: Redacted.Redacted): SecretMask => {
  const plain = Redacted.value(secret)
  if (plain.length < leastLength) return { bytes: (bytes) => bytes, text: (text) => text }
  const inBytes = Buffer.from(plain, "latin1")
  const base64 = inBytes.toString("base64").replace(/=+$/, "")
  const encoded = [...new Set([base64, inBytes.toString("base64url"), inBytes.toString("hex")])]
  const pattern = new RegExp([[...plain].map(inAnyForm).join(""), ...encoded.map(inPattern)].join("|"), "g")
  const signs = ["\\", "%", plain, ...encoded]
  // Most texts hold none of these; the pattern is for those that could write it otherwise.
  const text = (given: string): string =>
    signs.some((sign) => given.includes(sign)) ? given.replace(pattern, mark) : given
  return {
    text,
    bytes: (bytes) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (!signs.some((sign) => buffer.includes(sign, 0, "latin1"))) return bytes
      // Latin 1 is byte for byte, so that what is not the secret stays what it was.
      const before = buffer.toString("latin1")
      const after = text(before)
      return after === before ? bytes : new Uint8Array(Buffer.from(after, "latin1"))
    },
  }
}
