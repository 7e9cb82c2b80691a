import { dateOf, type Money, moneyOf, signOf } from "./camt-elements.ts"
import { isReversal } from "./camt-sides.ts"
import { find, findAll, textAt, type XmlElement } from "./xml-tree.ts"

/** The amount of one transaction of the details: its own, or as version 2 has it within AmtDtls. */
const detailAmount = (details: XmlElement): XmlElement | null =>
  find(details, "Amt") ?? find(details, "AmtDtls", "TxAmt", "Amt")

export interface Part {
  readonly details: ReadonlyArray<XmlElement>
  readonly units: bigint
  readonly sign: bigint
}

interface Parts {
  readonly parts: ReadonlyArray<Part>
  /** How many transactions of the entry do not stand for themselves. */
  readonly unused: number
  /** How many the entry is told by: 0 where its message gives none. */
  readonly told: number
}

/**
 * The transactions of a batch, where the statement gives an amount for each and they make the entry's amount; else the
 * entry as one, because a part that is not proven must not stand for the whole.
 */
export const partsOf = (entry: XmlElement, { currency, units }: Money): Parts => {
  const sign = signOf(entry)
  const details = findAll(entry, "NtryDtls").flatMap((group) => findAll(group, "TxDtls"))
  const whole = {
    parts: [{ details, units, sign }],
    unused: details.length > 1 ? details.length : 0,
    told: details.length === 0 ? 0 : 1,
  }
  if (details.length < 2) return whole
  const parts = details.map((one) => {
    const amount = detailAmount(one)
    const part = amount === null ? null : moneyOf(amount)
    return { details: [one], part, sign: find(one, "CdtDbtInd") === null ? sign : signOf(one) }
  })
  const sum = parts.reduce((total, { part, sign }) => total + (part?.units ?? 0n) * sign, 0n)
  const proven = parts.every(({ part }) => part?.currency === currency) && sum === units * sign
  return proven
    ? {
        parts: parts.map(({ details, part, sign }) => ({ details, units: part?.units ?? 0n, sign })),
        unused: 0,
        told: parts.length,
      }
    : whole
}

/**
 * What an entry is known by in every message of its bank: a statement may give a batch as one amount, and a notice the
 * transactions within. Null where the bank gives it no reference.
 */
export const entryKey = (account: string | null, entry: XmlElement, { currency, units }: Money): string | null => {
  const reference = textAt(entry, "AcctSvcrRef")
  const booked = dateOf(entry, "BookgDt") ?? dateOf(entry, "ValDt")
  if (account === null || reference === null || booked === null) return null
  return JSON.stringify([
    account,
    currency,
    booked.slice(0, 10),
    String(units * signOf(entry)),
    isReversal(entry),
    reference,
  ])
}

/** The keys that a statement gives to one entry alone: a reference that it uses twice tells none apart. */
export const keysOfOne = (keys: ReadonlyArray<string | null>): ReadonlyArray<string | null> => {
  const seen = new Set<string | null>()
  const several = new Set(keys.filter((key) => seen.size === seen.add(key).size))
  return keys.map((key) => (several.has(key) ? null : key))
}
