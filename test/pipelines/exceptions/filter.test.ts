import { expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { chosenExceptions, type ExceptionFilter, isEmptyFilter } from "../../../src/pipelines/exceptions/filter.ts"
import { refuseVagueAmount } from "../../../src/pipelines/exceptions/known-values.ts"
import { Database } from "../../../src/store/database.ts"

const open: ExceptionFilter = {
  codes: [],
  customers: [],
  currencies: [],
  severities: [],
  assignees: [],
  olderThanDays: null,
}

const chosen = (filter: Partial<ExceptionFilter>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const meant = chosenExceptions(database, { ...open, ...filter }, ["open"])
    const rows = yield* database.query(meant.select("exception_id").orderBy("exception_id"))
    return rows.map(({ exception_id }) => exception_id)
  })

it.effect("exceptions are chosen by the day of their first sight and by exact money, and by both", () =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.run(
      `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256)
       VALUES ('r', 'full', '2026-03-05T00:00:00Z', 'reported', '')`,
    )
    const rows = [
      ["a", "2026-03-01T23:59:59.999Z", "0.05", null],
      ["b", "2026-03-02T00:00:00Z", "0.050000000000000001", null],
      ["c", "2026-03-03T00:00:00Z", null, "-0.04"],
      ["d", "2026-03-01T00:00:00Z", null, null],
    ] as const
    for (const [id, seen, stake, difference] of rows) {
      yield* database.run(
        `INSERT INTO recon.exceptions BY NAME SELECT $1 AS exception_id, 'BAL_COMPONENTS' AS code, 'high' AS severity, 'open' AS state,
           'balances' AS stream, $1 AS record_id, 'EUR' AS currency, $2::TIMESTAMPTZ AS first_seen, $2::TIMESTAMPTZ AS last_seen,
           'r' AS first_seen_run, 'r' AS last_seen_run, $3::DECIMAL(38,18) AS at_stake, $4::DECIMAL(38,18) AS difference, '' AS detail`,
        [id, seen, stake, difference],
      )
    }
    const before = { firstSeenBefore: Date.parse("2026-03-02T00:00:00Z") }
    expect(yield* chosen(before)).toEqual(["a", "d"])
    // What has no amount is never below one.
    expect(yield* chosen({ maxAmount: "0.05" })).toEqual(["a", "c"])
    expect(yield* chosen({ ...before, maxAmount: "0.05" })).toEqual(["a"])

    // A limit of money is of one currency: that which is named, or the only one that is left.
    const vague = (filter: Partial<ExceptionFilter>) =>
      Effect.map(Effect.either(refuseVagueAmount(database, { ...open, maxAmount: "5", ...filter }, ["open"])), (end) =>
        Either.isLeft(end) ? end.left.message : "plain",
      )
    expect(yield* vague({})).toBe("plain")
    yield* database.run("UPDATE recon.exceptions SET currency = 'JPY' WHERE exception_id = 'b'")
    expect(yield* vague({})).toBe(
      "--max-amount 5: of which currency? they are in EUR and JPY; name one with --currency",
    )
    expect([yield* vague(before), yield* vague({ currencies: ["JPY"] }), yield* vague({ maxAmount: null })]).toEqual([
      "plain",
      "plain",
      "plain",
    ])
    expect([
      isEmptyFilter(open),
      isEmptyFilter({ ...open, ...before }),
      isEmptyFilter({ ...open, maxAmount: "0" }),
    ]).toEqual([true, false, false])
  }).pipe(Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit: "256MB" }))),
)
