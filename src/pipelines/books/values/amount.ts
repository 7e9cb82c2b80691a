/**
 * What an amount is, for every format: decided here and nowhere else. A text is taken apart whole or not at all, because a
 * cast would round without a word and a separator in the wrong place would change the amount.
 */
export interface Separators {
  readonly decimal: string
  readonly thousands: string | null
}

/** A text taken apart: digits with a point and no sign, how often a minus stands with it, and what stands beside it. */
export interface WrittenAmount {
  readonly digits: string
  readonly minus: number
  /** A currency as it stands beside the amount: a code in capitals, or a symbol. */
  readonly beside: string | null
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** A separator as books write it: a blank may be any of the narrow ones, an apostrophe either of the two. */
const spellings: Readonly<Record<string, string>> = { " ": "[ \u00a0\u202f\u2009]", "'": "['\u2019]" }

/** A minus sign, and the dash that word processors make of one. */
const minusSigns = /[\u2212\u2013]/g

const currencyShape = String.raw`\p{Sc}|[A-Za-z]{1,3}\p{Sc}|[A-Za-z]{3,11}|z\u0142|kr\.?|Fr\.?|K\u010d|Ft`

/** Groups of three, or as in India the last group of three and those before it of two. */
const wholeShape = (thousands: string | null): string => {
  if (thousands === null) return "\\d+"
  const between = spellings[thousands] ?? escaped(thousands)
  return `\\d{1,3}(?:${between}\\d{3})+|\\d{1,2}(?:${between}\\d{2})*${between}\\d{3}|\\d+`
}

const shapeOf = ({ decimal, thousands }: Separators): RegExp => {
  const point = escaped(decimal)
  const body = `(?:${wholeShape(thousands)})(?:${point}\\d*)?|${point}\\d+`
  const blank = "[\\s\\u00a0\\u202f\\u2009]*"
  const currency = `(?:${currencyShape})`
  return new RegExp(
    `^(?<lead>[-+]?)${blank}(?<before>${currency})?${blank}(?<open>[-+(]?)${blank}(?<within>${currency})?${blank}(?<body>${body})${blank}(?<beside>${currency})?${blank}(?<close>[-)]?)${blank}(?<after>${currency})?$`,
    "u",
  )
}

/** A reader of amounts that are written so; null where a text is none. */
export const amountReader = (separators: Separators): ((text: string) => WrittenAmount | null) => {
  const shape = shapeOf(separators)
  const thousands =
    separators.thousands === null
      ? null
      : new RegExp(spellings[separators.thousands] ?? escaped(separators.thousands), "g")
  return (text) => {
    const groups = shape.exec(text.trim().replace(minusSigns, "-"))?.groups
    if (groups === undefined) return null
    const { after, before, beside, body = "", close = "", lead = "", open = "", within } = groups
    if ((open === "(") !== (close === ")")) return null
    // "12.-" is twelve without cents to some, and minus twelve to others.
    if (body.endsWith(separators.decimal) && close === "-") return null
    const named = [before, within, beside, after].filter((name) => name !== undefined)
    if (named.length > 1) return null
    const whole = thousands === null ? body : body.replace(thousands, "")
    const [units = "", rest = ""] = whole.split(separators.decimal)
    const signs = [lead, open, close].filter((sign) => sign !== "" && sign !== ")")
    if (signs.length > 1) return null
    const digits = `${units.replace(/^0+(?=\d)/, "") || "0"}${rest === "" ? "" : `.${rest}`}`
    return {
      digits,
      minus: signs.filter((sign) => sign !== "+").length,
      beside: named[0] === undefined ? null : named[0].toUpperCase(),
    }
  }
}

/** Whether the store holds the digits exactly: 20 before the point and 18 after it, zeros at the end aside. */
export const fits = (digits: string): boolean => /^\d{1,20}(\.\d{0,18}0*)?$/.test(digits)

/** The digits with the point so many places further to the left. */
export const shifted = (digits: string, places: number): string => {
  const [whole = "0", rest = ""] = digits.split(".")
  const padded = whole.padStart(places + 1, "0")
  const at = padded.length - places
  const fraction = padded.slice(at) + rest
  return fraction === "" ? padded : `${padded.slice(0, at).replace(/^0+(?=\d)/, "")}.${fraction}`
}

/** One point before three digits: decimal places of a currency that has so many, and elsewhere as likely a group. */
export const mayBeThousands = (digits: string): boolean => /^[1-9]\d{0,2}\.\d{3}$/.test(digits)

export const isZero = (digits: string): boolean => !/[1-9]/.test(digits)

/** What people commonly write amounts with, for the hint at a text that the map's separators do not fit. */
const commonSeparators: ReadonlyArray<Separators> = [".,", ",.", ", ", ". ", ".'", ",", "."].map((pair) => ({
  decimal: pair[0] ?? ".",
  thousands: pair[1] ?? null,
}))

/** Keys of the map by which the text would be an amount, in words; empty where there is no such. */
export const separatorHint = (text: string): string => {
  const fitting = commonSeparators.filter((pair) => amountReader(pair)(text) !== null)
  const readings = new Set(fitting.map((pair) => amountReader(pair)(text)?.digits))
  const [first] = fitting
  if (first === undefined) return ""
  if (readings.size > 1) return "; decimalSeparator and thousandsSeparator of the map decide how it is read"
  const thousands = first.thousands === null ? "" : ` and thousandsSeparator ${JSON.stringify(first.thousands)}`
  return `; it would be with decimalSeparator ${JSON.stringify(first.decimal)}${/[^\d]\d{3}\D/.test(text) ? thousands : ""}`
}
