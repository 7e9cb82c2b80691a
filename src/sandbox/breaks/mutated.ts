import { hour, type Instant, minute } from "../world/instant.ts"
import { formatMoney, lastPlace } from "../world/money.ts"
import { enterBankAccount } from "../world/reference.ts"
import { hasCome, type Json, type Story } from "../world/story.ts"
import { attempt, eachNight, type Ground, near, needed, report } from "./ground.ts"
import { type Planted, plant, settle } from "./planting.ts"

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
  report(ground, code, "high", story, why, at, {
    when: ({ earlier }) => earlier.some((night) => hasCome(story, settledAt, night) && !hasCome(story, at, night)),
  })
}

/** Amount and fee, each more by one unit of the last place: the same net amount of a credit, so no balance moves. */
const dearer = ({ leg }: Planted) => ({
  amount: formatMoney(leg.amount + lastPlace(leg.places), leg.places),
  fee: formatMoney(leg.fee + lastPlace(leg.places), leg.places),
})

/** Around every night records that it sees settled and the next one sees changed. */
export const plantMutated = (ground: Ground): void =>
  eachNight(ground, (night, nth) => {
    const createdAt = night - 6 * hour
    const takes = hour
    const changedAt = night + 10 * hour
    attempt(
      () => {
        const deposit = plant(ground, { key: `${code}/deposit/${nth}`, stream: "fiat_deposits", createdAt, takes })
        const why = "amount and fee changed after it was settled"
        for (const story of [deposit.record.story, settle(ground, deposit)]) {
          mutate(ground, story, deposit.completedAt, changedAt, dearer(deposit), why)
        }
      },
      () => {
        const key = `${code}/withdrawal/${nth}`
        const withdrawal = plant(ground, { key, stream: "fiat_withdrawals", createdAt, takes })
        settle(ground, withdrawal)
        const { customer, completedAt: settledAt, currency, record } = withdrawal
        const other = enterBankAccount(ground.realm, `${code}/${nth}`, customer, currency, createdAt, [])
        const set = { bankAccountId: other.id }
        mutate(ground, record.story, settledAt, changedAt, set, "bankAccountId changed after it was settled")
      },
      () => plantChangedInTime(ground, createdAt, nth),
    )
  })

/** A deposit whose amount changes between two nights, and which is settled only then. */
const plantChangedInTime = (ground: Ground, createdAt: Instant, nth: number) => {
  const key = `${code}/in-time/${nth}`
  const planted = plant(ground, { key, stream: "fiat_deposits", createdAt, takes: 15 * hour })
  settle(ground, planted)
  const { leg, record } = planted
  const stating = (more: bigint) => ({
    amount: formatMoney(leg.amount + more, leg.places),
    netAmount: formatMoney(leg.netAmount + more, leg.places),
  })
  const { steps } = record.story
  const opened = needed(steps[0])
  const corrected = { at: planted.completedAt - 30 * minute, set: stating(0n) }
  steps.splice(0, 1, { ...opened, set: { ...opened.set, ...stating(lastPlace(leg.places)) } }, corrected)
  near(ground, code, planted, "its amount changed before it was settled", corrected.at)
}
