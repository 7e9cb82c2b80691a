import { drawAmount } from "../world/currency.ts"
import { activeOf } from "../world/customer.ts"
import { minute } from "../world/instant.ts"
import { idIn } from "../world/realm.ts"
import { post, unreferencedLeg } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import {
  attempt,
  chanceFor,
  chooseCustomer,
  each,
  eachNight,
  earlyMoment,
  type Ground,
  near,
  report,
} from "./ground.ts"
import { completedAt, pastGrace, plant, postFor } from "./planting.ts"

const code = "LED_MISSING_PRODUCT"

/** Transactions that name a product record which exists nowhere. */
export const plantMissingProduct = (ground: Ground): void => {
  each(
    [
      ["fiat_deposit", "fiat", "CREDIT"],
      ["crypto_withdrawal", "crypto", "DEBIT"],
    ],
    ([resourceType, kind, direction]) => {
      const key = `${code}/${resourceType}`
      const customer = chooseCustomer(ground, key, kind)
      const chance = chanceFor(ground, key)
      const currency = chance.pick(activeOf(customer, kind))
      const amount = drawAmount(chance, currency, 20, 300)
      const at = earlyMoment(ground, key)
      const said = { customer, type: resourceType.toUpperCase(), direction, amount, reference: null }
      const leg = {
        ...unreferencedLeg(said, currency),
        resourceType,
        resourceId: idIn(ground.realm, `nowhere/${key}`),
      }
      const story = post(ground.realm, leg, { key, style: drawStyle(chance), life: completedAt(at) })
      report(ground, code, "critical", story, `names a ${resourceType} that does not exist`, pastGrace(at))
    },
  )
  plantNearMisses(ground)
}

const plantNearMisses = (ground: Ground) => {
  eachNight(ground, (night, nth) => {
    const [createdAt, takes] = [night + 5 * minute, 10 * minute]
    const planted = plant(ground, { key: `${code}/ahead/${nth}`, stream: "crypto_deposits", createdAt, takes })
    const from = night - 20 * minute
    const posted = postFor(ground, planted, completedAt(from))
    const why = "posted 20 minutes before the night: its deposit may still be listed"
    near(ground, code, posted, why, from, { until: createdAt })
  })
  attempt(() => {
    const key = `${code}/FEE`
    const customer = chooseCustomer(ground, key, "core")
    const chance = chanceFor(ground, key)
    const currency = chance.pick(customer.active)
    const amount = drawAmount(chance, currency, 1, 5)
    const at = earlyMoment(ground, key)
    const leg = unreferencedLeg({ customer, type: "FEE", direction: "DEBIT", amount, reference: null }, currency)
    const story = post(ground.realm, leg, { key, style: drawStyle(chance), life: completedAt(at) })
    near(ground, code, story, "a FEE names no resource by right", at)
  })
}
