import { describe, expect, it } from "vitest"
import { configurationWith } from "../../support/configuration.ts"

const refusal = (books: unknown): string => {
  try {
    configurationWith({ books })
  } catch (error) {
    return String(error)
  }
  return "accepted"
}

describe("the configuration's books", () => {
  it("goes from the surest rule to the weakest where nothing is said", () => {
    expect(configurationWith().books.rules.map((rule) => rule.by)).toEqual([
      "transactionId",
      "resourceId",
      "reference",
      "amount",
      "amount",
      "amount",
      "sumOfTransactions",
      "sumOfLines",
    ])
  })

  it.each([
    ["a window on a reference", { rules: [{ by: "reference", windowHours: 3 }] }, "set books.dateWindowHours"],
    ["a bound on amounts", { rules: [{ by: "amount", maxGroup: 3 }] }, "are for sumOfTransactions and sumOfLines"],
    [
      "windows that shrink",
      {
        rules: [
          { by: "amount", windowHours: 24 },
          { by: "amount", windowHours: 0 },
        ],
      },
      "must grow",
    ],
    [
      "a period that ends before it begins",
      { scope: { books: { from: "2026-03-02", to: "2026-03-01" } } },
      "to lies before from",
    ],
    ["an unknown rule", { rules: [{ by: "guess" }] }, "must be one of"],
    ["an unknown key", { rule: [] }, "is not a key of the configuration"],
  ])("refuses %s", (_what, books, sentence) => {
    expect(refusal(books)).toContain(sentence)
  })
})
