/** `Sun, 06 Nov 1994 08:49:37 GMT`: Date.parse alone would find a year in any sentence with digits. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

const httpDateMillis = (header: string | undefined): number | null => {
  const parsed = header !== undefined && httpDate.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(parsed) ? null : parsed
}

/** The server's clock from the Date header, epoch milliseconds. */
export const serverTimeMillis = (headers: Readonly<Record<string, string | undefined>>): number | null =>
  httpDateMillis(headers.date)

/**
 * Retry-After in milliseconds from now, by the clock of whoever wrote it: seconds, with or without a fraction, or
 * an HTTP date. More than nine digits of seconds, over thirty years, is no wait that anybody meant.
 */
export const retryAfterMillis = (header: string | undefined, nowMillis: number): number | null => {
  if (header === undefined) return null
  if (/^\d{1,9}(\.\d{1,9})?$/.test(header.trim())) return Math.ceil(Number(header.trim()) * 1000)
  const date = httpDateMillis(header)
  return date === null ? null : Math.max(0, date - nowMillis)
}

const units = [
  ["day", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const

/** `7 min 3 s`: the largest unit that is there, and the one below it. */
const span = (seconds: number): string => {
  const largest = Math.max(
    0,
    units.findIndex(([, size]) => seconds >= size),
  )
  let rest = seconds
  return units
    .slice(largest, largest + 2)
    .flatMap(([unit, size]) => {
      const count = Math.floor(rest / size)
      rest -= count * size
      return count === 0 ? [] : [`${count} ${unit === "day" && count > 1 ? "days" : unit}`]
    })
    .join(" ")
}

/** `2 h`, `7 min 3 s`; what is shorter than a second is `0 s`. */
export const duration = (millis: number): string => span(Math.round(millis / 1000)) || "0 s"

/** By how much this machine's clock is off, for a person; `offsetMillis` is the server's time less ours. */
export const clockSentence = (offsetMillis: number): string => {
  const seconds = Math.round(Math.abs(offsetMillis) / 1000)
  if (seconds === 0) return "this machine's clock agrees with the API's to the second"
  return `this machine's clock is ${span(seconds)} ${offsetMillis > 0 ? "behind" : "ahead of"} the API's`
}
