import { DateTime } from "effect"
import type { Severity } from "../configuration/file.ts"
import { atStake } from "./at-stake.ts"
import { type ExceptionState, inStates } from "./state.ts"

/** Which exceptions are meant; a list without entries leaves its column open. */
export interface ExceptionFilter {
  readonly codes: ReadonlyArray<string>
  /** Ids of Oceafin's or the partner's own references. */
  readonly customers: ReadonlyArray<string>
  readonly currencies: ReadonlyArray<string>
  readonly severities: ReadonlyArray<Severity>
  /** `unassigned` for what nobody looks after. */
  readonly assignees: ReadonlyArray<string>
  /** In whole days, as `age_days` counts them; null leaves the age open. */
  readonly olderThanDays: number | null
  /** First seen before this instant, epoch milliseconds; null leaves it open. */
  readonly firstSeenBefore?: number | null
  /** At most so much at stake, a plain decimal; null leaves it open. Only where one currency is named, and there is an amount. */
  readonly maxAmount?: string | null
}

export const isEmptyFilter = (filter: ExceptionFilter): boolean =>
  filter.olderThanDays === null &&
  filter.firstSeenBefore == null &&
  filter.maxAmount == null &&
  [filter.codes, filter.customers, filter.currencies, filter.severities, filter.assignees].every(
    (list) => list.length === 0,
  )

/** The night by which ages are counted: the start of the newest run that was reconciled, as in that run's reports. */
export const agedExceptions = `
  WITH night AS (
    SELECT max(started_at) AS started_at FROM recon.runs WHERE state IN ('reconciled', 'reported')
  ),
  aged AS (
    SELECT e.*, c.partner_customer_ref, date_diff('day', e.first_seen::DATE, n.started_at::DATE) AS age_days
    FROM recon.exceptions AS e
    CROSS JOIN night AS n
    LEFT JOIN main.customers AS c ON c.customer_id = e.customer_id
  )`

const list = (column: string, values: ReadonlyArray<string>, place: number): string =>
  values.length === 0 ? "" : ` AND ${column} IN (SELECT unnest($${place}))`

/** A condition on the rows of `aged`, and its parameters, of which the first is `$1`. */
export const filterCondition = (
  filter: ExceptionFilter,
  states: ReadonlyArray<ExceptionState>,
): { readonly condition: string; readonly parameters: ReadonlyArray<unknown> } => {
  const lists: ReadonlyArray<readonly [column: string, values: ReadonlyArray<string>]> = [
    ["code", filter.codes],
    ["currency", filter.currencies],
    ["severity", filter.severities],
    ["lower(coalesce(assignee, 'unassigned'))", filter.assignees.map((assignee) => assignee.toLowerCase())],
  ]
  const given = lists.filter(([, values]) => values.length > 0)
  const parameters: Array<unknown> = given.map(([, values]) => values)
  let condition = inStates("state", states)
  given.forEach(([column, values], index) => {
    condition += list(column, values, index + 1)
  })
  if (filter.customers.length > 0) {
    parameters.push(filter.customers)
    const customers = `(SELECT unnest($${parameters.length}))`
    condition += ` AND (customer_id IN ${customers} OR partner_customer_ref IN ${customers})`
  }
  if (filter.firstSeenBefore != null) {
    parameters.push(DateTime.formatIso(DateTime.unsafeMake(filter.firstSeenBefore)))
    condition += ` AND first_seen < $${parameters.length}::TIMESTAMPTZ`
  }
  if (filter.maxAmount != null) {
    parameters.push(filter.maxAmount)
    condition += ` AND coalesce(at_stake, abs(${atStake("difference", "actual", "expected")})) <= $${parameters.length}::DECIMAL(38,18)`
  }
  if (filter.olderThanDays !== null) condition += ` AND age_days > ${filter.olderThanDays}`
  return { condition, parameters }
}
