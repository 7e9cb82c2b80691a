import { describe, expect, it } from "vitest"
import { isCurrency } from "../../src/api/contract/currencies.ts"
import { knownPlaces } from "../../src/pipelines/configuration/file.ts"
import { configurationWith } from "../support/configuration.ts"

describe("a currency", () => {
  it.each(["EUR", "KWD", "POL", "USDT", "USDC", "BTC", "ETH"])(
    "is three letters or of the contract's crypto codes: %s",
    (text) => {
      expect(isCurrency(text, [])).toBe(true)
    },
  )

  it.each(["DOLLAR", "eur", "EU", "US1", "MATIC", "€"])("is no other word: %s", (text) => {
    expect(isCurrency(text, [])).toBe(false)
  })

  it("is also what the configuration names, on either side of an alias too", () => {
    const { contract } = configurationWith({ currencyAliases: { MATIC: "POLYGON" }, currencyPlaces: { DOGE: 8 } })
    expect(contract.streams[0]?.currencies).toEqual(["DOGE", "MATIC", "POLYGON"])
    expect(isCurrency("MATIC", contract.streams[0]?.currencies ?? [])).toBe(true)
  })

  it("has the places of ISO 4217, where that gives any", () => {
    const { BTC, CLF, EUR, INR, JPY, KWD, XAF, XAU, XXX } = knownPlaces
    expect({ BTC, CLF, EUR, INR, JPY, KWD, XAF, XAU, XXX }).toEqual({
      ...{ BTC: 8, CLF: 4, EUR: 2, INR: 2, JPY: 0, KWD: 3, XAF: 0 },
      ...{ XAU: undefined, XXX: undefined },
    })
  })
})
