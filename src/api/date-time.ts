const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const digitAt = (text: string, at: number): number => {
  const digit = text.charCodeAt(at) - 48
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}

/** The number that two digits write; NaN where they are none. */
const two = (text: string, at: number): number => digitAt(text, at) * 10 + digitAt(text, at + 1)

/** Where a fraction of one to nine digits ends that may begin here; NaN where it has none of them or more. */
const afterFraction = (text: string, at: number): number => {
  if (text[at] !== ".") return at
  let place = at + 1
  while (digitAt(text, place) >= 0) place++
  return place > at + 1 && place <= at + 10 ? place : Number.NaN
}

const isOffset = (text: string, at: number): boolean => {
  if (text[at] === "Z") return text.length === at + 1
  if (text[at] !== "+" && text[at] !== "-") return false
  const minutes = text[at + 3] === ":" ? at + 4 : at + 3
  return two(text, at + 1) <= 15 && two(text, minutes) <= 59 && text.length === minutes + 2
}

/**
 * Whether the text is an offset date-time that exists in the calendar, as RFC 3339 writes it (with capital T and Z, which is what the store reads). A date without an offset
 * is refused: which instant it means would be a guess. Fractions finer than a microsecond are accepted; the store keeps
 * microseconds. Read place by place: a night reads millions, and a pattern costs five times as much.
 */
export const isDateTime = (value: string): boolean => {
  const year = two(value, 0) * 100 + two(value, 2)
  const month = two(value, 5)
  const day = two(value, 8)
  return (
    year >= 1 &&
    value[4] === "-" &&
    month >= 1 &&
    month <= 12 &&
    value[7] === "-" &&
    day >= 1 &&
    (day <= 28 || day <= daysInMonth(year, month)) &&
    value[10] === "T" &&
    two(value, 11) <= 23 &&
    value[13] === ":" &&
    two(value, 14) <= 59 &&
    value[16] === ":" &&
    two(value, 17) <= 59 &&
    isOffset(value, afterFraction(value, 19))
  )
}
