import { FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"
import { makeFolder } from "../../pipelines/make-folder.ts"
import { Verdict } from "../../pipelines/report/manifest.ts"
import { writeWhole } from "../../pipelines/report/whole-file.ts"

/** What is remembered of a night until the next one has ended: it may have ended before any database could be opened. */
const LastNight = Schema.Struct({
  endedAt: Schema.DateTimeUtc,
  exitCode: Schema.Int,
  /** Null where nothing was judged. */
  verdict: Schema.NullOr(Verdict),
  /** When a night last ended with 0 or 3, so that everything was read and judged. */
  lastSuccessAt: Schema.NullOr(Schema.DateTimeUtc),
})
export type LastNight = typeof LastNight.Type

const Text = Schema.parseJson(LastNight)

/** Beside the database. */
export const lastNightFile = (db: string): string => `${db}.last-night`

/** None where there is no earlier night, or none that can be read. */
export const readLastNight = (db: string): Effect.Effect<LastNight | null, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(lastNightFile(db))).pipe(
    Effect.flatMap(Schema.decode(Text)),
    Effect.orElseSucceed(() => null),
  )

export const writeLastNight = (db: string, night: LastNight) =>
  Effect.gen(function* () {
    yield* makeFolder((yield* Path.Path).dirname(db))
    yield* writeWhole(lastNightFile(db), Buffer.from(`${yield* Schema.encode(Text)(night)}\n`, "utf8"))
  })
