import type { Chance } from "./chance.ts"
import type { TimeStyle } from "./instant.ts"

/**
 * Text as the world carries it. Each sample is a trap for some reader or writer of CSV, JSON or HTML: separators,
 * quotes, line breaks, tabs, scripts of several widths and directions, and the first characters that make a
 * spreadsheet take a cell for a formula.
 */
const names: ReadonlyArray<string> = [
  "Ada Brennan",
  "Müller & Söhne GmbH",
  "株式会社 潮路",
  "陳大文",
  "Нина Орлова",
  "محمد الفارسي",
  "שירה לוי",
  "สมชาย ใจดี",
  'Oakes, "Tiny" Ltd.',
  "Søren Ångström, ApS",
  "=SUM(A1:A9)",
  "+6591234567 Trading",
  "-Minus Labs",
  "@handle pte ltd",
  "Line one\nLine two",
  "Carriage\r\nReturn Co",
  "Tab\tSeparated Inc",
  "🐚 Shell & Co 🌊",
  "O'Hara; DROP TABLE",
  "<b>Bold</b> & Sons",
]

const remarks: ReadonlyArray<string> = [
  "INV",
  "Rent",
  "salary, March",
  'the "big" one',
  "=HYPERLINK(0)",
  "+refund",
  "-credit",
  "@payroll",
  "first\nsecond",
  "cr\r\nlf",
  "tab\there",
  "請求書",
  "счёт",
  "فاتورة",
  "חשבון",
  "🌊 invoice",
]

const partnerRefs: ReadonlyArray<string> = [
  "acme-pay",
  "Tide & Sons, Ltd",
  'north "harbour"',
  "潮汐-商社",
  "Ελλάς-07",
  "=1+1",
  "شركة-المد",
  "plain-ref",
  "@desk; Zürich",
  "🐠 reef",
]

export const drawName = (chance: Chance): string => chance.pick(names)

/** A reference that no other record of the sandbox has: two settled records that share one would be a duplicate. */
export const drawReference = (chance: Chance): string => `${chance.pick(remarks)} ${chance.hex(10)}`

/** The partner's own reference of the n-th customer; unique, because it ends in the number. */
export const partnerRefOf = (index: number): string =>
  `${partnerRefs[index % partnerRefs.length]} #${(index + 1).toString().padStart(3, "0")}`

export const drawStyle = (chance: Chance): TimeStyle => ({
  precision: chance.pick(["seconds", "millis", "millis", "micros"] as const),
  micros: chance.int(1, 999),
  offsetMinutes: chance.pick([0, 0, 0, 0, 480, 540, -300, 330]),
})

/** An address in the manner of its network. */
export const drawAddress = (chance: Chance, network: string): string => {
  switch (network) {
    case "BITCOIN":
      return `bc1q${chance.hex(38)}`
    case "TRON":
      return `T${chance.hex(33)}`
    case "SOLANA":
      return `So${chance.hex(42)}`
    default:
      return `0x${chance.hex(40)}`
  }
}

export const drawHash = (chance: Chance, network: string): string =>
  network === "ETHEREUM" ? `0x${chance.hex(64)}` : chance.hex(64)
