import { enterQuote, quoteLife, type Terms, toAmountOf } from "../world/conversion.ts"
import { minute, second } from "../world/instant.ts"
import { floorTo, formatMoney, lastPlace, times } from "../world/money.ts"
import { idIn } from "../world/realm.ts"
import type { WorldRecord } from "../world/story.ts"
import { attempt, candidates, each, earlyMoment, type Ground, near, needed, report } from "./ground.ts"
import {
  type ConversionPlot,
  type PlantedConversion,
  pastGrace,
  plantConversion,
  settleConversion,
} from "./planting.ts"

/** A settled conversion with both of its transactions. */
const convert = (ground: Ground, plot: ConversionPlot): PlantedConversion => {
  const planted = plantConversion(ground, plot)
  settleConversion(ground, planted)
  return planted
}

const createdAt = ({ record }: PlantedConversion) => record.story.createdAt

type Unlike = Omit<ConversionPlot, "key">

/** Conversions that are wrong, and such as only look so, each in its own way. */
const plantUnlike = (
  ground: Ground,
  code: "CONV_RATE" | "CONV_QUOTE_DEVIATION",
  wrong: ReadonlyArray<readonly [name: string, plot: Unlike, why: string]>,
  right: ReadonlyArray<readonly [name: string, plot: Unlike, why: string]>,
) => {
  each(wrong, ([name, plot, why]) => {
    const planted = convert(ground, { key: `${code}/${name}`, ...plot })
    report(ground, code, "high", planted, why, createdAt(planted))
  })
  each(right, ([name, plot, why]) => {
    const planted = convert(ground, { key: `${code}/${name}`, ...plot })
    near(ground, code, planted, why, createdAt(planted))
  })
}

/** What the twelfth decimal of a rate leaves open, at the target's last place, rounded up. */
const leftOpen = (terms: Terms): bigint => {
  const unit = lastPlace(terms.to.places)
  return floorTo(times(terms.fromAmount, lastPlace(12)) / 2n, terms.to.places) + unit
}

/** Amounts that the rate does not make, and one that was rounded up. */
export const plantRate = (ground: Ground): void => {
  const shifted = (units: bigint): Unlike => ({
    terms: (terms) => ({
      ...terms,
      toAmount:
        toAmountOf(terms) +
        units * lastPlace(terms.to.places) +
        (units > 1n ? leftOpen(terms) : units < 0n ? -leftOpen(terms) : 0n),
    }),
  })
  plantUnlike(
    ground,
    "CONV_RATE",
    [
      ["above", shifted(2n), "toAmount is more than the rate makes and its last place leaves open"],
      ["below", shifted(-2n), "toAmount is less than the rate makes and its last place leaves open"],
    ],
    [["rounded", shifted(1n), "toAmount is rounded up instead of down"]],
  )
}

/** Quotes that are nowhere, or another customer's. */
export const plantQuoteMissing = (ground: Ground): void => {
  const code = "CONV_QUOTE_MISSING"
  attempt(
    () => {
      const lost = convert(ground, { key: `${code}/nowhere`, quoteId: idIn(ground.realm, `nowhere/${code}`) })
      report(ground, code, "high", lost, "no list has its quote", pastGrace(createdAt(lost)))
    },
    () => {
      const key = `foreign/${code}`
      const [one, other] = candidates(ground, "conversion")
      const customer = needed(other)
      const quoteId = idIn(ground.realm, `quote/${key}`)
      const taken = convert(ground, { key: `${code}/foreign`, customer: needed(one), quoteId })
      const at = createdAt(taken)
      enterQuote(ground.realm, { key, customer, terms: taken.terms, createdAt: at - minute, usedAt: at })
      report(ground, code, "high", taken, "its quote belongs to another customer", pastGrace(at))
    },
    () => {
      const stale = convert(ground, { key: `${code}/stale`, quote: () => ({ status: "EXPIRED" }) })
      near(ground, code, stale, "its quote is there, and says EXPIRED", createdAt(stale))
    },
  )
}

/** Rates and pairs that are not the quote's; and other amounts, or other digits, of the same rate. */
export const plantQuoteDeviation = (ground: Ground): void => {
  const quoted = (change: (terms: Terms) => Partial<Terms>): Unlike => ({
    quote: (terms) => ({ terms: { ...terms, ...change(terms) } }),
  })
  const digits: Unlike = {
    quote: (terms) => ({ spoil: (record: WorldRecord) => ({ ...record, rate: formatMoney(terms.rate, 18) }) }),
  }
  const less = (terms: Terms) => ({
    fromAmount: terms.fromAmount - lastPlace(terms.from.places),
    toAmount: toAmountOf(terms),
  })
  plantUnlike(
    ground,
    "CONV_QUOTE_DEVIATION",
    [
      [
        "rate",
        quoted(({ rate }) => ({ rate: rate + lastPlace(12) })),
        "the quote's rate is higher by one unit of its last place",
      ],
      ["pair", quoted(({ from, to }) => ({ from: to, to: from })), "the quote is for the way back"],
      ["more", quoted(less), "one unit of the last place less was quoted"],
    ],
    [
      [
        "part",
        quoted(({ fromAmount }) => ({ fromAmount: fromAmount * 2n })),
        "twice as much was quoted, at the same rate",
      ],
      ["digits", digits, "the quote writes the same rate with more digits"],
    ],
  )
}

/** Quotes that had run out, and one that was taken in its last half minute. */
export const plantQuoteExpired = (ground: Ground): void => {
  const code = "CONV_QUOTE_EXPIRED"
  const quotedAgo = (ago: number): Unlike => ({ quote: (_, at) => ({ createdAt: at - ago }) })
  each([1, 15], (late) => {
    const planted = convert(ground, { key: `${code}/${late}`, ...quotedAgo(quoteLife + late * minute) })
    report(ground, code, "high", planted, `created ${late} min after its quote had expired`, createdAt(planted))
  })
  const last = convert(ground, { key: `${code}/last`, ...quotedAgo(quoteLife - 30 * second) })
  near(ground, code, last, "created half a minute before its quote expired, completed after", createdAt(last))
}

/** Another conversion on the quote of a first one, some minutes after it and before the quote expires. */
const convertAgain = (ground: Ground, first: PlantedConversion, nth: number): PlantedConversion =>
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
  each([1, 2], (times) => {
    const first = convert(ground, { key: `${code}/${times}` })
    for (let nth = 1; nth <= times; nth++) {
      const again = convertAgain(ground, first, nth)
      report(ground, code, "critical", again, "an earlier conversion took the same quote", createdAt(again))
    }
  })
  const key = `${code}/failed`
  const at = earlyMoment(ground, key)
  const life = [
    { at, status: "PENDING" },
    { at: at + 2 * minute, status: "FAILED" },
  ]
  const again = convertAgain(ground, plantConversion(ground, { key, createdAt: at, life }), 1)
  near(ground, code, again, "the first conversion FAILED", createdAt(again))
}
