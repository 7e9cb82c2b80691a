import { createHash } from "node:crypto"
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Data, Effect, Option, Stream } from "effect"
import { type Manifest, manifestBytes, readManifest } from "../report/manifest.ts"
import { MANIFEST_FILE, type NightFolder, nightFolders } from "../report/nights.ts"
import type { FileFinding } from "./finding.ts"

/** The folder of reports cannot be looked through; says which file. */
export class ReportsUnreadable extends Data.TaggedError("ReportsUnreadable")<{
  readonly path: string
  readonly cause: PlatformError
}> {
  readonly exitCode = 2
  override get message(): string {
    return `${this.path} cannot be read: ${this.cause.message}; check --out and the rights of its files`
  }
}

/** A folder of reports, its manifest as it reads now. */
interface Night extends NightFolder {
  /** SHA-256 of the manifest's bytes; null where there is no manifest. */
  readonly sha256: string | null
  /** Whether it is another than the one that was written, as the store knows. */
  readonly isAltered: boolean
  /** Null where there is none, or none that can be read. */
  readonly manifest: Manifest | null
}

/** What the folder of reports was found to be. */
export interface ReportsProof {
  /** Files that manifests name, the manifests themselves aside. */
  readonly files: number
  /** The folders that were looked through. */
  readonly nights: ReadonlyArray<{ readonly file: string } & Pick<Night, "runId" | "manifest" | "isAltered">>
  readonly findings: ReadonlyArray<FileFinding>
  /** What cannot be proven and is no sign of an alteration by itself. */
  readonly notes: ReadonlyArray<string>
}

const failAs = (path: string) => Effect.mapError((cause: PlatformError) => new ReportsUnreadable({ path, cause }))

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const quote = 0x22
const lineFeed = 0x0a

/**
 * Size, hash and rows of a file, never whole in memory. Rows are the lines after the header, those inside quotes aside: the
 * files are RFC 4180, so a quote inside a cell is doubled and leaves the count of quotes even.
 */
const measure = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const hash = createHash("sha256")
    let bytes = 0
    let lines = 0
    let quoted = false
    yield* Stream.runForEach(fs.stream(file), (chunk) =>
      Effect.sync(() => {
        hash.update(chunk)
        bytes += chunk.length
        for (const byte of chunk) {
          if (byte === quote) quoted = !quoted
          else if (byte === lineFeed && !quoted) lines++
        }
      }),
    ).pipe(failAs(file))
    return { bytes, sha256: hash.digest("hex"), rows: Math.max(0, lines - 1) }
  })

const readNight = (recorded: ReadonlyMap<string, string>) => (place: NightFolder) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = place.manifestFile
    if (!(yield* failAs(file)(fs.exists(file)))) return { ...place, sha256: null, manifest: null, isAltered: false }
    const bytes = yield* failAs(file)(fs.readFile(file))
    const manifest = yield* Effect.option(readManifest(file))
    const sha256 = sha256Of(bytes)
    const isAltered = sha256 !== (recorded.get(place.runId) ?? sha256)
    return { ...place, sha256, manifest: Option.getOrNull(manifest), isAltered } satisfies Night
  })

/** What a manifest must be by itself. */
const manifestFaults = ({ isAltered, manifest, night, runId, sha256 }: Night): ReadonlyArray<string> => {
  if (sha256 === null) return ["there is no manifest, so nothing in its folder can be proven"]
  if (manifest === null) return ["it cannot be read as a manifest"]
  return [
    ...(isAltered
      ? ["it is not the one that was written: the SHA-256 differs, so it proves nothing of its folder"]
      : []),
    ...(manifest.run_id === runId ? [] : [`it speaks of run ${manifest.run_id}, and its folder is that of ${runId}`]),
    ...(manifest.night === night
      ? []
      : [`it speaks of the night ${manifest.night}, and its folder is that of ${night}`]),
    ...(sha256Of(manifestBytes(manifest)) === sha256 ? [] : ["it is not written as manifests are written"]),
  ]
}

type Listed = Manifest["files"][number]

const listedFaults = (listed: Listed, measured: Omit<Listed, "name" | "title">): ReadonlyArray<string> => [
  ...(measured.sha256 === listed.sha256 ? [] : ["it is not as it was written: the SHA-256 differs"]),
  ...(measured.bytes === listed.bytes ? [] : [`it has ${measured.bytes} bytes, and its manifest says ${listed.bytes}`]),
  ...(!listed.name.endsWith(".csv") || measured.rows === listed.rows
    ? []
    : [`it has ${measured.rows} rows, and its manifest says ${listed.rows}`]),
]

const found = (file: string, faults: ReadonlyArray<string>): ReadonlyArray<FileFinding> =>
  faults.length === 0 ? [] : [{ _tag: "File", file, faults }]

/** Each file that the manifest names, and each that it does not. */
const filesAsListed = ({ folder, isAltered, manifest, manifestFile }: Night) =>
  Effect.gen(function* () {
    // A manifest that was altered accuses nobody.
    if (manifest === null || isAltered) return []
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const present = new Set(yield* failAs(folder)(fs.readDirectory(folder)))
    const listed = yield* Effect.forEach(manifest.files, (entry) =>
      Effect.gen(function* () {
        if (path.basename(entry.name) !== entry.name)
          return found(manifestFile, [`it names ${entry.name}, outside its folder`])
        const reported = path.join(folder, entry.name)
        const kind = Option.map(yield* Effect.option(fs.stat(reported)), ({ type }) => type)
        if (Option.isNone(kind)) return found(reported, ["it is missing, and its manifest names it"])
        if (kind.value !== "File") return found(reported, [`it is no file, and its manifest names it as one`])
        return found(reported, listedFaults(entry, yield* measure(reported)))
      }),
    )
    const names = new Set([MANIFEST_FILE, ...manifest.files.map((entry) => entry.name)])
    const strange = [...present].filter((name) => !names.has(name))
    return [...listed.flat(), ...strange.flatMap((name) => found(path.join(folder, name), ["no manifest names it"]))]
  })

/** Each manifest names the hash of the one before it, so that none can be altered or taken out alone. */
const manifestChain = (nights: ReadonlyArray<Night>) => {
  const findings: Array<FileFinding> = []
  const notes: Array<string> = []
  let before: Night | null = null
  for (const night of nights) {
    const named = night.isAltered ? undefined : night.manifest?.previous_manifest_sha256
    if (named !== undefined && named !== before?.sha256) {
      if (before === null && named !== null) {
        notes.push(`${night.manifestFile} names a manifest before it that is not here; nothing before it can be proven`)
      } else if (before !== null) {
        findings.push(
          ...found(before.manifestFile, [
            named === null
              ? `the next manifest, that of run ${night.runId}, knows of none before it`
              : `it is not the manifest that run ${night.runId} names as the one before it: altered, written again later, or one between them is gone`,
          ]),
        )
      }
    }
    if (night.sha256 !== null) before = night
  }
  return { findings, notes }
}

/**
 * Proves the reports under a folder against their manifests, and the manifests against each other. `only` names the one
 * run to look at; the chain of manifests is then that from it to the run before and the run after. `recorded` is the hash
 * of each run's manifest, as far as the store knows it.
 */
export const proveReports = (
  out: string,
  only: string | null,
  recorded: ReadonlyMap<string, string> = new Map(),
): Effect.Effect<ReportsProof, ReportsUnreadable, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const all = yield* Effect.forEach(yield* failAs(out)(nightFolders(out)), readNight(recorded))
    const at = all.findIndex((night) => night.runId === only)
    const nights = only === null ? all : all.filter((_, index) => index === at)
    const linked = only === null ? all : at === -1 ? [] : all.slice(Math.max(0, at - 1), at + 2)
    const chain = manifestChain(linked)
    const files = yield* Effect.forEach(nights, filesAsListed)
    return {
      files: nights.reduce((sum, night) => sum + (night.manifest?.files.length ?? 0), 0),
      nights: nights.map(({ isAltered, manifest, manifestFile, runId }) => ({
        file: manifestFile,
        isAltered,
        manifest,
        runId,
      })),
      findings: [
        ...nights.flatMap((night) => found(night.manifestFile, manifestFaults(night))),
        ...files.flat(),
        ...chain.findings,
      ],
      notes: [
        ...(all.length === 0 ? [`there are no reports under ${out}`] : []),
        ...(only === null || at === 0 ? chain.notes : []),
      ],
    }
  })
