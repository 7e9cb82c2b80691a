import { expect, layer } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { streams } from "../../../src/api/streams.ts"
import { type SyncOptions, sync } from "../../../src/pipelines/sync/sync.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { ledgerStore, newBooks } from "../../support/ledger-case.ts"
import {
  type Answer,
  apiPage,
  apiRecord,
  noAnswer,
  problem,
  type Script,
  scriptedApi,
} from "../../support/scripted-api.ts"

const configuration = configurationWith()
const customer = (customerId: string) => ({ customerId, partnerCustomerRef: `ref-${customerId}`, products: null })
const usual: SyncOptions = {
  configuration,
  personalData: { _tag: "Keep" },
  customers: [customer("c-1")],
  baseUrl: "https://api.example",
}

const deposit = (depositId: string) => apiRecord("fiat_deposits", { depositId })
const deposits = "c-1/fiat_deposits"
const rows = (text: string) => Effect.flatMap(Database, (database) => database.rows(text))

const synced = (script: Script, options: Partial<SyncOptions> = {}) =>
  Effect.gen(function* () {
    const { asked, layer } = scriptedApi(script)
    yield* sync({ ...usual, ...options }).pipe(Effect.provide(layer))
    return asked
  })

/**
 * The store as a process leaves it that was killed after three pages of a list: written by a run that met a dead end
 * there, and then set back to what the kill leaves.
 */
const killedAfter = (answers: ReadonlyArray<Answer>) =>
  Effect.gen(function* () {
    yield* newBooks
    const database = yield* Database
    yield* TestClock.adjust("1 day")
    yield* synced({ [deposits]: [...answers, noAnswer, noAnswer] })
    yield* database.run(
      "UPDATE recon.coverage SET state = 'PARTIAL', reason = 'the chain was not walked to its end', problem_code = NULL WHERE stream = 'fiat_deposits'",
    )
    yield* database.run("UPDATE recon.runs SET state = 'running', finished_at = NULL, coverage = NULL")
    yield* TestClock.adjust("20 minutes")
  })

const three = [apiPage([deposit("5")], "to 4"), apiPage([deposit("4")], "to 3"), apiPage([deposit("3")], "to 2")]
const rest = { [deposits]: [apiPage([deposit("2")], "to 1"), apiPage([deposit("1")]), apiPage([deposit("5")], "to 4")] }

const theRuns = rows("SELECT state, coverage, resumed FROM recon.runs ORDER BY run_id")
const theDeposits = rows("SELECT deposit_id, version FROM main.fiat_deposits ORDER BY ALL")

layer(ledgerStore)("a run whose process was killed", (it) => {
  it.effect("goes on at the page after the last one that is stored, and asks for nothing that it has finished", () =>
    Effect.gen(function* () {
      yield* killedAfter(three)
      const asked = yield* synced(rest)
      expect(asked).toEqual([`${deposits}?to 2`, `${deposits}?to 1`, deposits])
      expect(yield* theRuns).toEqual([{ state: "synced", coverage: "COMPLETE", resumed: 1 }])
      expect(yield* theDeposits).toEqual(["1", "2", "3", "4", "5"].map((deposit_id) => ({ deposit_id, version: 1 })))
      expect(
        yield* rows("SELECT part, sequence, cursor_in FROM raw.pages WHERE stream = 'fiat_deposits' ORDER BY sequence"),
      ).toEqual([
        { part: "chain", sequence: 1, cursor_in: null },
        { part: "chain", sequence: 2, cursor_in: "to 4" },
        { part: "chain", sequence: 3, cursor_in: "to 3" },
        { part: "chain", sequence: 4, cursor_in: "to 2" },
        { part: "chain", sequence: 5, cursor_in: "to 1" },
        { part: "look back", sequence: 6, cursor_in: null },
      ])
    }),
  )

  it.effect("counts its requests from before on", () =>
    Effect.gen(function* () {
      yield* killedAfter(three)
      const [before] = yield* rows("SELECT requests FROM recon.runs")
      yield* synced(rest)
      expect(yield* rows("SELECT requests FROM recon.runs")).toEqual([
        { requests: BigInt(Number(before?.requests) + 3) },
      ])
    }),
  )

  it.effect("knows who answers by what it has finished: one list that is not there ends that list alone", () =>
    Effect.gen(function* () {
      yield* killedAfter([])
      yield* synced({ [deposits]: [problem("PARTNER_RESOURCE_NOT_FOUND", 404)] })
      expect(yield* theRuns).toEqual([{ state: "synced", coverage: "PARTIAL", resumed: 1 }])
    }),
  )

  it.effect("begins the chain anew where its cursor is no longer taken", () =>
    Effect.gen(function* () {
      yield* killedAfter(three)
      const asked = yield* synced({
        [deposits]: [
          problem("PARTNER_RESOURCE_STATE_INVALID", 400, true),
          apiPage([deposit("5"), deposit("4"), deposit("3"), deposit("2"), deposit("1")]),
        ],
      })
      expect(asked).toEqual([`${deposits}?to 2`, deposits])
      expect(yield* theRuns).toEqual([{ state: "synced", coverage: "COMPLETE", resumed: 1 }])
      expect(yield* theDeposits).toEqual(["1", "2", "3", "4", "5"].map((deposit_id) => ({ deposit_id, version: 1 })))
      expect(yield* rows("SELECT DISTINCT chain FROM raw.pages WHERE stream = 'fiat_deposits' ORDER BY ALL")).toEqual([
        { chain: 1 },
        { chain: 2 },
      ])
    }),
  )

  it.effect("only looks back where all pages were stored and no more", () =>
    Effect.gen(function* () {
      yield* killedAfter([...three, ...rest[deposits].slice(0, 2)])
      const asked = yield* synced({ [deposits]: [apiPage([deposit("5")], "to 4")] })
      expect(asked).toEqual([deposits])
      expect(yield* theRuns).toEqual([{ state: "synced", coverage: "COMPLETE", resumed: 1 }])
    }),
  )

  it.effect("notices that the list moved between the two processes, and reads it anew", () =>
    Effect.gen(function* () {
      yield* killedAfter(three)
      const old = { ...deposit("0"), createdAt: "1969-12-31T00:00:00Z" }
      const asked = yield* synced({
        [deposits]: [
          apiPage([deposit("2")], "to 1"),
          apiPage([deposit("1")]),
          // Record 0 stands before the old ones now, and was created before the chain began.
          apiPage([old], "to 5"),
          apiPage([old, deposit("5"), deposit("4"), deposit("3"), deposit("2"), deposit("1")]),
        ],
      })
      expect(asked.length).toBe(4)
      expect((yield* theDeposits).length).toBe(6)
      expect(yield* theRuns).toEqual([{ state: "synced", coverage: "COMPLETE", resumed: 1 }])
    }),
  )
})

layer(ledgerStore)("a new run begins instead", (it) => {
  const everything = { [deposits]: [apiPage(["5", "4", "3", "2", "1"].map(deposit))] }
  const begunAnew = (why: string, options: Effect.Effect<Partial<SyncOptions>, never, never>) =>
    it.effect(why, () =>
      Effect.gen(function* () {
        yield* killedAfter(three)
        const asked = yield* synced(everything, yield* options)
        expect(new Set(asked.map((one) => one.split("/")[1]))).toEqual(new Set(streams.map(({ stream }) => stream)))
        expect(yield* theRuns).toEqual([
          { state: "interrupted", coverage: null, resumed: 0 },
          { state: "synced", coverage: "COMPLETE", resumed: 0 },
        ])
        expect(yield* theDeposits).toEqual(["1", "2", "3", "4", "5"].map((deposit_id) => ({ deposit_id, version: 1 })))
      }),
    )

  begunAnew("where the user says so", Effect.succeed({ fresh: true }))
  begunAnew("where the other one began too long ago", Effect.as(TestClock.adjust("7 hours"), {}))
  begunAnew("where the roster is another one", Effect.succeed({ customers: [customer("c-1"), customer("c-2")] }))
  begunAnew("where the API is another one", Effect.succeed({ baseUrl: "https://another.example" }))
  begunAnew(
    "where the configuration is another one",
    Effect.succeed({ configuration: { ...configuration, sha256: "other" } }),
  )
})

layer(ledgerStore)("a list that does not answer now", (it) => {
  const two = [customer("c-1"), customer("c-2"), customer("c-3")]
  const unavailable = problem("PARTNER_PROCESSING_UNAVAILABLE", 503)
  const quick = { customers: two }

  /** Runs while the test's clock passes, because what is set aside is asked again after a while. */
  const syncedInTime = (script: Script) =>
    Effect.gen(function* () {
      yield* newBooks
      yield* TestClock.adjust("1 day")
      const fiber = yield* Effect.fork(synced(script, quick))
      while ((yield* fiber.status)._tag !== "Done") {
        yield* TestClock.adjust("1 second")
        yield* Effect.yieldNow()
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
      }
      return yield* fiber
    })

  it.effect("is asked once more at the end of the run, and is complete where it answers then", () =>
    Effect.gen(function* () {
      const asked = yield* syncedInTime({ [deposits]: [unavailable, apiPage([deposit("1")])] })
      expect(asked.filter((one) => one === deposits).length).toBe(2)
      expect(asked.at(-1)).toBe(deposits)
      expect(yield* theRuns).toMatchObject([{ coverage: "COMPLETE" }])
    }),
  )

  it.effect("goes on in the middle of its chain", () =>
    Effect.gen(function* () {
      const asked = yield* syncedInTime({
        [deposits]: [
          apiPage([deposit("2")], "to 1"),
          unavailable,
          apiPage([deposit("1")]),
          apiPage([deposit("2")], "to 1"),
        ],
      })
      expect(asked.filter((one) => one.startsWith(deposits))).toEqual([
        deposits,
        `${deposits}?to 1`,
        `${deposits}?to 1`,
        deposits,
      ])
      expect(yield* theRuns).toMatchObject([{ coverage: "COMPLETE" }])
    }),
  )

  it.effect("ends FAILED where it does not answer then either", () =>
    Effect.gen(function* () {
      const down = Array.from({ length: 9 }, () => unavailable)
      const asked = yield* syncedInTime({
        [deposits]: down,
        "c-2/fiat_deposits": down,
        "c-3/fiat_deposits": down,
      })
      expect(asked.filter((one) => one.endsWith("/fiat_deposits")).length).toBe(6)
      expect(
        yield* rows("SELECT state, count(*) AS lists FROM recon.coverage WHERE stream = 'fiat_deposits' GROUP BY ALL"),
      ).toEqual([{ state: "FAILED", lists: 3n }])
    }),
  )
})
