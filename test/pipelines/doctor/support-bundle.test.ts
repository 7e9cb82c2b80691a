import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { supportBundle } from "../../../src/pipelines/doctor/support-bundle.ts"
import { Database } from "../../../src/store/database.ts"
import { ledgerStore, newBooks } from "../../support/ledger-case.ts"

const statements = (...all: ReadonlyArray<string>) =>
  Effect.flatMap(Database, (database) => Effect.forEach(all, (statement) => database.run(statement), { discard: true }))

const run = (runId: string, day: number) =>
  `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256, api)
   VALUES ('${runId}', 'full', '2026-03-${day}T02:30:00Z', 'synced', '', 'https://user:base-url-secret@api.example')`

const coverage = (stream: string, state: string, reason: string, code: string | null, request: string | null) =>
  `INSERT INTO recon.coverage (run_id, customer_id, stream, product, state, reason, problem_code, request_id, pages, records,
     new_records, changed_records, unchanged_records, duplicate_records, quarantined_records, ended)
   VALUES ('run-2', 'c-1', '${stream}', 'core', '${state}', '${reason}', ${code === null ? "NULL" : `'${code}'`},
     ${request === null ? "NULL" : `'${request}'`}, 0, 0, 0, 0, 0, 0, 0, FALSE)`

interface Try {
  readonly runId?: string
  readonly second: number
  readonly request: string
  readonly theirs: string | null
  readonly attempt: number
  readonly failure: string
  readonly status: number | null
  readonly code: string | null
  readonly stream?: string
}

const failedTry = ({ attempt, code, failure, request, runId = "run-2", second, status, stream, theirs }: Try) => {
  const list = stream ?? "transactions"
  const text = (value: string | null) => (value === null ? "NULL" : `'${value}'`)
  return `INSERT INTO recon.failed_requests VALUES ('${runId}', '2026-03-10T02:30:0${second}Z', '${request}', ${text(theirs)}, 'c-1',
    '${list}', 'GET /partner/v1/customers/c-1/${list}', ${attempt}, '${failure}', ${status ?? "NULL"}, ${text(code)}, 500)`
}

/** A store with two runs, failures, and much that is nobody's business. */
const books = Effect.gen(function* () {
  yield* newBooks
  yield* statements(
    "DELETE FROM recon.failed_requests",
    run("run-1", 10),
    run("run-2", 11),
    "INSERT INTO main.customers VALUES ('c-1', 'ref-1', 'core', 'run-1', 'run-2')",
    `INSERT INTO main.bank_accounts (bank_account_id, customer_id, currency, account_holder_name, account_number_masked, status,
       created_at, version, version_seen_run, first_seen_run, last_seen_run, content_hash)
     VALUES ('b-1', 'c-1', 'EUR', 'Ada Lovelace', '****1234', 'ACTIVE', '2026-01-01T00:00:00Z', 1, 'run-1', 'run-1', 'run-1', 'x')`,
    `INSERT INTO raw.pages (run_id, customer_id, stream, sequence, bytes, sha256, redacted, kept_sha256, request_id, attempts,
       received_at, fault, body)
     VALUES ('run-2', 'c-1', 'conversions', 1, 20, 'x', FALSE, 'x', 'r-4', 1, '2026-03-10T00:00:00Z', 'no items',
       '{"name":"Grace Hopper","amount":"1250.50"}')`,
  )
})

const failures = statements(
  failedTry({ second: 1, request: "r-1", theirs: null, attempt: 1, failure: "transport", status: null, code: null }),
  failedTry({
    second: 3,
    request: "r-1",
    theirs: "their-1",
    attempt: 2,
    failure: "processing_unavailable",
    status: 503,
    code: "PARTNER_PROCESSING_UNAVAILABLE",
  }),
  failedTry({
    second: 2,
    request: "r-2",
    theirs: "their-2",
    attempt: 1,
    failure: "scope_denied",
    status: 403,
    code: "PARTNER_SCOPE_DENIED",
    stream: "conversions",
  }),
  failedTry({
    second: 4,
    request: "r-3",
    theirs: "their-3",
    attempt: 1,
    failure: "product_disabled",
    status: 403,
    code: "PARTNER_PRODUCT_DISABLED",
    stream: "checkouts",
  }),
  coverage("transactions", "FAILED", "as said", "PARTNER_PROCESSING_UNAVAILABLE", "their-1"),
  coverage("conversions", "DENIED", "as said", "PARTNER_SCOPE_DENIED", "their-2"),
  coverage("checkouts", "NOT_APPLICABLE", "the product collection is not enabled", "PARTNER_PRODUCT_DISABLED", "r-3"),
  coverage("fiat_deposits", "FAILED", "the page gives a cursor that this chain has already used", null, "r-9"),
  coverage("fiat_withdrawals", "FAILED", "not asked, because the list does not answer", null, "never-sent"),
  coverage("balances", "PARTIAL", "the list was not read", null, null),
)

layer(ledgerStore)("a support bundle", (it) => {
  it.effect("has each failed request once, with its last try, and each list that failed without one", () =>
    Effect.gen(function* () {
      yield* books
      yield* failures
      const bundle = yield* supportBundle(null)
      expect(bundle).toEqual({
        version: 1,
        runId: "run-2",
        startedAt: "2026-03-11T02:30:00Z",
        note: expect.any(String),
        failedRequests: [
          {
            requestId: "r-2",
            apiRequestId: "their-2",
            endpoint: "GET /partner/v1/customers/c-1/conversions",
            time: "2026-03-10T02:30:02Z",
            partnerCustomerRef: "ref-1",
            customerId: "c-1",
            problemCode: "PARTNER_SCOPE_DENIED",
            status: 403,
            attempts: 1,
          },
          {
            requestId: "r-1",
            apiRequestId: "their-1",
            endpoint: "GET /partner/v1/customers/c-1/transactions",
            time: "2026-03-10T02:30:03Z",
            partnerCustomerRef: "ref-1",
            customerId: "c-1",
            problemCode: "PARTNER_PROCESSING_UNAVAILABLE",
            status: 503,
            attempts: 2,
          },
          {
            requestId: "r-9",
            apiRequestId: null,
            endpoint: null,
            time: null,
            partnerCustomerRef: "ref-1",
            customerId: "c-1",
            problemCode: null,
            status: null,
            attempts: 1,
          },
        ],
      })
    }),
  )

  it.effect("says of the last try what that one met, although an earlier one met more", () =>
    Effect.gen(function* () {
      yield* books
      const refused = { request: "r-1", failure: "server_error", status: 500, code: "PARTNER_ODD" }
      yield* statements(
        failedTry({ ...refused, second: 1, theirs: "their-1", attempt: 1 }),
        failedTry({
          second: 2,
          request: "r-1",
          theirs: null,
          attempt: 2,
          failure: "transport",
          status: null,
          code: null,
        }),
      )
      const { failedRequests } = yield* supportBundle(null)
      expect(failedRequests).toMatchObject([
        { apiRequestId: "their-1", problemCode: null, status: null, attempts: 2, time: "2026-03-10T02:30:02Z" },
      ])
    }),
  )

  it.effect("holds no name, no amount, no body and no address, though the store does", () =>
    Effect.gen(function* () {
      yield* books
      yield* failures
      const text = JSON.stringify(yield* supportBundle(null))
      for (const private_ of ["Ada", "Grace", "1250", "****1234", "base-url-secret", "api.example", "as said"]) {
        expect(text).not.toContain(private_)
      }
    }),
  )

  it.effect("is of the run that was asked for, and says so where nothing failed in it", () =>
    Effect.gen(function* () {
      yield* books
      yield* failures
      expect(yield* supportBundle("run-1")).toEqual({
        version: 1,
        runId: "run-1",
        startedAt: "2026-03-10T02:30:00Z",
        note: "No request of this run failed.",
        failedRequests: [],
      })
      expect(yield* Effect.flip(supportBundle("run-9"))).toMatchObject({ _tag: "UnknownRun", runId: "run-9" })
      yield* newBooks
      expect(yield* Effect.flip(supportBundle(null))).toMatchObject({ _tag: "UnknownRun", runId: null })
    }),
  )
})
