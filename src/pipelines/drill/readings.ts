import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { TypedTable } from "../../store/typed-table.ts"
import type { Run } from "../run/run.ts"
import type { Reading } from "./alter.ts"

/** As what an altered reading is judged. */
export const judgedAs = ["first reading", "next night"] as const
export type JudgedAs = (typeof judgedAs)[number]

/** Tables that keep rows of every run, but for those of the typed lists. */
const ofEveryRun = [
  "recon.coverage",
  "recon.rollforward",
  "raw.pages",
  "raw.quarantine",
  "recon.conservation",
  "recon.notes",
]

/** Forgets every other night, as if the newest had been the first. */
export const forgetEarlierNights = (
  sql: Sql,
  tables: ReadonlyArray<TypedTable>,
  run: Run,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const id = quoteText(run.runId)
    for (const { name } of tables) {
      yield* sql.run(`DELETE FROM main.${name} WHERE last_seen_run <> ${id}`)
      yield* sql.run(
        `UPDATE main.${name} SET version = 1, version_seen_run = ${id}, first_seen_run = ${id} WHERE first_seen_run <> ${id} OR version <> 1`,
      )
    }
    yield* sql.run(`DELETE FROM main.superseded_versions WHERE first_seen_run <> ${id}`)
    yield* sql.run(`DELETE FROM main.customers WHERE last_seen_run <> ${id}`)
    yield* sql.run(`UPDATE main.customers SET first_seen_run = ${id}`)
    for (const name of ofEveryRun) yield* sql.run(`DELETE FROM ${name} WHERE run_id <> ${id}`)
    for (const name of [
      "recon.exceptions",
      "recon.exception_events",
      "recon.accepted_closing",
      "recon.grace_begun",
      "main.retirements",
    ]) {
      yield* sql.run(`DELETE FROM ${name}`)
    }
    yield* sql.run(`DELETE FROM recon.runs WHERE run_id <> ${id}`)
  })

/** A night after the newest, of which every list says what it said before: to be altered. */
export const beginNextNight = (
  sql: Sql,
  tables: ReadonlyArray<TypedTable>,
  run: Run,
): Effect.Effect<{ readonly run: Run; readonly reading: Reading }, StoreError> =>
  Effect.gen(function* () {
    const next = { ...run, runId: `${run.runId}-drill` }
    const [id, nextId] = [quoteText(run.runId), quoteText(next.runId)]
    yield* sql.run(
      `INSERT INTO recon.runs BY NAME SELECT * REPLACE (${nextId} AS run_id, 'synced' AS state) FROM recon.runs WHERE run_id = ${id}`,
    )
    yield* sql.run(
      `INSERT INTO recon.coverage BY NAME SELECT * REPLACE (${nextId} AS run_id) FROM recon.coverage WHERE run_id = ${id}`,
    )
    yield* sql.run(
      `INSERT INTO raw.quarantine BY NAME SELECT * REPLACE (${nextId} AS run_id) FROM raw.quarantine WHERE run_id = ${id}`,
    )
    yield* sql.run(
      `INSERT INTO raw.pages BY NAME SELECT * REPLACE (${nextId} AS run_id, NULL AS body, NULL AS body_bytes, NULL AS body_no) FROM raw.pages WHERE run_id = ${id}`,
    )
    for (const { name } of tables) {
      // Balances are taken anew: an instant later, so that the night before can open the roll-forward.
      const taken = name === "balances" ? ", as_of = as_of + INTERVAL 1 MICROSECOND" : ""
      yield* sql.run(`UPDATE main.${name} SET last_seen_run = ${nextId}${taken} WHERE last_seen_run = ${id}`)
    }
    yield* sql.run(`UPDATE main.customers SET last_seen_run = ${nextId} WHERE last_seen_run = ${id}`)
    return { run: next, reading: { runId: next.runId, earlierRunId: run.runId } }
  })
