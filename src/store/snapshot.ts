import { randomUUID } from "node:crypto"
import { chmod, chown, lstat, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect } from "effect"
import type { Database } from "./database.ts"
import { quoteText } from "./describe-table.ts"
import { type StoreError, storeError } from "./store-error.ts"

/** The published snapshot's name; it lies beside the working database. Source: docs/rules.md, "The snapshot". */
export const snapshotName = "analytics.duckdb"

export const snapshotFile = (database: string): string => join(dirname(database), snapshotName)

/**
 * The name behind the link, another one for each publication, and what other tools leave beside it. DuckDB keeps the log
 * of a file beside the file that a link leads to (measured with 1.5.6), so that no log meets another file.
 */
const published = /^\.analytics-[0-9a-f]{8}\.(duckdb|sealed|link)/

/** Whether a file is the snapshot, by its own name or by the one behind the link. */
export const isSnapshot = (file: string): boolean => basename(file) === snapshotName || published.test(basename(file))

/**
 * The copy of the snapshot that only this program opens. Whoever opens `analytics.duckdb` for writing locks it, and may
 * change it; this one is as the run published it. Null where there is none, as beside a snapshot of an earlier version.
 */
export const sealedSnapshot = (snapshot: string): Effect.Effect<string | null> =>
  Effect.tryPromise(async () => {
    const sealed = join(dirname(snapshot), (await readlink(snapshot)).replace(/\.duckdb$/, ".sealed"))
    await stat(sealed)
    return sealed
  }).pipe(Effect.orElseSucceed(() => null))

/** What an operator made of the snapshot's rights and group; the world's rights are given by an operator or not at all. */
interface Rights {
  readonly mode: number
  readonly group: number | null
}

const rightsOf = (snapshot: string, database: string): Promise<Rights> =>
  stat(snapshot).then(
    ({ gid, mode }) => ({ mode: mode & 0o777, group: gid }),
    async () => ({ mode: (await stat(database)).mode & 0o770, group: null }),
  )

/** A group that this account may not give is told, and nobody else's group gets its rights. */
const copyAs = async ({ copyFile }: Database["Type"], to: string, { group, mode }: Rights): Promise<boolean> => {
  await copyFile(to)
  await chmod(to, mode & 0o700)
  const given =
    group === null ||
    (await chown(to, -1, group).then(
      () => true,
      () => false,
    ))
  await chmod(to, given ? mode : mode & 0o707)
  return given
}

const ownerOnly: Rights = { mode: 0o600, group: null }

const isLink = (file: string): Promise<boolean> =>
  lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => true,
  )

/** Removes what earlier publications left; those who have it open keep it. */
const removeOthers = async (folder: string, kept: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => published.test(name) && name !== kept)
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true })
}

/**
 * Publishes a copy of the store under the snapshot's name, replacing the last one in a single rename: readers keep the
 * file that they have open, and nobody ever sees half a run. The caller writes nothing meanwhile. The copy has a name of
 * its own behind a link, so that the log of somebody who opened an earlier one for writing never meets it.
 */
export const publishSnapshot = (database: Database["Type"]): Effect.Effect<string, StoreError> =>
  Effect.gen(function* () {
    const target = snapshotFile(database.file)
    const folder = dirname(target)
    yield* database.run(
      `CREATE OR REPLACE TABLE recon.publication AS SELECT ${quoteText(basename(database.file))} AS published_by`,
    )
    yield* database.run(
      "COMMENT ON TABLE recon.publication IS 'Which working database this snapshot was published from.'",
    )
    yield* database.run("COMMENT ON COLUMN recon.publication.published_by IS 'The file name of the working database.'")
    // After a checkpoint everything is in the file, and the log beside it is empty.
    yield* database.stillThere
    yield* database.run("CHECKPOINT")
    yield* database.stillThere
    // Not Effect's Random: a test that seeds chance would give two publications one name.
    const name = `.analytics-${randomUUID().slice(0, 8)}`
    const [copy, sealed, part, link] = [`${name}.duckdb`, `${name}.sealed`, `${name}.sealed-part`, `${name}.link`]
    const at = (file: string): string => join(folder, file)
    const forget = (...files: ReadonlyArray<string>) =>
      Effect.promise(() => Promise.all(files.map((file) => rm(at(file), { force: true }))))

    const rights = yield* Effect.promise(() => rightsOf(target, database.file).catch(() => ownerOnly))
    const given = yield* Effect.tryPromise({
      try: async () => {
        const given = await copyAs(database, at(copy), rights)
        await symlink(copy, at(link))
        // The log beside a snapshot of an earlier version, which was a file of this name.
        if (!(await isLink(target))) await rm(`${target}.wal`, { force: true })
        await rename(at(link), target)
        return given
      },
      catch: storeError(target),
    }).pipe(
      Effect.tapError(() => forget(copy, link)),
      Effect.uninterruptible,
    )
    if (!given) {
      yield* Effect.logWarning(
        `this account may not give ${target} its group, so nobody but its owner can read it; make the account a member of that group`,
      )
    }
    // The earlier ones go before the sealed copy is made, so that no more space is needed than for two publications.
    yield* Effect.ignore(Effect.tryPromise(() => removeOthers(folder, copy)))
    yield* Effect.tryPromise(async () => {
      await copyAs(database, at(part), rights)
      await rename(at(part), at(sealed))
    }).pipe(
      Effect.catchAll((error) =>
        Effect.zipRight(
          forget(part),
          Effect.logWarning(`no sealed copy of ${target} could be made, so sql reads the snapshot itself`, error),
        ),
      ),
      Effect.uninterruptible,
    )
    return target
  })
