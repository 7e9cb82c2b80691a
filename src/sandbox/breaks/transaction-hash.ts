import { hour, type Instant, minute } from "../world/instant.ts"
import type { Json, Story, WorldRecord } from "../world/story.ts"
import { reversalOf } from "../world/transaction.ts"
import { candidates, chanceFor, type Ground } from "./ground.ts"
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
  for (const [stream, how, spoil] of without) {
    const planted = plant(ground, { key: `${missing}/${stream}`, stream, draft: { spoil } })
    if (planted === null) continue
    settle(ground, planted)
    ground.faults.push({
      code: missing,
      recordId: planted.record.story.id,
      severity: "high",
      why: `settled, and its txHash is ${how}`,
      from: pastGrace(planted.completedAt),
    })
  }
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
  ground.nights.forEach((night, nth) => {
    const key = `${missing}/fresh/${nth}`
    const createdAt = night - 45 * minute
    const planted = plant(ground, { key, stream: "crypto_withdrawals", createdAt, takes: 25 * minute })
    if (planted === null) return
    settle(ground, planted)
    hashLater(planted.record.story, night + 10 * minute)
    ground.nearMisses.push({
      code: missing,
      recordId: planted.record.story.id,
      why: "settled 20 minutes before the night: its hash may still come",
      from: planted.completedAt,
      until: night + 10 * minute,
    })
  })
  const at = ground.realm.start + 30 * hour
  const life = [
    { at, status: "PENDING" },
    { at: at + hour, status: "FAILED" },
  ]
  const failed = plant(ground, { key: `${missing}/failed`, stream: "crypto_withdrawals", createdAt: at, life })
  if (failed === null) return
  const recordId = failed.record.story.id
  ground.nearMisses.push({ code: missing, recordId, why: "FAILED: nothing went out", from: at + hour })
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
  if (again !== null) settle(ground, again)
  return again
}

const enter = (ground: Ground, stream: Plot["stream"], key: string, hash: string): Planted | null => {
  const first = plant(ground, { key, stream, draft: { spoil: withHash(hash) } })
  if (first !== null) settle(ground, first)
  return first
}

/** Transactions of a chain that two settled records claim for themselves. */
export const plantReusedHash = (ground: Ground): void => {
  for (const stream of ["crypto_deposits", "crypto_withdrawals", "crypto_refunds", "collection_payments"] as const) {
    const key = `${reused}/${stream}`
    const hash = hashOf(ground, key)
    const first = enter(ground, stream, key, hash)
    const again = first === null ? null : repeat(ground, stream, first, hash)
    if (again === null) continue
    ground.faults.push({
      code: reused,
      recordId: again.record.story.id,
      severity: "critical",
      why: "same network, txHash, place and amount as an earlier settled record",
      from: again.completedAt,
    })
  }
  plantShared(ground)
}

/** One transaction that rightly settles several records. */
const plantShared = (ground: Ground) => {
  const near = (again: Planted | null, why: string) => {
    if (again === null) return
    ground.nearMisses.push({ code: reused, recordId: again.record.story.id, why, from: again.completedAt })
  }
  const stream = "crypto_withdrawals"
  const batch = `${reused}/batch`
  const first = enter(ground, stream, batch, hashOf(ground, batch))
  const other = candidates(ground, "crypto").find(
    (customer) => first !== null && customer !== first.customer && customer.active.includes(first.currency),
  )
  if (first !== null && other !== undefined) {
    near(repeat(ground, stream, first, hashOf(ground, batch), { customer: other }), "paid another beneficiary")
  }
  const split = `${reused}/split`
  const part = enter(ground, "crypto_deposits", split, hashOf(ground, split))
  if (part !== null) {
    const draft = { amount: part.leg.amount * 2n }
    near(repeat(ground, "crypto_deposits", part, hashOf(ground, split), { draft }), "another amount")
  }
  const failing = `${reused}/failed`
  const at = ground.realm.start + 31 * hour
  const life = [
    { at, status: "PENDING" },
    { at: at + hour, status: "COMPLETED" },
    { at: at + 2 * hour, status: "REVERSED" },
  ]
  const spoil = withHash(hashOf(ground, failing))
  const undone = plant(ground, { key: failing, stream: "crypto_deposits", createdAt: at, life, draft: { spoil } })
  if (undone === null) return
  postFor(ground, undone, [...completedAt(at + hour), { at: at + 2 * hour, status: "REVERSED" }])
  postFor(ground, undone, completedAt(at + 2 * hour), { name: "reversal", leg: reversalOf(undone.leg) })
  near(repeat(ground, "crypto_deposits", undone, hashOf(ground, failing)), "the other one was REVERSED")
}
