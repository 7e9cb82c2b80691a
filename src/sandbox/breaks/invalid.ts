import { hour } from "../world/instant.ts"
import type { Story, WorldRecord } from "../world/story.ts"
import { chooseCustomer, type Ground } from "./ground.ts"
import { plantInvalidNamed } from "./invalid-named.ts"
import { completedAt, plant, postFor } from "./planting.ts"
import { plantReadable } from "./record-near-misses.ts"

const code = "REC_INVALID"

const state = (field: string, value: string | null) => (record: WorldRecord) => ({ ...record, [field]: value })

const report = (ground: Ground, recordId: string | Story, why: string, from: number) =>
  ground.faults.push({ code, recordId, severity: "high", why, from })

/** Records that the contract cannot read. */
export const plantInvalid = (ground: Ground): void => {
  plantProducts(ground)
  plantForAWhile(ground)
  plantInvalidNamed(ground)
  plantReadable(ground)
  if (ground.unreadableIds) plantWithoutId(ground)
}

const plantProducts = (ground: Ground) => {
  const spoilt = [
    { stream: "fiat_deposits", currency: "USD", spoil: state("amount", "12,50"), why: 'amount is "12,50"' },
    { stream: "crypto_withdrawals", currency: "USDT", spoil: state("amount", null), why: "amount is null" },
  ] as const
  for (const { stream, currency, spoil, why } of spoilt) {
    const planted = plant(ground, { key: `${code}/${stream}`, stream, currency, draft: { spoil } })
    if (planted === null) continue
    const story = postFor(ground, planted, completedAt(planted.completedAt))
    report(ground, planted.record.story.id, why, planted.record.story.createdAt)
    ground.nearMisses.push({
      code: "LED_MISSING_PRODUCT",
      recordId: story.id,
      why: "its product record exists, in quarantine",
      from: planted.completedAt,
    })
  }
}

/** Around every night a void record that the next one, and no other, cannot read: it exists, and is not late afterwards. */
const plantForAWhile = (ground: Ground) => {
  ground.nights.forEach((night, nth) => {
    const createdAt = night - 4 * hour
    const life = [
      { at: createdAt, status: "PENDING_APPROVAL" },
      { at: createdAt + hour, status: "REJECTED" },
    ]
    const planted = plant(ground, { key: `${code}/for-a-while/${nth}`, stream: "fiat_withdrawals", life })
    if (planted === null) return
    const { id, steps, fields } = planted.record.story
    const [from, until] = [night + 12 * hour, night + 36 * hour]
    steps.push({ at: from, set: { amount: "unknown" } }, { at: until, set: { amount: fields.amount ?? null } })
    ground.faults.push({ code, recordId: id, severity: "high", why: 'amount is "unknown" for a day', from, until })
    ground.nearMisses.push({ code: "COV_VANISHED", recordId: id, why: "it is listed, in quarantine", from, until })
    const why = "it was listed before, in quarantine"
    ground.nearMisses.push({ code: "COV_LATE_ARRIVAL", recordId: id, why, from: until })
  })
}

/** An account without its id: the one fault whose place in the answer key depends on the size of pages. */
const plantWithoutId = (ground: Ground) => {
  const customer = chooseCustomer(ground, `${code}/no-id`, "fiat")
  const story = ground.realm.stories.find(
    (candidate) => candidate.stream === "bank_accounts" && candidate.customer === customer?.index,
  )
  if (story === undefined) return
  const place = ground.realm.stories.indexOf(story)
  const spoil = ({ bankAccountId: _, ...rest }: WorldRecord): WorldRecord => rest
  const spoilt = { ...story, spoil }
  ground.realm.stories[place] = spoilt
  report(ground, spoilt, "bankAccountId is missing", story.createdAt)
}
