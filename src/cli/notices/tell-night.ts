import { Path } from "@effect/platform"
import { DateTime, Effect, Ref } from "effect"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { writeWhole } from "../../pipelines/report/whole-file.ts"
import { AtEnd, type Ended } from "../at-end.ts"
import { realFile } from "../open-store.ts"
import { tell } from "../output.ts"
import { Outside } from "../outside.ts"
import { readLastNight, writeLastNight } from "./last-night.ts"
import { messageOf } from "./message.ts"
import { metricsText } from "./metrics.ts"
import { NoticeError } from "./notice-error.ts"
import { isOccasion } from "./occasion.ts"
import { postMessage } from "./post-message.ts"
import { runCommand } from "./run-command.ts"
import type { NightResult, ToldNight } from "./told-night.ts"

/** The collector of metrics has an account of its own; they are counts, and name no money. */
const readableByAll = 0o644

type Notices = Pick<Configuration, "onFinish" | "webhook">

/** What goes wrong is one line on stderr, and nothing else. */
const orTell = <A, R>(notice: Effect.Effect<A, NoticeError, R>): Effect.Effect<void, never, R> =>
  Effect.catchAll(Effect.asVoid(notice), ({ message }) => tell(`tidemark: ${message}; the night is not touched by it`))

const failing = (notice: NoticeError["notice"]) =>
  Effect.mapError(({ message }: { readonly message: string }) => new NoticeError({ notice, detail: message }))

/** The same JSON that `--json` prints. */
const jsonOf = ({ ended: { exitCode, run, why }, result }: ToldNight): string =>
  `${JSON.stringify(result === null ? { exitCode, error: why, run } : { ...result.json, exitCode }, null, 2)}\n`

const tellAll = (
  { db, metrics }: { readonly db: string; readonly metrics: string | null },
  notices: Notices,
  night: Omit<ToldNight, "lastSuccessAt">,
) =>
  Effect.gen(function* () {
    const { onFinish, webhook } = notices
    if (metrics === null && onFinish === undefined && webhook === undefined) return
    const { folder } = yield* Outside
    const file = yield* realFile(db)
    const before = yield* readLastNight(file)
    const { ended, endedAt, result } = night
    const isSuccess = ended.exitCode === 0 || ended.exitCode === 3
    const lastSuccessAt = isSuccess ? endedAt : (before?.lastSuccessAt ?? null)
    const tonight: ToldNight = { ...night, lastSuccessAt }
    const verdict = result?.summary.verdict ?? null
    yield* orTell(
      failing("last-night")(writeLastNight(file, { endedAt, exitCode: ended.exitCode, verdict, lastSuccessAt })),
    )
    if (metrics !== null) {
      const text = Buffer.from(metricsText(tonight), "utf8")
      yield* orTell(failing("metrics")(writeWhole(metrics, text, readableByAll)))
    }
    yield* Effect.all(
      [
        ...(onFinish !== undefined && isOccasion(onFinish.when, tonight, before)
          ? [orTell(runCommand(onFinish, jsonOf(tonight), folder))]
          : []),
        ...(webhook !== undefined && isOccasion(webhook.when, tonight, before)
          ? [orTell(postMessage(messageOf(tonight, webhook), webhook))]
          : []),
      ],
      { concurrency: "unbounded", discard: true },
    )
  })

/**
 * From here on, the end of the command is told to whoever the options and the configuration name, whatever the end is. `knows` is called with the
 * configuration as soon as there is one, `comesTo` with what the night has come to; its paths are told whole.
 */
export const tellingNight = (options: { readonly db: string; readonly metrics: string | null }) =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const { follow } = yield* AtEnd
    const startedAt = yield* DateTime.now
    const notices = yield* Ref.make<Notices>({})
    const result = yield* Ref.make<NightResult | null>(null)
    yield* follow((ended: Ended) =>
      Effect.gen(function* () {
        const endedAt = yield* DateTime.now
        yield* tellAll(options, yield* Ref.get(notices), { ended, endedAt, startedAt, result: yield* Ref.get(result) })
      }),
    )
    return {
      knows: (configuration: Notices) => Ref.set(notices, configuration),
      comesTo: ({ places, ...rest }: NightResult) =>
        Ref.set(result, {
          ...rest,
          places: Object.fromEntries(Object.entries(places).map(([name, place]) => [name, path.resolve(place)])),
        }),
    }
  })
