import { hour, type Instant, minute } from "../world/instant.ts"
import { formatMoney, lastPlace } from "../world/money.ts"
import { enterBankAccount } from "../world/reference.ts"
import { hasCome, type Json, type Story } from "../world/story.ts"
import type { Ground } from "./ground.ts"
import { completedAt, type Planted, plant, postFor } from "./planting.ts"

const code = "REC_MUTATED"

/** Lets a settled record say something else from an instant on, and enters what a night that saw it before must report. */
const mutate = (
  ground: Ground,
  story: Story,
  settledAt: Instant,
  at: Instant,
  set: Readonly<Record<string, Json>>,
  why: string,
) => {
  story.steps.push({ at, set })
  ground.faults.push({
    code,
    recordId: story.id,
    severity: "high",
    why,
    from: at,
    when: ({ earlier }) => earlier.some((night) => hasCome(story, settledAt, night) && !hasCome(story, at, night)),
  })
}

/** Amount and fee, each more by one unit of the last place: the same net amount of a credit, so no balance moves. */
const dearer = ({ leg }: Planted) => ({
  amount: formatMoney(leg.amount + lastPlace(leg.places), leg.places),
  fee: formatMoney(leg.fee + lastPlace(leg.places), leg.places),
})

/** Around every night records that it sees settled and the next one sees changed. */
export const plantMutated = (ground: Ground): void => {
  ground.nights.forEach((night, nth) => {
    const createdAt = night - 6 * hour
    const takes = hour
    const changedAt = night + 10 * hour
    const deposit = plant(ground, { key: `${code}/deposit/${nth}`, stream: "fiat_deposits", createdAt, takes })
    if (deposit !== null) {
      const transaction = postFor(ground, deposit, completedAt(deposit.completedAt))
      for (const story of [deposit.record.story, transaction]) {
        mutate(
          ground,
          story,
          deposit.completedAt,
          changedAt,
          dearer(deposit),
          "amount and fee changed after it was settled",
        )
      }
    }
    const withdrawal = plant(ground, { key: `${code}/withdrawal/${nth}`, stream: "fiat_withdrawals", createdAt, takes })
    if (withdrawal !== null) {
      const { customer, completedAt: settledAt, currency, record } = withdrawal
      postFor(ground, withdrawal, completedAt(settledAt))
      const other = enterBankAccount(ground.realm, `${code}/${nth}`, customer, currency, createdAt, [])
      const set = { bankAccountId: other.id }
      mutate(ground, record.story, settledAt, changedAt, set, "bankAccountId changed after it was settled")
    }
    plantChangedInTime(ground, night, nth)
  })
}

/** A deposit whose amount changes between two nights, and which is settled only then. */
const plantChangedInTime = (ground: Ground, night: Instant, nth: number) => {
  const createdAt = night - 6 * hour
  const planted = plant(ground, {
    key: `${code}/in-time/${nth}`,
    stream: "fiat_deposits",
    createdAt,
    takes: 15 * hour,
  })
  if (planted === null) return
  const { leg, record } = planted
  postFor(ground, planted, completedAt(planted.completedAt))
  const unit = lastPlace(leg.places)
  const final = { amount: formatMoney(leg.amount, leg.places), netAmount: formatMoney(leg.netAmount, leg.places) }
  const first = {
    amount: formatMoney(leg.amount + unit, leg.places),
    netAmount: formatMoney(leg.netAmount + unit, leg.places),
  }
  const [opened, ...later] = record.story.steps
  if (opened === undefined) return
  const corrected = { at: planted.completedAt - 30 * minute, set: final }
  record.story.steps.splice(
    0,
    record.story.steps.length,
    { ...opened, set: { ...opened.set, ...first } },
    corrected,
    ...later,
  )
  ground.nearMisses.push({
    code,
    recordId: record.story.id,
    why: "its amount changed before it was settled",
    from: corrected.at,
  })
}
