import type { StreamName } from "../../src/api/streams.ts"

/**
 * A world of money: what the API's lists hold on one night or several, and what a controller expects to be told. The form
 * is that of the files in `../shared/cases/money`, whose README says what each key means; what this project's own worlds
 * add to it is marked here.
 */
export interface World {
  readonly title: string
  readonly about: string
  /** The contents of `tidemark.json`. */
  readonly configuration?: Readonly<Record<string, unknown>>
  readonly roster: ReadonlyArray<Customer>
  readonly nights: ReadonlyArray<Night>
}

export interface Customer {
  readonly customerId: string
  readonly partnerCustomerRef: string
}

/** A record as the API sends it, times as spans from the night's start. */
export type Row = Readonly<Record<string, unknown>>

export type Lists = { readonly [stream in Exclude<StreamName, "balances">]?: ReadonlyArray<Row> } & {
  readonly balances?: Balances
}

export type Balances = "tie" | ReadonlyArray<Row> | TiedBalances

export interface TiedBalances {
  readonly tie: string
  readonly byNetwork?: boolean
  /** By `ALPHA/EUR` or `ALPHA/USDT/TRON`; null leaves the row out. */
  readonly but?: Readonly<Record<string, Row | null>>
  readonly and?: ReadonlyArray<Row>
}

export interface Night {
  /** Span since the night before; a day unless given. Of this project's own: of the first night, since the night in which worlds begin. */
  readonly after?: string
  readonly lists?: Lists
  readonly changes?: Lists
  readonly gone?: ReadonlyArray<string>
  /** Streams; of this project's own, `BETA/transactions` for one customer's list. */
  readonly unavailable?: ReadonlyArray<string>
  readonly acts?: ReadonlyArray<Act>
  readonly by?: ReadonlyArray<string>
  readonly fresh?: boolean
  readonly expect: Expectation
  /** Of this project's own: what `tidemark.json` holds from the acts of this night on. */
  readonly configuration?: Readonly<Record<string, unknown>>
  /** Of this project's own: files by name that lie there for tonight's acts; `{{-60h}}` in them is an instant, `{{-60h|day}}` its day. */
  readonly files?: Readonly<Record<string, string>>
  /** Of this project's own: customers, by reference, that tonight's roster leaves out. */
  readonly dropped?: ReadonlyArray<string>
  /** Of this project's own: how far the program's own clock is off the API's. */
  readonly clock?: string
}

/** Words of a command; objects stand for the ids of exceptions that the night before reported. */
export type Act = ReadonlyArray<string | Named | { readonly exception: "*" }>

export interface Named {
  /** Alternatives, the best one first; `LED_*` is any that begins so. */
  readonly codes: ReadonlyArray<string>
  /** Alternatives. */
  readonly record?: string | ReadonlyArray<string>
}

export interface ExpectedException extends Named {
  readonly atStake?: string
  readonly severity?: string
}

export interface Expectation {
  readonly exit: number | ReadonlyArray<number>
  readonly exceptions: ReadonlyArray<ExpectedException>
  readonly nothingElse?: boolean
  readonly mayAlso?: ReadonlyArray<Named>
  readonly unproven?: ReadonlyArray<string>
  /** Of this project's own: the other verdicts, each of which says that the night is not CLEAN. */
  readonly verdict?: "CLEAN" | "not CLEAN" | "ACCEPTED" | "UNPROVEN" | "EXCEPTIONS" | "PARTIAL"
  readonly reports?: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, string | ReadonlyArray<string>>>>>>
}
