import { followCourse, settledCourse } from "./course.ts"
import { type Currency, worth } from "./currency.ts"
import type { Customer } from "./customer.ts"
import { hour } from "./instant.ts"
import { type Money, money, one } from "./money.ts"
import { enterMovement, type OneLegStream } from "./movement.ts"
import type { Realm } from "./realm.ts"

const depositStream = (currency: Currency): OneLegStream =>
  currency.kind === "fiat" ? "fiat_deposits" : "crypto_deposits"

const fund = (realm: Realm, key: string, customer: Customer, currency: Currency, amount: Money, fee: Money) => {
  const createdAt = realm.start + hour
  const course = settledCourse(createdAt, createdAt + hour)
  const stream = depositStream(currency)
  const record = enterMovement(realm, { key, stream, customer, currency, amount, fee, life: course.product })
  followCourse(realm, key, record, course)
}

/**
 * A first deposit in each active currency that ordinary life never spends. Seeded faults draw on it, so that a debit
 * planted anywhere in the timeline cannot overdraw a balance by accident.
 */
export const enterFloat = (realm: Realm, customer: Customer): void => {
  for (const currency of customer.active) {
    fund(realm, `float/${customer.index}/${currency.code}`, customer, currency, worth(currency, 500_000), 0n)
  }
}

/** Amounts at the edges: beyond 64 bits, one wei, every decimal used, a fee of two fifths. */
const curiosities: ReadonlyArray<{ currency: string; amount: Money; fee: Money }> = [
  { currency: "JPY", amount: 9_876_543_210_123_456_789n * one, fee: 0n },
  { currency: "ETH", amount: 1n, fee: 0n },
  { currency: "ETH", amount: money("1.000000000000000001"), fee: 1n },
  { currency: "ETH", amount: money("12.345678901234567891"), fee: money("0.000000000987654321") },
  { currency: "BTC", amount: money("0.00000001"), fee: 0n },
  { currency: "USD", amount: money("250.00"), fee: money("100.00") },
]

/** One record for each curious amount, with the first customer that trades in its currency. */
export const enterCuriosities = (realm: Realm): void => {
  curiosities.forEach(({ currency, amount, fee }, nth) => {
    for (const customer of realm.customers) {
      const found = customer.active.find(({ code }) => code === currency)
      if (found === undefined) continue
      fund(realm, `curiosity/${nth}`, customer, found, amount, fee)
      return
    }
  })
}
