import { promisify } from "node:util"
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib"
import { Data, Effect } from "effect"
import { rootMessage } from "./root-message.ts"
import { type IncomingAnswer, TimedOut } from "./transport.ts"

/** Why an answer's body cannot be had. */
export class BodyFault extends Data.TaggedError("BodyFault")<{
  readonly reason: "CutShort" | "TimedOut" | "TooLarge" | "BadEncoding"
  readonly detail: string
}> {}

type Decompress = (body: Uint8Array, limit: { readonly maxOutputLength: number }) => Promise<Uint8Array>

const inflateEither: Decompress = (body, limit) =>
  // HTTP's deflate is zlib's format; some servers send the bare one. A zlib header says 8 in its low half byte.
  ((body[0] ?? 0) & 0x0f) === 8 ? promisify(inflate)(body, limit) : promisify(inflateRaw)(body, limit)

const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: inflateEither,
  br: promisify(brotliDecompress),
}

const tooLarge = (bytes: string, maxBytes: number): BodyFault =>
  new BodyFault({ reason: "TooLarge", detail: `${bytes} bytes, and the limit is ${maxBytes}` })

const isBufferTooLarge = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE"

/** Undoes one encoding; stops at the limit, so that what is small on the wire cannot fill the memory. */
const decompress = (body: Uint8Array, encoding: string, maxBytes: number): Effect.Effect<Uint8Array, BodyFault> => {
  const how = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined
  if (how === undefined) {
    return new BodyFault({ reason: "BadEncoding", detail: `${JSON.stringify(encoding)} was not asked for` })
  }
  return Effect.tryPromise({
    try: () => how(body, { maxOutputLength: maxBytes }),
    catch: (error) =>
      isBufferTooLarge(error)
        ? tooLarge(`more than ${maxBytes}`, maxBytes)
        : new BodyFault({ reason: "BadEncoding", detail: `${encoding}: ${rootMessage(error)}` }),
  })
}

const encodingsOf = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "")
    .toLowerCase()
    .split(",")
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== "" && encoding !== "identity")

const joined = (chunks: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

const isAnnounced = (length: string | undefined): length is string => length !== undefined && /^\d+$/.test(length)

/** The body as it came over the wire, given up where it passes the limit or says that it will. */
const received = (
  { chunks, discard, headers }: IncomingAnswer,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Effect.Effect<Uint8Array, BodyFault> =>
  Effect.suspend(() => {
    const announced = headers["content-length"]
    if (isAnnounced(announced) && Number(announced) > maxBytes) {
      discard()
      return tooLarge(announced, maxBytes)
    }
    const parts: Array<Uint8Array> = []
    let length = 0
    return chunks((chunk) => {
      length += chunk.byteLength
      onBytes(chunk.byteLength)
      parts.push(chunk)
      return length <= maxBytes
    }).pipe(
      Effect.mapError(
        (cause) =>
          new BodyFault({ reason: cause instanceof TimedOut ? "TimedOut" : "CutShort", detail: rootMessage(cause) }),
      ),
      Effect.flatMap(() =>
        length > maxBytes ? tooLarge(`more than ${maxBytes}`, maxBytes) : Effect.succeed(joined(parts, length)),
      ),
    )
  })

/**
 * An answer's body, decompressed, at most `maxBytes` long on the wire and off it. `onBytes` is told what came over the
 * wire.
 */
export const answerBody = (
  answer: IncomingAnswer,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Effect.Effect<Uint8Array, BodyFault> => {
  const encodings = encodingsOf(answer.headers["content-encoding"])
  const asReceived = received(answer, maxBytes, onBytes)
  if (encodings.length === 0) return asReceived
  // What was applied last is undone first.
  return encodings.reduceRight(
    (body, encoding) => Effect.flatMap(body, (bytes) => decompress(bytes, encoding, maxBytes)),
    asReceived,
  )
}
