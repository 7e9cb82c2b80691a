import { spawnSync } from "node:child_process"
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"

const mount = (...args: ReadonlyArray<string>): boolean => spawnSync("mount", args, { stdio: "ignore" }).status === 0

/** A disk of its own, in memory. */
export interface SmallDisk {
  readonly folder: string
  /** Fills it up with one file until so many bytes are left; 0 frees nothing and leaves nothing. */
  readonly fill: (leave: number) => Effect.Effect<void>
  /** Takes away what filled it. */
  readonly empty: Effect.Effect<void>
  readonly readOnly: Effect.Effect<void>
}

const attach = (): string | null => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-disk-"))
  if (mount("-t", "tmpfs", "-o", "size=96m", "tmpfs", folder)) return folder
  rmdirSync(folder)
  return null
}

const detach = (folder: string): void => {
  spawnSync("umount", ["-l", folder], { stdio: "ignore" })
  rmdirSync(folder)
}

/** Whether whoever runs the tests may mount, as root may. */
export const canMount: boolean = (() => {
  if (process.platform !== "linux") return false
  const folder = attach()
  if (folder === null) return false
  detach(folder)
  return true
})()

/** A disk of 96 MB that is gone when the scope closes. */
export const smallDisk: Effect.Effect<SmallDisk, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = attach()
    if (folder === null) throw new Error("this account may not mount; ask canMount first")
    return folder
  }),
  (folder) => Effect.sync(() => detach(folder)),
).pipe(
  Effect.map((folder) => {
    const ballast = join(folder, ".ballast")
    return {
      folder,
      fill: (leave) =>
        Effect.sync(() => {
          const { bavail, bsize } = statfsSync(folder)
          writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leave)))
        }),
      empty: Effect.sync(() => rmSync(ballast, { force: true })),
      readOnly: Effect.sync(() => void mount("-o", "remount,ro", folder)),
    }
  }),
)
