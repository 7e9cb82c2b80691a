import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { checkConservation } from "../../../src/pipelines/reconcile/conservation.ts"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import {
  deposit,
  judge,
  ledgerStore,
  night,
  postingOf,
  runOf,
  transaction,
  withdrawal,
} from "../../support/ledger-case.ts"

const paid = deposit("d-1")
const ledger = { rows: [paid, postingOf(paid), deposit("d-2"), withdrawal("w-1"), transaction("t-9")] }

layer(ledgerStore)("a reconciliation that loses or doubles something", (it) => {
  const broken = (what: string, statement: string, culprit: string) =>
    it.effect(`fails, and names it: ${what}`, () =>
      Effect.gen(function* () {
        yield* judge(ledger)
        const database = yield* Database
        yield* checkConservation(database)
        yield* database.run(statement)
        const failure = yield* Effect.flip(checkConservation(database))
        expect(failure._tag).toBe("ConservationBroken")
        expect(failure.message).toMatch(
          /^the reconciliation lost or doubled something, so none of its figures may be used; /,
        )
        expect(failure.message).toContain(culprit)
      }),
    )

  broken(
    "a movement lost",
    "DELETE FROM recon.judged WHERE record_id = 'd-2'",
    "fiat_deposits d-2 CREDIT is in 0 categories",
  )
  broken(
    "a movement twice",
    "INSERT INTO recon.judged SELECT * FROM recon.judged WHERE record_id = 'w-1'",
    "fiat_withdrawals w-1 DEBIT is in 2 categories",
  )
  broken(
    "a transaction lost",
    "DELETE FROM recon.judged WHERE transaction_id = 't-9'",
    "transaction t-9 is in 0 categories",
  )
})

layer(ledgerStore)("a run that is judged anew by the same rules", (it) => {
  const rejudged = (tampering: string, configuration = configurationWith()) =>
    Effect.gen(function* () {
      yield* judge(ledger)
      const run = runOf(0)
      yield* reconcile(run, configurationWith())
      const database = yield* Database
      yield* database.run(tampering)
      return yield* Effect.either(reconcile(run, configuration))
    })

  it.effect("gives the same", () =>
    Effect.gen(function* () {
      expect((yield* rejudged("SELECT 1"))._tag).toBe("Right")
    }),
  )

  it.effect("gives the same where an earlier version had a view in the place of a table", () =>
    Effect.gen(function* () {
      const earlier = ["reading", "refused", "refused_record"].flatMap((name) => [
        `DROP TABLE recon.${name}`,
        `CREATE VIEW recon.${name} AS SELECT 'of an earlier version' AS words`,
        `DELETE FROM recon.published WHERE name = '${name}'`,
      ])
      expect((yield* rejudged(earlier.join(";")))._tag).toBe("Right")
    }),
  )

  it.effect("fails where the result is another one, and names what differs", () =>
    Effect.gen(function* () {
      const result = yield* rejudged("DELETE FROM main.fiat_withdrawals WHERE withdrawal_id = 'w-1'")
      expect(result).toMatchObject({
        _tag: "Left",
        left: {
          _tag: "DeterminismBroken",
          findings: [{ code: "LED_MISSING_TRANSACTION", record_id: "w-1", seen: "found only before" }],
        },
      })
    }),
  )

  it.effect("leaves the earlier judgement as it was when it fails", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* judge(ledger)
      const before = yield* database.rows("SELECT * FROM recon.exceptions ORDER BY ALL")
      yield* database.run("DELETE FROM main.transactions WHERE transaction_id = 't-9'")
      yield* Effect.flip(reconcile(runOf(0), configurationWith()))
      expect(yield* database.rows("SELECT * FROM recon.exceptions ORDER BY ALL")).toEqual(before)
    }),
  )

  it.effect("may give another result by another configuration, and in another run", () =>
    Effect.gen(function* () {
      const other = configurationWith({ checks: { LED_MISSING_PRODUCT: { enabled: false } } })
      expect((yield* rejudged("SELECT 1", other))._tag).toBe("Right")
      yield* night({ rows: [paid, postingOf(paid)], night: 1 })
    }),
  )
})
