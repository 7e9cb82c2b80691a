/** A statement, or one page of it, as its bank gives it, with the balances that its entries were checked against. */
export interface BankStatement {
  /** The bank's number of it, which it uses again. */
  readonly id: string
  readonly account: string | null
  readonly currency: string
  /** camt.053: booked and final; camt.052: the account during the day; camt.054: notice of single bookings. */
  readonly message: string
  /** When the bank made it, without zone: of two of the same statement the later one holds. */
  readonly created: string | null
  /** Of a statement in several pages, which one; null for a whole one. */
  readonly page: number | null
  readonly isLastPage: boolean
  readonly sequence: number | null
  /** First and last instant as the bank writes them, without zone; of the entries and balances where it states none. */
  readonly from: string
  readonly to: string
  readonly hasStatedPeriod: boolean
  /** Plain decimals; null where the statement gives none. */
  readonly opening: string | null
  readonly closing: string | null
  /** Whether the balance joins another page. */
  readonly opensWithin: boolean
  readonly closesWithin: boolean
  /** Sum of the booked entries, credits less debits. */
  readonly booked: string
  readonly entries: number
  /** Entries that are pending or for information: they are not imported. */
  readonly notBooked: number
  /** What else a person should know of it, in sentences. */
  readonly notes: ReadonlyArray<string>
}
