import type { Chance } from "./chance.ts"
import { day, type Instant, minute, second } from "./instant.ts"
import type { OneLegStream, ProductRecord } from "./movement.ts"
import type { Realm } from "./realm.ts"
import { post, reversalOf, type StatusAt } from "./transaction.ts"

/** How a product record fares, and what its transactions do meanwhile. */
export interface Course {
  readonly outcome: "settled" | "void" | "debited-then-void" | "reversed"
  readonly product: ReadonlyArray<StatusAt>
  /** Empty: the record never had a transaction. */
  readonly ledger: ReadonlyArray<StatusAt>
  /** When the reversal's own transaction is posted. */
  readonly reversedAt: Instant | null
  /** When money set aside for a withdrawal is debited or released. */
  readonly holdUntil: Instant
}

type Paced = OneLegStream | "conversions"

/**
 * Shortest and longest minutes from creation to the end. The longest stays well inside the limits of AGE_STUCK, so that no ordinary record is ever stuck, at whatever instant one looks.
 */
const pace: Readonly<Record<Paced, readonly [number, number]>> = {
  fiat_deposits: [10, 30 * 60],
  fiat_withdrawals: [30, 50 * 60],
  crypto_deposits: [3, 16 * 60],
  crypto_withdrawals: [5, 14 * 60],
  crypto_refunds: [5, 14 * 60],
  conversions: [1, 25],
  collection_payments: [2, 8 * 60],
}

const waiting: Readonly<Record<Paced, ReadonlyArray<string>>> = {
  fiat_deposits: ["PENDING", "PROCESSING"],
  fiat_withdrawals: ["PENDING_APPROVAL", "SUBMITTED", "PENDING", "MISSING_INFO_REQUIRED"],
  crypto_deposits: ["PENDING", "PENDING_TRAVEL_RULE", "PROCESSING"],
  crypto_withdrawals: ["PENDING_APPROVAL", "SUBMITTED", "PENDING"],
  crypto_refunds: ["PENDING_APPROVAL", "SUBMITTED"],
  conversions: ["PENDING"],
  collection_payments: ["PENDING"],
}

const failures = ["FAILED", "REJECTED", "CANCELLED", "EXPIRED"] as const

const drawOutcome = (chance: Chance, stream: Paced): Course["outcome"] => {
  const dice = chance.int(1, 100)
  if (dice <= 90) return "settled"
  if (dice <= 96) return "void"
  if (stream === "fiat_deposits" || stream === "crypto_deposits") return "reversed"
  return stream === "fiat_withdrawals" || stream === "crypto_withdrawals" ? "debited-then-void" : "settled"
}

/** Draws how a record created at that instant fares. */
export const drawCourse = (chance: Chance, stream: Paced, createdAt: Instant): Course => {
  const [shortest, longest] = pace[stream]
  const span = (longest - shortest) * minute
  const endsAt =
    createdAt + shortest * minute + Math.floor((span * chance.int(1, 1000) * chance.int(1, 1000)) / 1_000_000)
  const beginsWith: StatusAt = { at: createdAt, status: chance.pick(waiting[stream]) }
  const working: ReadonlyArray<StatusAt> = chance.bool(0.4)
    ? [{ at: createdAt + Math.floor((endsAt - createdAt) / 2), status: "PROCESSING" }]
    : []
  const ledgerFrom = createdAt + chance.int(1, 20) * second
  const outcome = drawOutcome(chance, stream)
  switch (outcome) {
    case "settled":
    case "reversed": {
      const postedAt = endsAt + (chance.bool(0.8) ? 0 : chance.int(1, 8) * minute)
      const pending: ReadonlyArray<StatusAt> = chance.bool(0.6) ? [{ at: ledgerFrom, status: "PENDING" }] : []
      const reversedAt = outcome === "reversed" ? postedAt + chance.int(day, 5 * day) : null
      const reversal = reversedAt === null ? [] : [{ at: reversedAt, status: "REVERSED" }]
      return {
        outcome,
        product: [beginsWith, ...working, { at: endsAt, status: "COMPLETED" }, ...reversal],
        ledger: [...pending, { at: postedAt, status: "COMPLETED" }, ...reversal],
        reversedAt,
        holdUntil: postedAt,
      }
    }
    case "void": {
      const end = { at: endsAt, status: chance.pick(failures) }
      const ledger = chance.bool(0.5)
        ? []
        : [
            { at: ledgerFrom, status: "PENDING" },
            { at: endsAt, status: "FAILED" },
          ]
      return { outcome, product: [beginsWith, ...working, end], ledger, reversedAt: null, holdUntil: endsAt }
    }
    case "debited-then-void": {
      const debitedAt = createdAt + Math.floor((endsAt - createdAt) / 3)
      return {
        outcome,
        product: [beginsWith, { at: debitedAt, status: "PROCESSING" }, { at: endsAt, status: "FAILED" }],
        ledger: [
          { at: debitedAt, status: "COMPLETED" },
          { at: endsAt, status: "REVERSED" },
        ],
        reversedAt: endsAt,
        holdUntil: debitedAt,
      }
    }
  }
}

/** A course without surprises: open, completed, and posted at once. */
export const settledCourse = (createdAt: Instant, completedAt: Instant, first = "PENDING"): Course => ({
  outcome: "settled",
  product: [
    { at: createdAt, status: first },
    { at: completedAt, status: "COMPLETED" },
  ],
  ledger: [{ at: completedAt, status: "COMPLETED" }],
  reversedAt: null,
  holdUntil: completedAt,
})

/** Posts what a course says of each leg of a record. */
export const followCourse = (realm: Realm, key: string, record: ProductRecord, course: Course): void => {
  const style = record.story.style
  for (const leg of record.legs) {
    const name = `${record.story.stream}/${key}/${leg.direction}`
    if (course.ledger.length > 0) post(realm, leg, { key: name, style, life: course.ledger })
    if (course.reversedAt !== null) {
      const life = [{ at: course.reversedAt, status: "COMPLETED" }]
      post(realm, reversalOf(leg), { key: `${name}/reversal`, style, life })
    }
  }
}
