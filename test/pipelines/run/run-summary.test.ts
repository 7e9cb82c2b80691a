import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { summarize } from "../../../src/pipelines/run/run-summary.ts"
import { Database } from "../../../src/store/database.ts"
import { ledgerStore, newBooks } from "../../support/ledger-case.ts"

const statements = (...all: ReadonlyArray<string>) =>
  Effect.flatMap(Database, (database) => Effect.forEach(all, (statement) => database.run(statement), { discard: true }))

const emptied = Effect.zipRight(newBooks, statements("DELETE FROM recon.run_retries"))

const run = (columns: Readonly<Record<string, string>>) => {
  const all = {
    run_id: "'run-1'",
    mode: "'full'",
    started_at: "now()",
    state: "'synced'",
    configuration_sha256: "''",
    ...columns,
  }
  return `INSERT INTO recon.runs (${Object.keys(all).join(", ")}) VALUES (${Object.values(all).join(", ")})`
}

const summary = Effect.flatMap(Database, (database) => summarize(database, "run-1"))

/** Lists of the run, by stream, state, reason and how many of their records were read again. */
const covered = (lists: string): string =>
  `INSERT INTO recon.coverage (run_id, customer_id, stream, product, state, reason, pages, records, new_records, changed_records,
     unchanged_records, duplicate_records, quarantined_records, ended)
   SELECT 'run-1', 'c-1', stream, 'core', state, reason, 1, 5, 0, 0, 0, repeated, 0, state = 'COMPLETE' FROM (${lists})`

layer(ledgerStore)("the summary of a run", (it) => {
  it.effect(
    "tells what the reading cost: tries by class, the commonest first, waits, bytes, repetitions, restarts",
    () =>
      Effect.gen(function* () {
        yield* emptied
        yield* statements(
          run({
            requests: "40",
            retries: "5",
            bytes: "1234567",
            waited_ms: "12500",
            duplicates: "7",
            quarantined: "2",
            resumed: "1",
          }),
          "INSERT INTO recon.run_retries VALUES ('run-1', 'transport', 2, 2, 500), ('run-1', 'rate_limited', 4, 3, 12000)",
          "INSERT INTO recon.run_retries VALUES ('another run', 'transport', 99, 99, 99)",
        )
        expect(yield* summary).toMatchObject({
          requests: 40,
          retries: 5,
          retriesByClass: [
            { failure: "rate_limited", failures: 4, retries: 3, waitedMillis: 12_000 },
            { failure: "transport", failures: 2, retries: 2, waitedMillis: 500 },
          ],
          waitedMillis: 12_500,
          bytes: 1_234_567,
          duplicates: 7,
          quarantined: 2,
          resumed: 1,
        })
      }),
  )

  it.effect("counts repetitions and quarantined records from what is stored, where the run did not record them", () =>
    Effect.gen(function* () {
      yield* emptied
      yield* statements(
        run({}),
        covered(`SELECT 'list ' || range AS stream, 'COMPLETE' AS state, '' AS reason, 3 AS repeated FROM range(2)`),
        `INSERT INTO raw.quarantine (run_id, customer_id, stream, sequence, item_index, reason, payload)
         VALUES ('run-1', 'c-1', 'transactions', 1, 0, 'amount is missing', '{}')`,
      )
      expect(yield* summary).toMatchObject({ duplicates: 6, quarantined: 1, resumed: 0, bytes: 0, retriesByClass: [] })
    }),
  )

  it.effect("gathers lists that failed alike, whatever request it was and however often it was asked", () =>
    Effect.gen(function* () {
      yield* emptied
      yield* statements(
        run({}),
        covered(`SELECT stream, 'FAILED' AS state, reason, 0 AS repeated
         FROM (VALUES ('a', 'no answer in time (no whole answer within 3 s; request r-1); asked 12 times in 59 s'),
           ('b', 'no answer in time (no whole answer within 3 s; request r-2)'),
           ('c', 'HTTP 429 (request r-3); asked 2 times in 1 s')) AS failed(stream, reason)`),
      )
      expect((yield* summary).failures).toEqual([
        { reason: "no answer in time (no whole answer within 3 s)", lists: 2 },
        { reason: "HTTP 429", lists: 1 },
      ])
    }),
  )
})
