import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { type Act, acts } from "../../../src/pipelines/exceptions/act.ts"
import { type ActRequest, actOn } from "../../../src/pipelines/exceptions/act-on.ts"
import type { ExceptionFilter } from "../../../src/pipelines/exceptions/filter.ts"
import { exceptionStates } from "../../../src/pipelines/exceptions/state.ts"
import { Database } from "../../../src/store/database.ts"
import { balance, deposit, judge, ledgerStore, night, withdrawal } from "../../support/ledger-case.ts"

const open: ExceptionFilter = {
  codes: [],
  customers: [],
  currencies: [],
  severities: [],
  assignees: [],
  olderThanDays: null,
}

/** What Ada asks, unless the case says otherwise. */
const ask = (act: Act, request: Partial<ActRequest> = {}) =>
  actOn({
    act,
    ids: [],
    filter: open,
    osUser: null,
    by: "ada",
    reason: act.needsReason ? "known to the bank" : null,
    assignee: act.event === "assigned" ? "ben" : null,
    dryRun: false,
    ...request,
  })

const database = Database

const rows = (text: string) => Effect.flatMap(database, (store) => store.rows(text))
const states = Effect.map(
  rows("SELECT record_id, state FROM recon.exceptions ORDER BY record_id"),
  (all) => Object.fromEntries(all.map((row) => [row.record_id, row.state])) as Record<string, string>,
)
const idOf = (record: string) =>
  Effect.map(rows(`SELECT exception_id FROM recon.exceptions WHERE record_id = '${record}'`), ([row]) =>
    String(row?.exception_id),
  )
const everything = Effect.all([
  rows("SELECT * FROM recon.exceptions ORDER BY ALL"),
  rows("SELECT * FROM recon.exception_events ORDER BY ALL"),
])

/** Two breaks of c-1 in EUR, one of c-2 in USD. */
const books = judge({
  rows: [
    deposit("d-1"),
    withdrawal("w-1"),
    deposit("d-2", { customer_id: "c-2", currency: "USD", amount: "7", net_amount: "7" }),
  ],
})

layer(ledgerStore)("a person's act on an exception", (it) => {
  it.effect("is an event with who, when, why, from what and to what, and changes the state", () =>
    Effect.gen(function* () {
      yield* books
      const id = yield* idOf("d-1")
      yield* TestClock.setTime(Date.parse("2026-03-10T09:30:00.250Z"))
      yield* ask(acts.ack, { ids: [id], reason: "  looking into it " })
      yield* ask(acts.assign, { ids: [id], assignee: "Ben" })
      yield* ask(acts.note, { ids: [id], by: "ben", reason: "asked the bank" })
      yield* ask(acts.writeOff, { ids: [id], by: "ben", reason: "the bank pays" })
      yield* ask(acts.reopen, { ids: [id] })
      const events = yield* rows(
        `SELECT event, who, note, from_state, to_state, assignee, run_id, occurred_at FROM recon.exception_events
         WHERE exception_id = '${id}' ORDER BY event_no`,
      )
      const act = { run_id: null, assignee: null, note: null, occurred_at: "2026-03-10T09:30:00.250Z" }
      expect(events.slice(1)).toEqual([
        {
          ...act,
          event: "acknowledged",
          who: "ada",
          note: "looking into it",
          from_state: "open",
          to_state: "acknowledged",
        },
        {
          ...act,
          event: "assigned",
          who: "ada",
          from_state: "acknowledged",
          to_state: "acknowledged",
          assignee: "Ben",
        },
        {
          ...act,
          event: "noted",
          who: "ben",
          note: "asked the bank",
          from_state: "acknowledged",
          to_state: "acknowledged",
        },
        {
          ...act,
          event: "written_off",
          who: "ben",
          note: "the bank pays",
          from_state: "acknowledged",
          to_state: "written_off",
        },
        { ...act, event: "reopened", who: "ada", from_state: "written_off", to_state: "reopened" },
      ])
      expect(yield* rows(`SELECT state, assignee FROM recon.exceptions WHERE exception_id = '${id}'`)).toEqual([
        { state: "reopened", assignee: "Ben" },
      ])
      expect(yield* states).toEqual({ "d-1": "reopened", "d-2": "open", "w-1": "open" })
    }),
  )

  it.effect("numbers its events after all that were before, and changes none of those", () =>
    Effect.gen(function* () {
      yield* books
      const before = yield* rows("SELECT * FROM recon.exception_events ORDER BY event_no")
      yield* ask(acts.ack, { filter: { ...open, codes: ["LED_MISSING_TRANSACTION"] } })
      const after = yield* rows("SELECT * FROM recon.exception_events ORDER BY event_no")
      expect(after.slice(0, before.length)).toEqual(before)
      expect(after.map((row) => row.event_no)).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
    }),
  )

  it.effect("is refused altogether where one id means nothing, or several exceptions, and nothing is done", () =>
    Effect.gen(function* () {
      yield* books
      const store = yield* Database
      yield* store.run("UPDATE recon.exceptions SET exception_id = '1234' || right(exception_id, 12)")
      const id = yield* idOf("d-1")
      const before = yield* everything
      const refused = (ids: ReadonlyArray<string>) => Effect.flip(ask(acts.ack, { ids }))
      expect(yield* refused([id, "ffffffffffffffff"])).toMatchObject({ _tag: "ExceptionIdError", reason: "Unknown" })
      expect(yield* refused([id, "--reson"])).toMatchObject({ reason: "NotAnId", given: "--reson" })
      expect(yield* refused(["123"])).toMatchObject({ reason: "TooShort" })
      const ambiguous = yield* refused(["1234"])
      expect(ambiguous).toMatchObject({ reason: "Ambiguous" })
      expect(ambiguous.message).toContain(id)
      expect(yield* everything).toEqual(before)
    }),
  )

  it.effect("takes the beginning of an id, in either case, and an exception that is named twice once", () =>
    Effect.gen(function* () {
      yield* books
      const id = yield* idOf("d-1")
      const { done } = yield* ask(acts.ack, { ids: [id.slice(0, 10).toUpperCase(), id] })
      expect(done.map((row) => row.exception_id)).toEqual([id])
      expect(yield* rows("SELECT event FROM recon.exception_events WHERE who = 'ada'")).toHaveLength(1)
    }),
  )

  it.effect("passes over what makes no sense, says why, and does the rest", () =>
    Effect.gen(function* () {
      yield* books
      const [one, other] = [yield* idOf("d-1"), yield* idOf("d-2")]
      yield* ask(acts.ack, { ids: [one] })
      const { done, skipped } = yield* ask(acts.ack, { ids: [one, other] })
      expect(done.map((row) => row.exception_id)).toEqual([other])
      expect(skipped.map((row) => [row.exception_id, row.because])).toEqual([[one, "is acknowledged already"]])
    }),
  )

  it.effect("says that a note was not kept where it passes over the exception, and how to add one", () =>
    Effect.gen(function* () {
      yield* books
      const ids = [yield* idOf("d-1")]
      yield* ask(acts.ack, { ids })
      const { skipped } = yield* ask(acts.ack, { ids, reason: "asked Oceafin" })
      expect(skipped.map(({ already, because }) => [because, already])).toEqual([
        ["is acknowledged already; the note was not kept: tidemark exceptions note adds one", true],
      ])
      expect(yield* rows("SELECT note FROM recon.exception_events WHERE note IS NOT NULL")).toEqual([])
    }),
  )

  it.effect("does not assign twice to the same person", () =>
    Effect.gen(function* () {
      yield* books
      const ids = [yield* idOf("d-1")]
      yield* ask(acts.assign, { ids })
      const again = yield* ask(acts.assign, { ids })
      expect(again.done).toEqual([])
      expect(again.skipped[0]?.because).toBe("is assigned to ben already")
      expect((yield* ask(acts.assign, { ids, assignee: "eve" })).done).toHaveLength(1)
    }),
  )

  it.effect("makes sense in the states that the table of acts says, and in no other", () =>
    Effect.gen(function* () {
      const store = yield* Database
      yield* books
      for (const act of Object.values(acts)) {
        for (const state of exceptionStates) {
          yield* store.run(`UPDATE recon.exceptions SET state = '${state}', assignee = NULL`)
          const { done, skipped } = yield* ask(act, { ids: [yield* idOf("d-1")] })
          const allowed = (act.from as ReadonlyArray<string>).includes(state)
          expect([done.length, skipped.length], `${act.event} in ${state}`).toEqual(allowed ? [1, 0] : [0, 1])
          expect((yield* states)["d-1"]).toBe(allowed && act.to !== null ? act.to : state)
          if (!allowed) expect(skipped[0]?.because).toMatch(/^is /)
        }
      }
    }),
  )
})

layer(ledgerStore)("many exceptions at once", (it) => {
  const chosen = (filter: Partial<ExceptionFilter>, act: Act = acts.ack) =>
    Effect.gen(function* () {
      yield* books
      const { done } = yield* ask(act, { filter: { ...open, ...filter } })
      return done.map((row) => row.record_id).sort()
    })

  it.effect("are chosen by check, customer, currency, severity and assignee, and by all of them together", () =>
    Effect.gen(function* () {
      expect(yield* chosen({ codes: ["LED_MISSING_TRANSACTION"] })).toEqual(["d-1", "d-2", "w-1"])
      expect(yield* chosen({ codes: ["BAL_NEGATIVE"] })).toEqual([])
      expect(yield* chosen({ customers: ["c-2"] })).toEqual(["d-2"])
      expect(yield* chosen({ currencies: ["EUR", "USD"] })).toEqual(["d-1", "d-2", "w-1"])
      expect(yield* chosen({ severities: ["critical"] })).toEqual(["w-1"])
      expect(yield* chosen({ severities: ["high"], currencies: ["EUR"], customers: ["c-1", "c-2"] })).toEqual(["d-1"])
      expect(yield* chosen({ assignees: ["ben"] })).toEqual([])
      yield* ask(acts.assign, { ids: [yield* idOf("w-1")], assignee: "Ben" })
      const { done } = yield* ask(acts.ack, { filter: { ...open, assignees: ["BEN"] } })
      expect(done.map((row) => row.record_id)).toEqual(["w-1"])
    }),
  )

  it.effect("are chosen by the partner's own reference of the customer", () =>
    Effect.gen(function* () {
      yield* books
      const store = yield* Database
      yield* store.run("INSERT INTO main.customers VALUES ('c-2', 'shop-two', NULL, 'r', 'r')")
      const { done } = yield* ask(acts.ack, { filter: { ...open, customers: ["shop-two"] } })
      expect(done.map((row) => row.record_id)).toEqual(["d-2"])
    }),
  )

  it.effect("are chosen by age in whole days, counted to the newest run", () =>
    Effect.gen(function* () {
      yield* books
      const seen = [deposit("d-1"), withdrawal("w-1"), deposit("d-2", { customer_id: "c-2" })]
      yield* night({ rows: [...seen, deposit("young")], night: 3 })
      const older = (days: number) =>
        Effect.map(ask(acts.note, { filter: { ...open, olderThanDays: days }, dryRun: true }), ({ done }) =>
          done.map((row) => row.record_id).sort(),
        )
      expect(yield* older(2)).toEqual(["d-1", "d-2", "w-1"])
      expect(yield* older(3)).toEqual([])
      yield* ask(acts.ack, { filter: { ...open, olderThanDays: 0 } })
      expect((yield* states).young).toBe("open")
    }),
  )

  it.effect("are only those in a state where the act makes sense", () =>
    Effect.gen(function* () {
      const store = yield* Database
      yield* books
      yield* store.run("UPDATE recon.exceptions SET state = 'resolved' WHERE record_id = 'd-1'")
      yield* store.run("UPDATE recon.exceptions SET state = 'written_off' WHERE record_id = 'w-1'")
      const all = { filter: { ...open, codes: ["LED_MISSING_TRANSACTION"] } }
      const { done, skipped } = yield* ask(acts.reopen, all)
      expect(done.map((row) => row.record_id)).toEqual(["w-1"])
      expect(skipped).toEqual([])
      expect((yield* ask(acts.ack, all)).done.map((row) => row.record_id)).toEqual(["w-1", "d-2"])
    }),
  )
})

layer(ledgerStore)("an act is refused", (it) => {
  const refusal = (act: Act, request: Partial<ActRequest>) =>
    Effect.gen(function* () {
      yield* books
      const before = yield* everything
      const error = yield* Effect.flip(ask(act, request))
      expect(yield* everything).toEqual(before)
      expect(error._tag).toBe("ActRefused")
      return "reason" in error ? error.reason : null
    })
  const one = { filter: { ...open, codes: ["LED_MISSING_TRANSACTION"] } }

  it.effect("where a write-off or a note says nothing", () =>
    Effect.gen(function* () {
      expect(yield* refusal(acts.writeOff, { ...one, reason: null })).toBe("NoReason")
      expect(yield* refusal(acts.writeOff, { ...one, reason: " \t\n" })).toBe("NoReason")
      expect(yield* refusal(acts.note, { ...one, reason: "" })).toBe("NoReason")
    }),
  )

  it.effect("where nobody acts, or somebody in the program's name, or nobody is to be assigned", () =>
    Effect.gen(function* () {
      expect(yield* refusal(acts.ack, { ...one, by: "  " })).toBe("NoOne")
      expect(yield* refusal(acts.ack, { ...one, by: "Tidemark " })).toBe("Impersonation")
      expect(yield* refusal(acts.assign, { ...one, assignee: " " })).toBe("NoAssignee")
    }),
  )

  it.effect("where neither ids nor a filter say what is meant, or both do", () =>
    Effect.gen(function* () {
      expect(yield* refusal(acts.ack, {})).toBe("NoTarget")
      expect(yield* refusal(acts.ack, { ...one, ids: ["abcd"] })).toBe("TwoTargets")
    }),
  )
})

layer(ledgerStore)("a rehearsal (--dry-run)", (it) => {
  it.effect("says what would be done, and does nothing", () =>
    Effect.gen(function* () {
      yield* books
      const before = yield* everything
      const request = { filter: { ...open, customers: ["c-1"] }, reason: "small" }
      const rehearsed = yield* ask(acts.writeOff, { ...request, dryRun: true })
      expect(yield* everything).toEqual(before)
      expect(rehearsed.done.map((row) => [row.record_id, row.state, row.to])).toEqual([
        ["w-1", "open", "written_off"],
        ["d-1", "open", "written_off"],
      ])
      expect(yield* ask(acts.writeOff, request)).toEqual(rehearsed)
      expect(yield* states).toEqual({ "d-1": "written_off", "d-2": "open", "w-1": "written_off" })
    }),
  )
})

layer(ledgerStore)("what a person did", (it) => {
  it.effect("lasts over nights: who looks after it, and that it was acknowledged", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [deposit("d-1")], balances: [balance("EUR", "0")] })
      const ids = [yield* idOf("d-1")]
      yield* ask(acts.ack, { ids })
      yield* ask(acts.assign, { ids })
      yield* night({ rows: [deposit("d-1")], balances: [balance("EUR", "0")], night: 1 })
      expect(yield* rows("SELECT state, assignee FROM recon.exceptions WHERE record_id = 'd-1'")).toEqual([
        { state: "acknowledged", assignee: "ben" },
      ])
    }),
  )
})
