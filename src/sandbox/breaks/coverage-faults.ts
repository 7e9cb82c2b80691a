import { type Product, streams } from "../../api/streams.ts"
import { customerOf } from "../world/customer.ts"
import { chooseCustomer, type Ground, type Night } from "./ground.ts"

/** A customer that lacks a product, and a list that the API therefore refuses it; null in a world of few customers. */
const refusedByRight = (ground: Ground) => {
  for (const customer of ground.realm.customers) {
    const row = streams.find(({ product }) => !customer.products.includes(product as Product))
    if (row !== undefined) return { customer, stream: row.stream }
  }
  return null
}

/** One list of reference data that the server refuses to give, so that no check of money loses its proof. */
export const plantIncomplete = (ground: Ground): void => {
  const code = "COV_INCOMPLETE"
  const customer = chooseCustomer(ground, code, "collection")
  if (customer !== null) {
    const stream = "collection_wallets"
    ground.refused.push({ customer, stream })
    ground.faults.push({
      code,
      recordId: `${customer.customerId}/${stream}`,
      severity: "critical",
      why: "the server answers PARTNER_RESOURCE_STATE_INVALID",
      from: ground.realm.start,
    })
  }
  const near = refusedByRight(ground)
  if (near === null) return
  ground.nearMisses.push({
    code,
    recordId: `${near.customer.customerId}/${near.stream}`,
    why: "refused, because the customer has no such product",
    from: ground.realm.start,
  })
}

/** A stream of reference data for which the credentials have no scope; no check of money reads it. */
export const plantDenied = (ground: Ground): void => {
  const code = "COV_DENIED"
  const stream = "collection_buyers"
  ground.denied.push(stream)
  ground.faults.push({
    code,
    recordId: stream,
    severity: "high",
    why: "the server answers PARTNER_SCOPE_DENIED to every customer",
    from: ground.realm.start,
  })
  const near = refusedByRight(ground)
  if (near === null) return
  const why = "refused to one customer with the same status, because it has no such product"
  ground.nearMisses.push({ code, recordId: near.stream, why, from: ground.realm.start })
}

/** A customer on the roster whom the API does not know; as a near miss, one whom it refuses some lists and knows. */
export const plantUnknownCustomer = (ground: Ground): void => {
  const code = "COV_CUSTOMER_UNKNOWN"
  const stranger = customerOf(ground.realm.seed, ground.realm.customers.length)
  ground.strangers.push(stranger)
  ground.faults.push({
    code,
    recordId: stranger.customerId,
    severity: "high",
    why: "the server answers PARTNER_CUSTOMER_NOT_FOUND to each of its lists",
    from: ground.realm.start,
  })
  const near = refusedByRight(ground)
  if (near === null) return
  const why = "some of its lists are refused, and the API knows it"
  ground.nearMisses.push({ code, recordId: near.customer.customerId, why, from: ground.realm.start })
}

/** A customer without any record, who is on the roster on the first night alone. */
export const plantDroppedCustomer = (ground: Ground): void => {
  const code = "COV_CUSTOMER_DROPPED"
  const { customers, seed, start } = ground.realm
  const leaver = customerOf(seed, customers.length + 1)
  ground.leavers.push(leaver)
  const when = ({ earlier }: Night) => earlier.length > 0
  const why = "on the first night's roster, and on no later one"
  ground.faults.push({ code, recordId: leaver.customerId, severity: "high", why, from: start, when })
  const [stays] = customers
  if (stays === undefined) return
  ground.nearMisses.push({ code, recordId: stays.customerId, why: "still on the roster", from: start, when })
}
