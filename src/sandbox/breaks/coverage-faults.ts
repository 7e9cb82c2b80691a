import { type Product, streams } from "../../api/streams.ts"
import { customerOf } from "../world/customer.ts"
import { attempt, chooseCustomer, type Ground, type Night, near, needed, noPlace, report } from "./ground.ts"

/** A customer that lacks a product, and a list that the API therefore refuses it. */
const refusedByRight = (ground: Ground) => {
  for (const customer of ground.realm.customers) {
    const row = streams.find(({ product }) => !customer.products.includes(product as Product))
    if (row !== undefined) return { customer, stream: row.stream }
  }
  return noPlace()
}

/** One list of reference data that the server refuses to give, so that no check of money loses its proof. */
export const plantIncomplete = (ground: Ground): void => {
  const code = "COV_INCOMPLETE"
  const { start } = ground.realm
  attempt(() => {
    const customer = chooseCustomer(ground, code, "collection")
    const stream = "collection_wallets"
    ground.refused.push({ customer, stream })
    const why = "the server answers PARTNER_RESOURCE_STATE_INVALID"
    report(ground, code, "critical", `${customer.customerId}/${stream}`, why, start)
  })
  const { customer, stream } = refusedByRight(ground)
  near(ground, code, `${customer.customerId}/${stream}`, "refused, because the customer has no such product", start)
}

/** A stream of reference data for which the credentials have no scope; no check of money reads it. */
export const plantDenied = (ground: Ground): void => {
  const code = "COV_DENIED"
  const stream = "collection_buyers"
  const { start } = ground.realm
  ground.denied.push(stream)
  report(ground, code, "high", stream, "the server answers PARTNER_SCOPE_DENIED to every customer", start)
  const why = "refused to one customer with the same status, because it has no such product"
  near(ground, code, refusedByRight(ground).stream, why, start)
}

/** A customer on the roster whom the API does not know; as a near miss, one whom it refuses some lists and knows. */
export const plantUnknownCustomer = (ground: Ground): void => {
  const code = "COV_CUSTOMER_UNKNOWN"
  const { customers, seed, start } = ground.realm
  const stranger = customerOf(seed, customers.length)
  ground.strangers.push(stranger)
  const why = "the server answers PARTNER_CUSTOMER_NOT_FOUND to each of its lists"
  report(ground, code, "high", stranger.customerId, why, start)
  const { customer } = refusedByRight(ground)
  near(ground, code, customer.customerId, "some of its lists are refused, and the API knows it", start)
}

/** A customer without any record, who is on the roster on the first night alone. */
export const plantDroppedCustomer = (ground: Ground): void => {
  const code = "COV_CUSTOMER_DROPPED"
  const { customers, seed, start } = ground.realm
  const leaver = customerOf(seed, customers.length + 1)
  ground.leavers.push(leaver)
  const when = ({ earlier }: Night) => earlier.length > 0
  report(ground, code, "high", leaver.customerId, "on the first night's roster, and on no later one", start, { when })
  near(ground, code, needed(customers[0]).customerId, "still on the roster", start, { when })
}
