import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import {
  balance,
  deposit,
  hoursBefore,
  judge,
  type Ledger,
  type LedgerRow,
  ledgerStore,
  newBooks,
  night,
  postingOf,
  runOf,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"

const broken = deposit("d-1")
const whole = [broken, postingOf(broken)]

const exceptions = Effect.flatMap(Database, (database) =>
  database.rows<{
    exception_id: string
    record_id: string
    state: string
    first_seen_run: string
    last_seen_run: string
  }>(
    `SELECT exception_id, record_id, state, first_seen_run, last_seen_run FROM recon.exceptions
     WHERE code = 'LED_MISSING_TRANSACTION' ORDER BY record_id`,
  ),
)

const events = Effect.map(
  Effect.flatMap(Database, (database) =>
    database.rows<{ run_id: string; event: string; who: string }>(
      "SELECT run_id, event, who FROM recon.exception_events ORDER BY run_id, event",
    ),
  ),
  (rows) => rows.map((row) => `${row.run_id} ${row.event} ${row.who}`),
)

const ids = [runOf(0).runId, runOf(1).runId, runOf(2).runId, runOf(3).runId] as const
const state = Effect.map(exceptions, ([exception]) => exception?.state)

/** The state of the first night's break after a second night that read this. */
const stateAfter = (second: Omit<Ledger, "night">, settings = {}) =>
  Effect.gen(function* () {
    yield* judge({ rows: [broken], customers: ["c-1", "c-2"] })
    yield* night({ ...second, night: 1 }, configurationWith(settings))
    return yield* state
  })

layer(ledgerStore)("an exception, from night to night", (it) => {
  it.effect("keeps its id, its first sight and its row as long as it is found", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [broken] })
      const [first] = yield* exceptions
      yield* night({ rows: [deposit("d-1", { amount: "7", net_amount: "7" })], night: 1 })
      expect(yield* exceptions).toEqual([{ ...first, last_seen_run: ids[1] }])
      expect(yield* events).toEqual([`${ids[0]} opened tidemark`, `${ids[1]} changed tidemark`])
    }),
  )

  it.effect("is resolved when it is gone, reopened when it is back, and both are on record", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [broken] })
      yield* night({ rows: whole, night: 1 })
      expect(yield* state).toBe("resolved")
      yield* night({ rows: [broken], night: 2 })
      expect((yield* exceptions).map((row) => [row.state, row.first_seen_run, row.last_seen_run])).toEqual([
        ["reopened", ids[0], ids[2]],
      ])
      yield* night({ rows: whole, night: 3 })
      expect(yield* state).toBe("resolved")
      expect(yield* events).toEqual([
        `${ids[0]} opened tidemark`,
        `${ids[1]} resolved tidemark`,
        `${ids[2]} reopened tidemark`,
        `${ids[3]} resolved tidemark`,
      ])
    }),
  )

  it.effect("stays open where any list of its customer was not read to its end", () =>
    Effect.gen(function* () {
      expect(yield* stateAfter({ rows: whole, coverage: { "c-1/checkouts": "FAILED" } })).toBe("open")
    }),
  )

  it.effect("is resolved by what was read of its own customer, whatever became of another", () =>
    Effect.gen(function* () {
      const second = { rows: whole, customers: ["c-1", "c-2"], coverage: { "c-2/checkouts": "FAILED" } as const }
      expect(yield* stateAfter(second)).toBe("resolved")
    }),
  )

  it.effect("stays open where its list does not apply any more, because nothing was read of it", () =>
    Effect.gen(function* () {
      expect(yield* stateAfter({ rows: whole, coverage: { "c-1/fiat_deposits": "NOT_APPLICABLE" } })).toBe("open")
    }),
  )

  it.effect("stays open where its check looks across customers and another's list was not read", () =>
    Effect.gen(function* () {
      const stray = postingOf(broken, { customer_id: "c-2" })
      const stateOf = (coverage: Ledger["coverage"]) =>
        Effect.gen(function* () {
          yield* judge({ rows: [broken, stray] })
          const customers = ["c-1", "c-2"]
          yield* night({ rows: whole, customers, night: 1, ...(coverage === undefined ? {} : { coverage }) })
          const database = yield* Database
          return yield* database.rows("SELECT state FROM recon.exceptions WHERE code = 'LED_OWNER_MISMATCH'")
        })
      expect(yield* stateOf({ "c-2/checkouts": "FAILED" })).toEqual([{ state: "open" }])
      expect(yield* stateOf(undefined)).toEqual([{ state: "resolved" }])
    }),
  )

  it.effect("about a list is resolved as soon as that list was read, whatever became of others", () =>
    Effect.gen(function* () {
      const stateOfList = Effect.map(
        Effect.flatMap(Database, (database) =>
          database.rows<{ state: string }>("SELECT state FROM recon.exceptions WHERE record_id = 'c-1/checkouts'"),
        ),
        ([row]) => row?.state,
      )
      yield* judge({ rows: [], coverage: { "c-1/checkouts": "FAILED" } })
      yield* night({ rows: [], coverage: { "c-1/checkouts": "PARTIAL", "c-1/balances": "FAILED" }, night: 1 })
      expect(yield* stateOfList).toBe("open")
      yield* night({ rows: [], coverage: { "c-1/balances": "FAILED" }, night: 2 })
      expect(yield* stateOfList).toBe("resolved")
    }),
  )

  it.effect("of a roll-forward gives way to BAL_UNSTATED where the row is gone, and is back with it", () =>
    Effect.gen(function* () {
      const rows = [transaction("t", { type: "FEE", posted_at: hoursBefore(50) })]
      const states = Effect.map(
        Effect.flatMap(Database, (database) =>
          database.rows<{ code: string; state: string }>(
            "SELECT code, state FROM recon.exceptions WHERE code IN ('BAL_ROLLFORWARD', 'BAL_UNSTATED') ORDER BY code",
          ),
        ),
        (found) => found.map(({ code, state }) => `${code} ${state}`),
      )
      yield* judge({ rows, balances: [balance("EUR", "100")] })
      yield* night({ rows, balances: [balance("EUR", "101", { as_of: hoursBefore(-23) })], night: 1 })
      expect(yield* states).toEqual(["BAL_ROLLFORWARD open"])
      yield* night({ rows, balances: [balance("USD", "0")], night: 2 })
      expect(yield* states).toEqual(["BAL_ROLLFORWARD resolved", "BAL_UNSTATED open"])
      yield* night({ rows, balances: [balance("EUR", "101", { as_of: hoursBefore(-71) })], night: 3 })
      expect(yield* states).toEqual(["BAL_ROLLFORWARD reopened", "BAL_UNSTATED resolved"])
    }),
  )

  it.effect("stays open where its check did not run", () =>
    Effect.gen(function* () {
      const off = { checks: { LED_MISSING_TRANSACTION: { enabled: false } } }
      expect(yield* stateAfter({ rows: whole }, off)).toBe("open")
    }),
  )

  it.effect("stays open where it can no longer be judged, because a transaction is unreadable", () =>
    Effect.gen(function* () {
      const quarantine = [
        { customer: "c-1", stream: "transactions" as const, recordId: "t-q", payload: { resourceId: "d-1" } },
      ]
      expect(yield* stateAfter({ rows: [broken], quarantine })).toBe("open")
    }),
  )

  it.effect("stays open where its customer is no longer on the roster, so that nothing was read of it", () =>
    Effect.gen(function* () {
      expect(yield* stateAfter({ rows: [broken], customers: ["c-2"] })).toBe("open")
    }),
  )

  it.effect("stays written off while it is found with the same amount, and is seen again", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [broken] })
      const database = yield* Database
      yield* database.run("UPDATE recon.exceptions SET state = 'written_off'")
      yield* night({ rows: [broken], night: 1 })
      expect((yield* exceptions).map((row) => [row.state, row.last_seen_run])).toEqual([["written_off", ids[1]]])
      expect(yield* events).toEqual([`${ids[0]} opened tidemark`])
    }),
  )

  it.effect("is reopened where it was written off at another amount, and the event says which", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [broken] })
      const database = yield* Database
      yield* database.run("UPDATE recon.exceptions SET state = 'written_off'")
      yield* night({ rows: [deposit("d-1", { amount: "7.5", net_amount: "7.5" })], night: 1 })
      expect(yield* state).toBe("reopened")
      const [, event] = yield* database.rows("SELECT * FROM recon.exception_events ORDER BY event_no")
      expect(event).toMatchObject({
        event: "reopened",
        who: "tidemark",
        from_state: "written_off",
        to_state: "reopened",
        note: expect.stringMatching(/^written off at 100 EUR .*, and found with 7\.5 EUR /),
      })
    }),
  )

  it.effect("of a balance stays written off while the gap is the same, however the balance grows", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const rows = [transaction("t", { type: "FEE", reference: "t", posted_at: hoursBefore(50) })]
      const fee = { type: "FEE", reference: "more", amount: "40", net_amount: "40" }
      const more = transaction("more", { ...fee, posted_at: hoursBefore(-20) })
      yield* judge({ rows, balances: [balance("EUR", "105")] })
      yield* database.run("UPDATE recon.exceptions SET state = 'written_off' WHERE code = 'BAL_INCEPTION'")
      const grown = [balance("EUR", "145", { as_of: hoursBefore(-23) })]
      yield* night({ rows: [...rows, more], balances: grown, night: 1 })
      const columns = "state, expected::VARCHAR AS expected, difference::VARCHAR AS difference"
      expect(yield* database.rows(`SELECT ${columns} FROM recon.exceptions WHERE code = 'BAL_INCEPTION'`)).toEqual([
        { state: "written_off", expected: "140.000000000000000000", difference: "5.000000000000000000" },
      ])
    }),
  )

  it.effect("takes another severity and detail and keeps its id, its state and who looks after it", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const all = "SELECT * FROM recon.exceptions WHERE code = 'LED_AMOUNT_MISMATCH'"
      const wrong = (net: string) => [broken, postingOf(broken, { amount: net, net_amount: net })]
      yield* judge({ rows: wrong("90") })
      yield* database.run("UPDATE recon.exceptions SET state = 'acknowledged', assignee = 'ada'")
      const [before] = yield* database.rows(all)
      const graver = configurationWith({ checks: { LED_AMOUNT_MISMATCH: { severity: "critical" } } })
      yield* night({ rows: wrong("80"), night: 1 }, graver)
      expect(yield* database.rows(all)).toEqual([
        {
          ...before,
          severity: "critical",
          actual: "80.000000000000000000",
          difference: "-20.000000000000000000",
          at_stake: "20.000000000000000000",
          state_of_affairs: '["EUR","-20.000000000000000000","c-1 EUR 80: t-d-1"]',
          detail: "Deposit COMPLETED of 100.00 EUR, but 80.00 EUR moved: t-d-1",
          last_seen_run: ids[1],
          last_seen: runOf(1).startedAt.replace(".000Z", "Z"),
        },
      ])
      const changed = yield* database.rows("SELECT note FROM recon.exception_events WHERE event = 'changed'")
      expect(changed).toEqual([{ note: "severity high, now critical; amount 10 EUR, now 20 EUR" }])
    }),
  )

  it.effect("stays acknowledged while it is found, and is resolved when it is gone", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [broken] })
      const database = yield* Database
      yield* database.run("UPDATE recon.exceptions SET state = 'acknowledged', assignee = 'ada'")
      yield* night({ rows: [broken], night: 1 })
      expect(yield* state).toBe("acknowledged")
      yield* night({ rows: whole, night: 2 })
      expect(yield* state).toBe("resolved")
      expect(yield* database.rows("SELECT DISTINCT assignee FROM recon.exceptions")).toEqual([{ assignee: "ada" }])
    }),
  )

  it.effect("has an id that the code, the stream, the record and the leg make, and nothing else", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* judge({ rows: [broken, withdrawal("w-1")] })
      const rows = yield* database.rows(
        `SELECT bool_and(exception_id = concat('x', left(sha256(json_array(code, stream, record_id, leg)::VARCHAR), 16))) AS as_designed
         FROM recon.exceptions`,
      )
      expect(rows).toEqual([{ as_designed: true }])
    }),
  )
})

layer(ledgerStore)("a difference that is in its grace, from night to night", (it) => {
  const late = (night: number, id = "d-1") => deposit(id, { completed_at: hoursBefore(0.3 - 24 * night) })
  const posted = (record: LedgerRow, hours: number, net = "100") =>
    postingOf(record, { posted_at: hoursBefore(hours), amount: net, net_amount: net })
  /** A little more comes shortly before every night. */
  const trickle = (night: number) => [late(0), posted(late(0), 0.2 - 24 * night, String(night + 1))]
  const found = Effect.map(
    Effect.flatMap(Database, (database) =>
      database.rows<{ record_id: string }>("SELECT record_id FROM recon.exceptions"),
    ),
    (rows) => rows.flatMap(({ record_id }) => (record_id === "d-1" ? [record_id] : [])),
  )

  it.effect("has its hour once, whatever comes before each night, and also where a night between could not tell", () =>
    Effect.gen(function* () {
      yield* judge({ rows: trickle(0) })
      yield* night({ rows: trickle(1), coverage: { "c-1/transactions": "FAILED" }, night: 1 })
      expect(yield* found).toEqual([])
      yield* night({ rows: trickle(2), night: 2 })
      expect(yield* found).toEqual(["d-1"])
      yield* reconcile(runOf(2), configurationWith())
      expect(yield* found).toEqual(["d-1"])
    }),
  )

  it.effect("has an hour of its own after a night that saw it settled, in another state, and at another record", () =>
    Effect.gen(function* () {
      const failed = deposit("d-2", { status: "FAILED", updated_at: hoursBefore(-23.7), completed_at: null })
      yield* judge({ rows: [late(0), late(0, "d-2")] })
      yield* night({ rows: [late(0), posted(late(0), -2), failed, posted(failed, -2)], night: 1 })
      yield* night({ rows: [late(2), late(2, "d-3")], night: 2 })
      expect(yield* exceptions).toEqual([])
      const database = yield* Database
      expect(yield* database.rows("SELECT difference, run_id FROM recon.grace_begun ORDER BY ALL")).toEqual(
        ["d-1", "d-3"].map((id) => ({ difference: `fiat_deposits/${id}`, run_id: ids[2] })),
      )
    }),
  )

  it.effect("has as long as the configuration gives", () =>
    Effect.gen(function* () {
      const patient = configurationWith({ graceMinutes: 26 * 60 })
      yield* newBooks
      yield* night({ rows: trickle(0) }, patient)
      yield* night({ rows: trickle(1), night: 1 }, patient)
      expect(yield* found).toEqual([])
    }),
  )
})

const everything = Effect.flatMap(Database, (database) =>
  Effect.forEach(
    [
      "exceptions",
      "exception_events",
      "matches",
      "conservation",
      "check_results",
      "rollforward",
      "settings",
      "runs",
      "currencies",
      "statuses",
      "grace_begun",
    ],
    (table) => database.rows(`SELECT * FROM recon.${table} ORDER BY ALL`),
  ),
)

layer(ledgerStore)("a run that is reconciled twice", (it) => {
  it.effect("is left as it was", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [broken, deposit("d-2"), transaction("t")], balances: [balance("EUR", "3")] })
      yield* night({ rows: [deposit("d-2"), transaction("t")], balances: [balance("EUR", "100")], night: 1 })
      const first = yield* everything
      yield* reconcile(runOf(1), configurationWith())
      expect(yield* everything).toEqual(first)
    }),
  )
})
