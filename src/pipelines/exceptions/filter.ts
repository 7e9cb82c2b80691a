import { DateTime } from "effect"
import { sql as raw } from "kysely"
import type { Sql } from "../../store/database.ts"
import type { Severity } from "../configuration/file.ts"
import { ageBucket } from "../evidence/age-bucket.ts"
import type { ExceptionState } from "./state.ts"

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

/** An exception as the report of this name tells it, in whatever state; besides, what it is sorted by and its own columns. */
export interface ListedException {
  readonly exception_id: string
  readonly code: string
  readonly severity: string
  readonly severity_order: number
  readonly state: ExceptionState
  readonly stream: string | null
  readonly record_id: string
  readonly leg: string | null
  readonly counterpart_id: string | null
  readonly customer_id: string | null
  readonly partner_customer_ref: string | null
  readonly currency: string | null
  /** Decimal places of its currency; null where it has none, or none that is known. */
  readonly places: number | null
  readonly amount_at_stake: string | null
  readonly first_seen: string
  readonly last_seen_run: string
  readonly age_days: number
  readonly assignee: string | null
}

/** Ages are counted to the start of the newest run that was judged, as in that run's reports. */
const listed = raw<ListedException>`(
  WITH night AS (SELECT max(started_at) AS started_at FROM recon.runs WHERE recon.was_judged(state)),
  aged AS (SELECT e.*, date_diff('day', first_seen::DATE, started_at::DATE) AS age_days FROM recon.exceptions AS e CROSS JOIN night)
  SELECT a.*, c.partner_customer_ref, p.places, s.what_to_do, recon.severity_order(a.severity) AS severity_order,
    recon.stake_of(a.at_stake, a.difference, a.actual, a.expected) AS amount_at_stake,
    ${raw.raw(ageBucket("a.age_days"))} AS bucket, concat('tidemark exceptions show ', a.exception_id) AS evidence
  FROM aged AS a
  LEFT JOIN main.customers AS c ON c.customer_id = a.customer_id
  LEFT JOIN recon.currencies AS p ON p.currency = a.currency
  LEFT JOIN recon.check_settings AS s ON s.code = a.code)`.as("listed")

/** Every exception of the store. */
export const everyException = ({ kysely }: Sql) => kysely.selectFrom(listed)

/** The exceptions that are meant. */
export const chosenExceptions = (sql: Sql, filter: ExceptionFilter, states: ReadonlyArray<ExceptionState>) => {
  const { firstSeenBefore, maxAmount, olderThanDays } = filter
  const assignees = filter.assignees.map((assignee) => assignee.toLowerCase())
  let query = everyException(sql).where("state", "in", states)
  for (const [column, values] of [
    ["code", filter.codes],
    ["currency", filter.currencies],
    ["severity", filter.severities],
  ] as const) {
    if (values.length > 0) query = query.where(column, "in", values)
  }
  if (assignees.length > 0) query = query.where(raw`lower(coalesce(assignee, 'unassigned'))`, "in", assignees)
  if (filter.customers.length > 0) {
    query = query.where(({ eb, or }) =>
      or([eb("customer_id", "in", filter.customers), eb("partner_customer_ref", "in", filter.customers)]),
    )
  }
  if (firstSeenBefore != null) {
    query = query.where(
      "first_seen",
      "<",
      raw<string>`${DateTime.formatIso(DateTime.unsafeMake(firstSeenBefore))}::TIMESTAMPTZ`,
    )
  }
  if (maxAmount != null) query = query.where("amount_at_stake", "<=", raw<string>`${maxAmount}::DECIMAL(38,18)`)
  return olderThanDays === null ? query : query.where("age_days", ">", olderThanDays)
}
