import { constants } from "node:fs"
import { access, statfs } from "node:fs/promises"
import { FileSystem, Path } from "@effect/platform"
import { Effect, Option } from "effect"
import { type Diagnosis, fail, ok, warn } from "../../pipelines/doctor/diagnosis.ts"
import { byteSize } from "../../pipelines/run/quantities.ts"

/** The folder itself, or of the folders above it the nearest that is there. */
const nearest = (folder: string): Effect.Effect<string, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    let at = path.resolve(folder)
    while (at !== path.dirname(at) && !(yield* Effect.orElseSucceed(fs.exists(at), () => false))) at = path.dirname(at)
    return at
  })

const mayWrite = (folder: string): Effect.Effect<boolean> =>
  Effect.tryPromise(() => access(folder, constants.W_OK | constants.X_OK)).pipe(
    Effect.as(true),
    Effect.orElseSucceed(() => false),
  )

/** Whether files may be made in the folder that an option names; it need not be there yet. */
export const checkFolder = (
  option: "--db" | "--out",
  folder: string,
): Effect.Effect<Diagnosis, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const check = `folder of ${option}`
    const at = yield* nearest(folder)
    const stat = yield* Effect.option(fs.stat(at))
    if (Option.isSome(stat) && stat.value.type !== "Directory") {
      return fail(check, "rights", `${at} is a file, not a folder`, `name another folder with ${option}`)
    }
    if (!(yield* mayWrite(at))) {
      return fail(
        check,
        "rights",
        `${at} cannot be written`,
        `give this user the right to write there, or name another with ${option}`,
      )
    }
    return ok(
      check,
      at === path.resolve(folder) ? `${folder} can be written` : `${folder} is not there yet and can be made`,
    )
  })

/** The least that is worth a warning, where there is no database yet. */
const leastFree = 1_000_000_000

/** The snapshot is a whole copy of the database, written beside the old one; a night adds to both. */
const timesTheDatabase = 3

/** Whether the disk of the database has room for another night. */
export const checkSpace = (db: string): Effect.Effect<Diagnosis, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = yield* nearest(path.dirname(db))
    const stat = yield* Effect.option(fs.stat(db))
    const size = Option.match(stat, { onNone: () => 0, onSome: (info) => Number(info.size) })
    const disk = yield* Effect.option(Effect.tryPromise(() => statfs(folder)))
    if (Option.isNone(disk)) return warn("disk", `the free space of ${folder} cannot be told`, null)
    const free = disk.value.bavail * disk.value.bsize
    const wanted = Math.max(leastFree, size * timesTheDatabase)
    const detail = `${byteSize(free)} free${size === 0 ? "" : `, the database has ${byteSize(size)}`}`
    return free < wanted
      ? warn("disk", detail, `free some space: ${byteSize(wanted)} are wanted for the next night and its snapshot`)
      : ok("disk", detail)
  })
