import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import {
  balance,
  conversion,
  deposit,
  judge,
  ledgerStore,
  legOf,
  postingOf,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"

/** The largest amount that the contract allows: 20 digits before the point, 18 after it. */
const most = "99999999999999999999.999999999999999999"
const amounts = { amount: most, net_amount: most }

layer(ledgerStore)("amounts at the limit of the contract", (it) => {
  it.effect("match to the last place", () =>
    Effect.gen(function* () {
      const record = deposit("d-1", amounts)
      const verdict = yield* judge({ rows: [record, postingOf(record)] })
      expect(verdict.found).toEqual([])
      expect(verdict.movements).toEqual({ "fiat_deposits d-1": "matched" })
    }),
  )

  it.effect("differ by one in the last place", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const record = deposit("d-1", amounts)
      const less = "99999999999999999999.999999999999999998"
      const verdict = yield* judge({ rows: [record, postingOf(record, { amount: less, net_amount: less })] })
      expect(verdict.found.map(({ code }) => code)).toEqual(["LED_AMOUNT_MISMATCH"])
      expect(yield* database.rows("SELECT difference FROM recon.exceptions")).toEqual([
        { difference: "-0.000000000000000001" },
      ])
    }),
  )

  it.effect("differ by more than a decimal can hold", () =>
    Effect.gen(function* () {
      const record = deposit("d-1", amounts)
      const negative = { amount: `-${most}`, net_amount: `-${most}` }
      const verdict = yield* judge({ rows: [record, postingOf(record, negative)] })
      expect(verdict.found.map(({ code }) => code)).toEqual(["LED_DIRECTION_MISMATCH", "REC_ARITHMETIC"])
    }),
  )

  it.effect("have the share of basis points that smaller amounts have", () =>
    Effect.gen(function* () {
      const record = deposit("d-1", { amount: "50000000000000000000", net_amount: "50000000000000000000" })
      const nearly = { amount: "50000000000000000001", net_amount: "50000000000000000001" }
      const verdict = yield* judge(
        { rows: [record, postingOf(record, nearly)] },
        { tolerance: { EUR: { basisPoints: 1 } } },
      )
      expect(verdict.movements).toEqual({ "fiat_deposits d-1": "within tolerance" })
    }),
  )

  it.effect("are reconciled although two of them in one currency make a sum that no decimal holds", () =>
    Effect.gen(function* () {
      const records = [deposit("d-1", amounts), deposit("d-2", amounts)]
      const verdict = yield* judge({ rows: records.flatMap((record) => [record, postingOf(record)]) })
      expect(verdict.found).toEqual([])
      expect(verdict.movements).toEqual({ "fiat_deposits d-1": "matched", "fiat_deposits d-2": "matched" })
    }),
  )

  it.effect("are reconciled although a conversion's amount and fee make a sum that no decimal holds", () =>
    Effect.gen(function* () {
      const exchanged = conversion("x", { from_amount: most, fee: "1", status: "PENDING" })
      const verdict = yield* judge({ rows: [exchanged] })
      expect(verdict.movements["conversions x CREDIT"]).toBe("in flight")
    }),
  )

  it.effect("are judged as balances whose parts make a sum that no decimal holds", () =>
    Effect.gen(function* () {
      const verdict = yield* judge({
        rows: [transaction("t", { type: "FEE", ...amounts })],
        balances: [balance("EUR", most, { held: most })],
      })
      expect(verdict.found.map(({ code }) => code)).toEqual(["BAL_COMPONENTS"])
    }),
  )

  it.effect("leave a balance of two networks unproven whose sum no decimal holds", () =>
    Effect.gen(function* () {
      const verdict = yield* judge({
        // A posting without network, so that the networks are summed.
        rows: [transaction("t", { type: "FEE" })],
        balances: [balance("EUR", most, { network: "a" }), balance("EUR", most, { network: "b" })],
      })
      expect(verdict.found).toEqual([])
      expect(verdict.unproven).toMatchObject({ BAL_INCEPTION: 1 })
    }),
  )

  it.effect("cancel each other in a balance", () =>
    Effect.gen(function* () {
      const debit = withdrawal("w-1", amounts)
      const verdict = yield* judge({
        rows: [deposit("d-1", amounts), postingOf(deposit("d-1", amounts)), debit, postingOf(debit)],
        balances: [balance("EUR", "0")],
      })
      expect(verdict.found).toEqual([])
    }),
  )

  it.effect("match on the legs of a conversion", () =>
    Effect.gen(function* () {
      const exchanged = conversion("x", { from_amount: most, to_amount: most })
      const verdict = yield* judge({
        rows: [
          exchanged,
          legOf(exchanged, "DEBIT", amounts),
          legOf(exchanged, "CREDIT", { ...amounts, currency: "USD" }),
        ],
      })
      expect(verdict.movements).toEqual({ "conversions x CREDIT": "matched", "conversions x DEBIT": "matched" })
    }),
  )
})
