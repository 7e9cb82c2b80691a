import { FileSystem } from "@effect/platform"
import { Config, Effect, Redacted } from "effect"
import { connections } from "../../api/connections.ts"
import { rootMessage } from "../../api/root-message.ts"
import { TimedOut, Transport } from "../../api/transport.ts"
import type { Webhook } from "../../pipelines/configuration/notice-settings.ts"
import { NoticeError } from "./notice-error.ts"

const variable = "TIDEMARK_WEBHOOK_URL"

const fail = (detail: string) => new NoticeError({ notice: "webhook", detail })

const variableOf = (name: string): Effect.Effect<string> => Effect.orDie(Config.withDefault(Config.string(name), ""))

/** The address, which is a secret: whoever has it may write there. It stands in the environment, or in a file that the environment names. */
export const webhookUrl: Effect.Effect<Redacted.Redacted, NoticeError, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const file = yield* variableOf(`${variable}_FILE`)
    const text =
      file === ""
        ? yield* variableOf(variable)
        : yield* Effect.mapError(fs.readFileString(file), () =>
            fail(`${file}, which ${variable}_FILE names, cannot be read`),
          )
    const url = text.trim()
    if (url === "") return yield* fail(`${variable} is not set in the environment`)
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      return yield* fail(`${variable} is no address; write it like https://hooks.example.com/…`)
    }
    return Redacted.make(url)
  },
)

/** Posts a JSON text within its time. What goes wrong is told without the address. */
export const postMessage = (body: string, { timeoutSeconds }: Pick<Webhook, "timeoutSeconds">) =>
  Effect.gen(function* () {
    const url = new URL(Redacted.value(yield* webhookUrl))
    const { host } = url
    const timeoutMillis = timeoutSeconds * 1000
    const untold = (error: unknown) =>
      fail(
        error instanceof TimedOut
          ? `${host} did not answer within ${timeoutSeconds} s`
          : `${host} could not be told: ${rootMessage(error)}`,
      )
    return yield* Effect.gen(function* () {
      const { send } = yield* Transport
      const headers = { "content-type": "application/json" }
      const { discard, status } = yield* Effect.mapError(
        send({ method: "POST", url, headers, body, timeoutMillis }),
        untold,
      )
      discard()
      if (status < 200 || status > 299) return yield* fail(`${host} answered ${status}`)
    }).pipe(Effect.provide(connections), Effect.catchTag("ProxyError", untold))
  })
