import { createHash, createHmac } from "node:crypto"
import { Redacted } from "effect"

/** What a signature covers. Source: docs/partner-api.md, "Signature". */
export interface SignedParts {
  readonly method: string
  /** Raw path with raw query exactly as sent: no scheme, host or fragment. */
  readonly pathAndQuery: string
  readonly body: string | Uint8Array
  /** The X-Partner-Timestamp header, an offset date-time. */
  readonly timestamp: string
  /** The X-Partner-Nonce header, at least 16 characters, never used twice. */
  readonly nonce: string
  /** The Idempotency-Key header; the empty string on a GET. */
  readonly idempotencyKey: string
}

export const sha256Hex = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export const signatureBase = (parts: SignedParts): string =>
  [parts.method, parts.pathAndQuery, sha256Hex(parts.body), parts.timestamp, parts.nonce, parts.idempotencyKey].join(
    "\n",
  )

/** Lowercase hex of HMAC-SHA256 over the signature base. The secret leaves its wrapper here and nowhere else. */
export const sign = (secret: Redacted.Redacted, parts: SignedParts): string =>
  createHmac("sha256", Redacted.value(secret)).update(signatureBase(parts)).digest("hex")
