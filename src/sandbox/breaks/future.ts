import { day, hour, minute } from "../world/instant.ts"
import type { Story, WorldRecord } from "../world/story.ts"
import type { Ground } from "./ground.ts"
import { completedAt, plant, postFor, settle } from "./planting.ts"

const code = "REC_FUTURE"

/** Says another time, once the record says one. */
const dated = (field: "completedAt" | "postedAt", at: number) => (record: WorldRecord) =>
  record[field] === undefined || record[field] === null ? record : { ...record, [field]: new Date(at).toISOString() }

const report = (ground: Ground, story: Story, from: number) =>
  ground.faults.push({ code, recordId: story.id, severity: "high", why: "dated years ahead", from })

/** A deposit that is completed, and a transaction that is posted, years ahead; around every night a deposit that is minutes ahead. */
export const plantFuture = (ground: Ground): void => {
  const ahead = ground.realm.start + 2_000 * day
  const record = plant(ground, {
    key: `${code}/deposit`,
    stream: "fiat_deposits",
    draft: { spoil: dated("completedAt", ahead) },
  })
  if (record !== null) {
    settle(ground, record)
    report(ground, record.record.story, record.completedAt)
  }
  const posted = plant(ground, { key: `${code}/transaction`, stream: "fiat_deposits" })
  if (posted !== null) {
    const story = postFor(ground, posted, completedAt(posted.completedAt), { spoil: dated("postedAt", ahead) })
    postpone(ground, story, ahead)
    report(ground, story, posted.completedAt)
  }
  ground.nights.forEach((night, nth) => {
    const [createdAt, takes] = [night - hour, 40 * minute]
    const draft = { spoil: dated("completedAt", night + 3 * minute) }
    const near = plant(ground, { key: `${code}/near/${nth}`, stream: "fiat_deposits", createdAt, takes, draft })
    if (near === null) return
    settle(ground, near)
    ground.nearMisses.push({
      code,
      recordId: near.record.story.id,
      why: "three minutes ahead of the answer, as clocks are",
      from: near.completedAt,
      until: night + 3 * minute,
    })
  })
}

/** No balance holds the money before the time that its transaction states. */
const postpone = (ground: Ground, story: Story, at: number) => {
  const { stories } = ground.realm
  const { posting } = story
  if (posting !== undefined) stories[stories.lastIndexOf(story)] = { ...story, posting: { ...posting, at } }
}
