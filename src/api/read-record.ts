import { isCurrency } from "./contract/currencies.ts"
import type { ContractStream } from "./contract.ts"
import { isDateTime } from "./date-time.ts"
import type { Field } from "./field.ts"
import { moneyFault } from "./money.ts"

/** A record that the contract cannot read; it goes to quarantine, and its chain goes on. */
export interface RejectedRecord {
  /** Its place among the page's items, from 0. */
  readonly index: number
  /** Its id where that can be read. */
  readonly recordId: string | null
  /** Names the field and what is wrong with it. */
  readonly reason: string
  /** The record as JSON text, number tokens quoted. */
  readonly payload: string
  /** What of it can be read, as JSON by column: a text, or null where the record says none. What is missing cannot be read. */
  readonly readable: string
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" ? "an object" : typeof value === "boolean" ? "true or false" : `a ${typeof value}`
}

const holdsCurrency = ({ column }: Field): boolean => /(^|_)currency$/.test(column)

const valueFault = (field: Field, value: string, { currencies }: ContractStream): string | null => {
  // A word such as DOLLAR would have sums of its own, beside those of the currency that is meant.
  if (holdsCurrency(field) && value !== "" && !isCurrency(value, currencies)) {
    return `${JSON.stringify(value.slice(0, 60))} is no currency (three letters, or a name that currencyPlaces or currencyAliases know)`
  }
  switch (field.type) {
    case "money":
      return moneyFault(value)
    case "time":
      return isDateTime(value) ? null : `${JSON.stringify(value.slice(0, 60))} is not an offset date-time`
    case "direction":
      return value === "CREDIT" || value === "DEBIT"
        ? null
        : `${JSON.stringify(value.slice(0, 60))} is neither CREDIT nor DEBIT`
    case "text":
    case "personal":
      return field.required && value === "" ? "is empty" : null
  }
}

const fieldFault = (field: Field, value: unknown, stream: ContractStream): string | null => {
  if (value === undefined || value === null) return field.required ? "is missing" : null
  if (typeof value !== "string") return `is ${kindOf(value)}, not a single value`
  return valueFault(field, value, stream)
}

/**
 * Null when every field of the contract can be read, else the first fault, naming its field. Number tokens have become
 * strings before (exact-numbers.ts). A record that names another customer than the list it came in is refused too: to
 * whom it belongs would be a guess.
 */
export const readRecord = (stream: ContractStream, customerId: string, item: unknown): string | null => {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return "the record is not an object"
  const record = item as Record<string, unknown>
  for (const field of stream.fields) {
    const fault = fieldFault(field, record[field.field], stream)
    if (fault !== null) return `${field.field} ${fault}`
  }
  const owner = record[stream.customerField]
  return owner === customerId
    ? null
    : `${stream.customerField} is ${JSON.stringify(owner)}, but the list was read for ${JSON.stringify(customerId)}`
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
    else if (typeof value === "string" && fieldFault(field, value, stream) === null) columns[field.column] = value
  }
  return columns
}

/** The record's id, its parts joined with a slash; null where a part that must be there cannot be read. */
export const recordId = (stream: ContractStream, item: unknown): string | null => {
  if (typeof item !== "object" || item === null) return null
  const record = item as Record<string, unknown>
  const parts: Array<string> = []
  for (const field of stream.idFields) {
    const value = record[field.field]
    if (typeof value === "string" && value !== "") parts.push(value)
    else if (field.required || (value !== null && value !== undefined)) return null
  }
  return parts.join("/")
}
