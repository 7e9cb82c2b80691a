/** A set of items, by their places, whose sum is within the tolerance of the target. */
export type Combination = ReadonlyArray<number>

export interface SearchResult {
  /** All combinations, in the order of their places. */
  readonly found: ReadonlyArray<Combination>
  /** False where the search was broken off; then nothing may be concluded from what it found. */
  readonly complete: boolean
}

/**
 * Every combination of 2 to `most` positive amounts whose sum is at most `tolerance` away from the target. The amounts are
 * tried from the largest down, and a branch ends as soon as its sum is too large, or the largest amounts that are left
 * cannot fill it. After `mostSteps` steps the search is broken off, and says so.
 */
export const combinationsOf = (
  target: bigint,
  amounts: ReadonlyArray<bigint>,
  tolerance: bigint,
  most: number,
  mostSteps: number,
): SearchResult => {
  const order = amounts.map((_, place) => place).sort((a, b) => compare(amounts[b] ?? 0n, amounts[a] ?? 0n) || a - b)
  const sorted = order.map((place) => amounts[place] ?? 0n)
  const found: Array<Combination> = []
  const taken: Array<number> = []
  let steps = 0

  const search = (from: number, left: bigint): boolean => {
    if (taken.length >= 2 && left <= tolerance && left >= -tolerance) {
      found.push(taken.map((at) => order[at] ?? 0).sort((a, b) => a - b))
    }
    if (taken.length === most) return true
    for (let at = from; at < sorted.length; at++) {
      steps += 1
      if (steps > mostSteps) return false
      const amount = sorted[at] ?? 0n
      if (amount > left + tolerance) continue
      // From here on the amounts only get smaller, so not even the most of them can fill what is left.
      if (amount * BigInt(most - taken.length) < left - tolerance) return true
      taken.push(at)
      const whole = search(at + 1, left - amount)
      taken.pop()
      if (!whole) return false
    }
    return true
  }

  const complete = search(0, target)
  return { found: found.sort(byPlaces), complete }
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

const byPlaces = (a: Combination, b: Combination): number => {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
