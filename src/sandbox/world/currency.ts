import type { Chance } from "./chance.ts"
import { floorTo, type Money, money, one, over, times } from "./money.ts"

/** A currency of the sandbox. `places` follows ISO 4217 for fiat, the token's own decimals otherwise. */
export interface Currency {
  readonly code: string
  readonly kind: "fiat" | "crypto"
  readonly places: number
  /** A made-up but plausible price in US dollars, from which amounts and rates are drawn. */
  readonly dollars: Money
  readonly networks: ReadonlyArray<string>
}

const fiat = (code: string, places: number, dollars: string): Currency => ({
  code,
  kind: "fiat",
  places,
  dollars: money(dollars),
  networks: [],
})

const crypto = (code: string, places: number, dollars: string, networks: ReadonlyArray<string>): Currency => ({
  code,
  kind: "crypto",
  places,
  dollars: money(dollars),
  networks,
})

export const fiatCurrencies: ReadonlyArray<Currency> = [
  fiat("USD", 2, "1"),
  fiat("JPY", 0, "0.0067"),
  fiat("SGD", 2, "0.7431"),
  fiat("EUR", 2, "1.0873"),
  fiat("HKD", 2, "0.1281"),
]

export const cryptoCurrencies: ReadonlyArray<Currency> = [
  crypto("USDT", 6, "1.0002", ["TRON", "ETHEREUM"]),
  crypto("ETH", 18, "3127.43", ["ETHEREUM"]),
  crypto("USDC", 6, "0.9999", ["ETHEREUM", "SOLANA"]),
  crypto("BTC", 8, "67411.87", ["BITCOIN"]),
]

/** That many dollars' worth of a currency, at its last place. */
export const worth = (currency: Currency, dollars: number): Money =>
  floorTo(over(BigInt(dollars) * one, currency.dollars), currency.places)

/** An amount worth between the two numbers of dollars, small ones more often; ETH uses all of its 18 decimals. */
export const drawAmount = (chance: Chance, currency: Currency, low: number, high: number): Money => {
  const span = high - low
  const dollars = low + Math.floor((span * chance.int(1, 1000) * chance.int(1, 1000)) / 1_000_000)
  const cents = BigInt(chance.int(0, 99)) * 10n ** 16n
  const dust = BigInt(chance.int(0, 999_999_999))
  return floorTo(over(BigInt(dollars) * one + cents, currency.dollars) + dust, currency.places)
}

/** A fee on an amount: often none, mostly some basis points, never as much as the amount itself. */
export const drawFee = (chance: Chance, currency: Currency, amount: Money): Money =>
  chance.bool(0.2) ? 0n : floorTo((amount * BigInt(chance.int(1, 60))) / 10_000n, currency.places)

/** Units of `to` for one of `from`, near the made-up market, with 12 decimals. */
export const drawRate = (chance: Chance, from: Currency, to: Currency): Money =>
  floorTo(times(over(from.dollars, to.dollars), BigInt(chance.int(9_800, 10_200)) * 10n ** 14n), 12)
