import {
  Cause,
  Context,
  DateTime,
  Effect,
  Exit,
  FiberRef,
  FiberRefs,
  HashMap,
  Layer,
  Logger,
  LogLevel,
  Option,
  Redacted,
  Tracer,
} from "effect"
import { Outside } from "./outside.ts"

/** What a command is asked to log; null where nothing is said of it. */
export interface LogOptions {
  /** One JSON object a line for machines, or one readable line for a person. */
  readonly logFormat: "json" | "pretty" | null
  readonly logLevel: keyof typeof levels | null
}

const levels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None,
}

/** No logs and no spans, unless a command is given options that ask for them. */
export const silence: Layer.Layer<never> = Layer.mergeAll(
  Logger.remove(Logger.defaultLogger),
  Logger.minimumLogLevel(LogLevel.None),
  Layer.setTracerEnabled(false),
)

/** Whether log lines are written, of whatever level. */
export const isLogged: Effect.Effect<boolean> = Effect.map(
  FiberRef.get(FiberRef.currentMinimumLogLevel),
  (least) => least._tag !== "None",
)

/**
 * Runs a command with its logs on stderr, as the options ask for them. At level debug the end of every span (run,
 * partition, page, request) is logged with how long it took.
 */
export const withLogging =
  ({ logFormat, logLevel }: LogOptions) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Outside, ({ stderr }) => {
      const level = levels[logLevel ?? (logFormat === null ? "none" : "info")]
      if (level._tag === "None") return effect
      const print = (line: LogLine) => void stderr.write(`${formats[logFormat ?? "pretty"](line)}\n`)
      const logged = effect.pipe(
        Effect.provide(Logger.add(lineLogger(print))),
        Effect.withTracerEnabled(true),
        Logger.withMinimumLogLevel(level),
      )
      return LogLevel.lessThanEqual(level, LogLevel.Debug) ? Effect.withTracer(logged, spanTracer(print)) : logged
    })

/** One line of a log, before it is written down. */
interface LogLine {
  readonly timestamp: string
  readonly level: string
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
  /** The spans that it happened in, the outermost first, each with its attributes. */
  readonly spans: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly cause?: string
}

/** A value as it may be shown: secrets stay hidden, and of an error only its message (a page's body is in its fields). */
const shown = (value: unknown): unknown => {
  if (Redacted.isRedacted(value)) return "<redacted>"
  if (value instanceof Error) return value.message
  if (Cause.isCause(value)) return Cause.pretty(value)
  return typeof value === "bigint" ? String(value) : value
}

const jsonText = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner))

const textOf = (value: unknown): string => {
  const plain = shown(value)
  return typeof plain === "string" ? plain : (jsonText(plain) ?? String(plain))
}

const shownEntries = (entries: Iterable<readonly [string, unknown]>): Readonly<Record<string, unknown>> =>
  // Effect notes of itself where in the code a span began.
  Object.fromEntries(
    [...entries].filter(([key]) => key !== "code.stacktrace").map(([key, value]) => [key, shown(value)]),
  )

/** Spans of our own work; those of the HTTP server and client say the same again in other words. */
const isOurs = (kind: Tracer.SpanKind): boolean => kind === "internal"

const spansFrom = (innermost: Option.Option<Tracer.AnySpan>): LogLine["spans"] => {
  const spans: Array<Readonly<Record<string, unknown>>> = []
  let at = innermost
  while (Option.isSome(at) && at.value._tag === "Span") {
    if (isOurs(at.value.kind)) spans.unshift({ name: at.value.name, ...shownEntries(at.value.attributes) })
    at = at.value.parent
  }
  return spans
}

const lineLogger = (print: (line: LogLine) => void): Logger.Logger<unknown, void> =>
  Logger.make(({ annotations, cause, context, date, logLevel, message }) => {
    const span = Context.getOption(FiberRefs.getOrDefault(context, FiberRef.currentContext), Tracer.ParentSpan)
    print({
      timestamp: date.toISOString(),
      level: logLevel.label,
      message: (Array.isArray(message) ? message : [message]).map(textOf).join(" "),
      annotations: shownEntries(HashMap.entries(annotations)),
      spans: spansFrom(span),
      ...(Cause.isEmpty(cause) ? {} : { cause: Cause.pretty(cause) }),
    })
  })

/** In a word how a span ended: ok, interrupted, the failure's tag, or defect. */
const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "ok"
  if (Cause.isInterruptedOnly(exit.cause)) return "interrupted"
  const failure = Option.getOrNull(Cause.failureOption(exit.cause))
  return typeof failure === "object" && failure !== null && "_tag" in failure ? String(failure._tag) : "defect"
}

const millis = (nanos: bigint): number => Number(nanos / 1000n) / 1000

/** Spans that are logged when they end, with their attributes, milliseconds and outcome. */
const spanTracer = (print: (line: LogLine) => void): Tracer.Tracer => {
  let spans = 0
  return Tracer.make({
    context: (run) => run(),
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const allLinks = [...links]
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: String(++spans),
        traceId: Option.isSome(parent) ? parent.value.traceId : String(spans),
        parent,
        context,
        links: allLinks,
        sampled: true,
        kind,
        attributes,
        get status() {
          return status
        },
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
          if (!isOurs(kind)) return
          print({
            timestamp: DateTime.formatIso(DateTime.unsafeMake(Number(endTime / 1_000_000n))),
            level: "DEBUG",
            message: `${name} ended`,
            annotations: { millis: millis(endTime - startTime), outcome: outcomeOf(exit) },
            spans: spansFrom(Option.some(span)),
          })
        },
        attribute: (key, value) => void attributes.set(key, value),
        event: () => undefined,
        addLinks: (more) => void allLinks.push(...more),
      }
      return span
    },
  })
}

const pairs = (values: Readonly<Record<string, unknown>>): ReadonlyArray<string> =>
  Object.entries(values).map(([key, value]) => `${key}=${textOf(value)}`)

const oneLine = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what would break a line, or a terminal.
  text.replace(/\s*\n\s*/g, " ↵ ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "·")

/** `02:30:00.123 DEBUG request ended  millis=12.4 outcome=ok  [run runId=… > request requestId=…]` */
const pretty = ({ annotations, cause, level, message, spans, timestamp }: LogLine): string => {
  const within = spans.map(({ name, ...attributes }) => [String(name), ...pairs(attributes)].join(" "))
  return oneLine(
    [
      `${timestamp.slice(11, 23)} ${level.padEnd(7)} ${message}`,
      ...(Object.keys(annotations).length === 0 ? [] : [pairs(annotations).join(" ")]),
      ...(within.length === 0 ? [] : [`[${within.join(" > ")}]`]),
      ...(cause === undefined ? [] : [cause]),
    ].join("  "),
  )
}

const formats: Readonly<Record<"json" | "pretty", (line: LogLine) => string>> = {
  json: (line) => jsonText(line) ?? "",
  pretty,
}
