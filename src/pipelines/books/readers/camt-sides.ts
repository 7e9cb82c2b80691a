import { textOfUnits } from "../exact-units.ts"
import { amountIn, type Balances, signOf } from "./camt-elements.ts"
import { textAt, type XmlElement, XmlFault } from "./xml-tree.ts"

/** Which side an entry is on, where the bank may have meant either. */
export interface Signed {
  /** 1 where its stated side is its own, -1 where it is turned round. */
  readonly turn: bigint
  /** Whether a minus in its amount is accounted for in the side. */
  readonly isMinusSettled: boolean
  readonly fault: string | null
}

interface Ground {
  readonly id: string
  readonly currency: string
  readonly booked: ReadonlyArray<XmlElement>
  readonly balances: Balances
  readonly reversals: "ownSide" | "originalSide" | undefined
  /** What of the statement is left out, in sentences: it may be what its balances lack. */
  readonly leftOut: ReadonlyArray<string>
}

const plain: Signed = { turn: 1n, isMinusSettled: false, fault: null }

export const isReversal = (entry: XmlElement): boolean => /^(true|1)$/i.test(textAt(entry, "RvslInd") ?? "")

/**
 * A reversal may state its own side (as the standard has it) or that of what it takes back, and a minus beside a side may
 * say the side again or turn it. The balances prove which; where there are none the map must say, and a line that nothing
 * proves is set aside. Throws XmlFault where nothing makes the closing balance.
 */
export const settledSigns = (
  statement: XmlElement,
  { balances, booked, currency, id, leftOut, reversals }: Ground,
): {
  readonly signs: ReadonlyArray<Signed>
  readonly plain: Signed
  readonly sum: bigint
  readonly notes: ReadonlyArray<string>
} => {
  const entries = booked.map((entry) => {
    const { units } = amountIn(entry)
    return { entry, units, sign: signOf(entry), reversal: isReversal(entry), minus: units < 0n }
  })
  const reversalTurns = reversals === undefined ? (["ownSide", "originalSide"] as const) : ([reversals] as const)
  const minusTurns = ["again", "turned"] as const
  const signsBy = (
    reversal: (typeof reversalTurns)[number],
    minus: (typeof minusTurns)[number],
  ): ReadonlyArray<bigint> =>
    entries.map((one) => {
      const turned = one.reversal && reversal === "originalSide" ? -1n : 1n
      return one.minus ? (minus === "again" ? -1n : -one.sign) * turned : one.sign * turned
    })
  const total = (signs: ReadonlyArray<bigint>): bigint =>
    entries.reduce((sum, { units }, at) => sum + (units < 0n ? -units : units) * (signs[at] ?? 0n), 0n)
  const readings = reversalTurns
    .flatMap((reversal) => minusTurns.map((minus) => signsBy(reversal, minus)))
    .filter((signs, at, all) => all.findIndex((other) => other.join() === signs.join()) === at)
  const { closing, opening, within } = balances
  const hasBoth = opening !== null && closing !== null
  const fitting = hasBoth ? readings.filter((signs) => opening.units + total(signs) === closing.units) : readings
  const [first = []] = readings
  if (hasBoth && fitting.length === 0) {
    const sum = total(first)
    const reversed = entries.some(({ reversal }) => reversal) ? ", whichever side its reversals (RvslInd) are on" : ""
    const hint = [reversed, ...leftOut].join("; ")
    throw new XmlFault(
      statement.line,
      `statement ${id} does not add up: opening ${textOfUnits(opening.units)} and entries ${textOfUnits(sum)} make ${textOfUnits(opening.units + sum)} ${currency}, and its closing balance is ${textOfUnits(closing.units)}${hint}; ask the bank for a whole statement`,
    )
  }
  const chosen = fitting[0] ?? first
  const isProven = fitting.length === 1
  const signs = entries.map(({ minus, reversal, sign }, at): Signed => {
    const settled = { turn: (chosen[at] ?? sign) * sign, isMinusSettled: true, fault: null }
    if (isProven || fitting.every((other) => other[at] === chosen[at])) return settled
    if (minus) return { ...plain, turn: 1n }
    return reversal
      ? {
          ...plain,
          fault: `the entry is a reversal (RvslInd), and no balance proves whether ${textAt(entries[at]?.entry ?? statement, "CdtDbtInd")} is its own side or that of what it takes back; reversals in the map decides: "ownSide" or "originalSide"`,
        }
      : settled
  })
  const steps = entries.map(({ units }, at) => (units < 0n ? -units : units) * (chosen[at] ?? 0n))
  const reached = new Set<bigint>([opening?.units ?? 0n])
  steps.reduce((sum, step) => {
    reached.add(sum + step)
    return sum + step
  }, opening?.units ?? 0n)
  const astray = opening === null ? [] : within.filter((units) => !reached.has(units))
  return {
    signs,
    plain,
    sum: total(chosen),
    notes: astray.map(
      (units) =>
        `its interim balance ${textOfUnits(units)} ${currency} (ITBD) lies between no two entries, so it is not proven`,
    ),
  }
}
