import { expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { describe } from "vitest"
import { recordTexts } from "../../src/api/json-text.ts"

/** Numbers as JSON may write them, so that a reader which parses and prints again would be found out. */
const numberText = FastCheck.constantFrom(
  "0",
  "-0",
  "1250.50",
  "1e3",
  "-1.0E-7",
  "12345678901234567890.123456789012345678",
)

const awkwardText = FastCheck.oneof(
  FastCheck.string({ unit: "grapheme" }),
  FastCheck.constantFrom('"', "\\", '\\"', "}{][", ',"data":[', "\u0000", "\u2028", "a\nb"),
)

interface Written {
  readonly text: string
}

const blank = FastCheck.constantFrom("", " ", "\n", "\t ", "\r\n  ")

const scalar: FastCheck.Arbitrary<Written> = FastCheck.oneof(
  numberText,
  awkwardText.map((value) => JSON.stringify(value)),
  FastCheck.constantFrom("true", "false", "null", "{}", "[]"),
).map((text) => ({ text }))

const { value } = FastCheck.letrec<{ value: Written }>((tie) => ({
  value: FastCheck.oneof(
    { maxDepth: 3 },
    scalar,
    FastCheck.tuple(FastCheck.array(tie("value"), { maxLength: 3 }), blank).map(([items, space]) => ({
      text: `[${space}${items.map((item) => item.text).join(`${space},${space}`)}${space}]`,
    })),
    FastCheck.tuple(FastCheck.array(FastCheck.tuple(awkwardText, tie("value")), { maxLength: 3 }), blank).map(
      ([members, space]) => ({
        text: `{${space}${members.map(([key, member]) => `${JSON.stringify(key)}${space}:${space}${member.text}`).join(`${space},${space}`)}${space}}`,
      }),
    ),
  ),
}))

describe("the texts of a page's records", () => {
  it.prop(
    "are those that were written, character for character, whatever stands in them and around them",
    [FastCheck.array(value, { maxLength: 5 }), value, blank, FastCheck.constantFrom("data", "result.the items", "")],
    ([records, other, space, path]) => {
      const list = `[${space}${records.map(({ text }) => text).join(`${space},${space}`)}${space}]`
      const around = (inner: string, key: string): string =>
        `{${space}"before"${space}:${other.text},${JSON.stringify(key)}:${space}${inner}${space},"after":${other.text}}`
      const page = path.split(".").reduceRight((inner, key) => (key === "" ? inner : around(inner, key)), list)
      expect(() => JSON.parse(page)).not.toThrow()
      expect(recordTexts(`${space}${page}`, path)).toEqual(records.map(({ text }) => text))
    },
    { fastCheck: { numRuns: 300 } },
  )

  it("are those of the last list where a page says its key twice, as JSON.parse has it", () => {
    expect(recordTexts('{"data":[1],"data":[2, 3]}', "data")).toEqual(["2", "3"])
  })

  it("are none where there is no list", () => {
    expect(recordTexts('{"data":{"a":1}}', "data")).toEqual([])
    expect(recordTexts('{"other":[1]}', "data")).toEqual([])
    expect(recordTexts('"data"', "data")).toEqual([])
  })
})
