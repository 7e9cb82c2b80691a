import { cryptoCurrencies, fiatCurrencies } from "./currency.ts"
import type { Customer } from "./customer.ts"
import { type Instant, plainTime, renderInstant } from "./instant.ts"
import { formatMoney, type Money } from "./money.ts"
import { hasCome, isVisible, type Story, type WorldRecord } from "./story.ts"

/**
 * What a fault or a near miss does to one stated balance: leave the row out, shift what it says, set all of it aside, or
 * state it as it was so many milliseconds before.
 */
export type RowChange =
  | { readonly kind: "absent" }
  | { readonly kind: "held" }
  | { readonly kind: "earlier"; readonly by: number }
  | { readonly kind: "shifted"; readonly available: Money; readonly held: Money; readonly total: Money }

const places = new Map([...fiatCurrencies, ...cryptoCurrencies].map(({ code, places }) => [code, places]))

const sums = (entries: ReadonlyArray<readonly [string, Money]>): Map<string, Money> => {
  const totals = new Map<string, Money>()
  for (const [currency, amount] of entries) totals.set(currency, (totals.get(currency) ?? 0n) + amount)
  return totals
}

/** What the stories come to by an instant, per currency: posted, and set aside. */
const standingAt = (stories: ReadonlyArray<Story>, at: Instant) => ({
  posted: sums(
    stories.flatMap((story) => {
      const posting = story.posting
      if (posting === undefined || posting.at === null || !hasCome(story, posting.at, at)) return []
      return [[posting.currency, posting.signed] as const]
    }),
  ),
  held: sums(
    stories.flatMap((story) => {
      const hold = story.hold
      if (hold === undefined || !hasCome(story, story.createdAt, at)) return []
      if (Number.isFinite(hold.until) && hasCome(story, hold.until, at)) return []
      return [[hold.currency, hold.amount] as const]
    }),
  ),
})

const unshifted = { available: 0n, held: 0n, total: 0n }

/**
 * The customer's balances as of `now`: the total of a currency is what its transactions have posted by then (contract,
 * PartnerTransaction: COMPLETED and REVERSED have moved the balance), held is what open withdrawals set aside.
 */
export const balancesOf = (
  customer: Customer,
  stories: ReadonlyArray<Story>,
  changes: ReadonlyMap<string, RowChange>,
  now: Instant,
): ReadonlyArray<WorldRecord> => {
  const seen = stories.filter((story) => isVisible(story, now))
  const current = standingAt(seen, now)
  // One spare currency stays on the list although nothing ever moved in it: a balance may be zero.
  const listed = [...customer.active, ...customer.spare.slice(0, 1)].map(({ code }) => code)
  const currencies = [...new Set([...listed, ...current.posted.keys()])].sort()
  return currencies.flatMap((currency) => {
    const change = changes.get(currency)
    if (change?.kind === "absent") return []
    const asOf = change?.kind === "earlier" ? now - change.by : now
    const standing = asOf === now ? current : standingAt(seen, asOf)
    const shift = change?.kind === "shifted" ? change : unshifted
    const total = standing.posted.get(currency) ?? 0n
    const aside = change?.kind === "held" ? total : (standing.held.get(currency) ?? 0n)
    const render = (amount: Money) => formatMoney(amount, places.get(currency) ?? 18)
    return [
      {
        customerId: customer.customerId,
        currency,
        network: null,
        available: render(total - aside + shift.available),
        held: render(aside + shift.held),
        total: render(total + shift.total),
        asOf: renderInstant(asOf, plainTime),
      },
    ]
  })
}
