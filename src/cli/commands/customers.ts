import { Effect } from "effect"
import { retireCustomer } from "../../pipelines/customers/retire.ts"
import { stillOpenText } from "../../pipelines/customers/still-open.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { existingStore } from "../open-store.ts"
import { argument, required, text } from "../option-row.ts"
import { by, config, db, dryRun, json, quiet } from "../options.ts"
import { personOf } from "../person.ts"
import { configurationOf } from "../workplace.ts"

export const retireCommand = command({
  name: "customers retire",
  about:
    "Say that a customer has left for good, so that its absence from the roster is no exception. Its records and exceptions stay.",
  rows: {
    reason: required(text("TEXT"), "Why, in words; the store keeps it."),
    by,
    dryRun,
    ...{ config, db, json, quiet },
    id: argument(required(text("ID"), "The customer, by the customerId of the roster.")),
  },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const person = yield* personOf(options.by)
      const { dryRun, id: customerId, reason } = options
      const open = yield* retireCustomer({ customerId, by: person, reason, dryRun }).pipe(
        Effect.provide(existingStore(options.db, { configuration, command: "customers retire" })),
      )
      yield* conclude(options, {
        json: { customer_id: customerId, by: person, reason, dry_run: dryRun, still_open: open },
        told: [
          ...stillOpenText(customerId, open),
          dryRun
            ? `customer ${customerId} would be retired; nothing was done`
            : `customer ${customerId} is retired; the next run resolves what was open about its absence`,
        ],
      })
    }),
})
