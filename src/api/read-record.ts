import { isCurrency } from "./contract/currencies.ts"
import type { ContractStream } from "./contract.ts"
import { isDateTime } from "./date-time.ts"
import type { Field } from "./field.ts"
import { bounded } from "./long-text.ts"
import { moneyFault } from "./money.ts"
import type { PersonalData } from "./personal-data.ts"
import { told, withoutControls } from "./printable.ts"

/** A record that the contract cannot read; it goes to quarantine, and its chain goes on. */
export interface RejectedRecord {
  /** Its place among the page's items, from 0. */
  readonly index: number
  /** Its id where that can be read. */
  readonly recordId: string | null
  /** Names the field and what is wrong with it. */
  readonly reason: string
  /** The record as JSON text, number tokens quoted; of a long one its beginning. */
  readonly payload: string
  /** What of it can be read, as JSON by column: a text, or null where the record says none. What is missing cannot be read. */
  readonly readable: string
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" ? "an object" : typeof value === "boolean" ? "true or false" : `a ${typeof value}`
}

const holdsCurrency = ({ column }: Field): boolean => column === "currency" || column.endsWith("_currency")

/** What is wrong with a value, to be said after it. */
const misread = (field: Field, value: string, { currencies }: ContractStream): string | null => {
  // A word such as DOLLAR would have sums of its own, beside those of the currency that is meant.
  if (holdsCurrency(field) && value !== "" && !isCurrency(value, currencies)) {
    return "is no currency (three letters, or a name that currencyPlaces or currencyAliases know)"
  }
  switch (field.type) {
    case "money":
      return moneyFault(value)
    case "time":
      return isDateTime(value) ? null : "is not an offset date-time"
    case "direction":
      return value === "CREDIT" || value === "DEBIT" ? null : "is neither CREDIT nor DEBIT"
    case "text":
    case "personal":
      return null
  }
}

/** What cannot be read and yet is plainly what its field should hold: an amount written otherwise, a day without a time. */
const looksLike: Readonly<Record<Field["type"], RegExp | null>> = {
  money: /^-?(?:\d{1,3}(?:[,.' \u00a0]\d{3})+(?:[,.]\d*)?|\d+(?:[,.]\d*)?(?:[eE][+-]?\d{1,9})?|[,.]\d+)$/,
  time: /^\d{4}-\d{2}-\d{2}(?:[Tt ][\d:.]*(?: ?[Zz]|[+-]\d{2}:?\d{2})?)?$/,
  direction: /^(?:credit|debit)$/i,
  text: null,
  personal: null,
}

/** Whether a value may be shown and kept: one that reads, or as good as reads, as the contract says names nobody. */
export const mayStay = (field: Field, value: string, stream: ContractStream): boolean =>
  value === "" || misread(field, value, stream) === null || looksLike[field.type]?.test(value) === true

/** How it is written, and not what: an x for each letter, a 9 for each digit. */
const formOf = (value: string): string => value.replace(/\p{N}/gu, "9").replace(/[^\x20-\x40\x5b-\x60\x7b-\x7e]/gu, "x")

const valueFault = (
  field: Field,
  value: string,
  stream: ContractStream,
  shows: PersonalData["_tag"],
): string | null => {
  if (value === "" && field.required && (field.type === "text" || field.type === "personal")) return "is empty"
  const fault = misread(field, value, stream)
  if (fault === null) return null
  const quoted = (text: string): string => JSON.stringify(told(text, 60))
  return shows === "Keep" || mayStay(field, value, stream)
    ? `${quoted(value)} ${fault}`
    : `${quoted(formOf(value.slice(0, 61)))} (x for a letter, 9 for a digit) ${fault}`
}

const fieldFault = (
  field: Field,
  value: unknown,
  stream: ContractStream,
  shows: PersonalData["_tag"],
): string | null => {
  if (value === undefined || value === null) return field.required ? "is missing" : null
  if (typeof value !== "string") return `is ${kindOf(value)}, not a single value`
  return valueFault(field, value, stream, shows)
}

/**
 * Null when every field of the contract can be read, else the first fault, naming its field. Number tokens have become
 * strings before (exact-numbers.ts). A record that names another customer than the list it came in is refused too: to
 * whom it belongs would be a guess.
 */
export const readRecord = (
  stream: ContractStream,
  customerId: string,
  item: unknown,
  shows: PersonalData["_tag"] = "Keep",
): string | null => {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return "the record is not an object"
  const record = item as Record<string, unknown>
  for (const field of stream.fields) {
    const fault = fieldFault(field, record[field.field], stream, shows)
    if (fault !== null) return `${field.field} ${fault}`
  }
  const owner = record[stream.customerField]
  return owner === customerId
    ? null
    : `${stream.customerField} is ${JSON.stringify(typeof owner === "string" ? told(owner, 60) : owner)}, but the list was read for ${JSON.stringify(customerId)}`
}

/**
 * Of a record that was refused, what can be read all the same: each column of the contract with its text, or with null
 * where the record says none (an explicit null, or an optional field absent). A column that is left out cannot be read, and
 * may hold anything. Names and numbers of persons are left out.
 */
export const readableColumns = (stream: ContractStream, item: unknown): Readonly<Record<string, string | null>> => {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return {}
  const record = item as Record<string, unknown>
  const columns: Record<string, string | null> = {}
  for (const field of stream.fields) {
    if (field.type === "personal") continue
    const value = record[field.field]
    if (value === null || (value === undefined && !field.required)) columns[field.column] = null
    else if (typeof value === "string" && fieldFault(field, value, stream, "Keep") === null)
      columns[field.column] = bounded(value)
  }
  return columns
}

/** The record's id, its parts joined with a slash, which none of several has in it; null where a part that must be there cannot be read. */
export const recordId = (stream: ContractStream, item: unknown): string | null => {
  if (typeof item !== "object" || item === null) return null
  const record = item as Record<string, unknown>
  const parts: Array<string> = []
  for (const field of stream.idFields) {
    const value = record[field.field]
    if (typeof value === "string" && (value !== "" || !field.required))
      parts.push(bounded(withoutControls(value.toWellFormed())))
    else if (field.required || (value !== null && value !== undefined)) return null
  }
  if (parts.length === 1 && stream.idFields.length === 1) return parts.join("")
  return parts.map((part) => part.replaceAll("%", "%25").replaceAll("/", "%2F")).join("/")
}
