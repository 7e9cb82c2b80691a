import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { streams } from "../../../src/api/streams.ts"
import { retireCustomer } from "../../../src/pipelines/customers/retire.ts"
import { stillOpenText } from "../../../src/pipelines/customers/still-open.ts"
import { type Act, acts } from "../../../src/pipelines/exceptions/act.ts"
import { actOn } from "../../../src/pipelines/exceptions/act-on.ts"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { type HistoryNight, laterNight, nights } from "../../support/history-case.ts"
import {
  conversion,
  deposit,
  ensureTables,
  hoursBefore,
  ledgerStore,
  newBooks,
  product,
  row,
  runOf,
  transaction,
} from "../../support/ledger-case.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

/** An open deposit, so that no transaction is due; created when the case says. */
const open = (id: string, values: Readonly<Record<string, string | null>> = {}) =>
  deposit(id, { status: "PROCESSING", created_at: hoursBefore(20), ...values })

/** A void deposit: nothing moves, and nothing is due. */
const idle = (id: string, values: Readonly<Record<string, string | null>> = {}) =>
  deposit(id, { status: "CANCELLED", created_at: hoursBefore(20), ...values })

const codes = [
  ...["COV_VANISHED", "COV_LATE_ARRIVAL", "COV_CUSTOMER_DROPPED", "REC_MUTATED", "REC_STATUS_REGRESSION"],
  ...["REC_INVALID", "REC_CONTRADICTED"],
]

/** What each night found of this file's codes, as `CODE record severity`, and what it could not judge. */
const told = (ledgers: ReadonlyArray<HistoryNight>, settings: Readonly<Record<string, unknown>> = {}) =>
  Effect.map(nights(ledgers, configurationWith(settings)), (verdicts) =>
    verdicts.map(({ found, unproven }) => ({
      found: found
        .filter(({ code }) => codes.includes(code))
        .map(({ code, record, severity }) => `${code} ${record} ${severity}`),
      unproven: Object.fromEntries(Object.entries(unproven).filter(([code]) => codes.includes(code))),
    })),
  )

const foundBy = (ledgers: ReadonlyArray<HistoryNight>, settings: Readonly<Record<string, unknown>> = {}) =>
  Effect.map(told(ledgers, settings), (all) => all.map(({ found }) => found))

const stateOf = (code: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows<{ state: string }>("SELECT state FROM recon.exceptions WHERE code = $1", [code])
    return rows.map(({ state }) => state)
  })

const detailOf = (code: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    return yield* database.rows<Record<string, string | null>>(
      "SELECT currency, expected, actual, difference, detail FROM recon.exceptions WHERE code = $1",
      [code],
    )
  })

layer(ledgerStore)("COV_VANISHED", (it) => {
  const listed = { rows: [idle("d-1"), idle("d-2")] }
  const gone = { rows: [idle("d-1")] }
  const one = "COV_VANISHED d-2 high"

  it.effect("finds a known record that is absent from a list read to its end, until it is listed again", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([listed, gone, gone, listed])).toEqual([[], [one], [one], []])
      expect(yield* stateOf("COV_VANISHED")).toEqual(["resolved"])
    }),
  )

  it.effect("finds reference data too, and leaves balances to the balance checks", () =>
    Effect.gen(function* () {
      const account = {
        stream: "fiat_accounts" as const,
        values: {
          fiat_account_id: "a-1",
          customer_id: "c-1",
          currency: "EUR",
          status: "ACTIVE",
          created_at: hoursBefore(9),
        },
      }
      const eur = {
        stream: "balances" as const,
        values: {
          customer_id: "c-1",
          currency: "EUR",
          network: null,
          available: "0",
          held: "0",
          total: "0",
          as_of: hoursBefore(1),
        },
      }
      const coverage = { "c-1/balances": "COMPLETE" as const }
      const found = yield* foundBy([
        { rows: [account, eur], coverage },
        { rows: [], coverage },
      ])
      expect(found).toEqual([[], ["COV_VANISHED a-1 high"]])
    }),
  )

  it.effect("counts what it cannot judge where the list was not read to its end, and finds it when it was", () =>
    Effect.gen(function* () {
      for (const state of ["PARTIAL", "FAILED", "DENIED", "NOT_APPLICABLE"] as const) {
        const broken = { ...gone, coverage: { "c-1/fiat_deposits": state } }
        const [, second, third] = yield* told([listed, broken, gone])
        expect(second, state).toEqual({ found: [], unproven: { COV_VANISHED: 1 } })
        expect(third, state).toEqual({ found: [one], unproven: {} })
      }
    }),
  )

  it.effect("judges one customer's list although another's broke off", () =>
    Effect.gen(function* () {
      const other = idle("e-1", { customer_id: "c-2" })
      const [, second] = yield* told([
        { rows: [...listed.rows, other] },
        { rows: gone.rows, customers: ["c-1", "c-2"], coverage: { "c-2/fiat_deposits": "PARTIAL" } },
      ])
      expect(second).toEqual({ found: [one], unproven: { COV_VANISHED: 1 } })
    }),
  )

  it.effect("does not judge the records of a customer who left the roster", () =>
    Effect.gen(function* () {
      const other = idle("e-1", { customer_id: "c-2" })
      const [, second] = yield* told([{ rows: [...gone.rows, other] }, { rows: gone.rows }])
      expect(second).toEqual({ found: ["COV_CUSTOMER_DROPPED c-2 high"], unproven: {} })
    }),
  )

  it.effect("has one unproven case for a list that was not read, however many of its records are known", () =>
    Effect.gen(function* () {
      const broken = { rows: [], coverage: { "c-1/fiat_deposits": "PARTIAL" as const } }
      const [, second] = yield* told([listed, broken])
      expect(second).toEqual({ found: [], unproven: { COV_VANISHED: 1 } })
    }),
  )

  it.effect("takes a record in quarantine for present, and one without a readable id for any of the list", () =>
    Effect.gen(function* () {
      const quarantined = (recordId: string | null): HistoryNight => ({
        ...gone,
        quarantine: [{ customer: "c-1", stream: "fiat_deposits", recordId, payload: {} }],
      })
      const [, known] = yield* told([listed, quarantined("d-2")])
      expect(known).toEqual({ found: ["REC_INVALID d-2 high"], unproven: {} })
      const [, nameless] = yield* told([listed, quarantined(null)])
      expect(nameless?.unproven).toEqual({ COV_VANISHED: 1 })
      expect(nameless?.found).toEqual(["REC_INVALID c-1/fiat_deposits/1/0 high"])
    }),
  )

  it.effect("keeps an exception open while it cannot judge, although the run is complete", () =>
    Effect.gen(function* () {
      yield* foundBy([listed, gone, { ...gone, coverage: { "c-1/fiat_deposits": "NOT_APPLICABLE" } }])
      expect(yield* stateOf("COV_VANISHED")).toEqual(["open"])
      const quarantine = [{ customer: "c-1", stream: "fiat_deposits" as const, recordId: null, payload: {} }]
      yield* foundBy([listed, gone, { ...gone, quarantine }])
      expect(yield* stateOf("COV_VANISHED")).toEqual(["open"])
    }),
  )

  it.effect("resolves one although a case of another customer cannot be judged", () =>
    Effect.gen(function* () {
      const other = idle("e-1", { customer_id: "c-2" })
      yield* foundBy([{ rows: [...listed.rows, other] }, { rows: [...gone.rows, other] }, { rows: listed.rows }])
      expect(yield* stateOf("COV_VANISHED")).toEqual(["resolved"])
    }),
  )

  it.effect("takes a record for present that came in a chain which was begun anew", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([listed, { ...gone, earlierInRun: listed.rows }])).toEqual([[], []])
    }),
  )

  it.effect("proves nothing in a run that did not mean to walk to the end", () =>
    Effect.gen(function* () {
      const [, second] = yield* told([listed, { ...gone, mode: "incremental" }])
      expect(second).toEqual({ found: [], unproven: { COV_VANISHED: 1 } })
    }),
  )
})

layer(ledgerStore)("COV_CUSTOMER_DROPPED", (it) => {
  const both = { rows: [idle("d-1"), idle("e-1", { customer_id: "c-2" })] }
  const without: HistoryNight = { rows: [idle("d-1")] }
  const dropped = "COV_CUSTOMER_DROPPED c-2 high"
  const retirement = { customerId: "c-2", by: "Ada", reason: "closed its account" }

  it.effect("finds a customer who was read before and is on the roster no longer, every night, until it is back", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([both, without, without, both])).toEqual([[], [dropped], [dropped], []])
      expect(yield* stateOf("COV_CUSTOMER_DROPPED")).toEqual(["resolved"])
    }),
  )

  it.effect("is silent on a customer whom no run could read", () =>
    Effect.gen(function* () {
      const nowhere = Object.fromEntries(streams.map(({ stream }) => [`c-2/${stream}`, "FAILED" as const]))
      expect(yield* foundBy([{ ...without, customers: ["c-1", "c-2"], coverage: nowhere }, without])).toEqual([[], []])
    }),
  )

  it.effect("is resolved by the night after a person retired the customer, though not every list of it was read", () =>
    Effect.gen(function* () {
      yield* foundBy([both, without])
      yield* retireCustomer(retirement)
      const partial = { ...without, coverage: { "c-1/checkouts": "FAILED" as const }, night: 2 }
      yield* laterNight(partial)
      expect(yield* stateOf("COV_CUSTOMER_DROPPED")).toEqual(["resolved"])
    }),
  )

  it.effect("finds a retired customer anew who came back and left again", () =>
    Effect.gen(function* () {
      yield* foundBy([both, without])
      yield* retireCustomer(retirement)
      yield* laterNight({ ...both, night: 2 })
      yield* laterNight({ ...without, night: 3 })
      expect(yield* stateOf("COV_CUSTOMER_DROPPED")).toEqual(["reopened"])
    }),
  )

  it.effect("leaves the customer's own exceptions as they were", () =>
    Effect.gen(function* () {
      yield* foundBy([{ rows: [...without.rows, idle("e-1", { customer_id: "c-2", status: "?" })] }, without])
      expect(yield* stateOf("REC_UNKNOWN_STATUS")).toEqual(["open"])
    }),
  )

  it.effect("is retired by a person who is told what it leaves open, before and when it is done", () =>
    Effect.gen(function* () {
      const own = (id: string, values: Readonly<Record<string, string | null>>) =>
        deposit(id, { customer_id: "c-2", ...values })
      const left = [
        own("e-2", {}),
        own("e-3", { amount: "20.5", net_amount: "20.5", completed_at: hoursBefore(0.3) }),
        own("e-4", {
          status: "PROCESSING",
          amount: "7",
          net_amount: "7",
          currency: "JPY",
          created_at: hoursBefore(20),
        }),
      ]
      const has = row("balances", { customer_id: "c-2", currency: "EUR", total: "5", available: "5" })
      yield* foundBy([{ rows: [...both.rows, ...left, has] }, without])
      const open = {
        exceptions: [{ currency: "EUR", cases: 1, amount: "100.00" }],
        inFlight: [
          { currency: "EUR", cases: 1, amount: "20.50" },
          { currency: "JPY", cases: 1, amount: "7" },
        ],
        balances: [{ currency: "EUR", cases: 1, amount: "5.00" }],
      }
      expect(yield* retireCustomer({ ...retirement, dryRun: true })).toEqual(open)
      expect(yield* retireCustomer(retirement)).toEqual(open)
      expect(stillOpenText("c-2", open)).toEqual([
        "customer c-2 leaves open (tidemark exceptions list --customer c-2):",
        "at stake    100.00 EUR in 1",
        "in flight   20.50 EUR in 1, 7 JPY in 1",
        "balances    5.00 EUR",
      ])
    }),
  )

  it.effect("cannot be retired by nobody, for no reason, while it is on the roster, twice, or if nobody knows it", () =>
    Effect.gen(function* () {
      yield* foundBy([both, without])
      const reasonOf = (different: Partial<typeof retirement>) =>
        Effect.flip(retireCustomer({ ...retirement, ...different })).pipe(
          Effect.map((error) => (error._tag === "RetireRefused" ? error.reason : error._tag)),
        )
      expect(yield* reasonOf({ by: " " })).toBe("NoOne")
      expect(yield* reasonOf({ reason: "" })).toBe("NoReason")
      expect(yield* reasonOf({ customerId: "c-1" })).toBe("OnRoster")
      expect(yield* reasonOf({ customerId: "c-3" })).toBe("Unknown")
      yield* retireCustomer(retirement)
      expect(yield* reasonOf({})).toBe("Retired")
    }),
  )
})

layer(ledgerStore)("COV_LATE_ARRIVAL", (it) => {
  const first = { rows: [idle("d-1")] }
  /** A second night on which a record first appears that was created so many hours before the first night's run. */
  const second = (hours: number, values = {}): HistoryNight => ({
    rows: [idle("d-1"), idle("late", { created_at: hoursBefore(hours), ...values })],
  })
  const late = "COV_LATE_ARRIVAL late low"

  it.effect("finds a record that the last night should have seen, on that night alone", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([first, second(3), second(3)])).toEqual([[], [late], []])
      expect(yield* stateOf("COV_LATE_ARRIVAL")).toEqual(["resolved"])
    }),
  )

  it.effect("finds it where it came in a run that nobody judged, once, and by the walk before that run", () =>
    Effect.gen(function* () {
      const found = yield* foundBy([first, { ...second(3), unjudged: true }, second(3), second(3)])
      expect([found[2], found[3]]).toEqual([[late], []])
      // Created after the first night's walk, and listed by the next run at once.
      const timely = yield* foundBy([first, { ...second(-2), unjudged: true }, second(-2)])
      expect(timely[2]).toEqual([])
    }),
  )

  it.effect("allows an hour before the last run's start, to the instant", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([first, second(1)])).toEqual([[], []])
      expect(yield* foundBy([first, second(1.001)])).toEqual([[], [late]])
    }),
  )

  it.effect("allows as many hours as configured", () =>
    Effect.gen(function* () {
      const settings = { checks: { COV_LATE_ARRIVAL: { limitHours: 4 } } }
      expect(yield* foundBy([first, second(3)], settings)).toEqual([[], []])
    }),
  )

  it.effect("is silent on a customer's first run", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([first, second(30, { customer_id: "c-2" })])).toEqual([[], []])
    }),
  )

  it.effect("is silent on a list that is read for the first time", () =>
    Effect.gen(function* () {
      const before = { ...first, coverage: { "c-1/checkouts": "NOT_APPLICABLE" as const } }
      const checkout = product("collection_payments", "p-1", { status: "CANCELLED", created_at: hoursBefore(50) })
      const none = { ...before, coverage: { "c-1/collection_payments": "NOT_APPLICABLE" as const } }
      expect(yield* told([none, { rows: [...first.rows, checkout] }])).toEqual([
        { found: [], unproven: {} },
        { found: [], unproven: {} },
      ])
    }),
  )

  it.effect("is silent on a list of which no earlier night got a page: this is its first reading", () =>
    Effect.gen(function* () {
      const away = { ...first, rows: [], coverage: { "c-1/fiat_deposits": "FAILED" as const } }
      expect((yield* told([away, second(30)]))[1]).toEqual({ found: [], unproven: {} })
    }),
  )

  it.effect("goes by the last run that read the list to its end, not by one that broke off", () =>
    Effect.gen(function* () {
      const broken = { ...first, coverage: { "c-1/fiat_deposits": "PARTIAL" as const } }
      // Created before the second night's run, which could not have seen it; after the first's, which could not either.
      const since = { rows: [...first.rows, idle("late", { created_at: hoursBefore(-10) })] }
      expect(yield* foundBy([first, broken, since])).toEqual([[], [], []])
      expect(yield* foundBy([first, first, since])).toEqual([[], [], [late]])
      expect(yield* foundBy([first, broken, second(3)])).toEqual([[], [], [late]])
    }),
  )

  it.effect("counts what it cannot judge where no earlier run came to the end of the list", () =>
    Effect.gen(function* () {
      const broken = { ...first, coverage: { "c-1/fiat_deposits": "PARTIAL" as const } }
      const [, after] = yield* told([broken, second(3)])
      expect(after).toEqual({ found: [], unproven: { COV_LATE_ARRIVAL: 1 } })
    }),
  )

  it.effect("is silent on a record that was there and could not be read", () =>
    Effect.gen(function* () {
      const quarantined = (recordId: string | null): HistoryNight => ({
        ...first,
        quarantine: [{ customer: "c-1", stream: "fiat_deposits", recordId, payload: {} }],
      })
      expect((yield* told([quarantined("late"), second(3)]))[1]).toEqual({ found: [], unproven: {} })
      expect((yield* told([quarantined(null), second(3)]))[1]).toEqual({ found: [], unproven: { COV_LATE_ARRIVAL: 1 } })
    }),
  )
})

layer(ledgerStore)("COV_LATE_ARRIVAL beside one that cannot be judged", (it) => {
  it.effect("is resolved the next night, although a newcomer of another list is in doubt", () =>
    Effect.gen(function* () {
      const first: HistoryNight = { rows: [idle("d-1")], coverage: { "c-1/checkouts": "PARTIAL" } }
      const late = { rows: [idle("d-1"), idle("late", { created_at: hoursBefore(3) })], coverage: first.coverage ?? {} }
      const checkout = row("checkouts", { checkout_id: "k-1", customer_id: "c-1", currency: "EUR", status: "EXPIRED" })
      const [, second, third] = yield* told([first, late, { rows: [...late.rows, checkout] }])
      expect(second?.found).toEqual(["COV_LATE_ARRIVAL late low"])
      expect(third).toEqual({ found: [], unproven: { COV_LATE_ARRIVAL: 1 } })
      expect(yield* stateOf("COV_LATE_ARRIVAL")).toEqual(["resolved"])
    }),
  )
})

layer(ledgerStore)("REC_MUTATED", (it) => {
  const settled = deposit("d-1")
  const found = "REC_MUTATED d-1 high"
  const after = (values: Readonly<Record<string, string | null>>) => [
    { rows: [settled] },
    { rows: [deposit("d-1", values)] },
  ]

  it.effect.each([
    ["amount", { amount: "90", net_amount: "90" }],
    ["fee", { fee: "1", net_amount: "99" }],
    ["net_amount", { net_amount: "99" }],
    ["currency", { currency: "USD" }],
    ["customer_id", { customer_id: "c-2" }],
    ["fiat_account_id", { fiat_account_id: "account-of-another" }],
  ] as const)("finds a settled record of which the %s changed", ([, values]) =>
    Effect.gen(function* () {
      expect(yield* foundBy(after(values))).toEqual([[], [found]])
    }),
  )

  it.effect("says what changed, and by how much", () =>
    Effect.gen(function* () {
      yield* foundBy(after({ amount: "90", net_amount: "89.5", fee: "0.5" }))
      const [exception] = yield* detailOf("REC_MUTATED")
      expect(exception).toMatchObject({
        currency: "EUR",
        expected: "100.000000000000000000",
        actual: "89.500000000000000000",
        difference: "-10.500000000000000000",
      })
      expect(exception?.detail).toContain(
        "amount was 100 and is 90; fee was 0 and is 0.5; net_amount was 100 and is 89.5",
      )
    }),
  )

  it.effect("finds it every night, and resolves when the record says again what it said when settled", () =>
    Effect.gen(function* () {
      const changed = { rows: [deposit("d-1", { amount: "90", net_amount: "90" })] }
      const other = { rows: [deposit("d-1", { amount: "80", net_amount: "80" })] }
      const back = { rows: [deposit("d-1")] }
      expect(yield* foundBy([{ rows: [settled] }, changed, other, back])).toEqual([[], [found], [found], []])
      expect(yield* stateOf("REC_MUTATED")).toEqual(["resolved"])
    }),
  )

  it.effect("is silent on what changed before the record was settled", () =>
    Effect.gen(function* () {
      const pending = open("d-1", { amount: "90", net_amount: "90" })
      expect(yield* foundBy([{ rows: [pending] }, { rows: [settled] }])).toEqual([[], []])
    }),
  )

  it.effect("is silent on what may change: the status, its time, the reference", () =>
    Effect.gen(function* () {
      const later = { status: "REFUNDED", updated_at: hoursBefore(1), reference: "another" }
      expect(yield* foundBy(after(later))).toEqual([[], []])
    }),
  )

  it.effect("is silent where the same amount is written otherwise", () =>
    Effect.gen(function* () {
      expect(yield* foundBy(after({ amount: "100.00", net_amount: "100.000", status: "REFUNDED" }))).toEqual([[], []])
    }),
  )

  it.effect("leaves what changed between two chains of one run to REC_CONTRADICTED, and finds it the night after", () =>
    Effect.gen(function* () {
      const changed = deposit("d-1", { amount: "90", net_amount: "90" })
      const night = { rows: [changed], earlierInRun: [settled] }
      expect(yield* foundBy([night, { rows: [changed] }])).toEqual([["REC_CONTRADICTED d-1 high"], [found]])
    }),
  )

  const mutations = {
    ...{ codes: ["REC_MUTATED"], customers: [], currencies: [], severities: [], assignees: [] },
    olderThanDays: null,
  }
  const act = (act: Act) =>
    actOn({
      act,
      ids: [],
      filter: mutations,
      osUser: null,
      by: "Ada",
      reason: "moved by right",
      assignee: null,
      dryRun: false,
    })
  const onAccount = (account: string, night: number, status = "COMPLETED") =>
    Effect.map(laterNight({ rows: [deposit("d-1", { fiat_account_id: account, status })], night }), (verdict) =>
      verdict.found.filter(({ code }) => code === "REC_MUTATED").map(({ record }) => record),
    )

  it.effect("compares with the version that a person accepted, so that a further change is found", () =>
    Effect.gen(function* () {
      yield* newBooks
      expect(yield* onAccount("fa-1", 0)).toEqual([])
      expect(yield* onAccount("fa-2", 1)).toEqual(["d-1"])
      yield* act(acts.writeOff)
      expect(yield* onAccount("fa-2", 2)).toEqual([])
      // Its status may move on, which is no other version of its money.
      expect(yield* onAccount("fa-2", 3, "REFUNDED")).toEqual([])
      expect(yield* stateOf("REC_MUTATED")).toEqual(["written_off"])
      expect(yield* onAccount("fa-3", 4)).toEqual(["d-1"])
      expect(yield* stateOf("REC_MUTATED")).toEqual(["reopened"])
      expect((yield* detailOf("REC_MUTATED"))[0]?.detail).toBe(
        "fiat_account_id was fa-2 and is fa-3 (since a person accepted it)",
      )
      expect(yield* onAccount("fa-1", 5)).toEqual(["d-1"])
      // Back at what was accepted, nothing is left to tell.
      expect(yield* onAccount("fa-2", 6)).toEqual([])
      expect(yield* stateOf("REC_MUTATED")).toEqual(["resolved"])
    }),
  )

  it.effect("compares with the first settled version again once the acceptance is taken back", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* onAccount("fa-1", 0)
      yield* onAccount("fa-2", 1)
      yield* act(acts.writeOff)
      yield* act(acts.reopen)
      expect(yield* onAccount("fa-2", 2)).toEqual(["d-1"])
    }),
  )

  it.effect("is silent where a currency goes by another name that is configured", () =>
    Effect.gen(function* () {
      const named = (currency: string): HistoryNight => ({
        rows: [deposit("d-1", { currency, fiat_account_id: "account-of-d-1" })],
      })
      const settings = { currencyAliases: { MATIC: "POL" } }
      expect(yield* foundBy([named("MATIC"), named("POL")], settings)).toEqual([[], []])
      expect(yield* foundBy([named("MATIC"), named("POL")])).toEqual([[], [found]])
    }),
  )

  it.effect("claims nothing new about a list that was not read, and leaves what is open as it is", () =>
    Effect.gen(function* () {
      const changed = { rows: [deposit("d-1", { amount: "90", net_amount: "90" })] }
      const broken = { rows: [], coverage: { "c-1/fiat_deposits": "FAILED" as const } }
      const [, , third] = yield* told([{ rows: [settled] }, changed, broken])
      expect(third).toEqual({ found: [], unproven: { COV_VANISHED: 1, REC_MUTATED: 1 } })
      expect(yield* stateOf("REC_MUTATED")).toEqual(["open"])
    }),
  )

  it.effect("compares with the first settled version, not with one that was open or void", () =>
    Effect.gen(function* () {
      const at = (status: string, amount: string) => ({
        rows: [deposit("d-1", { status, amount, net_amount: amount })],
      })
      const history = [at("PENDING", "70"), at("COMPLETED", "100"), at("PENDING", "80"), at("COMPLETED", "100")]
      expect(yield* foundBy(history)).toEqual([[], [], [found, "REC_STATUS_REGRESSION d-1 high"], []])
    }),
  )

  it.effect.each([
    ["direction", { direction: "DEBIT" }],
    ["resource_id", { resource_id: "d-9", resource_type: "fiat_deposit" }],
    ["net_amount", { amount: "7", net_amount: "7" }],
  ] as const)("finds a posted transaction of which the %s changed", ([, values]) =>
    Effect.gen(function* () {
      const ledgers = [{ rows: [transaction("t-1")] }, { rows: [transaction("t-1", values)] }]
      expect(yield* foundBy(ledgers)).toEqual([[], ["REC_MUTATED t-1 high"]])
    }),
  )

  it.effect.each([
    ["rate", { rate: "1.2" }],
    ["to_amount", { to_amount: "111" }],
    ["fee_currency", { fee_currency: "USD" }],
    ["quote_id", { quote_id: "another" }],
  ] as const)("finds a settled conversion of which the %s changed", ([, values]) =>
    Effect.gen(function* () {
      const ledgers = [{ rows: [conversion("x-1")] }, { rows: [conversion("x-1", values)] }]
      expect(yield* foundBy(ledgers)).toEqual([[], ["REC_MUTATED x-1 high"]])
    }),
  )
})

layer(ledgerStore)("REC_CONTRADICTED", (it) => {
  const found = "REC_CONTRADICTED d-1 high"
  const a = idle("d-1")
  const b = idle("d-1", { amount: "90", net_amount: "90" })

  it.effect("finds an id that came twice with other money, whichever comes last, every night that it does", () =>
    Effect.gen(function* () {
      const nightsOf = [[a, b], [b, a], [a, b], [b]].map((rows) => ({ rows }))
      expect(yield* foundBy(nightsOf)).toEqual([[found], [found], [found], []])
      expect(yield* stateOf("REC_CONTRADICTED")).toEqual(["resolved"])
    }),
  )

  it.effect("names what differs and the pages, in the same words whichever comes last", () =>
    Effect.gen(function* () {
      yield* foundBy([{ rows: [a, b] }])
      const [one] = yield* detailOf("REC_CONTRADICTED")
      expect(one?.detail).toBe(
        "was listed more than once in this run, with amount 100 and 90; net_amount 100 and 90: page 1 of chain 1",
      )
      yield* foundBy([{ rows: [b, a] }])
      expect((yield* detailOf("REC_CONTRADICTED"))[0]?.detail).toBe(one?.detail)
    }),
  )

  it.effect("finds it in two chains of one night", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([{ rows: [b], earlierInRun: [a] }])).toEqual([[found]])
    }),
  )

  it.effect("is silent on a record that came twice and says the same, or only moved on in its status", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([{ rows: [a, a] }])).toEqual([[]])
      expect(yield* foundBy([{ rows: [open("d-1"), open("d-1", { status: "CANCELLED" })] }])).toEqual([[]])
    }),
  )

  it.effect("is silent on what changed from one night to the next", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([{ rows: [a] }, { rows: [b] }])).toEqual([[], []])
    }),
  )

  it.effect("stays open while its list is not read", () =>
    Effect.gen(function* () {
      yield* foundBy([{ rows: [a, b] }, { rows: [], coverage: { "c-1/fiat_deposits": "FAILED" } }])
      expect(yield* stateOf("REC_CONTRADICTED")).toEqual(["open"])
    }),
  )
})

layer(ledgerStore)("REC_STATUS_REGRESSION", (it) => {
  const at = (status: string) => ({ rows: [deposit("d-1", { status, created_at: hoursBefore(1) })] })
  const found = "REC_STATUS_REGRESSION d-1 high"

  it.effect("claims nothing new about a list that was not read", () =>
    Effect.gen(function* () {
      const broken = { rows: [], coverage: { "c-1/fiat_deposits": "FAILED" as const } }
      const [, , third] = yield* told([at("COMPLETED"), at("PENDING"), broken])
      expect(third).toEqual({ found: [], unproven: { COV_VANISHED: 1, REC_STATUS_REGRESSION: 1 } })
      expect(yield* stateOf("REC_STATUS_REGRESSION")).toEqual(["open"])
    }),
  )

  it.effect.each(["COMPLETED", "FAILED", "CANCELLED", "REVERSED"])(
    "finds a record that was %s and is open, as long as it is open",
    (status) =>
      Effect.gen(function* () {
        expect(yield* foundBy([at(status), at("PENDING"), at("PROCESSING"), at(status)])).toEqual([
          [],
          [found],
          [found],
          [],
        ])
      }),
  )

  it.effect("finds transactions, quotes and checkouts too", () =>
    Effect.gen(function* () {
      const quote = (status: string) => ({
        stream: "conversion_quotes" as const,
        values: {
          ...conversion("x").values,
          conversion_id: undefined as unknown as null,
          quote_id: "q-1",
          status,
          expires_at: hoursBefore(1),
        },
      })
      const rows = (one: string, two: string) => [transaction("t-1", { status: one }), quote(two)]
      expect(yield* foundBy([{ rows: rows("FAILED", "USED") }, { rows: rows("PENDING", "ACTIVE") }])).toEqual([
        [],
        ["REC_STATUS_REGRESSION q-1 high", "REC_STATUS_REGRESSION t-1 high"],
      ])
    }),
  )

  it.effect("finds a posting that says it failed, as long as it does, and none that was reversed or never posted", () =>
    Effect.gen(function* () {
      const posted = (status: string) => ({ rows: [transaction("t-1", { status })] })
      const struck = "REC_STATUS_REGRESSION t-1 high"
      const history = [posted("COMPLETED"), posted("FAILED"), posted("FAILED"), posted("REVERSED")]
      expect(yield* foundBy(history)).toEqual([[], [struck], [struck], []])
      expect(yield* foundBy([posted("PENDING"), posted("FAILED")])).toEqual([[], []])
    }),
  )

  it.effect("is silent on a status that moves forward, and on one outside the contract", () =>
    Effect.gen(function* () {
      expect(yield* foundBy([at("PENDING"), at("PROCESSING"), at("COMPLETED"), at("REVERSED")])).toEqual([
        [],
        [],
        [],
        [],
      ])
      expect(yield* foundBy([at("COMPLETED"), at("ON_HOLD")])).toEqual([[], []])
    }),
  )
})

layer(ledgerStore)("REC_INVALID", (it) => {
  it.effect("names a record without an id once, by its first place in the last chain, however often it came", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const payload = { amount: "x" }
      const quarantine = [
        { customer: "c-1", stream: "fiat_deposits" as const, recordId: null, payload },
        { customer: "c-1", stream: "fiat_deposits" as const, recordId: null, payload: { amount: "y" } },
        { customer: "c-1", stream: "fiat_deposits" as const, recordId: null, payload },
        { customer: "c-1", stream: "fiat_deposits" as const, recordId: "d-3", payload },
        { customer: "c-1", stream: "fiat_deposits" as const, recordId: "d-3", payload: { amount: "z" } },
      ]
      const ledger = { rows: [], quarantine }
      yield* told([ledger])
      // The third came again as the first record of the second page of a second chain, and once more on looking back.
      yield* database.run("UPDATE raw.quarantine SET chain = 2, sequence = 2, item_index = 0 WHERE item_index = 2")
      // Other rows were judged before: that the result differs is no wonder.
      yield* database.run("UPDATE recon.runs SET judged_by_sha256 = NULL")
      yield* database.run("DELETE FROM recon.exceptions")
      yield* reconcile(runOf(0), configurationWith())
      const rows = yield* database.rows<{ record_id: string }>(
        "SELECT record_id FROM recon.exceptions WHERE code = 'REC_INVALID' ORDER BY record_id",
      )
      expect(rows.map(({ record_id }) => record_id)).toEqual(["c-1/fiat_deposits/1/1", "c-1/fiat_deposits/2/0", "d-3"])
    }),
  )
})

const storeOnDisk = Layer.unwrapScoped(
  Effect.map(temporaryFolder, (folder) =>
    Layer.provideMerge(
      Layer.effectDiscard(ensureTables),
      Database.layer({ file: join(folder, "tidemark.duckdb"), access: "write", memoryLimit: "300MB" }),
    ),
  ),
)

layer(storeOnDisk)("REC_CONTRADICTED beside bodies that are larger than the memory", (it) => {
  it.effect("holds none of another list's in it", () =>
    Effect.gen(function* () {
      const { run } = yield* Database
      // 800 MB of text, a few on the disk.
      yield* run(
        "INSERT INTO raw.body_pieces SELECT 1000 + i // 500, i % 500, repeat('no such record, ', 500) FROM range(100000) AS r(i)",
      )
      const rows = [idle("d-1"), idle("d-1", { amount: "90", net_amount: "90" })]
      expect(yield* foundBy([{ rows }])).toEqual([["REC_CONTRADICTED d-1 high"]])
    }),
  )
})
