import { createHash } from "node:crypto"

/** A stream of seeded draws. The same seed and key always give the same draws, whatever else has been drawn. */
export interface Chance {
  /** A whole number from `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number
  /** True with the given probability. */
  readonly bool: (probability: number) => boolean
  readonly pick: <A>(choices: ReadonlyArray<A>) => A
  /** That many lowercase hex digits. */
  readonly hex: (digits: number) => string
}

const digestOf = (seed: number, key: string) => createHash("sha256").update(`${seed}/${key}`).digest()

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

/**
 * Every decision of the generator draws from a chance of its own, named by what is decided (customer, day, record).
 * That is what keeps a world the same when its clock moves on: later decisions cannot shift earlier draws.
 *
 * The generator is xoshiro128** (Blackman and Vigna), with SHA-256 of seed and key as its first state.
 */
export const chanceOf = (seed: number, key: string): Chance => {
  const state = digestOf(seed, key)
  let a = state.readUInt32LE(0)
  let b = state.readUInt32LE(4)
  let c = state.readUInt32LE(8)
  let d = state.readUInt32LE(12)

  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  const below = (bound: number): number => {
    const wide = (next() >>> 5) * 2 ** 26 + (next() >>> 6)
    return Math.floor((wide / 2 ** 53) * bound)
  }

  const int = (low: number, high: number): number => low + below(high - low + 1)
  return {
    int,
    bool: (probability) => below(1_000_000) < probability * 1_000_000,
    pick: (choices) => {
      const chosen = choices[int(0, choices.length - 1)]
      if (chosen === undefined) throw new RangeError("nothing to pick from")
      return chosen
    },
    hex: (digits) => {
      let text = ""
      while (text.length < digits) text += next().toString(16).padStart(8, "0")
      return text.slice(0, digits)
    },
  }
}

/** The id of the thing that the key names: a version 4 shaped UUID, stable for a seed. */
export const uuidOf = (seed: number, key: string): string => {
  const hex = digestOf(seed, `uuid/${key}`).toString("hex")
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) % 4]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
