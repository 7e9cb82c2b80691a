import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { Database } from "../../../src/store/database.ts"
import { deposit, judge, ledgerStore, postingOf } from "../../support/ledger-case.ts"
import { cells } from "../../support/ledger-cells.ts"
import { disagreements, expectedOf, said, settingsOf } from "./ledger-compare.ts"

const shuffled = <A>(rows: ReadonlyArray<A>, seed: number): ReadonlyArray<A> =>
  rows
    .map((row, index) => [(index * 7919 + seed) % 10_007, row] as const)
    .sort(([one], [other]) => one - other)
    .map(([, row]) => row)

const outcome = Effect.gen(function* () {
  const database = yield* Database
  return yield* Effect.forEach(["exceptions", "matches", "conservation", "check_results", "rollforward"], (table) =>
    database.rows(`SELECT * FROM recon.${table} ORDER BY ALL`),
  )
})

const settings = FastCheck.record({
  basisPoints: FastCheck.constantFrom(0, 1, 10_000),
  fees: FastCheck.constantFrom("included", "separate"),
  refunds: FastCheck.constantFrom("listed", "notListed"),
})

layer(ledgerStore)("any ledger", (it) => {
  it.effect.prop(
    "is judged as the money rules say, each movement and each transaction once, in whatever order it was read",
    [cells(150), settings, FastCheck.nat({ max: 10_000 })],
    ([world, drawnSettings, seed]) =>
      Effect.gen(function* () {
        const ledger = {
          rows: world.flatMap(({ rows }) => rows),
          customers: world.flatMap(({ customers }) => customers),
          coverage: Object.assign({}, ...world.map(({ coverage }) => coverage)),
          quarantine: world.flatMap(({ refused }) => refused),
        }
        const { configuration, rules } = settingsOf(drawnSettings)
        const expected = expectedOf(world, rules)
        yield* judge(ledger, configuration)
        const actual = yield* said
        expect(disagreements(world, expected, actual).slice(0, 3).join("\n\n")).toBe("")
        expect(actual).toEqual(expected)

        const first = yield* outcome
        yield* judge({ ...ledger, rows: shuffled(ledger.rows, seed) }, configuration)
        expect(yield* outcome).toEqual(first)
      }),
    { fastCheck: { numRuns: 4, endOnFailure: true }, timeout: 600_000 },
  )

  it.effect("has the same matches in whatever order, even where two reversed transactions share their instant", () =>
    Effect.gen(function* () {
      const record = deposit("d-1")
      const reversed = ["t-1", "t-2"].map((id) => postingOf(record, { transaction_id: id, status: "REVERSED" }))
      const reversal = postingOf(record, { transaction_id: "t-3", direction: "DEBIT" })
      yield* judge({ rows: [record, ...reversed, reversal] })
      const first = yield* outcome
      yield* judge({ rows: [record, ...reversed.reverse(), reversal] })
      expect(yield* outcome).toEqual(first)
    }),
  )
})
