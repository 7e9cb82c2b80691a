import { hour, type Instant, minute } from "../world/instant.ts"
import type { Json, Story, WorldRecord } from "../world/story.ts"
import { reversalOf } from "../world/transaction.ts"
import { attempt, candidates, chanceFor, each, eachNight, type Ground, near, needed, report } from "./ground.ts"
import { completedAt, type Planted, type Plot, pastGrace, plant, postFor, settle } from "./planting.ts"

const missing = "TX_HASH_MISSING"
const reused = "TX_HASH_REUSED"

/** Settled records on a chain that do not say by which transaction. */
export const plantMissingHash = (ground: Ground): void => {
  const without: ReadonlyArray<readonly [Plot["stream"], string, NonNullable<Story["spoil"]>]> = [
    ["crypto_deposits", "null", (record) => ({ ...record, txHash: null })],
    ["crypto_withdrawals", "empty", (record) => ({ ...record, txHash: "" })],
    ["crypto_refunds", "null", (record) => ({ ...record, txHash: null })],
    ["collection_payments", "absent", ({ txHash: _, ...record }): WorldRecord => record],
  ]
  each(without, ([stream, how, spoil]) => {
    const planted = plant(ground, { key: `${missing}/${stream}`, stream, draft: { spoil } })
    settle(ground, planted)
    report(ground, missing, "high", planted, `settled, and its txHash is ${how}`, pastGrace(planted.completedAt))
  })
  plantHashless(ground)
}

/** Takes the hash out of the step that settles the record, and gives it later. */
const hashLater = (story: Story, at: Instant) => {
  const settled = story.steps.findIndex(({ set }) => set.txHash !== undefined)
  const step = story.steps[settled]
  if (step === undefined) return
  const { txHash = null, ...set } = step.set
  story.steps[settled] = { ...step, set }
  story.steps.push({ at, set: { txHash } })
}

const plantHashless = (ground: Ground) => {
  const stream = "crypto_withdrawals"
  eachNight(ground, (night, nth) => {
    const [createdAt, takes, until] = [night - 45 * minute, 25 * minute, night + 10 * minute]
    const planted = plant(ground, { key: `${missing}/fresh/${nth}`, stream, createdAt, takes })
    settle(ground, planted)
    hashLater(planted.record.story, until)
    const why = "settled 20 minutes before the night: its hash may still come"
    near(ground, missing, planted, why, planted.completedAt, { until })
  })
  attempt(() => {
    const at = ground.realm.start + 30 * hour
    const life = [
      { at, status: "PENDING" },
      { at: at + hour, status: "FAILED" },
    ]
    const failed = plant(ground, { key: `${missing}/failed`, stream, createdAt: at, life })
    near(ground, missing, failed, "FAILED: nothing went out", at + hour)
  })
}

const hashOf = (ground: Ground, key: string): string => chanceFor(ground, `hash/${key}`).hex(64)

/** The record with another hash, once it has one. */
const withHash =
  (hash: string) =>
  (record: WorldRecord): WorldRecord =>
    typeof record.txHash === "string" ? { ...record, txHash: hash } : record

/** Where money came to or went, of the streams whose place does not follow from customer, currency and network. */
const placeOf = ({ record }: Planted): Readonly<Record<string, Json>> => {
  const { buyerId, collectionWalletId, originalDepositId } = record.story.fields
  return Object.fromEntries(
    Object.entries({ buyerId, collectionWalletId, originalDepositId }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

/** A settled record that names the transaction of another one. */
const repeat = (
  ground: Ground,
  stream: Plot["stream"],
  first: Planted,
  hash: string,
  different: Partial<Plot> = {},
) => {
  const { draft, ...plot } = different
  const again = plant(ground, {
    key: `${first.key}/again`,
    stream,
    customer: first.customer,
    currency: first.currency.code,
    createdAt: first.record.story.createdAt + 5 * hour,
    ...plot,
    draft: { amount: first.leg.amount, fee: first.leg.fee, spoil: withHash(hash), fields: placeOf(first), ...draft },
  })
  settle(ground, again)
  return again
}

const enter = (ground: Ground, stream: Plot["stream"], key: string, hash: string): Planted => {
  const first = plant(ground, { key, stream, draft: { spoil: withHash(hash) } })
  settle(ground, first)
  return first
}

/** Transactions of a chain that two settled records claim for themselves. */
export const plantReusedHash = (ground: Ground): void => {
  each(["crypto_deposits", "crypto_withdrawals", "crypto_refunds", "collection_payments"], (stream) => {
    const key = `${reused}/${stream}`
    const hash = hashOf(ground, key)
    const again = repeat(ground, stream, enter(ground, stream, key, hash), hash)
    const why = "same network, txHash, place and amount as an earlier settled record"
    report(ground, reused, "critical", again, why, again.completedAt)
  })
  plantShared(ground)
}

/** One transaction that rightly settles several records. */
const plantShared = (ground: Ground) => {
  const nearReuse = (again: Planted, why: string) => near(ground, reused, again, why, again.completedAt)
  attempt(
    () => {
      const [stream, key] = ["crypto_withdrawals", `${reused}/batch`] as const
      const hash = hashOf(ground, key)
      const first = enter(ground, stream, key, hash)
      const customer = needed(
        candidates(ground, "crypto").find((one) => one !== first.customer && one.active.includes(first.currency)),
      )
      nearReuse(repeat(ground, stream, first, hash, { customer }), "paid another beneficiary")
    },
    () => {
      const [stream, key] = ["crypto_deposits", `${reused}/split`] as const
      const hash = hashOf(ground, key)
      const part = enter(ground, stream, key, hash)
      nearReuse(repeat(ground, stream, part, hash, { draft: { amount: part.leg.amount * 2n } }), "another amount")
    },
    () => {
      const [stream, key] = ["crypto_deposits", `${reused}/failed`] as const
      const hash = hashOf(ground, key)
      const at = ground.realm.start + 31 * hour
      const reversed = { at: at + 2 * hour, status: "REVERSED" }
      const life = [{ at, status: "PENDING" }, ...completedAt(at + hour), reversed]
      const undone = plant(ground, { key, stream, createdAt: at, life, draft: { spoil: withHash(hash) } })
      postFor(ground, undone, [...completedAt(at + hour), reversed])
      postFor(ground, undone, completedAt(reversed.at), { name: "reversal", leg: reversalOf(undone.leg) })
      nearReuse(repeat(ground, stream, undone, hash), "the other one was REVERSED")
    },
  )
}
