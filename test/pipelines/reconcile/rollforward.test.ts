import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { nights } from "../../support/history-case.ts"
import {
  balance,
  hoursBefore,
  judge,
  type LedgerRow,
  ledgerStore,
  newBooks,
  night,
  read,
  runOf,
  transaction,
} from "../../support/ledger-case.ts"

const ids = [0, 1, 2, 3].map((night) => runOf(night).runId)

const opening = (total: string, asOf: string) => [balance("EUR", total, { as_of: asOf })]
const credit = (id: string, amount: string, postedAt: string) =>
  transaction(id, { type: "FEE", reference: id, amount, net_amount: amount, posted_at: postedAt })

const rollforward = Effect.flatMap(Database, (database) =>
  database.rows(
    `SELECT opening_as_of, opening_run, opening::VARCHAR AS opening, computed_closing::VARCHAR AS computed, difference::VARCHAR AS difference, status
     FROM recon.rollforward WHERE run_id = (SELECT max(run_id) FROM recon.runs) AND currency = 'EUR'`,
  ),
)

const before = credit("before", "100", hoursBefore(50))
const codes = ({ found }: { readonly found: ReadonlyArray<{ readonly code: string }> }) => found.map(({ code }) => code)

layer(ledgerStore)("BAL_ROLLFORWARD", (it) => {
  it.effect("rolls from the last closing that was proven over what was posted since", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [before], balances: opening("100", hoursBefore(1)) })
      const movement = credit("since", "5", hoursBefore(-10))
      const verdict = yield* night({ rows: [before, movement], balances: opening("105", hoursBefore(-23)), night: 1 })
      expect(verdict.found).toEqual([])
      expect(yield* rollforward).toEqual([
        {
          opening_as_of: hoursBefore(1).replace(".000Z", "Z"),
          opening_run: ids[0],
          opening: "100.000000000000000000",
          computed: "105.000000000000000000",
          difference: "0.000000000000000000",
          status: "agrees",
        },
      ])
    }),
  )

  it.effect("keeps its opening as long as it does not tie, over readings that nobody judged too", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [before], balances: opening("100", hoursBefore(1)) })
      // A euro appears, and the next reading already agrees with itself.
      yield* read({ rows: [before], balances: opening("101", hoursBefore(-23)), night: 1 })
      for (const later of [2, 3]) {
        const balances = opening("101", hoursBefore(-24 * later + 1))
        const verdict = yield* night({ rows: [before], balances, night: later })
        expect(codes(verdict)).toEqual(["BAL_INCEPTION", "BAL_ROLLFORWARD"])
        expect(yield* rollforward).toMatchObject([{ opening: "100.000000000000000000", status: "differs" }])
      }
    }),
  )

  it.effect("opens at a closing whose difference a person accepted, and stays so when it is judged anew", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* judge({ rows: [before], balances: opening("100", hoursBefore(1)) })
      yield* night({ rows: [before], balances: opening("101", hoursBefore(-23)), night: 1 })
      yield* database.run("UPDATE recon.exceptions SET state = 'written_off'")
      const same = yield* night({ rows: [before], balances: opening("101", hoursBefore(-47)), night: 2 })
      expect(codes(same)).toEqual(["BAL_INCEPTION"])
      expect(yield* rollforward).toMatchObject([
        { opening_run: ids[1], opening: "101.000000000000000000", status: "agrees" },
      ])
      // What is accepted is that one euro: another opens the exception again, and moves no opening.
      const more = { rows: [before], balances: opening("103", hoursBefore(-71)), night: 3 }
      expect(codes(yield* night(more))).toEqual(["BAL_INCEPTION", "BAL_ROLLFORWARD"])
      const first = yield* rollforward
      expect(first).toMatchObject([{ opening_run: ids[2], difference: "2.000000000000000000" }])
      yield* reconcile(runOf(3), configurationWith())
      expect(yield* rollforward).toEqual(first)
    }),
  )

  it.effect("finds what was posted into a closed period behind a night that could not read the transactions", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [before], balances: opening("100", hoursBefore(1)) })
      const backdated = credit("backdated", "50", hoursBefore(30))
      const coverage = { "c-1/transactions": "PARTIAL" as const }
      const rows = [before, backdated]
      const broken = yield* night({ rows, balances: opening("150", hoursBefore(-23)), coverage, night: 1 })
      expect(codes(broken)).toEqual(["COV_INCOMPLETE"])
      expect(broken.unproven).toEqual({ BAL_INCEPTION: 1, BAL_ROLLFORWARD: 1 })
      const verdict = yield* night({ rows, balances: opening("150", hoursBefore(-47)), night: 2 })
      expect(codes(verdict)).toEqual(["BAL_ROLLFORWARD"])
      expect(yield* rollforward).toMatchObject([
        { opening_run: ids[0], opening: "100.000000000000000000", difference: "50.000000000000000000" },
      ])
    }),
  )

  it.effect("counts what was posted after the opening instant, up to the closing instant and at it", () =>
    Effect.gen(function* () {
      const rows = [
        before,
        credit("at opening", "1", hoursBefore(1)),
        credit("just after opening", "2", hoursBefore(0.999)),
        credit("at closing", "4", hoursBefore(-23)),
        credit("after closing", "8", hoursBefore(-23.001)),
      ]
      yield* judge({ rows, balances: opening("101", hoursBefore(1)) })
      const verdict = yield* night({ rows, balances: opening("107", hoursBefore(-23)), night: 1 })
      expect(verdict.found).toEqual([])
    }),
  )

  it.effect("agrees where what was posted at a balance's very microsecond is not in it", () =>
    Effect.gen(function* () {
      const rows = [before, credit("at opening", "5", hoursBefore(1))]
      expect((yield* judge({ rows, balances: opening("100", hoursBefore(1)) })).found).toEqual([])
      const verdict = yield* night({ rows, balances: opening("105", hoursBefore(-23)), night: 1 })
      expect(verdict.found).toEqual([])
      expect(yield* rollforward).toMatchObject([
        { opening: "100.000000000000000000", computed: "105.000000000000000000" },
      ])
    }),
  )

  it.effect("leaves the word to BAL_INCEPTION where no closing was proven, and is printed from the beginning", () =>
    Effect.gen(function* () {
      yield* judge({ rows: [before], balances: opening("101", hoursBefore(1)) })
      const verdict = yield* night({ rows: [before], balances: opening("101", hoursBefore(-23)), night: 1 })
      expect(codes(verdict)).toEqual(["BAL_INCEPTION"])
      expect(yield* rollforward).toMatchObject([
        { opening_as_of: null, opening_run: null, opening: "0.000000000000000000" },
      ])
    }),
  )

  it.effect("goes back past readings of the same instant to the one before", () =>
    Effect.gen(function* () {
      const since = credit("since", "5", hoursBefore(1.5))
      yield* judge({ rows: [before], balances: opening("100", hoursBefore(2)) })
      yield* night({ rows: [before, since], balances: opening("105", hoursBefore(1)), night: 1 })
      yield* night({ rows: [before, since], balances: opening("105", hoursBefore(1)), night: 2 })
      expect(yield* rollforward).toMatchObject([
        { opening_as_of: hoursBefore(2).replace(".000Z", "Z"), opening: "100.000000000000000000", status: "agrees" },
      ])
    }),
  )

  it.effect("opens a sum of networks at the sum of those that were proven by network, under the name that counts", () =>
    Effect.gen(function* () {
      const renamed = configurationWith({ currencyAliases: { EURX: "EUR" } })
      const on = (network: string | null, values = {}) => ({
        type: "FEE",
        reference: network,
        currency: "EURX",
        network,
        ...values,
      })
      const rows = [transaction("a", on("X")), transaction("b", on("Y", { amount: "40", net_amount: "40" }))]
      yield* newBooks
      yield* night(
        { rows, balances: [balance("EURX", "100", { network: "X" }), balance("EURX", "40", { network: "Y" })] },
        renamed,
      )
      const unnamed = credit("c", "2", hoursBefore(-10))
      const verdict = yield* night(
        { rows: [...rows, unnamed], balances: [balance("EUR", "142", { as_of: hoursBefore(-23) })], night: 1 },
        renamed,
      )
      expect(verdict.found).toEqual([])
      expect(yield* rollforward).toMatchObject([{ opening: "140.000000000000000000", status: "agrees" }])
    }),
  )
})

layer(ledgerStore)("a balance row that is gone", (it) => {
  const rows = [before]
  const listed = {
    rows: [...rows, ...opening("100", hoursBefore(1))],
    coverage: { "c-1/balances": "COMPLETE" as const },
  }
  const gone = (more: ReadonlyArray<LedgerRow> = []) => ({
    rows: [...rows, ...more],
    coverage: { "c-1/balances": "COMPLETE" as const },
  })

  it.effect("counts as zero: BAL_UNSTATED tells what it lacks, and the roll-forward keeps its line", () =>
    Effect.gen(function* () {
      const [, second, third] = yield* nights(
        [listed, gone(), gone()],
        configurationWith({ checks: { COV_STALE: { enabled: false } } }),
      )
      expect([second, third].map((verdict) => verdict && codes(verdict))).toEqual([["BAL_UNSTATED"], ["BAL_UNSTATED"]])
      expect(yield* rollforward).toMatchObject([
        { opening: "100.000000000000000000", difference: "-100.000000000000000000", status: "unstated" },
      ])
    }),
  )

  it.effect("is told although it was never proven, and nothing was posted", () =>
    Effect.gen(function* () {
      const unexplained = { ...listed, rows: opening("100", hoursBefore(1)) }
      const verdicts = yield* nights([unexplained, { ...unexplained, rows: [] }])
      expect(verdicts.map(codes)).toEqual([["BAL_INCEPTION"], ["BAL_UNSTATED"]])
      const database = yield* Database
      expect(
        yield* database.rows("SELECT at_stake::VARCHAR AS at_stake FROM recon.exceptions WHERE code = 'BAL_UNSTATED'"),
      ).toEqual([{ at_stake: "100.000000000000000000" }])
    }),
  )

  it.effect("is nothing where all of it was spent: a row of zero may be left out", () =>
    Effect.gen(function* () {
      const spent = transaction("spent", {
        type: "FEE",
        reference: "spent",
        direction: "DEBIT",
        posted_at: hoursBefore(-10),
        updated_at: hoursBefore(-10),
      })
      const verdicts = yield* nights([listed, gone([spent])])
      expect(verdicts.map(codes)).toEqual([[], ["COV_LATE_ARRIVAL"]])
    }),
  )
})
