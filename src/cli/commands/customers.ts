import { Effect } from "effect"
import { retireCustomer } from "../../pipelines/customers/retire.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { existingStore } from "../open-store.ts"
import { argument, required, text } from "../option-row.ts"
import { by, config, db, json, quiet } from "../options.ts"
import { personOf } from "../person.ts"
import { configurationOf } from "../workplace.ts"

export const retireCommand = command({
  name: "customers retire",
  about:
    "Say that a customer has left for good, so that its absence from the roster is no exception. Its records and exceptions stay.",
  rows: {
    reason: required(text("TEXT"), "Why, in words; the store keeps it."),
    by,
    ...{ config, db, json, quiet },
    id: argument(required(text("ID"), "The customer, by the customerId of the roster.")),
  },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const person = yield* personOf(options.by)
      yield* retireCustomer({ customerId: options.id, by: person, reason: options.reason }).pipe(
        Effect.provide(existingStore(options.db, { configuration, command: "customers retire" })),
      )
      yield* conclude(options, {
        json: { customer_id: options.id, by: person, reason: options.reason },
        told: [`customer ${options.id} is retired; the next run resolves what was open about its absence`],
      })
    }),
})
