import { chooseCustomer, type Ground } from "./ground.ts"

/** One list of reference data that the server refuses to give, so that no check of money loses its proof. */
export const plantIncomplete = (ground: Ground): void => {
  const customer = chooseCustomer(ground, "COV_INCOMPLETE", "fiat")
  if (customer === null) return
  const stream = "bank_accounts"
  ground.refused.push({ customer, stream })
  ground.faults.push({
    code: "COV_INCOMPLETE",
    recordId: `${customer.customerId}/${stream}`,
    severity: "critical",
    why: "the server answers PARTNER_RESOURCE_STATE_INVALID",
    from: ground.realm.start,
  })
}
