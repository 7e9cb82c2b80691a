import { describe, expect, it } from "@effect/vitest"
import { Cause, Data, Effect, Fiber, Redacted, TestClock } from "effect"
import { type LogOptions, silence, withLogging } from "../../src/cli/logging.ts"
import { Outside } from "../../src/cli/outside.ts"
import { collector } from "../support/in-process.ts"

const asked = (logFormat: LogOptions["logFormat"], logLevel: LogOptions["logLevel"]): LogOptions => ({
  logFormat,
  logLevel,
})

/** The lines that an effect logs under the options, in a program that is silent unless asked. */
const linesOf = <A, E>(options: LogOptions, effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const outside = yield* Outside
    const stderr = collector()
    yield* Effect.exit(withLogging(options)(effect)).pipe(
      Effect.provide(silence),
      Effect.provideService(Outside, { ...outside, stderr }),
    )
    return stderr.text().split("\n").slice(0, -1)
  })

const parsed = (lines: ReadonlyArray<string>) =>
  lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

const everyLevel = Effect.all([
  Effect.logDebug("fine"),
  Effect.logInfo("as usual"),
  Effect.logWarning("odd"),
  Effect.logError("wrong"),
])

class Refused extends Data.TaggedError("Refused")<{ readonly body: string }> {
  override get message() {
    return "refused"
  }
}

describe("logs", () => {
  it.effect("are none unless asked for, and of level info where only the format is given", () =>
    Effect.gen(function* () {
      expect(yield* linesOf(asked(null, null), everyLevel)).toEqual([])
      const messages = parsed(yield* linesOf(asked("json", null), everyLevel)).map((line) => line.message)
      expect(messages).toEqual(["as usual", "odd", "wrong"])
    }),
  )

  it.effect("begin at the level that was given, in the pretty form unless told otherwise", () =>
    Effect.gen(function* () {
      expect(yield* linesOf(asked(null, "warning"), everyLevel)).toEqual([
        "00:00:00.000 WARN    odd",
        "00:00:00.000 ERROR   wrong",
      ])
      expect(yield* linesOf(asked("json", "none"), everyLevel)).toEqual([])
      expect(yield* linesOf(asked("json", "debug"), everyLevel)).toHaveLength(4)
    }),
  )

  it.effect(
    "are one JSON object a line: time, level, message, annotations, and the spans around it with their attributes",
    () =>
      Effect.gen(function* () {
        const lines = yield* linesOf(
          asked("json", "info"),
          Effect.logInfo("page stored", { records: 3n }).pipe(
            Effect.annotateLogs({ sequence: 2, bytes: 12n }),
            Effect.withSpan("page", { attributes: { sequence: 2 } }),
            Effect.withSpan("run", { attributes: { runId: "run-1" } }),
          ),
        )
        expect(parsed(lines)).toEqual([
          {
            timestamp: "1970-01-01T00:00:00.000Z",
            level: "INFO",
            message: 'page stored {"records":"3"}',
            annotations: { sequence: 2, bytes: "12" },
            spans: [
              { name: "run", runId: "run-1" },
              { name: "page", sequence: 2 },
            ],
          },
        ])
      }),
  )

  it.effect("stay on one line in the pretty form, whatever a message holds", () =>
    Effect.gen(function* () {
      const [line, ...others] = yield* linesOf(
        asked("pretty", "info"),
        Effect.logInfo("first\nsecond \u001b[31m", Cause.fail("a cause\nof two lines")).pipe(
          Effect.annotateLogs("note", "a\nb"),
          Effect.withSpan("run", { attributes: { runId: "run-1" } }),
        ),
      )
      expect(others).toEqual([])
      expect(line).toContain("first ↵ second ·[31m")
      expect(line).toContain("note=a ↵ b  [run runId=run-1]")
      expect(line).not.toContain("\n")
      expect(line).not.toContain("\u001b")
    }),
  )

  it.effect("tell at level debug when each span ended, how long it took, and how: the inner before the outer", () =>
    Effect.gen(function* () {
      const slow = Effect.sleep("12 millis").pipe(Effect.withSpan("request", { attributes: { attempt: 1 } }))
      const failing = Effect.fail(new Refused({ body: "private" })).pipe(
        Effect.withSpan("request", { attributes: { attempt: 2 } }),
      )
      const fiber = yield* Effect.fork(
        linesOf(asked("json", "debug"), Effect.zipRight(slow, failing).pipe(Effect.withSpan("page"))),
      )
      yield* TestClock.adjust("1 second")
      const lines = parsed(yield* Fiber.join(fiber))
      expect(lines.map(({ annotations, message, spans }) => ({ message, annotations, spans }))).toEqual([
        {
          message: "request ended",
          annotations: { millis: 12, outcome: "ok" },
          spans: [{ name: "page" }, { name: "request", attempt: 1 }],
        },
        {
          message: "request ended",
          annotations: { millis: 0, outcome: "Refused" },
          spans: [{ name: "page" }, { name: "request", attempt: 2 }],
        },
        { message: "page ended", annotations: { millis: 12, outcome: "Refused" }, spans: [{ name: "page" }] },
      ])
    }),
  )

  it.effect("tell the end of no span above level debug", () =>
    Effect.gen(function* () {
      expect(yield* linesOf(asked("json", "info"), Effect.withSpan(Effect.void, "request"))).toEqual([])
    }),
  )

  it.effect("show no secret and no field of an error, in messages, annotations, spans and causes alike", () =>
    Effect.gen(function* () {
      const secret = Redacted.make("the-secret")
      const error = new Refused({ body: "the-body" })
      const noisy = Effect.logError("refused", secret, { secret }, error, Cause.fail(error)).pipe(
        Effect.annotateLogs({ secret, error }),
        Effect.withSpan("request", { attributes: { secret, error, nested: { secret } } }),
      )
      for (const format of ["json", "pretty"] as const) {
        const text = (yield* linesOf(asked(format, "debug"), noisy)).join("\n")
        expect(text).toContain("<redacted>")
        expect(text).toContain("refused")
        expect(text).not.toContain("the-secret")
        expect(text).not.toContain("the-body")
      }
    }),
  )
})
