import { textAt, type XmlElement } from "./xml-tree.ts"

const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)

/** The period that the bank states; one that ends where a day begins ends with the day before, or is that day alone. */
export const statedPeriod = (stated: XmlElement | null) => {
  const from = stated === null ? null : (textAt(stated, "FrDtTm") ?? textAt(stated, "FrDt"))?.slice(0, 19)
  const to = stated === null ? null : (textAt(stated, "ToDtTm") ?? textAt(stated, "ToDt"))?.slice(0, 19)
  if (from == null || to == null) return null
  const begins = from.length === 10 ? `${from}T00:00:00` : from
  const ends = to.length === 10 ? `${to}T23:59:59` : to
  if (!ends.endsWith("T00:00:00")) return { from: begins, to: ends, hasStatedPeriod: true }
  const day = ends.slice(0, 10)
  return { from: begins, to: `${ends <= begins ? day : dayBefore(day)}T23:59:59`, hasStatedPeriod: true }
}
