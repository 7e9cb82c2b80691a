import { enterCheckout } from "../world/checkout.ts"
import { day, hour } from "../world/instant.ts"
import { idIn } from "../world/realm.ts"
import type { WorldRecord } from "../world/story.ts"
import { drawStyle } from "../world/wording.ts"
import type { BreakCode } from "./break-code.ts"
import { chanceFor, type Ground } from "./ground.ts"
import { plant, plantConversion, settle, settleConversion } from "./planting.ts"

const code = "REC_INVALID"

const state = (field: string, value: string | null) => (record: WorldRecord) => ({ ...record, [field]: value })

const report = (ground: Ground, recordId: string, why: string, from: number) =>
  ground.faults.push({ code, recordId, severity: "high", why, from })

/** Records that others name: a quote, a deposit that was refunded, a payment of a checkout. None of them is absent. */
export const plantInvalidNamed = (ground: Ground) => {
  const why = "what it names exists, in quarantine"
  const near = (missing: BreakCode, recordId: string, from: number) =>
    ground.nearMisses.push({ code: missing, recordId, why, from })

  const quote = () => ({ spoil: state("expiresAt", "soon") })
  const conversion = plantConversion(ground, { key: `${code}/quote`, quote })
  if (conversion !== null) {
    settleConversion(ground, conversion)
    const { createdAt, fields, id } = conversion.record.story
    report(ground, String(fields.quoteId), "expiresAt is no time", createdAt)
    near("CONV_QUOTE_MISSING", id, createdAt)
  }

  const deposit = plant(ground, {
    key: `${code}/refunded`,
    stream: "crypto_deposits",
    draft: { spoil: state("fee", "none") },
  })
  if (deposit !== null) {
    settle(ground, deposit)
    const { createdAt, id } = deposit.record.story
    report(ground, id, 'fee is "none"', createdAt)
    const refund = plant(ground, {
      key: `${code}/refund`,
      stream: "crypto_refunds",
      customer: deposit.customer,
      currency: deposit.currency.code,
      createdAt: deposit.completedAt + hour,
      draft: { amount: deposit.leg.amount, fee: 0n, fields: { originalDepositId: id } },
    })
    if (refund !== null) {
      settle(ground, refund)
      near("REFUND_ORPHAN", refund.record.story.id, refund.record.story.createdAt)
    }
  }

  const key = `${code}/checkout`
  const style = drawStyle(chanceFor(ground, key))
  const fields = { checkoutId: idIn(ground.realm, `checkout/${key}`) }
  const draft = { fields, style, spoil: state("network", null) }
  const payment = plant(ground, { key, stream: "collection_payments", draft })
  if (payment !== null) {
    settle(ground, payment)
    const { createdAt, id } = payment.record.story
    report(ground, id, "network is null", createdAt)
    const { currency, customer, leg } = payment
    const paid = [{ at: payment.completedAt, amount: leg.amount }]
    const expiresAt = createdAt + day
    const sale = { key, customer, currency, amount: leg.amount, createdAt, expiresAt, style, paid }
    near("COLL_CHECKOUT_TOTAL", enterCheckout(ground.realm, sale).id, payment.completedAt)
  }
}
