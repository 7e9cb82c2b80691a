import { FileSystem } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Clock, Data, DateTime, Duration, Effect, Ref, Schedule, Schema, type Scope } from "effect"
import { StoreError, storeError } from "./store-error.ts"

/** Who works on the store: the process and where it runs. */
export interface LockHolder {
  readonly user: string
  readonly host: string
  readonly pid: number
  /** The command's name: nightly, sync, … */
  readonly command: string
}

// The words of a lock file are printed; whoever may write the folder may not write to our terminal.
const Word = Schema.String.pipe(Schema.pattern(/^\P{C}{1,200}$/u))

const LockOwner = Schema.Struct({
  user: Word,
  host: Word,
  pid: Schema.Int.pipe(Schema.positive()),
  command: Word,
  startedAt: Schema.DateTimeUtc,
  /** The last sign of life. */
  beatAt: Schema.DateTimeUtc,
})

/** What the lock file says of the run that wrote it. */
export type LockOwner = typeof LockOwner.Type

const LockText = Schema.parseJson(LockOwner)
const encode = Schema.encodeSync(LockText)
const decode = Schema.decodeOption(LockText)

const seconds = (time: DateTime.Utc): string => DateTime.formatIso(time).replace(/\.\d+Z$/, "Z")

/** Another run works on the store. */
export class RunHeld extends Data.TaggedError("RunHeld")<{
  readonly file: string
  readonly owner: LockOwner
  /** Whether nothing but its signs of life say that the owner lives, because it runs on another machine. */
  readonly elsewhere: boolean
}> {
  readonly exitCode = 75
  override get message(): string {
    const { command, host, pid, startedAt, user } = this.owner
    const lapse = seconds(DateTime.addDuration(this.owner.beatAt, lapsesAfter))
    const remedy = this.elsewhere
      ? `wait for its end or stop it (if it died, its lock lapses at ${lapse})`
      : "wait for its end or stop it"
    return `another run holds ${this.file}: tidemark ${command}, started ${seconds(startedAt)} by ${user} on ${host} (process ${pid}); ${remedy}`
  }
}

const beatsEvery = Duration.seconds(15)
const lapsesAfter = Duration.minutes(2)

export const lockFile = (database: string): string => `${database}.lock`

/** Who the lock file beside the database says is at work; null where there is none, or none that can be understood. */
export const readLockOwner = (database: string): Effect.Effect<LockOwner | null, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(lockFile(database))).pipe(
    Effect.flatMap(decode),
    Effect.orElseSucceed(() => null),
  )

/** A lock that this process has, or will have once DuckDB has opened the file. */
export interface RunLock {
  /** Puts our name into the lock file and keeps it alive. To be called when DuckDB has opened the database. */
  readonly confirm: Effect.Effect<void, StoreError, Scope.Scope>
  /** Who holds the database that DuckDB found locked; null where the lock file does not know. */
  readonly holder: Effect.Effect<RunHeld | null>
  /** Fails where another machine took the lock over, because this process gave no sign of life for too long. */
  readonly stillOurs: Effect.Effect<void, StoreError>
}

/**
 * The lock of a run, `<database>.lock`: who works on the store, for a second run to report. On one machine DuckDB's own
 * lock decides, because it dies with its process; so a file that a process of this machine left behind holds nobody up.
 * On a folder that several machines share, DuckDB's lock may not reach: there a file of another machine holds while its
 * last beat is younger than two minutes, which asks that the machines' clocks agree to within about a minute. A file
 * that cannot be read or understood holds nobody up. The file is written whole and goes when the scope closes.
 */
export const takeRunLock = (
  database: string,
  holder: LockHolder,
  isAlive: (pid: number) => boolean,
): Effect.Effect<RunLock, StoreError | RunHeld, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = lockFile(database)
    const draft = `${file}.${holder.pid}`
    const fail = storeError(file)
    const now = Effect.map(Clock.currentTimeMillis, DateTime.unsafeMake)
    const startedAt = yield* now
    const lost = yield* Ref.make(false)

    const read: Effect.Effect<LockOwner | null> = fs.readFileString(file).pipe(
      Effect.map((text) => decode(text)),
      Effect.flatten,
      Effect.orElseSucceed(() => null),
    )
    const isOurs = (owner: LockOwner | null): boolean =>
      owner !== null &&
      owner.host === holder.host &&
      owner.pid === holder.pid &&
      DateTime.Equivalence(owner.startedAt, startedAt)
    /** Whether the file of another machine holds; a beat from the future does, since clocks differ. */
    const holds = (owner: LockOwner | null): Effect.Effect<boolean> =>
      Effect.map(
        now,
        (time) =>
          owner !== null &&
          owner.host !== holder.host &&
          DateTime.distance(owner.beatAt, time) < Duration.toMillis(lapsesAfter),
      )
    const removeDraft = Effect.ignore(fs.remove(draft, { force: true }))
    // A file made anew: whoever may write the folder may not lead us elsewhere by a link of this name.
    const writeDraft = Effect.flatMap(now, (beatAt) =>
      Effect.zipRight(
        fs.remove(draft, { force: true }),
        fs.writeFileString(draft, encode({ ...holder, startedAt, beatAt }), { flag: "wx" }),
      ),
    )
    /** Puts our name in the place of whatever is there. */
    const replace = Effect.zipRight(writeDraft, fs.rename(draft, file)).pipe(
      Effect.onError(() => removeDraft),
      Effect.uninterruptible,
    )
    /** Puts our name there where nobody's is; a link cannot replace a file, and a rename would. */
    const claim: Effect.Effect<boolean, PlatformError> = writeDraft.pipe(
      Effect.zipRight(Effect.as(fs.link(draft, file), true)),
      Effect.catchIf(isTaken, () => Effect.succeed(false)),
      // Some file systems know no links; there, two machines that start at once may both believe they were first.
      Effect.catchIf(
        (error) => error._tag === "SystemError" && error.method === "link",
        () =>
          Effect.flatMap(fs.exists(file), (there) =>
            there ? Effect.succeed(false) : Effect.as(fs.rename(draft, file), true),
          ),
      ),
      Effect.ensuring(removeDraft),
      Effect.uninterruptible,
    )
    const told = (owner: LockOwner) =>
      Effect.logInfo(
        `took over ${file}, which tidemark ${owner.command} (process ${owner.pid} on ${owner.host}, started ${seconds(owner.startedAt)}) left behind`,
      )
    /** Takes away a file whose owner gave no sign of life for too long; whoever was quicker keeps what is his. */
    const takeAway = (lapsed: LockOwner) =>
      Effect.gen(function* () {
        const aside = `${draft}.lapsed`
        yield* fs.rename(file, aside)
        const taken = decode(yield* fs.readFileString(aside))
        if (taken._tag === "Some" && (yield* holds(taken.value))) yield* Effect.ignore(fs.link(aside, file))
        else yield* told(lapsed)
        yield* fs.remove(aside, { force: true })
      }).pipe(Effect.ignore, Effect.uninterruptible)

    const enter: Effect.Effect<void, StoreError | RunHeld> = Effect.gen(function* () {
      if (yield* Effect.mapError(claim, fail)) return
      const owner = yield* read
      if (owner === null || owner.host === holder.host) return
      if (yield* holds(owner)) return yield* new RunHeld({ file: database, owner, elsewhere: true })
      yield* takeAway(owner)
      if (yield* Effect.mapError(claim, fail)) return
      const quicker = yield* read
      if (quicker !== null && (yield* holds(quicker))) {
        return yield* new RunHeld({ file: database, owner: quicker, elsewhere: true })
      }
    })
    const leave = Effect.flatMap(read, (owner) => (isOurs(owner) ? Effect.ignore(fs.remove(file)) : Effect.void))
    yield* Effect.acquireRelease(enter, () => leave)

    /** A full disk costs a beat and not the run: its next commit will say so. */
    const beat = Effect.gen(function* () {
      const owner = yield* read
      if (!isOurs(owner) && (yield* holds(owner))) return yield* Ref.set(lost, true)
      yield* Effect.ignore(replace)
    })

    return {
      confirm: Effect.gen(function* () {
        const owner = yield* read
        if (!isOurs(owner)) {
          if (owner !== null) yield* told(owner)
          yield* Effect.mapError(replace, fail)
        }
        yield* Effect.forkScoped(Effect.repeat(Effect.delay(beat, beatsEvery), Schedule.forever))
      }),
      holder: Effect.map(read, (owner) => {
        if (owner === null || isOurs(owner)) return null
        if (owner.host !== holder.host) return new RunHeld({ file: database, owner, elsewhere: true })
        return isAlive(owner.pid) ? new RunHeld({ file: database, owner, elsewhere: false }) : null
      }),
      stillOurs: Effect.flatMap(Ref.get(lost), (gone) =>
        gone
          ? new StoreError({
              reason: "Locked",
              file: database,
              detail: "another machine took the run's lock over, because this one gave no sign of life for two minutes",
            })
          : Effect.void,
      ),
    }
  })

const isTaken = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "AlreadyExists"
