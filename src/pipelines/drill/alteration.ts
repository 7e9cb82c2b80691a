import type { Unseen } from "./unseen.ts"

/** New values by column, as SQL over the row as it is, `t`, and what was chosen, `d` (drill.target). */
export type Values = Readonly<Record<string, string>>

/**
 * Which rows a step is about: the chosen record itself, the transactions that name it, the record that a chosen transaction
 * names, all of the chosen record's list up to its place, or everything of its customer.
 */
export type Rows = "record" | "its transactions" | "its list from there on" | "everything"

export type Step =
  | { readonly do: "set"; readonly rows: Rows; readonly values: Values }
  | { readonly do: "drop"; readonly rows: Rows }
  /** A second row beside the first, under an id of its own. */
  | { readonly do: "copy"; readonly rows: Rows; readonly values: Values }
  /** The customer is on the roster no longer. */
  | { readonly do: "leave" }

/** What records an alteration is tried on; each has its own way of being chosen (sample.ts). */
export type Target = "transaction" | "record" | "fee" | "checkout" | "balance"

/** Something that may be wrong with what a partner says, done to real records on purpose. One row each. */
export interface Alteration {
  readonly name: string
  readonly of: Target
  /** Of records and transactions: only those of these lists. */
  readonly lists?: ReadonlyArray<string>
  /** Further condition on the row, `t`. */
  readonly where?: string
  /** Whether money is somewhere else than it was, or said to be: such alterations must be noticed. */
  readonly movesMoney: boolean
  /** Another customer must be found, or an account of one; they are d.other_customer and d.other_account. */
  readonly needs?: "another customer" | "another's account"
  readonly steps: ReadonlyArray<Step>
  /** Why no check can see it, and where. */
  readonly unseen?: {
    readonly why: Unseen
    /** Where balances as they are would give it away. */
    readonly onlyMadeToFit: boolean
    /** Where what earlier nights knew would. */
    readonly onlyFirstReading: boolean
  }
}

export const set = (values: Values, rows: Rows = "record"): Step => ({ do: "set", rows, values })
export const drop = (rows: Rows = "record"): Step => ({ do: "drop", rows })
export const copy = (values: Values = {}, rows: Rows = "record"): Step => ({ do: "copy", rows, values })
