/** The records that a chain has given so far, as far as it takes to notice that nothing new comes. */
export interface SeenRecords {
  /** Adds a page's records and says whether one of them was new; null where that cannot be told. */
  readonly bringsNew: (marks: ReadonlyArray<string>) => boolean | null
}

/** Marks that are remembered at most. */
const most = 4_000

/** FNV-1a over UTF-16 code units, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  // The lowest bits of FNV are the poorest, and the sample is drawn by them.
  return (hash ^ (hash >>> 15)) >>> 0
}

/**
 * Memory is bounded, however long the list: past so many marks only every second, fourth, … of all is remembered, chosen
 * by a hash, so that one that was given before is known again. A page without a chosen record says nothing.
 */
export const makeSeenRecords = (): SeenRecords => {
  let seen = new Set<string>()
  let mask = 0
  return {
    bringsNew: (marks) => {
      const chosen = mask === 0 ? marks : marks.filter((mark) => (hashOf(mark) & mask) === 0)
      if (chosen.length === 0) return null
      const before = seen.size
      for (const mark of chosen) seen.add(mark)
      const isNew = seen.size > before
      while (seen.size > most) {
        mask = mask * 2 + 1
        seen = new Set([...seen].filter((mark) => (hashOf(mark) & mask) === 0))
      }
      return isNew
    },
  }
}
