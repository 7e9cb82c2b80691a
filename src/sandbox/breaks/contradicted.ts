import { minute } from "../world/instant.ts"
import { formatMoney, lastPlace } from "../world/money.ts"
import type { Story } from "../world/story.ts"
import { each, earlyMoment, type Ground, near, report } from "./ground.ts"
import { plant } from "./planting.ts"

const code = "REC_CONTRADICTED"

/** Lists a record a second time under its id, a second younger, saying what is given instead. */
const listAgain = (ground: Ground, { hold: _, posting: __, ...story }: Story, fields: Story["fields"]) =>
  ground.realm.stories.push({ ...story, createdAt: story.createdAt + 1_000, fields: { ...story.fields, ...fields } })

/** Void withdrawals, so that no money follows from what they say: one listed twice with two amounts, one twice with the same. */
export const plantContradicted = (ground: Ground): void =>
  each(["fault", "near"], (name) => {
    const key = `${code}/${name}`
    const createdAt = earlyMoment(ground, key)
    const life = [
      { at: createdAt, status: "PENDING_APPROVAL" },
      { at: createdAt + 30 * minute, status: "CANCELLED" },
    ]
    const planted = plant(ground, { key, stream: "fiat_withdrawals", createdAt, life })
    const { leg, record } = planted
    const from = createdAt + 31 * minute
    if (name === "near") {
      listAgain(ground, record.story, {})
      return near(ground, code, planted, "listed twice, and says the same", from)
    }
    const unit = lastPlace(leg.places)
    listAgain(ground, record.story, {
      amount: formatMoney(leg.amount + unit, leg.places),
      netAmount: formatMoney(leg.netAmount + unit, leg.places),
    })
    report(ground, code, "high", planted, "listed twice, with two amounts", from)
  })
