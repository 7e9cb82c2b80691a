import { enterCheckout } from "../world/checkout.ts"
import { day, hour } from "../world/instant.ts"
import { idIn } from "../world/realm.ts"
import { drawStyle } from "../world/wording.ts"
import { attempt, chanceFor, type Ground, near, report } from "./ground.ts"
import { plant, plantConversion, saying, settle, settleConversion } from "./planting.ts"

const code = "REC_INVALID"
const why = "what it names exists, in quarantine"

/** Records that others name: a quote, a deposit that was refunded, a payment of a checkout. None of them is absent. */
export const plantInvalidNamed = (ground: Ground): void =>
  attempt(
    () => {
      const quote = () => ({ spoil: saying("expiresAt", "soon") })
      const conversion = plantConversion(ground, { key: `${code}/quote`, quote })
      settleConversion(ground, conversion)
      const { createdAt, fields } = conversion.record.story
      report(ground, code, "high", String(fields.quoteId), "expiresAt is no time", createdAt)
      near(ground, "CONV_QUOTE_MISSING", conversion, why, createdAt)
    },
    () => {
      const draft = { spoil: saying("fee", "none") }
      const deposit = plant(ground, { key: `${code}/refunded`, stream: "crypto_deposits", draft })
      settle(ground, deposit)
      const { completedAt, currency, customer, leg, record } = deposit
      report(ground, code, "high", deposit, 'fee is "none"', record.story.createdAt)
      const refund = plant(ground, {
        ...{ key: `${code}/refund`, stream: "crypto_refunds", customer, currency: currency.code },
        createdAt: completedAt + hour,
        draft: { amount: leg.amount, fee: 0n, fields: { originalDepositId: record.story.id } },
      })
      settle(ground, refund)
      near(ground, "REFUND_ORPHAN", refund, why, refund.record.story.createdAt)
    },
    () => {
      const key = `${code}/checkout`
      const style = drawStyle(chanceFor(ground, key))
      const fields = { checkoutId: idIn(ground.realm, `checkout/${key}`) }
      const draft = { fields, style, spoil: saying("network", null) }
      const payment = plant(ground, { key, stream: "collection_payments", draft })
      settle(ground, payment)
      const { completedAt, currency, customer, leg, record } = payment
      const { createdAt } = record.story
      report(ground, code, "high", payment, "network is null", createdAt)
      const paid = [{ at: completedAt, amount: leg.amount }]
      const sale = { key, customer, currency, amount: leg.amount, createdAt, expiresAt: createdAt + day, style, paid }
      near(ground, "COLL_CHECKOUT_TOTAL", enterCheckout(ground.realm, sale), why, completedAt)
    },
  )
