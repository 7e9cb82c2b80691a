import { plainDecimal } from "../../../api/exact-numbers.ts"
import type { BookMap } from "../map.ts"
import { accountName } from "./account.ts"
import {
  amountReader,
  fits,
  isZero,
  mayBeThousands,
  type Separators,
  separatorHint,
  shifted,
  type WrittenAmount,
} from "./amount.ts"
import { besideCurrency, currencyOf, mayBe } from "./currency.ts"

/** What a line says, as text that is exact; `fault` says what is wrong with it. Dates are read in SQL, as DuckDB reads formats. */
export interface LineValues {
  /** Behind the account's name, where the map says that ids are unique within an account. */
  readonly lineId: string | null
  readonly account: string | null
  /** What is wrong with its id, its account or its reference. */
  readonly idFault: string | null
  readonly customerId: string | null
  readonly partnerCustomerRef: string | null
  readonly reference: string | null
  readonly description: string | null
  readonly moment: string | null
  readonly currency: string | null
  readonly currencyFault: string | null
  /** A plain decimal, a credit positive. */
  readonly amount: string | null
  readonly amountFault: string | null
}

/** What of a file's own types and of the configuration the values are read by. */
export interface ValueGround {
  /** Columns whose text is a plain decimal with a point, whatever the map says. */
  readonly decimals: ReadonlySet<string>
  /** Decimal places of currencies, for amounts in minor units. */
  readonly places: Readonly<Record<string, number>>
  readonly isWrittenByPeople: boolean
}

const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)

const defaultCredit = ["C", "CR", "CREDIT", "CRDT"]
const defaultDebit = ["D", "DR", "DEBIT", "DBIT"]

const wordSet = (words: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(words.map((word) => word.trim().toUpperCase()))

/** What a spreadsheet makes of a long number; as an id or a reference it could be any of many. */
const leftOut = /^\d(?:[.,]\d+)?E\+\d+$/i

/** What nobody sees: an id with it is another one, and its line would be there twice. */
const unseen = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}]/u

/** In one of two columns of which the other has the amount, a dash can be nothing but empty. */
const dash = /^[-\u2013\u2014]$/

interface Read {
  readonly value: string | null
  readonly beside: string | null
  readonly fault: string | null
}

const failed = (fault: string): Read => ({ value: null, beside: null, fault })

const negated = (value: string): string =>
  value.startsWith("-") ? value.slice(1) : isZero(value) ? value : `-${value}`

/** An amount and a word behind it. */
const wordBehind = /^(.*[\d)\s-])\s*(\p{L}+)\.?$/u

/** A minus beside a stated side is either that side once more, or a booking taken back. Only the map knows. */
const sided = (
  { digits, minus }: WrittenAmount,
  text: string,
  side: "credit" | "debit",
  meaning: "debit" | "reversal" | undefined,
): Read => {
  const plain = side === "debit" ? negated(digits) : digits
  if (minus === 0 || isZero(digits)) return { value: isZero(digits) ? digits : plain, beside: null, fault: null }
  if (meaning === undefined) {
    return failed(
      `the amount ${shown(text)} has a minus beside its ${side} side, which may say the side twice or take a booking back; amount.minus of the map decides: "debit", or "reversal"`,
    )
  }
  return { value: meaning === "debit" ? `-${digits}` : negated(plain), beside: null, fault: null }
}

/** Whether a line is none, by the words that the map gives for it. */
export const leaveOut = ({ leaveOut }: BookMap): ((field: (column: string) => string | null) => boolean) => {
  if (leaveOut === undefined) return () => false
  const words = wordSet(leaveOut.words)
  return (field) => {
    const text = field(leaveOut.column)
    return text !== null && words.has(text.trim().toUpperCase())
  }
}

/** A reader of the map's lines: from the text of each column to what the line says. */
export const valueReader = (map: BookMap, { decimals, isWrittenByPeople, places }: ValueGround) => {
  const empty = wordSet(map.emptyWords)
  const creditWords = wordSet(map.amount.creditWords ?? defaultCredit)
  const debitWords = wordSet(map.amount.debitWords ?? defaultDebit)
  const separators: Separators = { decimal: map.decimalSeparator ?? ".", thousands: map.thousandsSeparator ?? null }
  const asMapped = amountReader(separators)
  const plain = amountReader({ decimal: ".", thousands: null })
  const exact = (column: string, text: string): string => (decimals.has(column) ? plainDecimal(text) : text)
  const written = (column: string, text: string): WrittenAmount | null =>
    (decimals.has(column) ? plain : asMapped)(exact(column, text))

  const valueOf = (field: (column: string) => string | null, column: string | undefined): string | null => {
    const text = column === undefined ? null : field(column)
    const trimmed = text?.trim() ?? ""
    return trimmed === "" || empty.has(trimmed.toUpperCase()) ? null : trimmed
  }
  const given = (
    field: (column: string) => string | null,
    key: { readonly column?: string | undefined; readonly constant?: string | undefined } | undefined,
  ): string | null => (key?.column === undefined ? (key?.constant ?? null) : valueOf(field, key.column))

  /** The key of the map that would take the word behind an amount for its side; null where none would. */
  const sideHint = (text: string): string | null => {
    const [, rest = "", word = ""] = wordBehind.exec(text) ?? []
    if (map.amount.column === undefined || map.amount.direction !== undefined || asMapped(rest) === null) return null
    const sign = map.sign === "debitPositive" ? ", and remove sign" : ""
    return `; if ${shown(word)} says its side, name it in creditWords or debitWords${sign}`
  }

  const malformed = (text: string): Read =>
    failed(
      dash.test(text)
        ? `the amount ${shown(text)} is not written as the map says; if it stands for no value, name it in emptyWords`
        : /^[-+]?[\d.,]+[eE][-+]?\d+$/.test(text)
          ? `the amount ${shown(text)} is not written as the map says: a spreadsheet has left digits out; write it in full`
          : `the amount ${shown(text)} is not written as the map says${sideHint(text) ?? separatorHint(text)}`,
    )
  /** One column's amount; null where it has none. */
  const read = (column: string, text: string, settle: (amount: WrittenAmount) => Read): Read => {
    const amount = written(column, text)
    return amount === null ? malformed(text) : { ...settle(amount), beside: amount.beside }
  }

  /** A word of a side that stands behind an amount, as in "20.00 Dr"; null where there is none. */
  const besideSide = (text: string) => {
    const [, rest = "", word = ""] = wordBehind.exec(text) ?? []
    const side = creditWords.has(word.toUpperCase()) ? "credit" : debitWords.has(word.toUpperCase()) ? "debit" : null
    return side === null || map.sign === "debitPositive" ? null : ({ rest, side } as const)
  }

  const amountOf = (field: (column: string) => string | null): Read => {
    const { column, credit = "", debit = "", direction, minus } = map.amount
    if (column !== undefined) {
      const text = valueOf(field, column)
      if (text === null) return failed("there is no amount")
      if (direction === undefined) {
        const stated = decimals.has(column) ? null : besideSide(text)
        if (stated !== null) return read(column, stated.rest, (amount) => sided(amount, text, stated.side, minus))
        return read(column, text, (amount) => {
          const value = amount.minus === 1 ? negated(amount.digits) : amount.digits
          return { value: map.sign === "debitPositive" ? negated(value) : value, beside: null, fault: null }
        })
      }
      const word = valueOf(field, direction)
      if (word === null) return failed("there is no direction")
      const side = creditWords.has(word.toUpperCase()) ? "credit" : debitWords.has(word.toUpperCase()) ? "debit" : null
      if (side === null) return failed(`the direction ${shown(word)} is neither a credit nor a debit word of the map`)
      return read(column, text, (amount) => sided(amount, text, side, minus))
    }
    const texts = { credit: valueOf(field, credit), debit: valueOf(field, debit) }
    const real = (text: string | null) => (text === null || dash.test(text) ? null : text)
    const ofSide = (side: "credit" | "debit") => {
      const text = real(texts[side])
      const stated = text === null ? null : besideSide(text)
      return stated?.side === side ? stated.rest : text
    }
    const [creditText, debitText] = [ofSide("credit"), ofSide("debit")]
    if (creditText === null && debitText === null) return failed("there is no amount, neither a debit nor a credit")
    const ofCredit =
      creditText === null ? null : read(credit, creditText, (amount) => sided(amount, creditText, "credit", minus))
    const ofDebit =
      debitText === null ? null : read(debit, debitText, (amount) => sided(amount, debitText, "debit", minus))
    const faults = [ofCredit?.fault, ofDebit?.fault].filter((fault) => fault != null)
    if (faults.length > 0) return failed(faults.join("; "))
    const both = [ofCredit, ofDebit].filter((one) => one !== null && !isZero(one.value ?? ""))
    if (both.length > 1) return failed("there is both a debit and a credit")
    return both[0] ?? ofCredit ?? ofDebit ?? failed("there is no amount")
  }

  const isUnsaid = isWrittenByPeople && map.decimalSeparator === undefined && map.thousandsSeparator === undefined

  /** The currency, and an amount that is counted in its smallest unit as it is without. */
  const withCurrency = (amount: Read, text: string | null) => {
    const named = text === null ? null : currencyOf(text)
    const fromBeside = amount.beside === null ? null : besideCurrency(amount.beside)
    const currency = map.currencyInAmount ? fromBeside : (named?.code ?? null)
    const missing = map.currencyInAmount
      ? amount.fault !== null
        ? null
        : amount.beside === null
          ? "there is no currency beside the amount"
          : `${shown(amount.beside)} beside the amount is not one currency; name a column or a constant as currency`
      : text === null
        ? "there is no currency"
        : `${shown(text)} is not a currency`
    const faults = { currency, currencyFault: currency === null ? missing : null }
    const set = (fault: string | null) => ({ ...faults, amount: null, amountFault: fault })
    if (amount.value === null) return set(amount.fault)
    if (currency !== null && amount.beside !== null && !mayBe(amount.beside, currency)) {
      return set(
        `the amount is in ${shown(amount.beside)}, and the line's currency is ${currency}; currencyInAmount of the map takes the currency from beside the amount`,
      )
    }
    const { minorUnits = 0 } = map.amount
    const ofCurrency = minorUnits === true ? places[currency ?? ""] : minorUnits
    const unit = named?.places ?? ofCurrency
    if (unit === undefined) {
      return set(
        currency === null
          ? null
          : `how many decimal places ${currency} has is not known; give amount.minorUnits as a number, or currencyPlaces in the configuration`,
      )
    }
    const sign = amount.value.startsWith("-") ? "-" : ""
    const digits = amount.value.slice(sign.length)
    if (unit > 0 && /\.\d*[1-9]/.test(digits)) {
      return set(
        `the amount ${shown(amount.value)} counts the smallest unit of ${text ?? currency}, and is not a whole number`,
      )
    }
    if (isUnsaid && mayBeThousands(digits) && (places[currency ?? ""] ?? 3) < 3) {
      return set(
        `the amount ${shown(amount.value)} may be ${sign}${digits.replace(".", "")} or ${amount.value} ${currency}; decimalSeparator of the map decides: ".", or "," with thousandsSeparator "."`,
      )
    }
    const value = unit === 0 ? digits : shifted(digits.replace(/\..*$/, ""), unit)
    return fits(value)
      ? { ...faults, amount: `${sign}${value}`, amountFault: null }
      : set(`the amount ${shown(amount.value)} has more than 20 digits before the point or 18 after it`)
  }

  const placed = (field: (column: string) => string | null) => {
    const id = valueOf(field, map.lineId.column)
    const text = given(field, map.account)
    const account = text === null ? null : accountName(text)
    const lost = [id, valueOf(field, map.reference?.column)].find((value) => value !== null && leftOut.test(value))
    const hidden = unseen.exec(id ?? "")?.[0] ?? unseen.exec(account ?? "")?.[0]
    const faults = [
      ...(id === null ? ["there is no line id"] : []),
      ...(hidden === undefined
        ? []
        : [
            `the line id has a character that is not seen (U+${hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}); correct the file`,
          ]),
      ...(map.account !== undefined && account === null ? ["there is no account"] : []),
      ...(lost == null ? [] : [`a spreadsheet has left digits out of ${shown(lost)}; export the column as text`]),
    ]
    return {
      lineId: id === null || account === null ? id : `${account}/${id}`,
      account,
      idFault: faults.join("; ") || null,
    }
  }

  const moment = map.date ?? map.dateTime
  return (field: (column: string) => string | null): LineValues => ({
    ...placed(field),
    customerId: given(field, map.customerId),
    partnerCustomerRef: given(field, map.partnerCustomerRef),
    reference: valueOf(field, map.reference?.column),
    description: valueOf(field, map.description?.column),
    moment: valueOf(field, moment?.column),
    ...withCurrency(amountOf(field), map.currencyInAmount ? null : given(field, map.currency)),
  })
}
