import { hour } from "../world/instant.ts"
import { lastPlace, money } from "../world/money.ts"
import type { WorldRecord } from "../world/story.ts"
import type { BreakCode } from "./break-code.ts"
import { attempt, eachNight, type Ground, near } from "./ground.ts"
import { type Plot, plant, settle } from "./planting.ts"

/** A settled record whose check must stay silent on it, and on its transaction where that looks as odd. */
const nearSettled = (ground: Ground, code: BreakCode, name: string, plot: Omit<Plot, "key">, why: string) =>
  attempt(() => {
    const planted = plant(ground, { ...plot, key: `${code}/near/${name}` })
    near(ground, code, settle(ground, planted), why, planted.completedAt)
    near(ground, code, planted, why, planted.record.story.createdAt)
  })

const bare = ({ reference: _, senderName: __, ...rest }: WorldRecord): WorldRecord => ({ ...rest, riskScore: 3 })

/** Records at the edge of what the contract can read: every decimal used, and no optional field at all. */
export const plantReadable = (ground: Ground): void => {
  const code = "REC_INVALID"
  const amount = money("0.012345678901234567")
  const smallest = lastPlace(18)
  nearSettled(
    ground,
    code,
    "decimals",
    { stream: "crypto_deposits", currency: "ETH", draft: { amount, fee: smallest } },
    "amount and fee have 18 decimals, as many as the contract allows",
  )
  const planted = plant(ground, {
    key: `${code}/near/bare`,
    stream: "fiat_deposits",
    draft: { fields: { reference: null, senderName: null }, spoil: bare },
  })
  settle(ground, planted)
  const why = "it lacks its optional fields and has one that the contract does not know"
  near(ground, code, planted, why, planted.record.story.createdAt)
}

/** Around every night a withdrawal that goes through the rarer statuses of the contract, and is not stuck in any. */
export const plantRareStatus = (ground: Ground): void =>
  eachNight(ground, (night, nth) => {
    const code = "REC_UNKNOWN_STATUS"
    const createdAt = night - 7 * hour
    const [from, until] = [night - 5 * hour, night + 3 * hour]
    const life = [
      { at: createdAt, status: "PENDING_APPROVAL" },
      { at: from, status: "MISSING_INFO_REQUIRED" },
      { at: until, status: "SUBMITTED" },
      { at: night + 12 * hour, status: "EXPIRED" },
    ]
    const planted = plant(ground, { key: `${code}/near/${nth}`, stream: "fiat_withdrawals", createdAt, life })
    near(ground, code, planted, "MISSING_INFO_REQUIRED is rare, and in the contract", from, { until })
  })

/** Sums that agree where a careless reader would think otherwise: no fee, and a debit to the 18th decimal. */
export const plantAgreeing = (ground: Ground): void => {
  const code = "REC_ARITHMETIC"
  nearSettled(
    ground,
    code,
    "no-fee",
    { stream: "fiat_deposits", draft: { fee: 0n } },
    "the fee is zero, so amount and netAmount are the same",
  )
  const draft = { amount: money("0.098765432109876543"), fee: money("0.000000000000000009") }
  nearSettled(
    ground,
    code,
    "last-place",
    { stream: "crypto_withdrawals", currency: "ETH", draft },
    "a fee makes a debit larger, here in the 18th decimal",
  )
}
