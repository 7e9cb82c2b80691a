import { hour, type Instant, minute } from "../world/instant.ts"
import { type Leg, post, reversalOf } from "../world/transaction.ts"
import { drawStyle } from "../world/wording.ts"
import { chanceFor, earlyMoment, type Ground } from "./ground.ts"
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
    if (leg === null) return null
    const at = earlyMoment(ground, key)
    postFee(ground, `${key}/first`, leg, at)
    const again = { ...leg, reference: reference === null ? null : `${reference.toUpperCase()} ` }
    return { key, leg, at: at + after, story: postFee(ground, `${key}/again`, again, at + after) }
  }
  for (const reference of ["account fee", null]) {
    const fee = twice(reference ?? "without", reference, 50 * minute)
    if (fee === null) continue
    const why = "same customer, currency, amount and reference within 12 h"
    ground.faults.push({ code, recordId: fee.story.id, severity: "high", why, from: fee.at })
  }
  const later = twice("later", "daily fee", 24 * hour)
  if (later !== null) {
    ground.nearMisses.push({ code, recordId: later.story.id, why: "a day after the first", from: later.at })
  }
  const returned = twice("returned", "setup fee", hour)
  if (returned === null) return
  const from = returned.at + 10 * minute
  postFee(ground, `${returned.key}/returned`, { ...reversalOf(returned.leg), reference: "setup fee" }, from)
  ground.nearMisses.push({ code, recordId: returned.story.id, why: "one of the two came back", from })
}
