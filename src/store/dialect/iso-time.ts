const MILLIS_PER_DAY = 86_400_000
const INFINITY_MICROS = 2n ** 63n - 1n
/** The largest instant, either side of the epoch, that a JavaScript Date can print. */
const DATE_LIMIT_MILLIS = 8_640_000_000_000_000n

/**
 * ISO 8601 in UTC, exact to the microsecond. The fraction is printed only where it is not zero, with 3 digits where
 * those are enough and 6 otherwise. DuckDB's infinite
 * instants stay words; an instant that a Date cannot express raises a RangeError.
 */
export const isoTimeFromMicros = (micros: bigint): string => {
  if (micros === INFINITY_MICROS) return "infinity"
  if (micros === -INFINITY_MICROS) return "-infinity"
  const [millis, rest] = floorDivide(micros, 1000n)
  return isoTime(millis, rest === 0n ? "" : String(rest).padStart(3, "0"))
}

/** The same for TIMESTAMP_NS, with 9 digits where 6 are not enough. */
export const isoTimeFromNanos = (nanos: bigint): string => {
  const [micros, rest] = floorDivide(nanos, 1000n)
  if (rest === 0n) return isoTimeFromMicros(micros)
  const [millis, microsRest] = floorDivide(micros, 1000n)
  return isoTime(millis, String(microsRest).padStart(3, "0") + String(rest).padStart(3, "0"))
}

/** yyyy-mm-dd from days since 1970-01-01. */
export const isoDateFromDays = (days: number): string => {
  const millis = days * MILLIS_PER_DAY
  if (Math.abs(millis) > Number(DATE_LIMIT_MILLIS))
    throw new RangeError(`The date ${days} days from 1970 has no ISO form`)
  const text = new Date(millis).toISOString()
  return text.slice(0, text.indexOf("T"))
}

const isoTime = (millis: bigint, digitsAfterMillis: string): string => {
  if (millis > DATE_LIMIT_MILLIS || millis < -DATE_LIMIT_MILLIS) {
    throw new RangeError(`The time ${millis} ms from 1970 has no ISO form`)
  }
  const text = new Date(Number(millis)).toISOString()
  const seconds = text.slice(0, -5)
  const fraction = text.slice(-4, -1) + digitsAfterMillis
  return fraction === "000" ? `${seconds}Z` : `${seconds}.${fraction}Z`
}

const floorDivide = (value: bigint, divisor: bigint): readonly [quotient: bigint, rest: bigint] => {
  const rest = value % divisor
  return rest < 0n ? [value / divisor - 1n, rest + divisor] : [value / divisor, rest]
}
