import type { Instant } from "./instant.ts"
import type { Money } from "./money.ts"

/** What a customer may spend of each currency at an instant, so that ordinary life never overdraws a balance. */
export interface Purse {
  /** Money that can be spent from that instant on. */
  readonly receive: (currency: string, at: Instant, amount: Money) => void
  readonly spendable: (currency: string, at: Instant) => Money
  /** Takes money at once, although its debit may be posted later: a balance shall cover what is open. */
  readonly spend: (currency: string, amount: Money) => void
}

/** Instants must not go back from call to call. */
export const emptyPurse = (): Purse => {
  const held = new Map<string, Money>()
  let coming: Array<{ currency: string; at: Instant; amount: Money }> = []
  return {
    receive: (currency, at, amount) => {
      coming.push({ currency, at, amount })
    },
    spendable: (currency, at) => {
      for (const sum of coming) {
        if (sum.at <= at) held.set(sum.currency, (held.get(sum.currency) ?? 0n) + sum.amount)
      }
      coming = coming.filter((sum) => sum.at > at)
      return held.get(currency) ?? 0n
    },
    spend: (currency, amount) => {
      held.set(currency, (held.get(currency) ?? 0n) - amount)
    },
  }
}
