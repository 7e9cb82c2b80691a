import type { Product, StreamName } from "../../api/streams.ts"
import type { Refusal } from "./problem.ts"

/**
 * Where the server takes records from. Records are JSON texts, rendered once, so that a page is put together without
 * building or reading an object. A list does not change while it is served, unless a fault is to make it move.
 */
export interface PageSource {
  readonly customers: ReadonlyArray<string>
  readonly products: (customerId: string) => ReadonlyArray<Product>
  /** The length of a list. */
  readonly total: (customerId: string, stream: StreamName) => number
  /** The records at `from` up to before `to`, newest first. */
  readonly slice: (customerId: string, stream: StreamName, from: number, to: number) => ReadonlyArray<string>
  /** One record by its id, where the list has details. */
  readonly find: (customerId: string, stream: StreamName, recordId: string) => string | null
  /** A refusal of a whole list, for every request. */
  readonly fault: (customerId: string, stream: StreamName) => Refusal | null
}
