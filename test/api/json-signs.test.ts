import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { signsOf } from "../../src/api/json-signs.ts"
import { withoutControls } from "../../src/api/printable.ts"

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...'0159.eE+-:"\\, {}[]bnu\u0007\n\u0085\u200f\u2028\u202e\u2067\ufeff\ud83d') }),
)

const plain = fc.letrec<{ readonly node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(true, false, null),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(text, tie("node"), { maxKeys: 4 }),
  ),
})).node

interface Told {
  readonly keys: number
  readonly texts: ReadonlyArray<string>
}

const told = (value: unknown): Told => {
  if (typeof value === "string") return { keys: 0, texts: [value] }
  if (typeof value !== "object" || value === null) return { keys: 0, texts: [] }
  const inner = Object.values(value).map(told)
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  return {
    keys: keys.length + inner.reduce((sum, one) => sum + one.keys, 0),
    texts: [...keys, ...inner.flatMap((one) => one.texts)],
  }
}

describe("what a page's text shows at one glance", () => {
  it("misses no key, and nothing that has to be made printable", () => {
    fc.assert(
      fc.property(plain, fc.constantFrom(0, 2, "\t"), (value, indent) => {
        const signs = signsOf(JSON.stringify(value, null, indent))
        const { keys, texts } = told(value)
        expect(signs.keys).toBeGreaterThanOrEqual(keys)
        const isOdd = texts.some((one) => withoutControls(one) !== one || !one.isWellFormed())
        expect(signs.mayBeUnprintable || !isOdd).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it("misses no number that is a field's value or first in a list, however it is set", () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(plain, number, fc.boolean(), fc.constantFrom(0, 2), (value, amount, inList, indent) => {
        const json = JSON.stringify({ value, last: inList ? [amount, value] : amount }, null, indent)
        expect(signsOf(json).mayHoldNumbers).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it("has no alarm where nothing is the matter", () => {
    const json = JSON.stringify({ data: [{ id: "a-1", amount: "12.50", note: "Zürich, « naïve » – 5 €" }], end: null })
    expect(signsOf(json)).toEqual({ keys: 5, mayHoldNumbers: false, mayBeUnprintable: false })
    expect(signsOf(String.raw`{"quoted":"\"12\""}`).mayBeUnprintable).toBe(false)
  })
})
