import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { plainDecimal, quoteNumbers } from "../../src/api/exact-numbers.ts"

/** A decimal as a whole number of 10^-80, which is exact for everything written here. */
const scaled = (text: string): bigint => {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match === null) throw new Error(`${text} is no decimal`)
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match
  const size = BigInt(whole + fraction) * 10n ** BigInt(80 + Number(exponent) - fraction.length)
  return sign === "-" ? -size : size
}

const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most })

/** A JSON number of up to 20 digits before the point and 18 after it, plain or with an exponent. */
const jsonNumber = fc
  .record({
    minus: fc.boolean(),
    whole: digits(1, 20).map((text) => text.replace(/^0+(?=\d)/, "")),
    fraction: fc.option(digits(1, 18), { nil: null }),
    exponent: fc.option(
      fc.record({ letter: fc.constantFrom("e", "E"), sign: fc.constantFrom("", "+", "-"), size: fc.nat({ max: 40 }) }),
      { nil: null },
    ),
  })
  .map(
    ({ exponent, fraction, minus, whole }) =>
      `${minus ? "-" : ""}${whole}${fraction === null ? "" : `.${fraction}`}` +
      (exponent === null ? "" : `${exponent.letter}${exponent.sign}${exponent.size}`),
  )

const parsed = (json: string): unknown => JSON.parse(quoteNumbers(json)) as unknown

describe("a number on the wire", () => {
  it("is the same decimal after reading, whatever its length and however it is written", () => {
    fc.assert(
      fc.property(jsonNumber, fc.constantFrom("", " ", "\n  "), (number, blank) => {
        const read = parsed(`{"before":"x","amount"${blank}:${blank}${number}${blank},"after":null}`)
        const amount = (read as { readonly amount: unknown }).amount
        if (typeof amount !== "string") throw new Error("the amount is no text")
        expect(scaled(amount)).toBe(scaled(number))
        expect(amount).not.toMatch(/e/i)
        expect(read).toEqual({ before: "x", amount, after: null })
      }),
      { numRuns: 500 },
    )
  })

  it("keeps its own digits where it has no exponent", () => {
    expect(parsed('{"amount":1250.50}')).toEqual({ amount: "1250.50" })
    expect(parsed('{"amount":-0}')).toEqual({ amount: "-0" })
  })

  it.each([
    ["1.5e3", "1500"],
    ["1e-7", "0.0000001"],
    ["-12.50E+1", "-125"],
    ["0e5", "0"],
    ["1.2345678901234567890123456789e19", "12345678901234567890.123456789"],
    ["1e18", "1000000000000000000"],
  ])("%s is written %s", (token, plain) => {
    expect(plainDecimal(token)).toBe(plain)
  })

  it("with an exponent that no amount needs stays as it is, and fills no memory", () => {
    expect(plainDecimal("1e999999999")).toBe("1e999999999")
    expect(plainDecimal("1e-61")).toBe("1e-61")
  })

  it("is exact inside lists and beside nested objects too", () => {
    expect(parsed('{"n":1,"list":[1.23456789012345678901, 2, [3]]}')).toEqual({
      n: "1",
      list: ["1.23456789012345678901", "2", ["3"]],
    })
  })

  it("is exact where numbers stand in lists alone", () => {
    expect(parsed('{"parts":[1.23456789012345678901,2]}')).toEqual({ parts: ["1.23456789012345678901", "2"] })
  })
})

describe("text that looks like numbers", () => {
  it("stays as it is, byte for byte", () => {
    for (const text of [
      '{"note":"pay 12.50: 7","id":"0012"}',
      String.raw`{"note":"she said \"amount\": 12.5, \\","id":"1e5"}`,
      String.raw`{"a\":1":"x","b":"\\\"c\\\":9"}`,
      '{"true":true,"null":null}',
    ]) {
      expect(quoteNumbers(text)).toBe(text)
    }
  })

  it("stays as it is, whatever a page without numbers holds", () => {
    const leaf = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom(...'0123456789.eE+-:"\\, {}[]') }),
      fc.constantFrom(true, false, null),
    )
    const value = fc.letrec<{ readonly node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("node"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: fc.constantFrom(...'0123456789.e+-:"\\') }), tie("node"), { maxKeys: 4 }),
      ),
    })).node
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (content, indent) => {
        const json = JSON.stringify(content, null, indent)
        expect(quoteNumbers(json)).toBe(json)
        // A number elsewhere makes the whole text be searched: the strings come out unharmed all the same.
        const withNumber = `{"n":1,"content":${json}}`
        expect(parsed(withNumber)).toEqual({ n: "1", content })
      }),
      { numRuns: 300 },
    )
  })
})
