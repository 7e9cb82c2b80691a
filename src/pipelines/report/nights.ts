import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Effect } from "effect"

/** The last file that is written into a night's folder. */
export const MANIFEST_FILE = "manifest.json"

/** The page of a night in its folder, and the page over all nights in `<out>`. */
export const PAGE_FILE = "index.html"

/** The folder of one run's reports: `<out>/<yyyy-mm-dd>/<run id>`. */
export interface NightFolder {
  /** `yyyy-mm-dd`: the run's beginning in UTC. */
  readonly night: string
  readonly runId: string
  readonly folder: string
  readonly manifestFile: string
}

/** Where a run's reports lie under `out`. */
export const nightFolder = (
  out: string,
  run: { readonly runId: string; readonly startedAt: string },
): Effect.Effect<NightFolder, never, Path.Path> =>
  Effect.map(Path.Path, (path) => nightOf(path, out, run.startedAt.slice(0, 10), run.runId))

const nightOf = (path: Path.Path, out: string, night: string, runId: string): NightFolder => {
  const folder = path.join(out, night, runId)
  return { night, runId, folder, manifestFile: path.join(folder, MANIFEST_FILE) }
}

/** The name of a night's file: `recon_exceptions_20261126_<run id>.csv`; without a report, that of the whole night. */
export const nightFile = ({ night, runId }: NightFolder, ending: string, report?: string): string =>
  ["recon", ...(report === undefined ? [] : [report]), night.replaceAll("-", ""), runId].join("_") + ending

/** The nights under `out`, the oldest run first. What is no run's folder is somebody else's, and left out. */
export const nightFolders = (
  out: string,
): Effect.Effect<ReadonlyArray<NightFolder>, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    if (!(yield* fs.exists(out))) return []
    const dates = yield* Effect.filter(
      (yield* fs.readDirectory(out)).filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name)),
      (night) => Effect.map(fs.stat(path.join(out, night)), ({ type }) => type === "Directory"),
    )
    const found = yield* Effect.forEach(dates, (night) =>
      Effect.map(fs.readDirectory(path.join(out, night)), (names) =>
        names.filter((name) => !name.startsWith(".")).map((runId) => nightOf(path, out, night, runId)),
      ),
    )
    return found.flat().sort((a, b) => (a.runId < b.runId ? -1 : a.runId > b.runId ? 1 : 0))
  })
