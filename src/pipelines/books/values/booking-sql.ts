import { quoteText } from "../../../store/describe-table.ts"
import type { BookMap } from "../map.ts"

/**
 * What a date is, for every format: SQL over the text of `moment`, because formats are DuckDB's and zones are those of its
 * tables. An instant is placed first and becomes a day of the map's zone afterwards; what the clocks of the zone never show,
 * or show twice, and what lies beyond the plausible years, is a fault.
 */
export interface Booking {
  readonly from: string
  readonly to: string
  /** What is wrong with it, NULL where nothing is. */
  readonly fault: string
}

export interface BookingGround {
  /** The file's own types make its texts ISO 8601, whatever format the map gives. */
  readonly isTyped: boolean
  /** The writer's own day counts where the map gives no zone, as on a bank statement. */
  readonly isWritersDay: boolean
  /** The years in which a line may plausibly lie. */
  readonly firstYear: number
  readonly lastYear: number
}

const isoLocal = String.raw`\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d{1,9})?)?`
const isoOffset = String.raw`(Z| ?(UTC|GMT)|[+-](0\d|1[0-4])(:?[0-5]\d)?)`

const shown = "concat('\"', left(moment, 40), CASE WHEN len(moment) > 40 THEN '…' ELSE '' END, '\"')"

interface Parsed {
  /** SQL for a local date-time, NULL where the text is none. */
  readonly local: string
  /** SQL for an instant, of a text with an offset. */
  readonly instant: string
  readonly what: string
}

const parsed = (format: string | undefined, what: string, example: string): Parsed => {
  if (format !== undefined) {
    return {
      local: `TRY(try_strptime(trim(moment), ${quoteText(format)}))`,
      instant: "CAST(NULL AS TIMESTAMPTZ)",
      what: `${what} written as ${format}`,
    }
  }
  const text = "upper(trim(moment))"
  return {
    local: `CASE WHEN regexp_full_match(${text}, '\\d{4}-\\d{2}-\\d{2}') OR regexp_full_match(${text}, '${isoLocal}') THEN TRY_CAST(${text} AS TIMESTAMP) END`,
    instant: `CASE WHEN regexp_full_match(${text}, '${isoLocal}${isoOffset}') THEN TRY_CAST(regexp_replace(${text}, ' ?(UTC|GMT)$', 'Z') AS TIMESTAMPTZ) END`,
    what: `${what} such as ${example}`,
  }
}

const yearFault = (year: string, format: string | undefined, { firstYear, lastYear }: BookingGround): string => {
  const hint = format?.includes("%Y")
    ? `WHEN ${year} < 100 THEN concat(${shown}, ${quoteText(` is read as the year `)}, ${year}, ${quoteText(`; a year of two digits is %y in the format, and not %Y`)})`
    : ""
  return `CASE ${hint} WHEN ${year} NOT BETWEEN ${firstYear} AND ${lastYear}
    THEN concat(${shown}, ' lies in the year ', ${year}, ', far from now; correct it, or widen books.plausibleYears in the configuration') END`
}

/** A whole day of the map's zone. */
const dayBooking = (
  given: NonNullable<BookMap["date"]>,
  format: string | undefined,
  ground: BookingGround,
): Booking => {
  const zone = quoteText(given.zone ?? "UTC")
  const { instant, local, what } = parsed(format, "date", "2026-01-31")
  const ofInstant = `CAST(timezone(${zone}, ${instant}) AS DATE)`
  const written = "TRY_CAST(left(trim(moment), 10) AS DATE)"
  const isUnsure = given.zone === undefined && !ground.isWritersDay ? `${ofInstant} <> ${written}` : "FALSE"
  const day = `coalesce(CAST(${local} AS DATE), CASE WHEN ${instant} IS NOT NULL THEN ${given.zone === undefined && ground.isWritersDay ? written : ofInstant} END)`
  return {
    from: `timezone(${zone}, CAST(${day} AS TIMESTAMP))`,
    to: `timezone(${zone}, CAST(${day} + 1 AS TIMESTAMP)) - INTERVAL 1 MICROSECOND`,
    fault: `CASE WHEN moment IS NULL THEN 'there is no date'
      WHEN ${day} IS NULL THEN concat(${shown}, ${quoteText(` is not a ${what}`)})
      WHEN ${isUnsure} THEN concat(${shown}, ' is an instant, and which day it is depends on the zone; give date.zone in the map')
      ELSE ${yearFault(`year(${day})`, format, ground)} END`,
  }
}

/** What other instants a clock of the zone may show the same at. */
const shifts = ["INTERVAL 30 MINUTE", "INTERVAL 1 HOUR", "INTERVAL 2 HOUR"]

const instantBooking = (
  given: NonNullable<BookMap["dateTime"]>,
  format: string | undefined,
  ground: BookingGround,
): Booking => {
  const zoneName = given.zone ?? "UTC"
  const zone = quoteText(zoneName)
  const { instant, local, what } = parsed(format, "date-time", "2026-01-31T08:30:00Z")
  const hasTime = format === undefined ? "len(trim(moment)) > 10" : "TRUE"
  const time = `CASE WHEN ${hasTime} THEN ${local} END`
  const placed = `timezone(${zone}, ${time})`
  const candidates = [placed, ...shifts.flatMap((by) => [`${placed} - ${by}`, `${placed} + ${by}`])]
  const fitting = candidates.map((at) => `CASE WHEN timezone(${zone}, ${at}) = ${time} THEN ${at} END`).join(", ")
  const earlier = `least(${fitting})`
  const later = `greatest(${fitting})`
  const chosen = `coalesce(${instant}, ${given.twice === "earlier" ? earlier : given.twice === "later" ? later : earlier})`
  const twice =
    given.twice === undefined
      ? `WHEN ${instant} IS NULL AND ${earlier} <> ${later} THEN concat(${shown}, ${quoteText(` is there twice in ${zoneName}, because the clocks go back; write it with its offset, or let dateTime.twice of the map say which it is`)})`
      : ""
  return {
    from: chosen,
    to: chosen,
    fault: `CASE WHEN moment IS NULL THEN 'there is no date'
      WHEN ${instant} IS NULL AND ${time} IS NULL THEN concat(${shown}, ${quoteText(` is not a ${what}`)})
      WHEN ${instant} IS NULL AND ${earlier} IS NULL THEN concat(${shown}, ${quoteText(` does not exist in ${zoneName}, because the clocks go forward; write it with its offset`)})
      ${twice} ELSE ${yearFault(`year(timezone(${zone}, ${chosen}))`, format, ground)} END`,
  }
}

export const bookingSql = (map: BookMap, ground: BookingGround): Booking => {
  const given = map.date ?? map.dateTime
  const format = ground.isTyped ? undefined : given?.format
  return map.date === undefined
    ? instantBooking(map.dateTime ?? { column: "" }, format, ground)
    : dayBooking(map.date, format, ground)
}
