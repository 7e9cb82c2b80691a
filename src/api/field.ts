/**
 * How one field of the API becomes one column of the store.
 *
 * Documented by Oceafin, or assumed: our best reading of a name, which a user may override in the configuration. Source:
 * docs/partner-api.md, "Fields".
 */
export type Standing = "documented" | "assumed"

/**
 * - `text`: any string, kept as it is.
 * - `money`: a decimal of at most 20 integer digits and 18 decimals; the store's type is DECIMAL(38,18).
 * - `time`: an offset date-time; the store's type is TIMESTAMPTZ (microseconds).
 * - `direction`: CREDIT or DEBIT; anything else cannot be read, because no sum could be made of it.
 * - `personal`: text that names or identifies a person; stored as a salted hash unless the configuration keeps it.
 */
export type FieldType = "text" | "money" | "time" | "direction" | "personal"

export interface Field {
  /** The column's name in the store. */
  readonly column: string
  /** The JSON field's name in the API. */
  readonly field: string
  readonly type: FieldType
  /** A required field that is missing, null or empty sends the record to quarantine. */
  readonly required: boolean
  readonly standing: Standing
  /** Whether the store keeps, in a column of its own, with how many decimals an amount was written: 0.9230 says more than 0.923. */
  readonly keepsPlaces?: true
}

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const of =
  (type: FieldType) =>
  (field: string): Field => ({ column: snakeCase(field), field, type, required: true, standing: "assumed" })

export const text = of("text")
export const money = of("money")
export const time = of("time")
export const direction = of("direction")
export const personal = of("personal")

export const optional = (field: Field): Field => ({ ...field, required: false })

export const withPlaces = (field: Field): Field => ({ ...field, keepsPlaces: true })
