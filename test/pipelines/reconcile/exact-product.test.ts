import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { macros } from "../../../src/pipelines/evidence/macros.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { textOf } from "../../support/decimal.ts"
import { conversion, judge, ledgerStore } from "../../support/ledger-case.ts"

const scale = 10n ** 18n
const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value)
const most = 10n ** 38n - 1n

/** Counts of 10^-18 that the contract allows: any size, the edges, and numbers whose digits carry. */
const units = FastCheck.oneof(
  FastCheck.bigInt({ min: -most, max: most }),
  FastCheck.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }),
  FastCheck.tuple(FastCheck.nat(38), FastCheck.constantFrom(-1n, 0n, 1n), FastCheck.boolean()).map(
    ([power, beside, negative]) => {
      const size = 10n ** BigInt(power) + beside
      const within = size > most ? most : size
      return negative ? -within : within
    },
  ),
  FastCheck.constantFrom(0n, 1n, -1n, most, -most, scale - 1n, most - (scale - 1n)),
)

const floorOf = (product: bigint): bigint => product / scale - (product < 0n && product % scale !== 0n ? 1n : 0n)
const ceilingOf = (product: bigint): bigint => -floorOf(-product)

/** Beyond this, DuckDB's HUGEINT ends, and the product is no amount. */
const largest = 2n ** 127n - 1n

const arithmetic = macros(configurationWith()).filter((macro) =>
  /MACRO recon[.](.*units|product_.*|quotient|.*ratio|basis_points)[(]/.test(macro),
)

/** A store that knows how to reckon, and the pairs, each with its place. */
const storeWith = (pairs: ReadonlyArray<readonly [bigint, bigint]>) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.runAll(arithmetic)
    yield* database.run(
      `CREATE OR REPLACE TEMP TABLE pair AS
       SELECT unnest($1)::INTEGER AS place, unnest($2)::DECIMAL(38,18) AS one, unnest($3)::DECIMAL(38,18) AS other`,
      [
        pairs.map((_, place) => String(place)),
        pairs.map(([one]) => textOf(one)),
        pairs.map(([, other]) => textOf(other)),
      ],
    )
    return database
  })

/** What is left of a division is multiplied by a million, which HUGEINT must hold. */
const canDivide = (one: bigint, by: bigint): boolean => by !== 0n && (sizeOf(one) % sizeOf(by)) * 1_000_000n <= largest

const ratioOf = (one: bigint, by: bigint): string | null => {
  if (!canDivide(one, by)) return null
  // Two more steps of a million each divide what is left of the step before.
  const [size, other] = [sizeOf(one), sizeOf(by)]
  const rests = [((size % other) * 1_000_000n) % other, ((size % other) * 10n ** 12n) % other]
  if (rests.some((rest) => rest * 1_000_000n > largest)) return null
  const ratio = (size * scale) / other
  return ratio > most ? null : textOf(one < 0n !== by < 0n ? -ratio : ratio)
}

const basisPointsOf = (part: bigint, whole: bigint): string | null => {
  if (!canDivide(part, whole)) return null
  const hundredths = (2n * sizeOf(part) * 1_000_000n + sizeOf(whole)) / (2n * sizeOf(whole))
  if (hundredths >= 10n ** 36n) return null
  const digits = String(hundredths).padStart(3, "0")
  const isNegative = part < 0n !== whole < 0n && hundredths > 0n
  return `${isNegative ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

layer(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" }))("the exact product", (it) => {
  it.effect.prop(
    "and the exact quotient are those of whole numbers: cut off as a ratio, rounded as basis points, or nothing",
    [FastCheck.array(FastCheck.tuple(units, units), { minLength: 100, maxLength: 100 })],
    ([pairs]) =>
      Effect.gen(function* () {
        const database = yield* storeWith(pairs)
        const rows = yield* database.rows(
          `SELECT recon.ratio(one, other) AS ratio, recon.basis_points(one, other)::VARCHAR AS points FROM pair ORDER BY place`,
        )
        expect(rows).toEqual(
          pairs.map(([one, other]) => ({ ratio: ratioOf(one, other), points: basisPointsOf(one, other) })),
        )
      }),
    { fastCheck: { numRuns: 60 } },
  )

  it.effect.prop(
    "is that of whole numbers, rounded down and up, or nothing where it is no amount",
    [FastCheck.array(FastCheck.tuple(units, units), { minLength: 100, maxLength: 100 })],
    ([pairs]) =>
      Effect.gen(function* () {
        const database = yield* storeWith(pairs)
        const rows = yield* database.rows<{ floor: string | null; ceiling: string | null; shown: string | null }>(
          `SELECT recon.product_floor(one, other)::VARCHAR AS floor, recon.product_ceiling(one, other)::VARCHAR AS ceiling,
             recon.of_units(recon.product_floor(one, other)) AS shown
           FROM pair ORDER BY place`,
        )
        const expected = pairs.map(([one, other]) => {
          const product = one * other
          if (sizeOf(product) / scale > largest) return { floor: null, ceiling: null, shown: null }
          const floor = floorOf(product)
          return {
            floor: String(floor),
            ceiling: String(ceilingOf(product)),
            shown: sizeOf(floor) > most ? null : textOf(floor),
          }
        })
        expect(rows).toEqual(expected)
      }),
    { fastCheck: { numRuns: 60 } },
  )
})

const places = { JPY: 0, USD: 2, USDT: 6, BTC: 8, ETH: 18 } as const

/** A conversion whose toAmount lies beside what is still accepted: by nothing, by a wei, by a unit, by anything. */
const conversionBeside = FastCheck.record({
  from: units,
  rate: units,
  currency: FastCheck.constantFrom(...(Object.keys(places) as Array<keyof typeof places>)),
  steps: FastCheck.constantFrom(-2n, -1n, 0n, 1n, 2n),
  wei: FastCheck.constantFrom(-1n, 0n, 1n),
  any: units,
})

layer(ledgerStore)("CONV_RATE", (it) => {
  it.effect.prop(
    "finds what differs by more than one unit of the last place and half of the rate's, for any amounts and rates",
    [FastCheck.array(conversionBeside, { minLength: 240, maxLength: 240 })],
    ([drawn]) =>
      Effect.gen(function* () {
        const cases = drawn.map(({ any, currency, from, rate, steps, wei }, nth) => {
          const unit = 10n ** BigInt(18 - places[currency])
          const beside = floorOf(from * rate) + steps * unit + wei
          const to = sizeOf(beside) > most ? any : beside
          const gap = sizeOf(to * scale - from * rate)
          return { id: `x${nth}`, from, rate, currency, to, isOff: gap > (unit + sizeOf(from) / (2n * scale)) * scale }
        })
        const { found, unproven } = yield* judge({
          rows: cases.map(({ currency, from, id, rate, to }) =>
            conversion(id, {
              status: "FAILED",
              from_amount: textOf(from),
              rate: textOf(rate),
              to_amount: textOf(to),
              to_currency: currency,
            }),
          ),
        })
        // That an amount is below zero is another exception.
        const rates = found.filter(({ code }) => code !== "REC_ARITHMETIC")
        expect(rates.map(({ code, record }) => `${code} ${record}`).sort()).toEqual(
          cases
            .filter(({ isOff }) => isOff)
            .map(({ id }) => `CONV_RATE ${id}`)
            .sort(),
        )
        expect(unproven).toEqual({ BAL_UNSTATED: unproven.BAL_UNSTATED })
      }),
    { fastCheck: { numRuns: 3 }, timeout: 120_000 },
  )
})
