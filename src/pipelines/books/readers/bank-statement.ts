/** A statement as its bank gives it, with the balances that its entries were checked against. Amounts are plain decimals. */
export interface BankStatement {
  readonly id: string
  readonly account: string | null
  readonly currency: string
  /** Null where the statement gives none. */
  readonly opening: string | null
  readonly closing: string | null
  /** Sum of the booked entries, credits less debits. */
  readonly booked: string
  readonly entries: number
  /** Entries that are pending or for information: they are not imported. */
  readonly notBooked: number
}
