import { hour, type Instant, minute } from "../world/instant.ts"
import type { StatusAt } from "../world/transaction.ts"
import { attempt, each, type Ground, near, report } from "./ground.ts"
import { type Planted, plant, settle } from "./planting.ts"

const code = "DUP_PRODUCT"

type Referring = "fiat_deposits" | "fiat_withdrawals"

const enter = (
  ground: Ground,
  key: string,
  stream: Referring,
  life?: (createdAt: Instant) => ReadonlyArray<StatusAt>,
) => {
  const at = ground.realm.start + 26 * hour
  const own = life === undefined ? {} : { createdAt: at, life: life(at) }
  return plant(ground, { key, stream, draft: { fields: { reference: `copy of ${key}` } }, ...own })
}

/** A settled record that says what another one says, some time after it. */
const repeat = (ground: Ground, stream: Referring, first: Planted, after: number, reference?: null): Planted => {
  const { currency, customer, leg, record } = first
  const again = plant(ground, {
    key: `${first.key}/${after / minute} minutes after`,
    stream,
    customer,
    currency: currency.code,
    createdAt: record.story.createdAt + after,
    draft: {
      amount: leg.amount,
      fee: leg.fee,
      // As another person would type it.
      fields: { reference: reference === null ? null : ` ${String(record.story.fields.reference).toUpperCase()}` },
    },
  })
  settle(ground, again)
  return again
}

/** Deposits and withdrawals that were recorded twice, and one that was recorded three times, each copy within half a day of the last. */
export const plantDuplicateProduct = (ground: Ground): void => {
  each(["fiat_deposits", "fiat_withdrawals"], (stream) => {
    const first = enter(ground, `${code}/${stream}`, stream)
    settle(ground, first)
    for (const after of stream === "fiat_deposits" ? [10 * hour, 20 * hour] : [3 * hour]) {
      const again = repeat(ground, stream, first, after)
      const why = "same customer, currency, amount and reference as one created less than 12 h before"
      report(ground, code, "high", again, why, again.completedAt)
    }
  })
  const nearCopy = (again: Planted, why: string) => near(ground, code, again, why, again.completedAt)
  attempt(
    () => {
      const old = enter(ground, `${code}/old`, "fiat_deposits")
      settle(ground, old)
      nearCopy(repeat(ground, "fiat_deposits", old, 12 * hour + minute), "a minute more than 12 h after")
    },
    () => {
      const failed = enter(ground, `${code}/failed`, "fiat_withdrawals", (at) => [
        { at, status: "PENDING" },
        { at: at + hour, status: "FAILED" },
      ])
      nearCopy(repeat(ground, "fiat_withdrawals", failed, 2 * hour), "made again after it had FAILED")
    },
    () => {
      const draft = { fields: { reference: null } }
      const silent = plant(ground, { key: `${code}/silent`, stream: "fiat_deposits", draft })
      settle(ground, silent)
      nearCopy(repeat(ground, "fiat_deposits", silent, hour, null), "neither has a reference")
    },
  )
}
