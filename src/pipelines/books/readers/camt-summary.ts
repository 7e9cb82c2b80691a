import { textOfUnits, unitsOf } from "../exact-units.ts"
import { amountIn, signOf } from "./camt-elements.ts"
import { find, textAt, type XmlElement } from "./xml-tree.ts"

interface Ground {
  readonly entries: ReadonlyArray<XmlElement>
  readonly booked: ReadonlyArray<XmlElement>
  /** On which side each booked entry is read: 1 for a credit. */
  readonly signs: ReadonlyArray<bigint>
  /** Booked entries, with the transactions of their batches. */
  readonly lines: number
}

const magnitude = (entry: XmlElement): bigint => {
  const { units } = amountIn(entry)
  return units < 0n ? -units : units
}

const sumOf = (entries: ReadonlyArray<XmlElement>): bigint => entries.reduce((sum, entry) => sum + magnitude(entry), 0n)

/** What a summary may count: each total, and the entries that it may mean, for banks count pending ones or do not. */
const totals = [
  { name: "TtlNtries", what: "entries", side: null },
  { name: "TtlCdtNtries", what: "credits", side: 1n },
  { name: "TtlDbtNtries", what: "debits", side: -1n },
] as const

/**
 * Whether a statement holds what its own summary says of it (TxsSummry): the only proof where it gives no balances, and a hint
 * at two entries that are missing and cancel out where it does.
 */
export const summaryOf = (
  statement: XmlElement,
  { booked, entries, lines, signs }: Ground,
): { readonly differs: string | null; readonly notes: ReadonlyArray<string> } => {
  const summary = find(statement, "TxsSummry")
  const said = totals.flatMap(({ name, side, what }) => {
    const total = summary === null ? null : find(summary, name)
    if (total === null) return []
    const all = side === null ? entries : entries.filter((entry) => signOf(entry) === side)
    const stated = side === null ? booked : booked.filter((entry) => signOf(entry) === side)
    const read = side === null ? booked : booked.filter((_, at) => signs[at] === side)
    const possible = [read, stated, all]
    const number = textAt(total, "NbOfNtries")
    const sum = textAt(total, "Sum")
    const units = sum === null ? null : unitsOf(sum)
    const counts = [...possible.map(({ length }) => length), ...(side === null ? [lines] : [])]
    return [
      ...(number === null || !/^\d{1,15}$/.test(number)
        ? []
        : [{ fits: counts.includes(Number(number)), what: `${number} ${what}, and there are ${read.length}` }]),
      ...(units === null
        ? []
        : [
            {
              fits: possible.some((some) => sumOf(some) === units),
              what: `${what} of ${textOfUnits(units)}, and there are ${textOfUnits(sumOf(read))}`,
            },
          ]),
    ]
  })
  const differing = said.filter(({ fits }) => !fits).map(({ what }) => what)
  const differs = differing.length === 0 ? null : differing.join("; ")
  if (differs !== null) return { differs, notes: [`its summary (TxsSummry) says ${differs}`] }
  return { differs, notes: said.length === 0 ? [] : ["it holds what its own summary (TxsSummry) says"] }
}
