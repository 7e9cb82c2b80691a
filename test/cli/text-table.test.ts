import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { cellText, textTable, toJson } from "../../src/cli/text-table.ts"
import type { JsValue } from "../../src/store/dialect/read-value.ts"

describe("a table of text", () => {
  it("pads each column to its widest cell, numbers to the right", () => {
    expect(
      textTable(
        ["code", "count"],
        [
          ["BAL_NEGATIVE", "7"],
          ["X", "1200"],
        ],
        [false, true],
      ),
    ).toBe(["code          count", "────────────  ─────", "BAL_NEGATIVE      7", "X              1200"].join("\n"))
  })

  it("leaves no blanks at the end of a line", () => {
    for (const line of textTable(
      ["a", "long name"],
      [
        ["x", ""],
        ["y", "z"],
      ],
    ).split("\n"))
      expect(line).toBe(line.trimEnd())
  })

  it("without rows is its header", () => {
    expect(textTable(["a", "bb"], [])).toBe("a  bb\n─  ──")
  })

  it("lets no control character of a cell reach the terminal", () => {
    const text = textTable(
      ["name"],
      [["line\nbreak"], ["\u001b[31mred\u0007\u009b"], ["tab\there\r"], ["\u007f\u0000"]],
    )
    expect(text.split("\n").slice(2)).toEqual(["line↵break", "·[31mred··", "tab·here·", "··"])
  })

  it("lets no control character of a column's name reach the terminal", () => {
    const text = textTable(["line\nbreak", "\u001b[31mred"], [["a", "b"]])
    expect(text.split("\n").length).toBe(3)
    expect(text).not.toContain("\u001b")
  })

  it("has a line for every row, whatever the cells hold", () => {
    const cell = fc.string({ unit: "binary" })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (rows) => {
        const lines = textTable(["one", "two"], rows).split("\n")
        expect(lines.length).toBe(rows.length + 2)
      }),
    )
  })
})

describe("a cell", () => {
  it.each<readonly [JsValue, string]>([
    [null, ""],
    ["text", "text"],
    [9007199254740993n, "9007199254740993"],
    [true, "true"],
    [1.5, "1.5"],
    [new Uint8Array([0, 255]), "\\x00ff"],
    [["a", 1n, null], '["a",1,null]'],
    [{ a: { b: 9007199254740993n } }, '{"a":{"b":9007199254740993}}'],
  ])("is read as $1", (value, text) => {
    expect(cellText(value)).toBe(text)
  })
})

describe("JSON for other programs", () => {
  it("writes whole numbers of any size with all their digits", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.string({ unit: "binary" }), (whole, name) => {
        const json = toJson({ [name]: [whole, { inner: whole }] })
        const key = JSON.stringify(name)
        expect(json).toBe(`{${key}:[${whole},{"inner":${whole}}]}`)
        expect(() => JSON.parse(json)).not.toThrow()
      }),
    )
  })

  it("is what JSON.stringify gives where no number is at stake", () => {
    const value = fc.letrec<{ readonly node: JsValue }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.oneof(fc.string({ unit: "binary" }), fc.boolean(), fc.constant(null), fc.integer()),
        fc.array(tie("node"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "grapheme" }), tie("node"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).node
    fc.assert(
      fc.property(value, (given) => {
        expect(toJson(given)).toBe(JSON.stringify(given))
      }),
    )
  })

  it("writes bytes as hex and what is no number as null", () => {
    expect(toJson(new Uint8Array([1, 171]))).toBe('"01ab"')
    expect(toJson(Number.POSITIVE_INFINITY)).toBe("null")
  })
})
