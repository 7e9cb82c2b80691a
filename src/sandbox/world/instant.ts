/** Epoch milliseconds. The generator never reads a clock: every instant follows from the options and the seed. */
export type Instant = number

export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/**
 * How one record writes its times. The contract says "offset date-times", so a reader must take any offset and any
 * number of decimals; real services mix them, and so does the sandbox.
 */
export interface TimeStyle {
  readonly precision: "seconds" | "millis" | "micros"
  /** Added below the millisecond when the precision is micros. */
  readonly micros: number
  readonly offsetMinutes: number
}

export const plainTime: TimeStyle = { precision: "millis", micros: 0, offsetMinutes: 0 }

/** The instant that a record with this style states, in microseconds: what is compared, sorted and rendered. */
export const stated = (at: Instant, style: TimeStyle): number => {
  switch (style.precision) {
    case "seconds":
      return Math.floor(at / second) * 1_000_000
    case "millis":
      return at * 1_000
    case "micros":
      return at * 1_000 + style.micros
  }
}

const two = (value: number): string => value.toString().padStart(2, "0")

/** RFC 3339 text of an instant in the given style, such as `2026-06-28T08:00:00.123+08:00`. */
export const renderInstant = (at: Instant, style: TimeStyle): string => {
  const shifted = new Date(at + style.offsetMinutes * minute).toISOString()
  const fraction = {
    seconds: "",
    millis: shifted.slice(19, 23),
    micros: `${shifted.slice(19, 23)}${style.micros.toString().padStart(3, "0")}`,
  }[style.precision]
  const minutes = Math.abs(style.offsetMinutes)
  const sign = style.offsetMinutes < 0 ? "-" : "+"
  const zone = minutes === 0 ? "Z" : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return `${shifted.slice(0, 19)}${fraction}${zone}`
}
