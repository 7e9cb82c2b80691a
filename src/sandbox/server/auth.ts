import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"
import { makeNonceMemory } from "./nonce-memory.ts"
import { type Refusal, refusal } from "./problem.ts"
import type { SeenRequest } from "./seen-request.ts"

export interface Guard {
  /** Null lets the request pass; its nonce is spent by then. */
  readonly check: (request: SeenRequest, now: number) => Refusal | null
}

const shortestNonce = 16

const offsetDateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

const emptyBodyHash = createHash("sha256").update("").digest("hex")

const missing = (name: string): Refusal => refusal("PARTNER_AUTH_FAILED", `Missing ${name} header.`)

/** The header's value; null when it is missing or empty. */
const valueOf = (request: SeenRequest, name: string): string | null => {
  const value = request.headers[name.toLowerCase()]
  return value === undefined || value === "" ? null : value
}

const sameText = (one: string, other: string): boolean => {
  const left = Buffer.from(one)
  const right = Buffer.from(other)
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * Who may come in (contract, "Transport"). The checks stand in the order in which a partner would want to hear of them:
 * who, when, signed by whom, and used once. A nonce counts as used only once its signature was right, so that a
 * stranger cannot spend a partner's nonces.
 *
 * Computes the signature by itself: the client's own code signing would agree with itself even where both are wrong.
 */
export const makeGuard = (options: {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly freshnessMillis: number
}): Guard => {
  const nonces = makeNonceMemory(options.freshnessMillis)

  const signatureOf = (request: SeenRequest, timestamp: string, nonce: string): string => {
    const key = valueOf(request, "Idempotency-Key") ?? ""
    const base = `${request.method}\n${request.url}\n${emptyBodyHash}\n${timestamp}\n${nonce}\n${key}`
    return createHmac("sha256", Redacted.value(options.clientSecret)).update(base).digest("hex")
  }

  const isFresh = (timestamp: string, now: number): boolean => {
    if (!offsetDateTime.test(timestamp)) return false
    const stamped = Date.parse(timestamp)
    return Number.isFinite(stamped) && Math.abs(now - stamped) <= options.freshnessMillis
  }

  return {
    check: (request, now) => {
      const clientId = valueOf(request, "X-Partner-Client-Id")
      const timestamp = valueOf(request, "X-Partner-Timestamp")
      const signature = valueOf(request, "X-Partner-Signature")
      const nonce = valueOf(request, "X-Partner-Nonce")
      if (clientId === null) return missing("X-Partner-Client-Id")
      if (!sameText(clientId, options.clientId)) return refusal("PARTNER_AUTH_FAILED", "Unknown API client.")
      if (timestamp === null) return missing("X-Partner-Timestamp")
      if (!isFresh(timestamp, now)) {
        return refusal("PARTNER_SIGNATURE_EXPIRED", "X-Partner-Timestamp is outside the freshness window.")
      }
      if (signature === null) return missing("X-Partner-Signature")
      if (nonce === null) return missing("X-Partner-Nonce")
      if (!sameText(signature, signatureOf(request, timestamp, nonce))) {
        return refusal("PARTNER_SIGNATURE_INVALID", "The signature does not match the request.")
      }
      if (nonce.length < shortestNonce) {
        return refusal("PARTNER_NONCE_REPLAYED", `X-Partner-Nonce is shorter than ${shortestNonce} characters.`)
      }
      return nonces.use(nonce, now) ? null : refusal("PARTNER_NONCE_REPLAYED", "X-Partner-Nonce was used before.")
    },
  }
}
