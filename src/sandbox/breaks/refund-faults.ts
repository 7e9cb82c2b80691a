import { hour, type Instant } from "../world/instant.ts"
import { lastPlace, type Money } from "../world/money.ts"
import { idIn } from "../world/realm.ts"
import { attempt, candidates, each, earlyMoment, type Ground, near, needed, report } from "./ground.ts"
import { type Planted, type Plot, pastGrace, plant, settle } from "./planting.ts"

/** A settled crypto deposit that may be sent back. */
const deposit = (ground: Ground, key: string, plot: Partial<Plot> = {}): Planted => {
  const planted = plant(ground, { key: `${key}/deposit`, stream: "crypto_deposits", ...plot })
  settle(ground, planted)
  return planted
}

const createdAt = ({ record }: Planted): Instant => record.story.createdAt

/** A refund of a deposit, five hours after it, settled and posted unless it has a life of its own. */
const refund = (ground: Ground, key: string, of: Planted, amount: Money, plot: Partial<Plot> = {}): Planted => {
  const { draft, ...others } = plot
  const planted = plant(ground, {
    key,
    stream: "crypto_refunds",
    customer: of.customer,
    currency: of.currency.code,
    createdAt: of.completedAt + 5 * hour,
    ...others,
    draft: { amount, fee: 0n, fields: { originalDepositId: of.record.story.id }, ...draft },
  })
  if (plot.life === undefined) settle(ground, planted)
  return planted
}

/** A refund that was refused an hour after it was asked for. */
const rejected = (at: Instant): Partial<Plot> => ({
  createdAt: at,
  life: [
    { at, status: "SUBMITTED" },
    { at: at + hour, status: "REJECTED" },
  ],
})

/** Refunds of deposits that are nowhere, or another customer's. */
export const plantRefundOrphan = (ground: Ground): void => {
  const code = "REFUND_ORPHAN"
  const reportOrphan = (planted: Planted, why: string) =>
    report(ground, code, "high", planted, why, pastGrace(createdAt(planted)))
  attempt(
    () => {
      const fields = { originalDepositId: idIn(ground.realm, `nowhere/${code}`) }
      const lost = plant(ground, { key: `${code}/nowhere`, stream: "crypto_refunds", draft: { fields } })
      settle(ground, lost)
      reportOrphan(lost, "no list has its deposit")
    },
    () => {
      const foreign = deposit(ground, `${code}/foreign`)
      const customer = needed(
        candidates(ground, "crypto").find((one) => one !== foreign.customer && one.active.includes(foreign.currency)),
      )
      const sent = refund(ground, `${code}/foreign`, foreign, foreign.leg.amount, { customer })
      reportOrphan(sent, "its deposit is another customer's")
    },
    () => {
      const whole = deposit(ground, `${code}/whole`)
      const sent = refund(ground, `${code}/whole`, whole, whole.leg.amount)
      whole.record.story.steps.push({ at: sent.completedAt, set: { status: "REFUNDED" } })
      near(ground, code, sent, "its deposit is there, and REFUNDED", sent.completedAt)
    },
  )
}

/** Deposits of which more was sent back than came in, by the smallest amount there is. */
export const plantRefundExcess = (ground: Ground): void => {
  const code = "REFUND_EXCESS"
  each([1, 2], (parts) => {
    const key = `${code}/${parts}`
    const original = deposit(ground, key)
    const unit = lastPlace(original.currency.places)
    const { amount } = original.leg
    const amounts = parts === 1 ? [amount + unit] : [amount - 5n * unit, 6n * unit]
    const refunds = amounts.map((one, nth) => refund(ground, `${key}/${nth}`, original, one))
    const why = "one unit of the last place more was sent back than came in"
    report(ground, code, "critical", original, why, createdAt(needed(refunds.at(-1))))
  })
  const key = `${code}/exact`
  const exact = deposit(ground, key)
  const unit = lastPlace(exact.currency.places)
  const at = exact.completedAt + 5 * hour
  refund(ground, `${key}/rejected`, exact, exact.leg.amount, rejected(at))
  const plot = { createdAt: at + 2 * hour }
  refund(ground, `${key}/most`, exact, exact.leg.amount - unit, plot)
  const rest = refund(ground, `${key}/rest`, exact, unit, plot)
  near(ground, code, exact, "sent back whole, and once more in vain", createdAt(rest))
}

/** Refunds that go another way than the money came. */
export const plantRefundRoute = (ground: Ground): void => {
  const code = "REFUND_ROUTE"
  const reportRoute = (planted: Planted, why: string) =>
    report(ground, code, "critical", planted, why, createdAt(planted))
  each(["USDT", "USDC"], (currency) => {
    const key = `${code}/${currency}`
    const original = deposit(ground, key, { currency })
    const network = needed(original.currency.networks[1])
    const sent = refund(ground, key, original, original.leg.amount, { draft: { network } })
    reportRoute(sent, "goes out on another network")
  })
  attempt(
    () => {
      const original = deposit(ground, `${code}/currency`)
      const other = needed(
        original.customer.active.find(({ code, kind }) => kind === "crypto" && code !== original.currency.code),
      )
      const amount = 100n * lastPlace(other.places)
      const sent = refund(ground, `${code}/currency`, original, amount, { currency: other.code })
      reportRoute(sent, "goes out in another currency")
    },
    () => {
      const onSecond = { draft: { network: "ETHEREUM" } }
      const second = deposit(ground, `${code}/second`, { currency: "USDT", ...onSecond })
      const back = refund(ground, `${code}/second`, second, second.leg.amount, onSecond)
      near(ground, code, back, "came and went on the currency's second network", createdAt(back))
    },
  )
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
  const sent = refund(ground, `${code}/sent`, failed, failed.leg.amount)
  report(ground, code, "critical", sent, "its deposit FAILED, and it went out", sent.completedAt)
  const from = createdAt(sent)
  const tried = refund(ground, `${code}/rejected`, failed, failed.leg.amount, rejected(from))
  near(ground, code, tried, "its deposit FAILED, and it was REJECTED", from + hour)
}
