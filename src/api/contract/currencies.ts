/** The crypto currencies that the contract names, with the decimals that their tokens have. Source: docs/rules.md, "Decimal places". */
export const cryptoCurrencies = [
  { code: "USDT", places: 6 },
  { code: "USDC", places: 6 },
  { code: "BTC", places: 8 },
  { code: "ETH", places: 18 },
] as const

const isoShape = /^[A-Z]{3}$/

/** A currency is three letters, or a code of the contract's crypto currencies, or one that the configuration names. */
export const isCurrency = (text: string, configured: ReadonlyArray<string>): boolean =>
  isoShape.test(text) || cryptoCurrencies.some(({ code }) => code === text) || configured.includes(text)
