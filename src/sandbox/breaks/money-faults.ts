import { drawAmount } from "../world/currency.ts"
import { hour, minute } from "../world/instant.ts"
import { post, reversalOf, unreferencedLeg } from "../world/transaction.ts"
import { drawReference, drawStyle } from "../world/wording.ts"
import type { BreakCode } from "./break-code.ts"
import { chanceFor, chooseCustomer, earlyMoment, type Ground } from "./ground.ts"
import { moneyRows } from "./money-rows.ts"
import { completedAt, pastGrace, plant, plantConversion, postFor, postLeg } from "./planting.ts"

/** Plants the rows of a code: each a record, its transactions a minute apart, and what must be said of it. */
export const plantMoneyRows = (ground: Ground, code: BreakCode): void => {
  for (const row of moneyRows.filter((candidate) => candidate.code === code)) {
    const key = `${code}/row/${row.name}`
    const at = earlyMoment(ground, key)
    const life = [
      { at, status: "PENDING" },
      { at: at + 30 * minute, status: row.becomes === "FAILED" ? "FAILED" : "COMPLETED" },
      ...(row.becomes === "REVERSED" ? [{ at: at + 2 * hour, status: "REVERSED" }] : []),
    ]
    const currency = row.currency === undefined ? {} : { currency: row.currency }
    const planted = plant(ground, { key, stream: row.stream, createdAt: at, life, ...currency })
    if (planted === null) continue
    const stories = row.postings.map(({ leg, status }, nth) => {
      const postedAt = at + (40 + nth) * minute
      const gone = status === "REVERSED" ? [{ at: postedAt + minute, status }] : []
      return postFor(ground, planted, [...completedAt(postedAt), ...gone], {
        name: String(nth),
        leg: leg === undefined ? planted.leg : leg(planted.leg),
      })
    })
    const recordId = (row.isOfTransaction ? stories[0] : planted.record.story)?.id ?? ""
    const said = { code, recordId, why: row.why, from: pastGrace(at + 3 * hour) }
    if (row.severity === null) ground.nearMisses.push(said)
    else ground.faults.push({ ...said, severity: row.severity })
  }
}

export const plantNetworkMismatch = (ground: Ground): void => plantMoneyRows(ground, "LED_NETWORK_MISMATCH")

export const plantTypeMismatch = (ground: Ground): void => plantMoneyRows(ground, "LED_TYPE_MISMATCH")

/** Conversions whose fee is in a third currency: one charged it, one did not. */
export const plantThirdFee = (ground: Ground): void => {
  const code = "LED_MISSING_TRANSACTION"
  for (const isCharged of [false, true]) {
    const key = `${code}/third-fee/${isCharged}`
    const customer = chooseCustomer(ground, key, "conversion")
    const planted =
      customer === null
        ? null
        : plantConversion(ground, {
            key,
            customer,
            terms: (terms) => {
              const third = customer.active.find(
                ({ code: other }) => other !== terms.from.code && other !== terms.to.code,
              )
              if (third === undefined || third.places < terms.to.places) return { ...terms, fee: 0n }
              return { ...terms, feeCurrency: third.code }
            },
          })
    if (planted === null) continue
    const { credit, debit, record, terms } = planted
    postLeg(ground, planted, debit)
    postLeg(ground, planted, credit)
    const third = planted.customer.active.find(({ code: other }) => other === terms.feeCurrency)
    if (terms.fee === 0n || third === undefined) continue
    const said = { code, recordId: record.story.id, from: pastGrace(planted.completedAt) } as const
    if (isCharged) {
      const fee = { ...debit, type: "FEE", currency: third.code, places: third.places, amount: terms.fee, fee: 0n }
      postLeg(ground, planted, { ...fee, netAmount: terms.fee }, "FEE")
      ground.nearMisses.push({ ...said, why: "its fee in a third currency was charged" })
    } else {
      const why = "its fee in a third currency was never charged"
      ground.faults.push({ ...said, leg: "FEE", severity: "critical", why })
    }
  }
}

/** Adjustments that name no record, either way, and one that was taken back. */
export const plantAdjustment = (ground: Ground): void => {
  const code = "LED_ADJUSTMENT"
  for (const name of ["CREDIT", "DEBIT", "reversed"] as const) {
    const key = `${code}/${name}`
    const customer = chooseCustomer(ground, key, "core")
    if (customer === null) continue
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
      ground.nearMisses.push({ code, recordId: story.id, why: "an adjustment that was reversed", from: at + hour })
    } else {
      ground.faults.push({
        code,
        recordId: story.id,
        severity: "high",
        why: `a ${name} that no record explains`,
        from: at,
      })
    }
  }
}
