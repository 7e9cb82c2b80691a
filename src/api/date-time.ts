const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-](\d{2}):?(\d{2}))$/

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/**
 * Whether the text is an offset date-time that exists in the calendar, as RFC 3339 writes it (with capital T and Z, which is what the store reads). A date without an offset
 * is refused: which instant it means would be a guess. Fractions finer than a microsecond are accepted; the store keeps
 * microseconds.
 */
export const isDateTime = (value: string): boolean => {
  const match = shape.exec(value)
  if (match === null) return false
  const part = (group: number): number => Number(match[group] ?? "0")
  const day = part(3)
  const month = part(2)
  return (
    part(1) >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || day <= daysInMonth(part(1), month)) &&
    part(4) <= 23 &&
    part(5) <= 59 &&
    part(6) <= 59 &&
    part(7) <= 15 &&
    part(8) <= 59
  )
}
