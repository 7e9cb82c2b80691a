import { FileSystem, Path } from "@effect/platform"
import { Effect } from "effect"
import { Database } from "../../store/database.ts"
import type { Configuration } from "../configuration/settings.ts"
import { ensureStore } from "../ensure-store.ts"
import { checksWith } from "../reconcile/checks.ts"
import { findCases, reconcile } from "../reconcile/reconcile.ts"
import { findRun, type Run } from "../run/run.ts"
import { streamTables } from "../stream-tables.ts"
import { drillMacros } from "./alter.ts"
import {
  type BalanceState,
  type Judged,
  judgeAll,
  type Pass,
  type RaisedElsewhere,
  rememberBaseline,
} from "./judge-passes.ts"
import { beginNextNight, forgetEarlierNights, type JudgedAs, judgedAs } from "./readings.ts"
import { type Chosen, chooseRecords } from "./sample.ts"

export interface DrillOptions {
  /** The database or snapshot whose newest reading is tried; it is only read. */
  readonly file: string
  readonly configuration: Configuration
  /** How many records each alteration is tried on, spread over the lists. */
  readonly sample: number
  /** The same seed draws the same records. */
  readonly seed: number
  /** Both, unless given. */
  readonly as?: ReadonlyArray<JudgedAs>
}

/** What came of one alteration in one way of judging it. */
export interface Tried extends Judged {
  readonly judgedAs: JudgedAs
  readonly balances: BalanceState
}

export interface Drilled {
  readonly run: Run
  readonly tried: ReadonlyArray<Tried>
  readonly raisedElsewhere: ReadonlyArray<RaisedElsewhere & { readonly judgedAs: JudgedAs }>
}

/** A copy in a folder of its own that nobody else may read, and that is gone afterwards, however it ends. */
const throwAwayCopy = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* fs.makeTempDirectoryScoped({
      directory: path.dirname(path.resolve(file)),
      prefix: ".tidemark-drill-",
    })
    const copy = path.join(folder, "copy.duckdb")
    yield* fs.copyFile(file, copy)
    return copy
  })

/** One way of judging: a copy of its own, the alterations with balances as they are, and those that move one with it made to fit. */
const judgeAs = (as: JudgedAs, options: DrillOptions, drawn: ReadonlyArray<Chosen> | null) =>
  Effect.gen(function* () {
    const { configuration } = options
    const database = yield* Database
    const checks = yield* checksWith(configuration.ownChecks)
    const tables = streamTables(configuration.contract)
    const newest = yield* findRun(database)
    yield* ensureStore(database, configuration.contract)
    // On a copy an earlier judgement is none to compare with: it knew other nights.
    yield* database.run("UPDATE recon.runs SET judged_by_sha256 = NULL, judgement_sha256 = NULL")
    if (as === "first reading") yield* database.transaction((sql) => forgetEarlierNights(sql, tables, newest))
    yield* reconcile(newest, configuration)
    for (const statement of drillMacros) yield* database.run(statement)
    const cases = drawn ?? (yield* chooseRecords(database, options))
    const { reading, run } =
      as === "first reading"
        ? { run: newest, reading: { runId: newest.runId, earlierRunId: null } }
        : yield* database.transaction((sql) => beginNextNight(sql, tables, newest))
    if (as === "next night") yield* database.transaction((sql) => findCases(sql, run, checks, configuration))
    yield* rememberBaseline(database)
    const pass: Pass = { run, reading, checks, configuration, tables }
    const asTheyAre = yield* judgeAll(database, pass, cases, "as they are")
    // A balance that was altered itself is not made to fit.
    const moving = asTheyAre.judged
      .filter(({ chosen, movesBalance }) => movesBalance && chosen.of_table !== "balances")
      .map(({ chosen }) => chosen)
    const fitted = yield* judgeAll(database, pass, moving, "made to fit")
    const named = (judged: ReadonlyArray<Judged>, balances: BalanceState) =>
      judged.map((one): Tried => ({ ...one, judgedAs: as, balances }))
    return {
      run: newest,
      cases,
      tried: [...named(asTheyAre.judged, "as they are"), ...named(fitted.judged, "made to fit")],
      raisedElsewhere: [...asTheyAre.raisedElsewhere, ...fitted.raisedElsewhere].map((one) => ({
        ...one,
        judgedAs: as,
      })),
    }
  })

/**
 * Tries what the checks in force would notice: alters real records of the newest reading on throw-away copies, by a table of
 * alterations, and judges each as a first reading and as the next night, with balances as they are and made to fit.
 */
export const drill = (options: DrillOptions) =>
  Effect.gen(function* () {
    const ways: Array<Effect.Effect.Success<ReturnType<typeof judgeAs>>> = []
    for (const as of options.as ?? judgedAs) {
      const way = yield* Effect.gen(function* () {
        const copy = yield* throwAwayCopy(options.file)
        return yield* judgeAs(as, options, ways[0]?.cases ?? null).pipe(
          Effect.provide(
            Database.layer({ file: copy, access: "write", memoryLimit: options.configuration.memoryLimit }),
          ),
        )
      }).pipe(Effect.scoped)
      ways.push(way)
    }
    const [first] = ways
    if (first === undefined) throw new Error("a drill judges in one way at least")
    return {
      run: first.run,
      tried: ways.flatMap(({ tried }) => tried),
      raisedElsewhere: ways.flatMap(({ raisedElsewhere }) => raisedElsewhere),
    } satisfies Drilled
  })
