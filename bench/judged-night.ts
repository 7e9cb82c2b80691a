import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer, Logger, LogLevel } from "effect"
import { importBook } from "../src/pipelines/books/import.ts"
import { checkMap } from "../src/pipelines/books/map.ts"
import { readConfiguration } from "../src/pipelines/configuration/settings.ts"
import { checks } from "../src/pipelines/reconcile/checks.ts"
import { reconcile } from "../src/pipelines/reconcile/reconcile.ts"
import { sync } from "../src/pipelines/sync/sync.ts"
import { type Books, booksOf } from "../src/sandbox/books/books.ts"
import { breakCodes } from "../src/sandbox/breaks/break-code.ts"
import { clockFrom } from "../src/sandbox/clock-from.ts"
import { generateWorld, type World } from "../src/sandbox/world.ts"
import { Database } from "../src/store/database.ts"
import { unprovenCases } from "../test/oracle/unproven.ts"
import { openBooks } from "../test/sandbox/books.ts"
import { baseUrl, worldApi } from "./world-api.ts"

/** What was planted in a world and what a night over it found, each as `code record leg severity`. */
export interface JudgedNight {
  readonly seed: number
  /** From 1. */
  readonly night: number
  readonly planted: ReadonlyArray<string>
  readonly found: ReadonlyArray<string>
  /** What could not be judged, each as `code record leg`. */
  readonly unproven: ReadonlyArray<string>
  /** What the oracle of the tests, which knows the lists alone, leaves open. */
  readonly expectedUnproven: ReadonlyArray<string>
  /** Near misses on which a check was silent, or not. */
  readonly nearMisses: ReadonlyArray<string>
}

const day = 86_400_000
const firstNight = Date.parse("2026-06-28T02:30:00Z")
const days = 40
const book = "books"

const line = (code: string, recordId: string, leg: string | null | undefined, severity: string): string =>
  [code, recordId, leg ?? "-", severity].join(" ")

/** The partner's books as their file, which is the whole book each night. */
const importBooks = (books: Books) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = yield* fs.makeTempFileScoped({ suffix: ".csv" })
    yield* fs.writeFileString(file, books.csv)
    const map = { file: "the bench's map", map: yield* checkMap("the bench's map", books.map), sha256: "the bench's" }
    yield* importBook({ file, format: "csv", map, book, whole: true, by: "bench" })
    if (books.statements === null) return
    const statements = yield* fs.makeTempFileScoped({ suffix: ".xml" })
    yield* fs.writeFileString(statements, books.statements)
    yield* importBook({ file: statements, format: "camt053", map: null, book, whole: false, by: "bench" })
  }).pipe(Effect.scoped)

/** Reads and reconciles a world at its own time, with the partner's books; returns what this run found. */
const nightOver = (world: World, books: Books) =>
  Effect.gen(function* () {
    const database = yield* Database
    const configuration = yield* readConfiguration(null, checks)
    const run = yield* sync({
      configuration,
      personalData: { _tag: "Keep" },
      customers: world.roster,
      baseUrl,
    }).pipe(Effect.provide(worldApi(world, configuration.contract)))
    yield* importBooks(books)
    yield* reconcile(run, configuration)
    const rows = yield* database.rows<{ code: string; record_id: string; leg: string | null; severity: string }>(
      "SELECT code, record_id, leg, severity FROM recon.exceptions WHERE last_seen_run = $1",
      [run.runId],
    )
    const doubts = yield* database.rows<{ code: string; record_id: string; leg: string | null }>(
      "SELECT code, record_id, leg FROM recon.finding WHERE outcome = 'unproven' AND family <> 'books'",
    )
    return {
      found: rows.map((row) => line(row.code, row.record_id, row.leg, row.severity)).sort(),
      unproven: doubts.map((row) => [row.code, row.record_id, row.leg ?? "-"].join(" ")).sort(),
    }
  }).pipe(Effect.withClock(clockFrom(world.now + 60_000)), Logger.withMinimumLogLevel(LogLevel.None))

/** What must be left open of a world, by its lists: those that the server refuses, or denies, are read by nobody. */
const leftOpen = (world: World): ReadonlyArray<string> => {
  const unread = new Set([
    ...world.refused.map(({ customerId, stream }) => `${customerId}/${stream}`),
    ...world.denied.flatMap((stream) => world.roster.map(({ customerId }) => `${customerId}/${stream}`)),
  ])
  const onRoster = new Set(world.roster.map(({ customerId }) => customerId))
  const { balances, entries, quarantined } = openBooks(world)
  const isRead = ({ customerId, stream }: { readonly customerId: string; readonly stream: string }) =>
    onRoster.has(customerId) && !unread.has(`${customerId}/${stream}`)
  const lists = {
    now: world.now + 60_000,
    entries: entries.filter(isRead),
    refused: quarantined.filter(isRead),
    unread,
  }
  return unprovenCases(lists, balances.filter(isRead))
}

const worldsOf = (seed: number): readonly [World, World] => {
  const common = { seed, start: firstNight - days * day, customers: 5 + (seed % 4), breaks: breakCodes }
  return [
    generateWorld({ ...common, now: firstNight }),
    generateWorld({ ...common, now: firstNight + day, earlierNights: [firstNight] }),
  ]
}

/**
 * Two nights in a row over one seed's world and the partner's books of it, with every fault and near miss planted that the
 * sandbox knows.
 */
export const judgedNights = (seed: number) =>
  Effect.suspend(() => {
    const worlds = worldsOf(seed)
    return Effect.forEach(worlds, (world, nth) =>
      Effect.gen(function* () {
        const books = booksOf(worlds.slice(0, nth + 1), { seed, book })
        const { found, unproven } = yield* nightOver(world, books)
        const planted = [...world.answerKey, ...books.answerKey].map((entry) =>
          line(entry.code, entry.recordId, entry.leg, entry.severity),
        )
        const nearMisses = [...world.nearMisses, ...books.nearMisses].map(({ code, recordId }) => `${code} ${recordId}`)
        return {
          seed,
          night: nth + 1,
          planted: planted.sort(),
          found,
          unproven,
          expectedUnproven: leftOpen(world),
          nearMisses,
        } satisfies JudgedNight
      }),
    )
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" }), NodeContext.layer),
    ),
  )
