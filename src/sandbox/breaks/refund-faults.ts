import { hour, type Instant } from "../world/instant.ts"
import { lastPlace, type Money } from "../world/money.ts"
import { idIn } from "../world/realm.ts"
import type { BreakCode } from "./break-code.ts"
import { candidates, earlyMoment, type Ground } from "./ground.ts"
import { type Planted, type Plot, pastGrace, plant, settle } from "./planting.ts"

/** A settled crypto deposit that may be sent back. */
const deposit = (ground: Ground, key: string, plot: Partial<Plot> = {}): Planted | null => {
  const planted = plant(ground, { key: `${key}/deposit`, stream: "crypto_deposits", ...plot })
  if (planted !== null) settle(ground, planted)
  return planted
}

const idOf = ({ record }: Planted): string => record.story.id
const createdAt = ({ record }: Planted): Instant => record.story.createdAt

/** A refund of a deposit, five hours after it, settled and posted unless it has a life of its own. */
const refund = (ground: Ground, key: string, of: Planted, amount: Money, plot: Partial<Plot> = {}): Planted | null => {
  const { draft, ...others } = plot
  const planted = plant(ground, {
    key,
    stream: "crypto_refunds",
    customer: of.customer,
    currency: of.currency.code,
    createdAt: of.completedAt + 5 * hour,
    ...others,
    draft: { amount, fee: 0n, fields: { originalDepositId: idOf(of) }, ...draft },
  })
  if (planted !== null && plot.life === undefined) settle(ground, planted)
  return planted
}

const near = (ground: Ground, code: BreakCode, planted: Planted | null, why: string, from?: Instant) => {
  if (planted === null) return
  ground.nearMisses.push({ code, recordId: idOf(planted), why, from: from ?? createdAt(planted) })
}

/** Refunds of deposits that are nowhere, or another customer's. */
export const plantRefundOrphan = (ground: Ground): void => {
  const code = "REFUND_ORPHAN"
  const originalDepositId = idIn(ground.realm, `nowhere/${code}`)
  const lost = plant(ground, {
    key: `${code}/nowhere`,
    stream: "crypto_refunds",
    draft: { fields: { originalDepositId } },
  })
  const report = (planted: Planted | null, why: string) => {
    if (planted === null) return
    settle(ground, planted)
    const from = pastGrace(createdAt(planted))
    ground.faults.push({ code, recordId: idOf(planted), severity: "high", why, from })
  }
  report(lost, "no list has its deposit")
  const foreign = deposit(ground, `${code}/foreign`)
  const other = candidates(ground, "crypto").find(
    (customer) => foreign !== null && customer !== foreign.customer && customer.active.includes(foreign.currency),
  )
  if (foreign !== null && other !== undefined) {
    const fields = { originalDepositId: idOf(foreign) }
    const amount = foreign.leg.amount
    const plot = { customer: other, currency: foreign.currency.code, createdAt: foreign.completedAt + 5 * hour }
    const draft = { amount, fee: 0n, fields }
    report(
      plant(ground, { key: `${code}/foreign`, stream: "crypto_refunds", ...plot, draft }),
      "its deposit is another customer's",
    )
  }
  const whole = deposit(ground, `${code}/whole`)
  if (whole === null) return
  const sent = refund(ground, `${code}/whole`, whole, whole.leg.amount)
  if (sent === null) return
  whole.record.story.steps.push({ at: sent.completedAt, set: { status: "REFUNDED" } })
  near(ground, code, sent, "its deposit is there, and REFUNDED", sent.completedAt)
}

/** Deposits of which more was sent back than came in, by the smallest amount there is. */
export const plantRefundExcess = (ground: Ground): void => {
  const code = "REFUND_EXCESS"
  for (const parts of [1, 2]) {
    const key = `${code}/${parts}`
    const original = deposit(ground, key)
    if (original === null) continue
    const unit = lastPlace(original.currency.places)
    const { amount } = original.leg
    const amounts = parts === 1 ? [amount + unit] : [amount - 5n * unit, 6n * unit]
    const refunds = amounts.map((one, nth) => refund(ground, `${key}/${nth}`, original, one))
    const last = refunds.at(-1)
    if (last === undefined || last === null) continue
    const why = "one unit of the last place more was sent back than came in"
    ground.faults.push({ code, recordId: idOf(original), severity: "critical", why, from: createdAt(last) })
  }
  const key = `${code}/exact`
  const exact = deposit(ground, key)
  if (exact === null) return
  const unit = lastPlace(exact.currency.places)
  const at = exact.completedAt + 5 * hour
  const life = [
    { at, status: "SUBMITTED" },
    { at: at + hour, status: "REJECTED" },
  ]
  refund(ground, `${key}/rejected`, exact, exact.leg.amount, { createdAt: at, life })
  const plot = { createdAt: at + 2 * hour }
  refund(ground, `${key}/most`, exact, exact.leg.amount - unit, plot)
  const rest = refund(ground, `${key}/rest`, exact, unit, plot)
  if (rest !== null) near(ground, code, exact, "sent back whole, and once more in vain", createdAt(rest))
}

/** Refunds that go another way than the money came. */
export const plantRefundRoute = (ground: Ground): void => {
  const code = "REFUND_ROUTE"
  const report = (planted: Planted | null, why: string) => {
    if (planted === null) return
    ground.faults.push({ code, recordId: idOf(planted), severity: "critical", why, from: createdAt(planted) })
  }
  for (const currency of ["USDT", "USDC"]) {
    const key = `${code}/${currency}`
    const original = deposit(ground, key, { currency })
    const network = original?.currency.networks[1]
    if (original === null || network === undefined) continue
    const amount = original.leg.amount
    report(refund(ground, key, original, amount, { draft: { network } }), "goes out on another network")
  }
  const original = deposit(ground, `${code}/currency`)
  const other = original?.customer.active.find(({ code, kind }) => kind === "crypto" && code !== original.currency.code)
  if (original !== null && other !== undefined) {
    const amount = 100n * lastPlace(other.places)
    const planted = refund(ground, `${code}/currency`, original, amount, { currency: other.code })
    report(planted, "goes out in another currency")
  }
  const second = deposit(ground, `${code}/second`, { currency: "USDT", draft: { network: "ETHEREUM" } })
  if (second === null) return
  const back = refund(ground, `${code}/second`, second, second.leg.amount, { draft: { network: "ETHEREUM" } })
  near(ground, code, back, "came and went on the currency's second network")
}

/** Refunds of a deposit that never came in: one that went out, and one that did not. */
export const plantRefundState = (ground: Ground): void => {
  const code = "REFUND_STATE"
  const at = earlyMoment(ground, code)
  const life = [
    { at, status: "PENDING" },
    { at: at + hour, status: "FAILED" },
  ]
  const failed = plant(ground, { key: `${code}/deposit`, stream: "crypto_deposits", createdAt: at, life })
  if (failed === null) return
  const sent = refund(ground, `${code}/sent`, failed, failed.leg.amount)
  if (sent === null) return
  const why = "its deposit FAILED, and it went out"
  ground.faults.push({ code, recordId: idOf(sent), severity: "critical", why, from: sent.completedAt })
  const from = createdAt(sent)
  const rejected = [
    { at: from, status: "SUBMITTED" },
    { at: from + hour, status: "REJECTED" },
  ]
  const tried = refund(ground, `${code}/rejected`, failed, failed.leg.amount, { createdAt: from, life: rejected })
  near(ground, code, tried, "its deposit FAILED, and it was REJECTED", from + hour)
}
