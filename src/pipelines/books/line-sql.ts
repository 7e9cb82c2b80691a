import { quoteText } from "../../store/describe-table.ts"
import type { BookMap } from "./map.ts"
import { type BookSource, fieldName } from "./readers/reader.ts"

/**
 * From the mapped columns as text to typed lines, in SQL: every amount is checked for its shape before it is cast, because
 * a cast would round without a word, and a separator in the wrong place would change the amount.
 */

interface Separators {
  readonly decimal: string
  readonly thousands: string | null
}

const inClass = (character: string): string => (character === "." ? "\\." : character)

/** A separator as books write it: a blank may be any of the narrow ones, an apostrophe either of the two. */
const spellings: Readonly<Record<string, string>> = { " ": "[ \u00a0\u202f\u2009]", "'": "['\u2019]" }

const thousandsPattern = (separator: string): string => spellings[separator] ?? inClass(separator)

const amountShape = ({ decimal, thousands }: Separators): string => {
  const whole = thousands === null ? "\\d+" : `(?:\\d{1,3}(?:${thousandsPattern(thousands)}\\d{3})+|\\d+)`
  const body = `(?:${whole}(?:${inClass(decimal)}\\d+)?)`
  return `(?:[+-]?${body}|${body}-|\\(${body}\\))`
}

/** SQL for a text as a plain decimal with a point: a minus in front or behind or brackets for it; NULL where it is none. */
const plainAmount = (text: string, separators: Separators): string => {
  const { decimal, thousands } = separators
  const clean = `replace(trim(${text}), '\u2212', '-')`
  const digits = `regexp_replace(${clean}, '[-+()]', '', 'g')`
  const joined =
    thousands === null ? digits : `regexp_replace(${digits}, ${quoteText(thousandsPattern(thousands))}, '', 'g')`
  const pointed = decimal === "." ? joined : `replace(${joined}, ${quoteText(decimal)}, '.')`
  return `CASE WHEN regexp_full_match(${clean}, ${quoteText(amountShape(separators))})
      THEN concat(CASE WHEN regexp_matches(${clean}, '^[-(]|-$') THEN '-' ELSE '' END, ${pointed}) END`
}

const shown = (text: string): string =>
  `concat('"', left(${text}, 40), CASE WHEN len(${text}) > 40 THEN '…' ELSE '' END, '"')`

const defaultCredit = ["C", "CR", "CREDIT", "CRDT"]
const defaultDebit = ["D", "DR", "DEBIT", "DBIT"]

const wordList = (words: ReadonlyArray<string>): string =>
  `(${words.map((word) => quoteText(word.trim().toUpperCase())).join(", ")})`

/** What a step of reading gives: SQL for the value, and SQL for what is wrong with it (NULL where nothing is). */
interface Reading {
  readonly value: string
  readonly fault: string
}

const amountReading = (map: BookMap, source: BookSource, field: (column: string) => string): Reading => {
  const { amount } = map
  const plain = (column: string): string =>
    plainAmount(
      field(column),
      source.decimals.has(column)
        ? { decimal: ".", thousands: null }
        : { decimal: map.decimalSeparator, thousands: map.thousandsSeparator ?? null },
    )
  const malformed = (column: string): string =>
    `CASE WHEN ${field(column)} IS NOT NULL AND (${plain(column)}) IS NULL THEN concat('the amount ', ${shown(field(column))}, ' is not written as the map says') END`
  const fits = (text: string): string => `regexp_full_match(${text}, '-?\\d{1,20}(\\.\\d{1,18}0*)?')`
  const exact = (column: string): string =>
    `CASE WHEN ${fits(plain(column))} THEN CAST(regexp_replace(${plain(column)}, '(\\.\\d{1,18})0*$', '\\1') AS DECIMAL(38,18)) END`
  const tooLong = (column: string): string =>
    `CASE WHEN (${plain(column)}) IS NOT NULL AND NOT ${fits(plain(column))} THEN concat('the amount ', ${shown(field(column))}, ' has more than 20 digits before the point or 18 after it') END`
  const turned = (value: string): string => (map.sign === "debitPositive" ? `-(${value})` : value)
  const { column, credit, debit, direction } = amount
  if (column !== undefined && direction === undefined) {
    return {
      value: turned(exact(column)),
      fault: `coalesce(CASE WHEN ${field(column)} IS NULL THEN 'there is no amount' END, ${malformed(column)}, ${tooLong(column)})`,
    }
  }
  if (column !== undefined && direction !== undefined) {
    const word = `upper(trim(${field(direction)}))`
    const creditWords = wordList(amount.creditWords ?? defaultCredit)
    const debitWords = wordList(amount.debitWords ?? defaultDebit)
    return {
      value: `CASE WHEN ${word} IN ${creditWords} THEN ${exact(column)} WHEN ${word} IN ${debitWords} THEN -(${exact(column)}) END`,
      fault: `coalesce(CASE WHEN ${field(column)} IS NULL THEN 'there is no amount' END, ${malformed(column)}, ${tooLong(column)},
        CASE WHEN ${field(direction)} IS NULL THEN 'there is no direction' WHEN ${word} NOT IN ${creditWords} AND ${word} NOT IN ${debitWords}
          THEN concat('the direction ', ${shown(field(direction))}, ' is neither a credit nor a debit word of the map') END)`,
    }
  }
  const creditSide = credit ?? ""
  const debitSide = debit ?? ""
  return {
    value: `coalesce(${exact(creditSide)}, 0) - coalesce(${exact(debitSide)}, 0)`,
    fault: `coalesce(CASE WHEN ${field(creditSide)} IS NULL AND ${field(debitSide)} IS NULL THEN 'there is no amount, neither a debit nor a credit' END,
      ${malformed(creditSide)}, ${malformed(debitSide)}, ${tooLong(creditSide)}, ${tooLong(debitSide)},
      CASE WHEN coalesce(${exact(creditSide)}, 0) <> 0 AND coalesce(${exact(debitSide)}, 0) <> 0 THEN 'there is both a debit and a credit' END)`,
  }
}

interface Booking {
  readonly from: string
  readonly to: string
  readonly fault: string
}

const isoInstant = String.raw`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?`
const offset = String.raw`(Z|[+-]\d{2}(:?\d{2})?)`

const bookingReading = (map: BookMap, source: BookSource, field: (column: string) => string): Booking => {
  const given = map.date ?? map.dateTime
  const text = field(given?.column ?? "")
  const zone = quoteText(given?.zone ?? "UTC")
  const format = given === undefined || source.moments.has(given.column) ? undefined : given.format
  const formatted = format === undefined ? null : `TRY(try_strptime(trim(${text}), ${quoteText(format)}))`
  const fault = (value: string, what: string): string =>
    `CASE WHEN ${text} IS NULL THEN 'there is no date' WHEN (${value}) IS NULL THEN concat(${shown(text)}, ${quoteText(` is not a ${what}${format === undefined ? "" : ` written as ${format}`}`)}) END`
  if (map.date !== undefined) {
    // A file that types its dates as instants still means days here.
    const isoDay = source.moments.has(map.date.column) ? `left(${text}, 10)` : `trim(${text})`
    const day =
      formatted === null
        ? `CASE WHEN regexp_full_match(${isoDay}, '\\d{4}-\\d{2}-\\d{2}') THEN TRY_CAST(${isoDay} AS DATE) END`
        : `CAST(${formatted} AS DATE)`
    return {
      from: `timezone(${zone}, CAST(${day} AS TIMESTAMP))`,
      to: `timezone(${zone}, CAST(${day} + 1 AS TIMESTAMP)) - INTERVAL 1 MICROSECOND`,
      fault: fault(day, format === undefined ? "date such as 2026-01-31" : "date"),
    }
  }
  const iso = `upper(trim(${text}))`
  const instant =
    formatted === null
      ? `CASE WHEN regexp_full_match(${iso}, '${isoInstant}${offset}') THEN TRY_CAST(${iso} AS TIMESTAMPTZ)
          WHEN regexp_full_match(${iso}, '${isoInstant}') THEN timezone(${zone}, TRY_CAST(${iso} AS TIMESTAMP)) END`
      : `timezone(${zone}, ${formatted})`
  return {
    from: instant,
    to: instant,
    fault: fault(instant, format === undefined ? "date-time such as 2026-01-31T08:30:00Z" : "date-time"),
  }
}

/**
 * Makes `book_read` of `book_source`: one typed row for each line, with what is wrong with it in `reason` (NULL for a
 * good one).
 */
export const readLinesSql = (map: BookMap, source: BookSource, columns: ReadonlyArray<string>): string => {
  const field = (column: string): string => fieldName(columns, column)
  const textOf = (
    given: { readonly column?: string | undefined; readonly constant?: string | undefined } | undefined,
  ) =>
    given === undefined
      ? "NULL::VARCHAR"
      : given.column === undefined
        ? quoteText(given.constant ?? "")
        : `nullif(trim(${field(given.column)}), '')`
  const amount = amountReading(map, source, field)
  const booking = bookingReading(map, source, field)
  const filled = columns.map(
    (column) => `CASE WHEN trim(${field(column)}) <> '' THEN ${field(column)} END AS ${field(column)}`,
  )
  return `
  CREATE OR REPLACE TEMP TABLE book_read AS
  WITH filled AS (
    SELECT source_line, payload, fault, ${filled.join(", ")} FROM book_source
  ),
  typed AS (
    SELECT source_line, payload, fault, ${textOf(map.lineId)} AS line_id, ${textOf(map.customerId)} AS customer_id,
      ${textOf(map.partnerCustomerRef)} AS partner_customer_ref, upper(${textOf(map.currency)}) AS currency,
      ${textOf(map.reference)} AS reference, ${quoteText(map.reference?.refersTo ?? "reference")} AS refers_to,
      ${textOf(map.description)} AS description,
      ${amount.value} AS amount, ${amount.fault} AS amount_fault,
      ${booking.from} AS booked_from, ${booking.to} AS booked_to, ${booking.fault} AS booking_fault
    FROM filled
  )
  SELECT source_line, payload, line_id, customer_id, partner_customer_ref,
    CASE WHEN regexp_full_match(currency, '[A-Z][A-Z0-9]{1,11}') THEN currency END AS currency,
    reference, refers_to, description, amount, booked_from, booked_to,
    md5(concat_ws(chr(31), coalesce(customer_id, ''), coalesce(partner_customer_ref, ''), currency, CAST(amount AS VARCHAR),
      epoch_us(booked_from), epoch_us(booked_to), coalesce(reference, ''), refers_to, coalesce(description, ''))) AS content_hash,
    CASE WHEN fault IS NOT NULL THEN fault ELSE nullif(concat_ws('; ',
      CASE WHEN line_id IS NULL THEN 'there is no line id' END,
      booking_fault, amount_fault,
      CASE WHEN currency IS NULL THEN 'there is no currency'
        WHEN NOT regexp_full_match(currency, '[A-Z][A-Z0-9]{1,11}') THEN concat(${shown("currency")}, ' is not a currency') END
    ), '') END AS reason
  FROM typed`
}
