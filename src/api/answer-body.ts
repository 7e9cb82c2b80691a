import { promisify } from "node:util"
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib"
import type { HttpClientResponse } from "@effect/platform"
import { Data, Effect, Stream } from "effect"
import { rootMessage } from "./root-message.ts"

/** Why an answer's body cannot be had. */
export class BodyFault extends Data.TaggedError("BodyFault")<{
  readonly reason: "CutShort" | "TooLarge" | "BadEncoding"
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

/** A body of unknown length, given up where it passes the limit. */
const streamed = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Effect.Effect<Uint8Array, BodyFault> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let length = 0
    return response.stream.pipe(
      Stream.mapError((error) => new BodyFault({ reason: "CutShort", detail: rootMessage(error) })),
      Stream.runForEach((chunk) => {
        length += chunk.byteLength
        onBytes(chunk.byteLength)
        if (length > maxBytes) return tooLarge(`more than ${maxBytes}`, maxBytes)
        chunks.push(chunk)
        return Effect.void
      }),
      Effect.map(() => joined(chunks, length)),
    )
  })

/** Closes a connection whose answer is not wanted, rather than leaving it to wait for a reader. */
const discard = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<void> =>
  Effect.ignore(Stream.runForEachWhile(response.stream, () => Effect.succeed(false)))

const wire = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Effect.Effect<Uint8Array, BodyFault> => {
  const announced = response.headers["content-length"]
  if (announced === undefined || !/^\d+$/.test(announced)) return streamed(response, maxBytes, onBytes)
  if (Number(announced) > maxBytes) return Effect.zipRight(discard(response), tooLarge(announced, maxBytes))
  // The transport reads as many bytes as were announced and no more, so the limit holds without watching it.
  return response.arrayBuffer.pipe(
    Effect.mapError((error) => new BodyFault({ reason: "CutShort", detail: rootMessage(error) })),
    Effect.map((buffer) => {
      onBytes(buffer.byteLength)
      return new Uint8Array(buffer)
    }),
  )
}

/**
 * An answer's body, decompressed, at most `maxBytes` long on the wire and off it. `onBytes` is told what came over the
 * wire.
 */
export const answerBody = (
  response: HttpClientResponse.HttpClientResponse,
  maxBytes: number,
  onBytes: (bytes: number) => void,
): Effect.Effect<Uint8Array, BodyFault> => {
  const encodings = encodingsOf(response.headers["content-encoding"])
  const received = wire(response, maxBytes, onBytes)
  if (encodings.length === 0) return received
  // What was applied last is undone first.
  return encodings.reduceRight(
    (body, encoding) => Effect.flatMap(body, (bytes) => decompress(bytes, encoding, maxBytes)),
    received,
  )
}
