import { hour, type Instant, minute } from "../world/instant.ts"
import { type Leg, post, reversalOf } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { attempt, chanceFor, each, earlyMoment, type Ground, near, report } from "./ground.ts"
import { completedAt, loneFee } from "./planting.ts"

const code = "DUP_FEE"

const postFee = (ground: Ground, key: string, leg: Leg, at: Instant) =>
  post(ground.realm, leg, {
    key: `planted/${key}`,
    style: drawStyle(chanceFor(ground, `style/${key}`)),
    life: completedAt(at),
  })

/** One fee that was posted twice, with a reference and without; monthly ones, and one that came back. */
export const plantDuplicateFee = (ground: Ground): void => {
  const twice = (name: string, reference: string | null, after: number) => {
    const key = `${code}/${name}`
    const leg = loneFee(ground, key, reference)
    const at = earlyMoment(ground, key)
    postFee(ground, `${key}/first`, leg, at)
    const again = { ...leg, reference: reference === null ? null : `${reference.toUpperCase()} ` }
    return { key, leg, at: at + after, story: postFee(ground, `${key}/again`, again, at + after) }
  }
  each(["account fee", null], (reference) => {
    const fee = twice(reference ?? "without", reference, 50 * minute)
    report(ground, code, "high", fee.story, "same customer, currency, amount and reference within 12 h", fee.at)
  })
  attempt(
    () => {
      const later = twice("later", "daily fee", 24 * hour)
      near(ground, code, later.story, "a day after the first", later.at)
    },
    () => {
      const returned = twice("returned", "setup fee", hour)
      const from = returned.at + 10 * minute
      postFee(ground, `${returned.key}/returned`, { ...reversalOf(returned.leg), reference: "setup fee" }, from)
      near(ground, code, returned.story, "one of the two came back", from)
    },
  )
}
