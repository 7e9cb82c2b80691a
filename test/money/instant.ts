const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 365 * 86_400_000,
}

const span = /^([+-]?)(\d+)(ms|s|m|h|d|y)(\.\d+)?$/

/** `-50h`, `1d`, `+250ms` in milliseconds; null for anything else. */
export const millisOf = (text: string): number | null => {
  const [, sign, count, unit] = span.exec(text) ?? []
  return unit === undefined ? null : (sign === "-" ? -1 : 1) * Number(count) * (units[unit] ?? 0)
}

/** The instant that a span from `start` names, as the API writes it; any other text as it stands. */
export const instantOf = (text: string, start: number): string => {
  const millis = millisOf(text)
  if (millis === null) return text
  const fraction = span.exec(text)?.[4]
  const instant = new Date(start + millis).toISOString()
  return fraction === undefined ? instant : `${instant.slice(0, -".000Z".length)}${fraction}Z`
}

/** Instants of one zone in the order of time, to the nanosecond. */
export const sortable = (instant: string): string => {
  const [second = "", fraction = ""] = instant.replace("Z", "").split(".")
  return `${second}.${fraction.padEnd(9, "0")}`
}
