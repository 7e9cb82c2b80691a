import { enterQuote, quoteLife, type Terms, toAmountOf } from "../world/conversion.ts"
import { type Instant, minute, second } from "../world/instant.ts"
import { floorTo, formatMoney, lastPlace, times } from "../world/money.ts"
import { idIn } from "../world/realm.ts"
import type { WorldRecord } from "../world/story.ts"
import type { BreakCode, Severity } from "./break-code.ts"
import { candidates, earlyMoment, type Ground } from "./ground.ts"
import {
  type ConversionPlot,
  type PlantedConversion,
  pastGrace,
  plantConversion,
  settleConversion,
} from "./planting.ts"

/** A settled conversion with both of its transactions. */
const convert = (ground: Ground, plot: ConversionPlot): PlantedConversion | null => {
  const planted = plantConversion(ground, plot)
  if (planted !== null) settleConversion(ground, planted)
  return planted
}

const idOf = ({ record }: PlantedConversion): string => record.story.id
const createdAt = ({ record }: PlantedConversion): Instant => record.story.createdAt

const report = (
  ground: Ground,
  code: BreakCode,
  planted: PlantedConversion | null,
  why: string,
  options: { readonly severity?: Severity; readonly from?: Instant } = {},
) => {
  if (planted === null) return
  const { from = createdAt(planted), severity = "high" } = options
  ground.faults.push({ code, recordId: idOf(planted), severity, why, from })
}

const near = (ground: Ground, code: BreakCode, planted: PlantedConversion | null, why: string) => {
  if (planted !== null) ground.nearMisses.push({ code, recordId: idOf(planted), why, from: createdAt(planted) })
}

/** What the twelfth decimal of a rate leaves open, at the target's last place, rounded up. */
const leftOpen = (terms: Terms): bigint => {
  const unit = lastPlace(terms.to.places)
  return floorTo(times(terms.fromAmount, lastPlace(12)) / 2n, terms.to.places) + unit
}

/** Amounts that the rate does not make, and one that was rounded up. */
export const plantRate = (ground: Ground): void => {
  const code = "CONV_RATE"
  const shifted = (units: bigint) => (terms: Terms) => ({
    ...terms,
    toAmount:
      toAmountOf(terms) +
      units * lastPlace(terms.to.places) +
      (units > 1n ? leftOpen(terms) : units < 0n ? -leftOpen(terms) : 0n),
  })
  const above = convert(ground, { key: `${code}/above`, terms: shifted(2n) })
  report(ground, code, above, "toAmount is more than the rate makes and its last place leaves open")
  const below = convert(ground, { key: `${code}/below`, terms: shifted(-2n) })
  report(ground, code, below, "toAmount is less than the rate makes and its last place leaves open")
  const rounded = convert(ground, { key: `${code}/rounded`, terms: shifted(1n) })
  near(ground, code, rounded, "toAmount is rounded up instead of down")
}

/** Quotes that are nowhere, or another customer's. */
export const plantQuoteMissing = (ground: Ground): void => {
  const code = "CONV_QUOTE_MISSING"
  const nowhere = idIn(ground.realm, `nowhere/${code}`)
  const lost = convert(ground, { key: `${code}/nowhere`, quoteId: nowhere })
  if (lost !== null) report(ground, code, lost, "no list has its quote", { from: pastGrace(createdAt(lost)) })
  const key = `foreign/${code}`
  const [one, other] = candidates(ground, "conversion")
  if (one !== undefined && other !== undefined) {
    const quoteId = idIn(ground.realm, `quote/${key}`)
    const taken = convert(ground, { key: `${code}/foreign`, customer: one, quoteId })
    if (taken !== null) {
      const at = createdAt(taken)
      enterQuote(ground.realm, { key, customer: other, terms: taken.terms, createdAt: at - minute, usedAt: at })
      report(ground, code, taken, "its quote belongs to another customer", { from: pastGrace(at) })
    }
  }
  const stale = convert(ground, { key: `${code}/stale`, quote: () => ({ status: "EXPIRED" }) })
  near(ground, code, stale, "its quote is there, and says EXPIRED")
}

/** Rates and pairs that are not the quote's; and other amounts, or other digits, of the same rate. */
export const plantQuoteDeviation = (ground: Ground): void => {
  const code = "CONV_QUOTE_DEVIATION"
  const rate = convert(ground, {
    key: `${code}/rate`,
    quote: (terms) => ({ terms: { ...terms, rate: terms.rate + lastPlace(12) } }),
  })
  report(ground, code, rate, "the quote's rate is higher by one unit of its last place")
  const pair = convert(ground, {
    key: `${code}/pair`,
    quote: (terms) => ({ terms: { ...terms, from: terms.to, to: terms.from } }),
  })
  report(ground, code, pair, "the quote is for the way back")
  const more = convert(ground, {
    key: `${code}/more`,
    quote: (terms) => ({
      terms: { ...terms, fromAmount: terms.fromAmount - lastPlace(terms.from.places), toAmount: toAmountOf(terms) },
    }),
  })
  report(ground, code, more, "one unit of the last place less was quoted")
  const part = convert(ground, {
    key: `${code}/part`,
    quote: (terms) => ({ terms: { ...terms, fromAmount: terms.fromAmount * 2n } }),
  })
  near(ground, code, part, "twice as much was quoted, at the same rate")
  const digits = convert(ground, {
    key: `${code}/digits`,
    quote: (terms) => ({ spoil: (record: WorldRecord) => ({ ...record, rate: formatMoney(terms.rate, 18) }) }),
  })
  near(ground, code, digits, "the quote writes the same rate with more digits")
}

/** Quotes that had run out, and one that was taken in its last half minute. */
export const plantQuoteExpired = (ground: Ground): void => {
  const code = "CONV_QUOTE_EXPIRED"
  for (const late of [1, 15]) {
    const planted = convert(ground, {
      key: `${code}/${late}`,
      quote: (_, at) => ({ createdAt: at - quoteLife - late * minute }),
    })
    report(ground, code, planted, `created ${late} min after its quote had expired`)
  }
  const last = convert(ground, {
    key: `${code}/last`,
    quote: (_, at) => ({ createdAt: at - quoteLife + 30 * second }),
  })
  near(ground, code, last, "created half a minute before its quote expired, completed after")
}

/** Another conversion on the quote of a first one, some minutes after it and before the quote expires. */
const convertAgain = (ground: Ground, first: PlantedConversion, nth: number): PlantedConversion | null =>
  convert(ground, {
    key: `${first.key}/again ${nth}`,
    customer: first.customer,
    createdAt: createdAt(first) + nth * 3 * minute,
    terms: () => first.terms,
    quoteId: String(first.record.story.fields.quoteId),
  })

/** Quotes that were taken twice, and three times; and one that was taken again after a first conversion had failed. */
export const plantQuoteReused = (ground: Ground): void => {
  const code = "CONV_QUOTE_REUSED"
  for (const times of [1, 2]) {
    const first = convert(ground, { key: `${code}/${times}` })
    if (first === null) continue
    for (let nth = 1; nth <= times; nth++) {
      const again = convertAgain(ground, first, nth)
      report(ground, code, again, "an earlier conversion took the same quote", { severity: "critical" })
    }
  }
  const key = `${code}/failed`
  const at = earlyMoment(ground, key)
  const life = [
    { at, status: "PENDING" },
    { at: at + 2 * minute, status: "FAILED" },
  ]
  const failed = plantConversion(ground, { key, createdAt: at, life })
  if (failed !== null) near(ground, code, convertAgain(ground, failed, 1), "the first conversion FAILED")
}
