import type { ColumnType } from "../definition.ts"
import { moneyStyle, styles } from "./styles.ts"

/** Longer texts make a spreadsheet call the file damaged. */
const longestText = 32_000

const special = /[&<>\uFFFE\uFFFF]|(?![\t\n])\p{Cc}|_(?=x[0-9A-Fa-f]{4}_)/u
const eachSpecial = new RegExp(special, "gu")
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

/** As what it is: what XML cannot hold, would make something else of, or what looks like the format's own escape, is escaped. */
export const escaped = (text: string): string =>
  special.test(text)
    ? text.replace(
        eachSpecial,
        (one) => entities[one] ?? `_x${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`,
      )
    : text

const isFormulaLike = /^[=+\-@]/
const hasSpaceAround = /^\s|\s$/

/** What stands in a cell's element, after its place; nothing where the cell is empty. */
export type CellXml = string

export const textCell = (text: string, style = styles.text): CellXml => {
  if (text === "") return ""
  const whole =
    text.length <= longestText ? text : `${text.slice(0, longestText)} … (cut here; the CSV file has all of it)`
  const own = style === styles.text && isFormulaLike.test(text) ? styles.quoted : style
  const space = hasSpaceAround.test(whole) ? ' xml:space="preserve"' : ""
  return ` s="${own}" t="inlineStr"><is><t${space}>${escaped(whole.toWellFormed())}</t></is>`
}

const numberCell = (style: number, number: number): CellXml => ` s="${style}"><v>${number}</v>`

const decimalsOf = (text: string): number => (text.includes(".") ? text.length - text.indexOf(".") - 1 : 0)

const millisOfDay = 86_400_000
/** Days from the format's beginning to 1970. */
const daysBefore1970 = 25_569
/** The format counts a day in February 1900 that never was, and ends with the year 9999. */
const [firstDay, lastDay] = [61, 2_958_466]

const timeCell = (style: number, text: string): CellXml => {
  const days = Date.parse(text) / millisOfDay + daysBefore1970
  return days >= firstDay && days < lastDay ? numberCell(style, days) : textCell(text)
}

/**
 * A value of a report, as it reads in every other form of it, as a cell: money and counts as numbers, times as times (to the
 * millisecond; the CSV file has microseconds), texts as texts.
 */
export const cellOf: Readonly<Record<ColumnType["kind"], (text: string) => CellXml>> = {
  // The one place where an amount becomes a floating-point number: the format has no other.
  money: (text) => (text === "" ? "" : numberCell(moneyStyle(decimalsOf(text)), Number(text))),
  integer: (text) => (text === "" ? "" : numberCell(styles.integer, Number(text))),
  boolean: (text) => (text === "" ? "" : ` t="b"><v>${text === "true" ? 1 : 0}</v>`),
  time: (text) => timeCell(styles.time, text),
  date: (text) => timeCell(styles.date, text),
  text: (text) => textCell(text),
}

/** The style of a column's empty cells. */
export const columnStyle: Readonly<Record<ColumnType["kind"], number>> = {
  money: styles.general,
  integer: styles.integer,
  boolean: styles.general,
  time: styles.time,
  date: styles.date,
  text: styles.text,
}
