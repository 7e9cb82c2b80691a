import { createHash } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Data, Effect, Option, type ParseResult, Schema } from "effect"
import { verdicts } from "../run/run-summary.ts"
import { MANIFEST_FILE, nightFolders } from "./nights.ts"

const Sha256 = Schema.String.pipe(Schema.pattern(/^[0-9a-f]{64}$/))
const Count = Schema.NonNegativeInt
const DECIMAL = /^-?\d+(\.\d+)?$/

export const Verdict = Schema.Literal(...verdicts)

/** The sums of one currency: its code, and any number of named plain decimals. */
export const ControlTotal = Schema.Struct(
  { currency: Schema.String },
  Schema.Record({ key: Schema.String, value: Schema.String }),
).pipe(
  Schema.filter(
    (total) =>
      Object.entries(total).every(([name, value]) => name === "currency" || DECIMAL.test(value)) ||
      "control totals are plain decimal strings",
  ),
)

/** What a night's folder of reports holds and how it came about; the last file written into it. */
export const Manifest = Schema.Struct({
  /** Of this format. */
  version: Schema.Literal(1),
  run_id: Schema.NonEmptyString,
  night: Schema.String.pipe(Schema.pattern(/^\d{4}-\d{2}-\d{2}$/)),
  produced_at: Schema.String,
  verdict: Verdict,
  /** Partitions by state. */
  coverage: Schema.Struct({
    COMPLETE: Count,
    NOT_APPLICABLE: Count,
    PARTIAL: Count,
    DENIED: Count,
    FAILED: Count,
  }),
  files: Schema.Array(
    Schema.Struct({ name: Schema.String, title: Schema.String, sha256: Sha256, bytes: Count, rows: Count }),
  ),
  control_totals: Schema.Array(ControlTotal),
  configuration_sha256: Sha256,
  previous_manifest_sha256: Schema.NullOr(Sha256),
  /** Of the lists that grow: night (what is new since the last one), all, or a month. Earlier versions wrote all. */
  period: Schema.optional(Schema.String),
})
export type Manifest = typeof Manifest.Type

export class ManifestError extends Data.TaggedError("ManifestError")<{
  readonly reason: "Invalid" | "FileSystem"
  readonly file: string
  readonly cause: ParseResult.ParseError | PlatformError
}> {
  override get message(): string {
    return `${this.file} ${this.reason === "Invalid" ? "is not a manifest" : "failed"}: ${this.cause.message}`
  }
}

/** The one way in which a manifest is written: keys sorted, a line break at the end. */
export const manifestBytes = (manifest: Manifest): Uint8Array =>
  Buffer.from(`${JSON.stringify(manifest, sortKeys, 2)}\n`, "utf8")

/**
 * Writes `manifest.json` into a folder whose other files are complete, whole or not at all, and gives the SHA-256 that
 * the next night's manifest names. Keys are sorted, so that equal manifests are equal bytes.
 */
export const writeManifest = (
  folder: string,
  manifest: Manifest,
): Effect.Effect<
  { readonly file: string; readonly sha256: string },
  ManifestError,
  FileSystem.FileSystem | Path.Path
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const file = path.join(folder, MANIFEST_FILE)
    const partial = path.join(folder, `.partial-${MANIFEST_FILE}`)
    const encoded = yield* Schema.encode(Manifest)(manifest).pipe(
      Effect.mapError((cause) => new ManifestError({ reason: "Invalid", file, cause })),
    )
    const bytes = manifestBytes(encoded)
    yield* Effect.gen(function* () {
      const out = yield* fs.open(partial, { flag: "wx" })
      yield* out.writeAll(bytes)
      yield* out.sync
    }).pipe(Effect.scoped, Effect.andThen(fs.rename(partial, file)), failAs(file))
    return { file, sha256: sha256Of(bytes) }
  })

export const readManifest = (file: string): Effect.Effect<Manifest, ManifestError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = yield* fs.readFileString(file).pipe(failAs(file))
    return yield* Schema.decode(Schema.parseJson(Manifest))(text).pipe(
      Effect.mapError((cause) => new ManifestError({ reason: "Invalid", file, cause })),
    )
  })

export interface PreviousManifest {
  readonly file: string
  readonly runId: string
  readonly sha256: string
}

/**
 * The manifest of the newest run under `<out>/<yyyy-mm-dd>/<run id>/`, other than the run named: newest by run id, which
 * sorts by time. Its content is not read beyond its hash, so that a damaged one can still be named as predecessor.
 */
export const findPreviousManifest = (
  out: string,
  exceptRunId: string,
): Effect.Effect<Option.Option<PreviousManifest>, ManifestError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const others = (yield* nightFolders(out)).filter(({ runId }) => runId !== exceptRunId)
    const newest = yield* Effect.findFirst([...others].reverse(), ({ manifestFile }) =>
      Effect.orElseSucceed(fs.exists(manifestFile), () => false),
    )
    return yield* Option.match(newest, {
      onNone: () => Effect.succeedNone,
      onSome: ({ manifestFile: file, runId }) =>
        Effect.map(fs.readFile(file), (bytes) => Option.some({ file, runId, sha256: sha256Of(bytes) })),
    })
  }).pipe(failAs(out))

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

const failAs = (file: string) =>
  Effect.mapError((cause: PlatformError) => new ManifestError({ reason: "FileSystem", file, cause }))
