import { Effect } from "effect"
import type { Contract } from "../../api/contract.ts"
import type { Row, Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { type BooksEvidence, booksAround } from "./evidence-books.ts"
import { type ComparedField, compareRecords } from "./evidence-comparison.ts"
import { type PageEvidence, pageColumns, type RecordEvidence, recordsOf } from "./evidence-records.ts"
import { everyException, type ListedException } from "./filter.ts"
import { type ExceptionIdError, findByIds } from "./find-by-id.ts"

/** Everything that the store knows of one exception. */
export interface Evidence {
  readonly exception: ListedException & Row
  /** Decimal places of its currency; null where it has none, or none that is known. */
  readonly places: number | null
  /** The check that found it, as it is defined now; null where this version has it no longer. */
  readonly check: { readonly definition: string; readonly query: string } | null
  readonly records: ReadonlyArray<RecordEvidence>
  readonly comparison: ReadonlyArray<ComparedField>
  /** Lines of the partner's books and transactions around it; null where it is not about the books. */
  readonly books: BooksEvidence | null
  /** What the last run that found it had read of its list; of all its customer's lists, where the check needs proof. */
  readonly coverage: ReadonlyArray<Row>
  /** How much of each list was read of all customers, where the check needs proof: what is missing may be another's. */
  readonly lists: ReadonlyArray<Row>
  /** Records that the contract could not read, where the exception is about one. */
  readonly quarantine: ReadonlyArray<PageEvidence & { readonly reason: string; readonly payload: string }>
  /** How the balance came about, where the exception is about one. */
  readonly rollforward: ReadonlyArray<Row>
  /** What happened to it, in order. */
  readonly events: ReadonlyArray<Row>
}

const qualified = (columns: string, table: string): string =>
  columns
    .split(", ")
    .map((column) => `${table}.${column}`)
    .join(", ")

/** What is told of the check that found an exception. */
export interface TellingCheck {
  readonly code: string
  readonly definition: string
  readonly sql: string
}

/** The whole evidence of the exception with this id, or with an id that begins so. */
export const evidenceOf = (
  sql: Sql,
  contract: Contract,
  checks: ReadonlyArray<TellingCheck>,
  given: string,
): Effect.Effect<Evidence, StoreError | ExceptionIdError> =>
  Effect.gen(function* () {
    const ids = yield* findByIds(sql, [given])
    const [exception] = yield* sql.query(everyException(sql).selectAll().where("exception_id", "in", ids))
    if (exception === undefined) throw new Error(`exception ${ids[0]} was found and is gone`)
    const { customer_id, last_seen_run, places, record_id, stream } = exception
    const records = yield* recordsOf(sql, contract, exception)
    const check = checks.find(({ code }) => code === exception.code)
    const needsProof = check !== undefined
    return {
      exception,
      places,
      check: check === undefined ? null : { definition: check.definition, query: check.sql },
      records,
      comparison: yield* compareRecords(sql, records, exception.leg),
      coverage: yield* sql.rows(
        `SELECT customer_id, stream, state, reason, pages, records, quarantined_records, request_id
         FROM recon.coverage
         WHERE run_id = $1 AND CASE WHEN $2 IS NOT NULL THEN customer_id = $2 AND ($3 OR stream = $4) ELSE stream = $4 END
         ORDER BY customer_id, stream`,
        [last_seen_run, customer_id, needsProof, stream],
      ),
      lists: needsProof
        ? yield* sql.rows(
            `SELECT stream, count(*) AS customers, count(*) FILTER (recon.is_settled_list(state)) AS proven
             FROM recon.coverage WHERE run_id = $1 GROUP BY stream ORDER BY stream`,
            [last_seen_run],
          )
        : [],
      books: yield* booksAround(sql, exception),
      quarantine: yield* sql.rows<Evidence["quarantine"][number]>(
        `SELECT ${qualified(pageColumns, "p")}, q.reason, q.payload
         FROM raw.quarantine AS q
         JOIN raw.pages AS p ON p.run_id = q.run_id AND p.customer_id = q.customer_id AND p.stream = q.stream
           AND p.chain = q.chain AND p.sequence = q.sequence AND p.fault IS NULL
         WHERE q.run_id = $1 AND q.customer_id = $2 AND q.stream = $3
           AND (q.record_id = $4 OR concat_ws('/', q.customer_id, q.stream, q.sequence, q.item_index) = $4)
         ORDER BY ALL`,
        [last_seen_run, customer_id, stream, record_id],
      ),
      rollforward:
        stream === "balances"
          ? yield* sql.rows(
              "SELECT * FROM recon.rollforward WHERE run_id = $1 AND customer_id = $2 AND currency = $3",
              [last_seen_run, customer_id, exception.currency],
            )
          : [],
      events: yield* sql.rows(
        `SELECT event_no, occurred_at, event, who, from_state, to_state, assignee, note, run_id
         FROM recon.exception_events WHERE exception_id = $1 ORDER BY event_no`,
        [ids[0]],
      ),
    }
  })
