import { textOfUnits, unitsOf } from "../exact-units.ts"
import { amountIn, signOf } from "./camt-elements.ts"
import { find, textAt, type XmlElement } from "./xml-tree.ts"

/** What an entry or a transaction of a batch moved: how much, and 1 for a credit. */
interface Move {
  readonly units: bigint
  readonly sign: bigint
}

interface Ground {
  readonly entries: ReadonlyArray<XmlElement>
  readonly booked: ReadonlyArray<XmlElement>
  /** On which side each booked entry is read. */
  readonly signs: ReadonlyArray<bigint>
  /** Booked entries by the transactions of their batches. */
  readonly lines: ReadonlyArray<Move>
}

const size = (units: bigint): bigint => (units < 0n ? -units : units)

const moveOf = (entry: XmlElement): Move => ({ units: size(amountIn(entry).units), sign: signOf(entry) })

const sumOf = (moves: ReadonlyArray<Move>): bigint => moves.reduce((sum, { units }) => sum + units, 0n)

const netOf = (moves: ReadonlyArray<Move>): bigint =>
  size(moves.reduce((sum, { sign, units }) => sum + sign * units, 0n))

const totals = [
  { name: "TtlNtries", what: "entries", side: null },
  { name: "TtlCdtNtries", what: "credits", side: 1n },
  { name: "TtlDbtNtries", what: "debits", side: -1n },
] as const

/**
 * Whether a statement holds what its own summary says of it (TxsSummry): the only proof where it gives no balances, and a hint
 * at two entries that are missing and cancel out where it does. Banks count pending entries or do not, batches or their
 * transactions, and sum sides up or against each other: any of them will do.
 */
export const summaryOf = (
  statement: XmlElement,
  { booked, entries, lines, signs }: Ground,
): { readonly differs: string | null; readonly notes: ReadonlyArray<string> } => {
  const summary = find(statement, "TxsSummry")
  const stated = booked.map(moveOf)
  const read = stated.map(({ units }, at): Move => ({ units, sign: signs[at] ?? 0n }))
  const readings = [read, stated, entries.map(moveOf), lines]
  const said = totals.flatMap(({ name, side, what }) => {
    const total = summary === null ? null : find(summary, name)
    if (total === null) return []
    const ofSide = readings.map((moves) => moves.filter(({ sign }) => side === null || sign === side))
    const number = textAt(total, "NbOfNtries")
    const sum = textAt(total, "Sum")
    const units = sum === null ? null : unitsOf(sum)
    const [moves = []] = ofSide
    return [
      ...(number === null || !/^\d{1,15}$/.test(number)
        ? []
        : [
            {
              fits: ofSide.some(({ length }) => length === Number(number)),
              what: `${number} ${what}, and there are ${moves.length}`,
            },
          ]),
      ...(units === null
        ? []
        : [
            {
              fits: ofSide.some((some) => sumOf(some) === units || netOf(some) === size(units)),
              what: `${what} of ${textOfUnits(units)}, and there are ${textOfUnits(sumOf(moves))}`,
            },
          ]),
    ]
  })
  const differing = said.filter(({ fits }) => !fits).map(({ what }) => what)
  const differs = differing.length === 0 ? null : differing.join("; ")
  if (differs !== null) return { differs, notes: [`its summary (TxsSummry) says ${differs}`] }
  return { differs, notes: said.length === 0 ? [] : ["it holds what its own summary (TxsSummry) says"] }
}
