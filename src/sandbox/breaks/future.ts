import { day, hour, minute } from "../world/instant.ts"
import type { Story, WorldRecord } from "../world/story.ts"
import { attempt, eachNight, type Ground, near, report } from "./ground.ts"
import { completedAt, plant, postFor, settle } from "./planting.ts"

const code = "REC_FUTURE"

/** Says another time, once the record says one. */
const dated = (field: "completedAt" | "postedAt", at: number) => (record: WorldRecord) =>
  record[field] === undefined || record[field] === null ? record : { ...record, [field]: new Date(at).toISOString() }

/** A deposit that is completed, and a transaction that is posted, years ahead; around every night a deposit that is minutes ahead. */
export const plantFuture = (ground: Ground): void => {
  const stream = "fiat_deposits"
  const ahead = ground.realm.start + 2_000 * day
  const why = "dated years ahead"
  attempt(
    () => {
      const record = plant(ground, { key: `${code}/deposit`, stream, draft: { spoil: dated("completedAt", ahead) } })
      settle(ground, record)
      report(ground, code, "high", record, why, record.completedAt)
    },
    () => {
      const posted = plant(ground, { key: `${code}/transaction`, stream })
      const story = postFor(ground, posted, completedAt(posted.completedAt), { spoil: dated("postedAt", ahead) })
      postpone(ground, story, ahead)
      report(ground, code, "high", story, why, posted.completedAt)
    },
  )
  eachNight(ground, (night, nth) => {
    const [createdAt, takes, until] = [night - hour, 40 * minute, night + 3 * minute]
    const draft = { spoil: dated("completedAt", until) }
    const planted = plant(ground, { key: `${code}/near/${nth}`, stream, createdAt, takes, draft })
    settle(ground, planted)
    const why = "three minutes ahead of the answer, as clocks are"
    near(ground, code, planted, why, planted.completedAt, { until })
  })
}

/** No balance holds the money before the time that its transaction states. */
const postpone = (ground: Ground, story: Story, at: number) => {
  const { stories } = ground.realm
  const { posting } = story
  if (posting !== undefined) stories[stories.lastIndexOf(story)] = { ...story, posting: { ...posting, at } }
}
