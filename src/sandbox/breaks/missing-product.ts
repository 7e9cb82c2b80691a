import { drawAmount } from "../world/currency.ts"
import { activeOf } from "../world/customer.ts"
import { minute } from "../world/instant.ts"
import { idIn } from "../world/realm.ts"
import type { Leg } from "../world/transaction.ts"
import { post } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { chanceFor, chooseCustomer, earlyMoment, type Ground } from "./ground.ts"
import { completedAt, pastGrace, plant, postFor } from "./planting.ts"

const code = "LED_MISSING_PRODUCT"

const orphans = [
  { resourceType: "fiat_deposit", kind: "fiat", direction: "CREDIT" },
  { resourceType: "crypto_withdrawal", kind: "crypto", direction: "DEBIT" },
] as const

/** Transactions that name a product record which exists nowhere. */
export const plantMissingProduct = (ground: Ground): void => {
  for (const { resourceType, kind, direction } of orphans) {
    const key = `${code}/${resourceType}`
    const customer = chooseCustomer(ground, key, kind)
    if (customer === null) continue
    const chance = chanceFor(ground, key)
    const currency = chance.pick(activeOf(customer, kind))
    const amount = drawAmount(chance, currency, 20, 300)
    const at = earlyMoment(ground, key)
    const story = post(ground.realm, leglike(ground, key, customer, currency, { resourceType, direction, amount }), {
      key,
      style: drawStyle(chance),
      life: completedAt(at),
    })
    const why = `names a ${resourceType} that does not exist`
    ground.faults.push({ code, recordId: story.id, severity: "critical", why, from: pastGrace(at) })
  }
  plantNearMisses(ground)
}

const leglike = (
  ground: Ground,
  key: string,
  customer: Leg["customer"],
  currency: { readonly code: string; readonly places: number },
  orphan: { readonly resourceType: string; readonly direction: Leg["direction"]; readonly amount: Leg["amount"] },
): Leg => ({
  customer,
  type: orphan.resourceType.toUpperCase(),
  direction: orphan.direction,
  currency: currency.code,
  places: currency.places,
  network: null,
  amount: orphan.amount,
  fee: 0n,
  netAmount: orphan.amount,
  resourceType: orphan.resourceType,
  resourceId: idIn(ground.realm, `nowhere/${key}`),
  reference: null,
})

const plantNearMisses = (ground: Ground) => {
  ground.nights.forEach((night, nth) => {
    const key = `${code}/ahead/${nth}`
    const planted = plant(ground, {
      key,
      stream: "crypto_deposits",
      createdAt: night + 5 * minute,
      takes: 10 * minute,
    })
    if (planted === null) return
    const posted = postFor(ground, planted, completedAt(night - 20 * minute))
    ground.nearMisses.push({
      code,
      recordId: posted.id,
      why: "posted 20 minutes before the night: its deposit may still be listed",
      from: night - 20 * minute,
      until: night + 5 * minute,
    })
  })
  const key = `${code}/FEE`
  const customer = chooseCustomer(ground, key, "core")
  if (customer === null) return
  const chance = chanceFor(ground, key)
  const currency = chance.pick(customer.active)
  const amount = drawAmount(chance, currency, 1, 5)
  const at = earlyMoment(ground, key)
  const leg = leglike(ground, key, customer, currency, { resourceType: "FEE", direction: "DEBIT", amount })
  const story = post(
    ground.realm,
    { ...leg, type: "FEE", resourceType: null, resourceId: null },
    { key, style: drawStyle(chance), life: completedAt(at) },
  )
  ground.nearMisses.push({ code, recordId: story.id, why: "a FEE names no resource by right", from: at })
}
