import { drawAmount } from "../world/currency.ts"
import { hour, minute } from "../world/instant.ts"
import { post, reversalOf, unreferencedLeg } from "../world/transaction.ts"
import { drawReference, drawStyle } from "../world/wording.ts"
import type { BreakCode } from "./break-code.ts"
import { chanceFor, chooseCustomer, each, earlyMoment, type Ground, near, needed, report } from "./ground.ts"
import { moneyRows } from "./money-rows.ts"
import { completedAt, pastGrace, plant, plantConversion, postFor, postLeg, settleConversion } from "./planting.ts"

/** Plants the rows of a code: each a record, its transactions a minute apart, and what must be said of it. */
export const plantMoneyRows = (ground: Ground, code: BreakCode): void =>
  each(
    moneyRows.filter((row) => row.code === code),
    (row) => {
      const key = `${code}/row/${row.name}`
      const at = earlyMoment(ground, key)
      const life = [
        { at, status: "PENDING" },
        { at: at + 30 * minute, status: row.becomes === "FAILED" ? "FAILED" : "COMPLETED" },
        ...(row.becomes === "REVERSED" ? [{ at: at + 2 * hour, status: "REVERSED" }] : []),
      ]
      const currency = row.currency === undefined ? {} : { currency: row.currency }
      const planted = plant(ground, { key, stream: row.stream, createdAt: at, life, ...currency })
      const stories = row.postings.map(({ leg, status }, nth) => {
        const postedAt = at + (40 + nth) * minute
        const gone = status === "REVERSED" ? [{ at: postedAt + minute, status }] : []
        return postFor(ground, planted, [...completedAt(postedAt), ...gone], {
          name: String(nth),
          leg: leg === undefined ? planted.leg : leg(planted.leg),
        })
      })
      const subject = row.isOfTransaction ? needed(stories[0]) : planted
      const from = pastGrace(at + 3 * hour)
      if (row.severity === null) near(ground, code, subject, row.why, from)
      else report(ground, code, row.severity, subject, row.why, from)
    },
  )

export const plantNetworkMismatch = (ground: Ground): void => plantMoneyRows(ground, "LED_NETWORK_MISMATCH")

export const plantTypeMismatch = (ground: Ground): void => plantMoneyRows(ground, "LED_TYPE_MISMATCH")

/** Conversions whose fee is in a third currency: one charged it, one did not. */
export const plantThirdFee = (ground: Ground): void =>
  each([false, true], (isCharged) => {
    const code = "LED_MISSING_TRANSACTION"
    const key = `${code}/third-fee/${isCharged}`
    const customer = chooseCustomer(ground, key, "conversion")
    const planted = plantConversion(ground, {
      key,
      customer,
      terms: (terms) => {
        const third = customer.active.find(({ code: other }) => other !== terms.from.code && other !== terms.to.code)
        if (third === undefined || third.places < terms.to.places) return { ...terms, fee: 0n }
        return { ...terms, feeCurrency: third.code }
      },
    })
    settleConversion(ground, planted)
    const { completedAt: settledAt, debit, terms } = planted
    const third = customer.active.find(({ code: other }) => other === terms.feeCurrency)
    if (terms.fee === 0n || third === undefined) return
    const from = pastGrace(settledAt)
    if (isCharged) {
      const fee = { ...debit, type: "FEE", currency: third.code, places: third.places, amount: terms.fee, fee: 0n }
      postLeg(ground, planted, { ...fee, netAmount: terms.fee }, "FEE")
      near(ground, code, planted, "its fee in a third currency was charged", from)
    } else {
      report(ground, code, "critical", planted, "its fee in a third currency was never charged", from, { leg: "FEE" })
    }
  })

/** Adjustments that name no record, either way, and one that was taken back. */
export const plantAdjustment = (ground: Ground): void =>
  each(["CREDIT", "DEBIT", "reversed"], (name) => {
    const code = "LED_ADJUSTMENT"
    const key = `${code}/${name}`
    const customer = chooseCustomer(ground, key, "core")
    const chance = chanceFor(ground, key)
    const currency = chance.pick(customer.active)
    const amount = drawAmount(chance, currency, 1, 25)
    const direction = name === "DEBIT" ? "DEBIT" : "CREDIT"
    const said = { customer, type: "ADJUSTMENT", direction, amount, reference: drawReference(chance) } as const
    const leg = unreferencedLeg(said, currency)
    const at = earlyMoment(ground, key)
    const style = drawStyle(chance)
    const undone = name === "reversed" ? [{ at: at + hour, status: "REVERSED" }] : []
    const story = post(ground.realm, leg, { key, style, life: [...completedAt(at), ...undone] })
    if (name === "reversed") {
      post(ground.realm, reversalOf(leg), { key: `${key}/back`, style, life: completedAt(at + hour) })
      near(ground, code, story, "an adjustment that was reversed", at + hour)
    } else report(ground, code, "high", story, `a ${name} that no record explains`, at)
  })
