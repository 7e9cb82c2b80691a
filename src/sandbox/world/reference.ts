import type { StreamName } from "../../api/streams.ts"
import type { Chance } from "./chance.ts"
import { type Currency, cryptoCurrencies, fiatCurrencies } from "./currency.ts"
import type { Customer } from "./customer.ts"
import { day, hour, type Instant, minute } from "./instant.ts"
import { chanceIn, idIn, type Realm, record } from "./realm.ts"
import type { Json, Step, Story } from "./story.ts"
import { drawAddress, drawName, drawStyle } from "./wording.ts"

/*
 * Reference data is named by customer and currency, so that a money record can point at its account, wallet or buyer
 * by computing the name instead of looking it up.
 */

export const fiatAccountId = (realm: Realm, customer: Customer, currency: string): string =>
  idIn(realm, `fiat-account/${customer.index}/${currency}`)

export const bankAccountId = (realm: Realm, customer: Customer, currency: string): string =>
  idIn(realm, `bank-account/${customer.index}/${currency}`)

export const walletId = (realm: Realm, customer: Customer, currency: string, network: string): string =>
  idIn(realm, `wallet/${customer.index}/${currency}/${network}`)

export const beneficiaryId = (realm: Realm, customer: Customer, currency: string, network: string): string =>
  idIn(realm, `beneficiary/${customer.index}/${currency}/${network}`)

export const buyerId = (realm: Realm, customer: Customer, buyer: number): string =>
  idIn(realm, `buyer/${customer.index}/${buyer}`)

export const collectionWalletId = (realm: Realm, customer: Customer, buyer: number, currency: string): string =>
  idIn(realm, `collection-wallet/${customer.index}/${buyer}/${currency}`)

/** How many buyers each customer has from the beginning. */
export const buyersAtStart = 4

interface Sheet {
  readonly stream: StreamName
  readonly idField: string
  readonly id: string
  readonly customer: Customer
  readonly createdAt: Instant
  readonly fields: Readonly<Record<string, Json>>
}

const enter = (realm: Realm, chance: Chance, sheet: Sheet) =>
  record(realm, {
    stream: sheet.stream,
    customer: sheet.customer.index,
    id: sheet.id,
    style: drawStyle(chance),
    blank: chance.bool(0.5) ? "null" : "absent",
    createdAt: sheet.createdAt,
    visibleFrom: sheet.createdAt,
    fields: { [sheet.idField]: sheet.id, customerId: sheet.customer.customerId, status: "ACTIVE", ...sheet.fields },
    steps: [],
  })

const enterFiat = (realm: Realm, customer: Customer, currency: Currency) => {
  const chance = chanceIn(realm, `reference/fiat/${customer.index}/${currency.code}`)
  enter(realm, chance, {
    stream: "fiat_accounts",
    idField: "fiatAccountId",
    id: fiatAccountId(realm, customer, currency.code),
    customer,
    createdAt: realm.start - chance.int(day, 30 * day),
    fields: { currency: currency.code },
  })
  enter(realm, chance, {
    stream: "bank_accounts",
    idField: "bankAccountId",
    id: bankAccountId(realm, customer, currency.code),
    customer,
    createdAt: realm.start - chance.int(day, 30 * day),
    fields: {
      currency: currency.code,
      accountHolderName: drawName(chance),
      accountNumberMasked: `****${chance.int(1000, 9999)}`,
    },
  })
}

/** Another bank account of a customer, with a life of its own. */
export const enterBankAccount = (
  realm: Realm,
  key: string,
  customer: Customer,
  currency: Currency,
  createdAt: Instant,
  steps: ReadonlyArray<Step>,
): Story => {
  const chance = chanceIn(realm, `reference/bank/${key}`)
  const story = enter(realm, chance, {
    stream: "bank_accounts",
    idField: "bankAccountId",
    id: idIn(realm, `bank-account/${key}`),
    customer,
    createdAt,
    fields: {
      currency: currency.code,
      accountHolderName: drawName(chance),
      accountNumberMasked: `****${chance.int(1000, 9999)}`,
    },
  })
  story.steps.push(...steps)
  return story
}

const enterCrypto = (realm: Realm, customer: Customer, currency: Currency, network: string) => {
  const chance = chanceIn(realm, `reference/crypto/${customer.index}/${currency.code}/${network}`)
  enter(realm, chance, {
    stream: "crypto_deposit_wallets",
    idField: "walletId",
    id: walletId(realm, customer, currency.code, network),
    customer,
    createdAt: realm.start - chance.int(day, 30 * day),
    fields: { currency: currency.code, network, address: drawAddress(chance, network) },
  })
  enter(realm, chance, {
    stream: "wallet_beneficiaries",
    idField: "beneficiaryId",
    id: beneficiaryId(realm, customer, currency.code, network),
    customer,
    createdAt: realm.start - chance.int(day, 30 * day),
    fields: {
      currency: currency.code,
      network,
      address: drawAddress(chance, network),
      label: chance.bool(0.7) ? drawName(chance) : null,
    },
  })
}

const enterBuyer = (realm: Realm, customer: Customer, buyer: number, createdAt: Instant) => {
  const chance = chanceIn(realm, `reference/buyer/${customer.index}/${buyer}`)
  enter(realm, chance, {
    stream: "collection_buyers",
    idField: "buyerId",
    id: buyerId(realm, customer, buyer),
    customer,
    createdAt,
    fields: {
      displayName: drawName(chance),
      email: chance.bool(0.7) ? `buyer.${chance.hex(6)}@example.com` : null,
    },
  })
  for (const currency of customer.active.filter(({ kind }) => kind === "crypto")) {
    const network = currency.networks[0] ?? ""
    enter(realm, chance, {
      stream: "collection_wallets",
      idField: "collectionWalletId",
      id: collectionWalletId(realm, customer, buyer, currency.code),
      customer,
      createdAt: createdAt + chance.int(minute, hour),
      fields: {
        buyerId: buyerId(realm, customer, buyer),
        currency: currency.code,
        network,
        address: drawAddress(chance, network),
      },
    })
  }
}

/** Accounts, wallets, beneficiaries, buyers: all that a customer had before the first day, and a new buyer now and then. */
export const enterReferences = (realm: Realm, customer: Customer): void => {
  if (customer.products.includes("fiat")) {
    for (const currency of fiatCurrencies) enterFiat(realm, customer, currency)
  }
  if (customer.products.includes("crypto")) {
    for (const currency of cryptoCurrencies) {
      for (const network of currency.networks) enterCrypto(realm, customer, currency, network)
    }
  }
  if (customer.products.includes("collection")) {
    for (let buyer = 0; buyer < buyersAtStart; buyer++) {
      enterBuyer(realm, customer, buyer, realm.start - (buyer + 1) * day - customer.index * minute)
    }
    for (let at = realm.start + 20 * day; at < realm.end; at += 20 * day) {
      enterBuyer(realm, customer, buyersAtStart + (at - realm.start) / (20 * day), at + customer.index * minute)
    }
  }
}
