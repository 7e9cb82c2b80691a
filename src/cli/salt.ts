import { FileSystem, type Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Effect, Redacted } from "effect"
import { Entropy } from "../api/entropy.ts"
import type { PersonalData } from "../api/personal-data.ts"
import type { Configuration } from "../pipelines/configuration/settings.ts"
import { Database } from "../store/database.ts"
import type { StoreError } from "../store/store-error.ts"
import { UsageError } from "./ending.ts"
import { realFile } from "./open-store.ts"
import { tell } from "./output.ts"

const failed = (file: string) => (error: PlatformError) =>
  new UsageError({
    detail: `${file}: the salt of the personal data's hashes cannot be read or written (${error.message}); check the rights of the folder that --db names`,
  })

/** Two UUIDs, as this program writes them. */
const written = /^[0-9a-f-]{72}$/

const notOurs = (file: string): UsageError =>
  new UsageError({
    detail: `${file}: is not a salt that tidemark wrote; put back the old file from a backup, or remove it (hashes of personal data will then not be equal to those of earlier nights)`,
  })

/** A salt that an earlier version left beside a link to the database is moved beside the database itself. */
const bringAlong = (beside: string, file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (beside === file || (yield* fs.exists(file)) || !(yield* fs.exists(beside))) return
    yield* fs.rename(beside, file)
  }).pipe(Effect.mapError(failed(file)))

/**
 * How personal data is treated. The salt lies in a file of its own beside the database, readable by its owner alone, and
 * not in the database, because whoever has the snapshot must not be able to try names against the hashes.
 */
export const personalDataOf = (
  configuration: Configuration,
  db: string,
): Effect.Effect<PersonalData, UsageError | StoreError, FileSystem.FileSystem | Path.Path | Database> =>
  Effect.gen(function* () {
    if (configuration.personalData === "keep") return { _tag: "Keep" }
    const fs = yield* FileSystem.FileSystem
    const entropy = yield* Entropy
    const file = `${yield* realFile(db)}.salt`
    yield* bringAlong(`${db}.salt`, file)
    const present = yield* Effect.mapError(fs.exists(file), failed(file))
    const kept = present ? (yield* Effect.mapError(fs.readFileString(file), failed(file))).trim() : ""
    if (kept !== "" && !written.test(kept)) return yield* notOurs(file)
    if (kept !== "") return { _tag: "Hash", salt: Redacted.make(kept) }
    const database = yield* Database
    const hashed = yield* database.rows("SELECT 1 FROM raw.pages WHERE redacted LIMIT 1")
    if (hashed.length > 0) {
      yield* tell(
        `tidemark: ${file} is gone, so a new salt is made: hashes of personal data will not be equal to those of earlier nights; put the old file back if you have it`,
      )
    }
    // The file appears whole: one that a full disk left empty would be no salt at all.
    const draft = `${file}.partial`
    const fresh = `${entropy.uuid()}${entropy.uuid()}`
    yield* fs.remove(draft, { force: true }).pipe(
      Effect.zipRight(fs.writeFileString(draft, fresh, { mode: 0o600, flag: "wx" })),
      Effect.zipRight(fs.rename(draft, file)),
      Effect.tapError(() => Effect.ignore(fs.remove(draft, { force: true }))),
      Effect.mapError(failed(file)),
    )
    return { _tag: "Hash", salt: Redacted.make(fresh) }
  })
