import type { ExceptionFilter } from "../../../pipelines/exceptions/filter.ts"
import type { Given } from "../../option-row.ts"
import type { filters } from "../../options.ts"

/** What the options choose. A currency may be written in small letters. */
export const filterOf = (options: Given<typeof filters>): ExceptionFilter => ({
  codes: options.code.map((code) => code.toUpperCase()),
  customers: options.customer,
  currencies: options.currency.map((currency) => currency.toUpperCase()),
  severities: options.severity,
  assignees: options.assignee,
  olderThanDays: options.olderThan,
})
