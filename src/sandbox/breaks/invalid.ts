import { hour } from "../world/instant.ts"
import type { WorldRecord } from "../world/story.ts"
import { attempt, chooseCustomer, each, eachNight, type Ground, near, needed, report } from "./ground.ts"
import { plantInvalidNamed } from "./invalid-named.ts"
import { plant, saying, settle } from "./planting.ts"
import { plantReadable } from "./record-near-misses.ts"

const code = "REC_INVALID"

/** Records that the contract cannot read. */
export const plantInvalid = (ground: Ground): void => {
  each(
    [
      ["fiat_deposits", "USD", saying("amount", "12,50"), 'amount is "12,50"'],
      ["crypto_withdrawals", "USDT", saying("amount", null), "amount is null"],
    ],
    ([stream, currency, spoil, why]) => {
      const planted = plant(ground, { key: `${code}/${stream}`, stream, currency, draft: { spoil } })
      const posted = settle(ground, planted)
      report(ground, code, "high", planted, why, planted.record.story.createdAt)
      near(ground, "LED_MISSING_PRODUCT", posted, "its product record exists, in quarantine", planted.completedAt)
    },
  )
  plantForAWhile(ground)
  plantInvalidNamed(ground)
  attempt(
    () => plantReadable(ground),
    () => plantWithoutId(ground),
  )
}

/** Around every night a void record that the next one, and no other, cannot read: it exists, and is not late afterwards. */
const plantForAWhile = (ground: Ground) =>
  eachNight(ground, (night, nth) => {
    const createdAt = night - 4 * hour
    const life = [
      { at: createdAt, status: "PENDING_APPROVAL" },
      { at: createdAt + hour, status: "REJECTED" },
    ]
    const planted = plant(ground, { key: `${code}/for-a-while/${nth}`, stream: "fiat_withdrawals", life })
    const { steps, fields } = planted.record.story
    const [from, until] = [night + 12 * hour, night + 36 * hour]
    steps.push({ at: from, set: { amount: "unknown" } }, { at: until, set: { amount: fields.amount ?? null } })
    report(ground, code, "high", planted, 'amount is "unknown" for a day', from, { until })
    near(ground, "COV_VANISHED", planted, "it is listed, in quarantine", from, { until })
    near(ground, "COV_LATE_ARRIVAL", planted, "it was listed before, in quarantine", until)
  })

/** An account without its id: the one fault whose place in the answer key depends on the size of pages. */
const plantWithoutId = (ground: Ground) => {
  if (!ground.unreadableIds) return
  const { index } = chooseCustomer(ground, `${code}/no-id`, "fiat")
  const { stories } = ground.realm
  const place = stories.findIndex(({ customer, stream }) => stream === "bank_accounts" && customer === index)
  const story = needed(stories[place])
  const spoil = ({ bankAccountId: _, ...rest }: WorldRecord): WorldRecord => rest
  const spoilt = { ...story, spoil }
  stories[place] = spoilt
  const why = "bankAccountId is missing"
  ground.faults.push({ code, recordId: spoilt, severity: "high", why, from: story.createdAt })
}
