/** What a currency is, for every format. */

/** A symbol beside an amount, and the currencies that are written with it. */
const symbols: Readonly<Record<string, ReadonlyArray<string>>> = {
  "€": ["EUR"],
  "£": ["GBP", "EGP", "FKP", "GIP", "SHP", "SSP", "SYP"],
  $: [
    "USD",
    "ARS",
    "AUD",
    "BBD",
    "BMD",
    "BND",
    "BSD",
    "BZD",
    "CAD",
    "CLP",
    "COP",
    "FJD",
    "GYD",
    "HKD",
    "JMD",
    "KYD",
    "LRD",
    "MXN",
    "NAD",
    "NZD",
    "SBD",
    "SGD",
    "SRD",
    "TTD",
    "TWD",
    "UYU",
    "XCD",
  ],
  US$: ["USD"],
  A$: ["AUD"],
  C$: ["CAD"],
  CA$: ["CAD"],
  NZ$: ["NZD"],
  HK$: ["HKD"],
  S$: ["SGD"],
  R$: ["BRL"],
  MX$: ["MXN"],
  "¥": ["JPY", "CNY"],
  "₹": ["INR"],
  "₩": ["KRW"],
  "₺": ["TRY"],
  "₽": ["RUB"],
  "₴": ["UAH"],
  "₪": ["ILS"],
  "₫": ["VND"],
  "₱": ["PHP"],
  "₦": ["NGN"],
  "₿": ["BTC"],
  ZŁ: ["PLN"],
  KČ: ["CZK"],
  FT: ["HUF"],
  KR: ["SEK", "NOK", "DKK", "ISK"],
  "KR.": ["SEK", "NOK", "DKK", "ISK"],
  FR: ["CHF"],
  "FR.": ["CHF"],
}

const codeShape = /^[A-Z][A-Z0-9]{1,11}$/

/** A currency, and with a notation such as `USD/2` of how many decimal places its amounts count the last one. */
export interface NamedCurrency {
  readonly code: string
  readonly places: number | null
}

/** The currency that a column's text names; null where it names none. */
export const currencyOf = (text: string): NamedCurrency | null => {
  const [, code = "", places] = /^([^/]*)(?:\/(\d{1,2}))?$/.exec(text.trim().toUpperCase()) ?? []
  if (!codeShape.test(code)) return null
  return { code, places: places === undefined || Number(places) > 18 ? null : Number(places) }
}

/** Whether what stands beside an amount may be this currency. */
export const mayBe = (beside: string, code: string): boolean =>
  beside === code || (symbols[beside]?.includes(code) ?? false)

/** The one currency that stands beside an amount; null where the symbol is of several, or none is known. */
export const besideCurrency = (beside: string): string | null => {
  const named = symbols[beside]
  if (named !== undefined) return named.length === 1 ? (named[0] ?? null) : null
  return codeShape.test(beside) ? beside : null
}
