import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { isDateTime } from "../../src/api/date-time.ts"

const pad = (value: number, width: number): string => String(value).padStart(width, "0")

/** Whether the day exists, by counting: a day that does not exist comes back as another one. */
const inCalendar = (year: number, month: number, day: number): boolean => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

describe("a date-time", () => {
  it("is accepted exactly when its day, its time and its offset exist", () => {
    const parts = fc.record({
      year: fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(1900, 2000, 2024, 2026, 2100)),
      month: fc.integer({ min: 0, max: 13 }),
      day: fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 28, max: 31 })),
      hour: fc.oneof(
        { weight: 6, arbitrary: fc.nat({ max: 23 }) },
        { weight: 1, arbitrary: fc.integer({ min: 24, max: 99 }) },
      ),
      minute: fc.oneof(
        { weight: 6, arbitrary: fc.nat({ max: 59 }) },
        { weight: 1, arbitrary: fc.constantFrom(60, 99) },
      ),
      second: fc.oneof(
        { weight: 6, arbitrary: fc.nat({ max: 59 }) },
        { weight: 1, arbitrary: fc.constantFrom(60, 61) },
      ),
      fraction: fc.constantFrom("", ".1", ".123", ".123456", ".123456789"),
      offset: fc.constantFrom("Z", "+00:00", "-00:00", "+02:00", "-11:30", "+14:00", "+05:45"),
    })
    fc.assert(
      fc.property(parts, ({ day, fraction, hour, minute, month, offset, second, year }) => {
        const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction}${offset}`
        const exists = month >= 1 && month <= 12 && inCalendar(year, month, day)
        expect(isDateTime(text)).toBe(exists && hour <= 23 && minute <= 59 && second <= 59)
      }),
      { numRuns: 2000 },
    )
  })

  it("is refused wherever a place holds what it may not", () => {
    const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/
    const place = fc.nat({ max: 40 })
    fc.assert(
      fc.property(
        fc.constantFrom("2026-11-12T11:12:11.123456789+11:12", "2026-11-12T11:12:11Z", "2026-11-12T11:12:11.1-1112"),
        place,
        fc.nat({ max: 2 }),
        fc.string({ unit: fc.constantFrom(..."01.:-+TZtz /\u0661"), maxLength: 3 }),
        (text, from, length, put) => {
          const changed = text.slice(0, from) + put + text.slice(from + length)
          if (!form.test(changed)) expect([changed, isDateTime(changed)]).toEqual([changed, false])
        },
      ),
      { numRuns: 5000 },
    )
  })

  it("knows every day of leap years and of others", () => {
    for (const year of [1900, 2000, 2023, 2024, 2100]) {
      for (let month = 1; month <= 12; month++) {
        for (let day = 1; day <= 31; day++) {
          const text = `${year}-${pad(month, 2)}-${pad(day, 2)}T00:00:00Z`
          expect([text, isDateTime(text)]).toEqual([text, inCalendar(year, month, day)])
        }
      }
    }
  })

  it.each([
    ["has no offset", "2026-06-28T00:00:00"],
    ["is a day alone", "2026-06-28"],
    ["is written in lower case", "2026-06-28t00:00:00Z"],
    ["has a lower case zone", "2026-06-28T00:00:00z"],
    ["has a blank for the T", "2026-06-28 00:00:00Z"],
    ["has no seconds", "2026-06-28T00:00Z"],
    ["has a point and no fraction", "2026-06-28T00:00:00.Z"],
    ["has more than nine decimals", "2026-06-28T00:00:00.1234567891Z"],
    ["has an offset of hours alone", "2026-06-28T00:00:00+02"],
    ["has an offset that no zone has", "2026-06-28T00:00:00+16:00"],
    ["has an offset of 60 minutes", "2026-06-28T00:00:00+02:60"],
    ["names its zone", "2026-06-28T00:00:00 Europe/Zurich"],
    ["is a number of seconds", "1782604800"],
    ["lies in the year 0", "0000-01-01T00:00:00Z"],
    ["has a line break after it", "2026-06-28T00:00:00Z\n"],
    ["is empty", ""],
  ])("that %s is refused", (_why, text) => {
    expect(isDateTime(text)).toBe(false)
  })
})
