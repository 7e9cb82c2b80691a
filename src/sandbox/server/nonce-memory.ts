/** Which nonces a client has used. */
export interface NonceMemory {
  /** Remembers the nonce; false when it was used before. */
  readonly use: (nonce: string, now: number) => boolean
  /** How many nonces are remembered. */
  readonly size: () => number
}

/**
 * A nonce need only be remembered while a request that carries it could still be fresh: a timestamp may lie a whole
 * window ahead, and counts for another window after. Two generations of that length, of which the older is dropped when
 * the younger is full of time, keep the memory bounded by the traffic of four windows.
 */
export const makeNonceMemory = (freshnessMillis: number): NonceMemory => {
  const length = 2 * freshnessMillis
  let young = new Set<string>()
  let old = new Set<string>()
  let since: number | null = null
  return {
    use: (nonce, now) => {
      since ??= now
      if (now - since > length) {
        old = now - since > 2 * length ? new Set() : young
        young = new Set()
        since = now
      }
      if (young.has(nonce) || old.has(nonce)) return false
      young.add(nonce)
      return true
    },
    size: () => young.size + old.size,
  }
}
