import { Clock, Data, DateTime, Effect } from "effect"
import { Database } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type StillOpen, stillOpen } from "./still-open.ts"

/** The customer cannot be retired as it was asked for. */
export class RetireRefused extends Data.TaggedError("RetireRefused")<{
  readonly customer: string
  readonly reason: "NoReason" | "NoOne" | "Unknown" | "OnRoster" | "Retired"
}> {
  readonly exitCode = 2
  override get message(): string {
    return sentences[this.reason](this.customer)
  }
}

const sentences = {
  NoReason: () => "say why, in words: the store keeps it for those who ask later",
  NoOne: () => "say who acts with --by NAME; the name cannot be blank",
  Unknown: (customer: string) => `${customer} is no customer that a run ever read; give the customerId of the roster`,
  OnRoster: (customer: string) => `${customer} is on the newest roster; take it off the roster first`,
  Retired: (customer: string) => `${customer} is retired already`,
} as const

export interface Retirement {
  readonly customerId: string
  readonly by: string
  readonly reason: string
  /** Says what would be left open, and does nothing. */
  readonly dryRun?: boolean
}

/**
 * Puts on record that a customer has left for good, so that COV_CUSTOMER_DROPPED is resolved by the next run. The records stay,
 * and so do the exceptions about the customer; what it leaves open is told. One who comes back to a roster is retired no longer.
 */
export const retireCustomer = ({
  by,
  customerId,
  dryRun = false,
  reason,
}: Retirement): Effect.Effect<StillOpen | null, RetireRefused | StoreError, Database> =>
  Effect.gen(function* () {
    const refuse = (why: RetireRefused["reason"]) => new RetireRefused({ customer: customerId, reason: why })
    if (by.trim() === "") return yield* refuse("NoOne")
    if (reason.trim() === "") return yield* refuse("NoReason")
    const database = yield* Database
    const now = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
    return yield* database.transaction((sql) =>
      Effect.gen(function* () {
        const [customer] = yield* sql.rows<{ last_seen_run: string; is_listed: boolean; is_retired: boolean }>(
          `SELECT last_seen_run, last_seen_run = (SELECT max(run_id) FROM recon.runs) AS is_listed,
             EXISTS (FROM main.retirements AS t WHERE t.customer_id = c.customer_id AND t.last_seen_run = c.last_seen_run) AS is_retired
           FROM main.customers AS c WHERE customer_id = $1`,
          [customerId],
        )
        if (customer === undefined) return yield* refuse("Unknown")
        if (customer.is_listed) return yield* refuse("OnRoster")
        if (customer.is_retired) return yield* refuse("Retired")
        const open = yield* stillOpen(sql, customerId)
        if (dryRun) return open
        yield* sql.run("INSERT INTO main.retirements VALUES ($1, $2, $3::TIMESTAMPTZ, $4, $5)", [
          customerId,
          customer.last_seen_run,
          now,
          by.trim(),
          reason.trim(),
        ])
        return open
      }),
    )
  })
