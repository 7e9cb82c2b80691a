import type { Product } from "../../api/streams.ts"
import { uuidOf } from "./chance.ts"
import { type Currency, cryptoCurrencies, fiatCurrencies } from "./currency.ts"
import { partnerRefOf } from "./wording.ts"

/** A customer of the sandbox's partner: what it may do, and in which currencies. */
export interface Customer {
  readonly index: number
  readonly customerId: string
  readonly partnerCustomerRef: string
  readonly products: ReadonlyArray<Product>
  /** Currencies in which the customer trades. */
  readonly active: ReadonlyArray<Currency>
  /** Currencies that ordinary life leaves untouched, so that a fault may have one to itself. */
  readonly spare: ReadonlyArray<Currency>
}

const everything: ReadonlyArray<Product> = ["core", "fiat", "crypto", "conversion", "collection"]

const productsOf = (index: number): ReadonlyArray<Product> => {
  if (index === 3) return ["core", "fiat", "conversion"]
  if (index === 7) return ["core", "crypto", "conversion", "collection"]
  return everything
}

/** Three of the currencies in turn, and those that are left. */
const deal = (currencies: ReadonlyArray<Currency>, index: number) => {
  const turned = currencies.map((_, place) => currencies[(place + index) % currencies.length] as Currency)
  return { active: turned.slice(0, 3), spare: turned.slice(3) }
}

/** The n-th customer of a seed. Two of the first eight lack a product, so that their lists are refused. */
export const customerOf = (seed: number, index: number): Customer => {
  const products = productsOf(index)
  const fiat = products.includes("fiat") ? deal(fiatCurrencies, index) : { active: [], spare: [] }
  const crypto = products.includes("crypto") ? deal(cryptoCurrencies, index) : { active: [], spare: [] }
  return {
    index,
    customerId: uuidOf(seed, `customer/${index}`),
    partnerCustomerRef: partnerRefOf(index),
    products,
    active: [...fiat.active, ...crypto.active],
    spare: [...fiat.spare, ...crypto.spare],
  }
}

export const activeOf = (customer: Customer, kind: "fiat" | "crypto"): ReadonlyArray<Currency> =>
  customer.active.filter((currency) => currency.kind === kind)
