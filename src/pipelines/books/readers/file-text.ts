import { DecompressionStream } from "node:stream/web"
import type { FileSystem } from "@effect/platform"
import { Effect, Option, Stream } from "effect"
import { foreignFormat } from "./foreign-formats.ts"
import { type BookAsk, BookFileError } from "./reader.ts"

type Place = Pick<BookAsk, "file" | "path">

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

const atOnce = 1_000_000

/** The bytes of a file; of one that is packed with gzip, whatever its name, those within. */
export const bytesIn = (fs: FileSystem.FileSystem, { file, path }: Place): Stream.Stream<Uint8Array, BookFileError> => {
  const fail = (detail: string) => new BookFileError({ file, line: null, detail })
  const unread = () => fail("cannot be read; check the path and its rights")
  const raw = (bytesToRead?: number) =>
    fs.stream(path, bytesToRead === undefined ? { chunkSize: atOnce } : { bytesToRead }).pipe(Stream.mapError(unread))
  const unpacked = Stream.unwrap(
    Effect.map(Stream.toReadableStreamEffect(raw()), (packed) =>
      Stream.fromReadableStream({
        evaluate: () => packed.pipeThrough(new DecompressionStream("gzip")) as ReadableStream<Uint8Array>,
        onError: () => fail("is packed with gzip and is cut off or damaged; fetch it again"),
      }),
    ),
  )
  return Stream.unwrap(Effect.map(Stream.runHead(raw(2)), (first) => (Option.exists(first, isGzip) ? unpacked : raw())))
}

/** What the first bytes say of the encoding; null where they say nothing. */
export const markedEncoding = (bytes: Uint8Array): string | null => {
  const [first, second, third] = bytes
  if (first === 0xff && second === 0xfe) return "utf-16le"
  if (first === 0xfe && second === 0xff) return "utf-16be"
  return first === 0xef && second === 0xbb && third === 0xbf ? "utf-8" : null
}

/** UTF-16 without its mark, by every other byte of the first ones being nothing; null where it is none. */
const unmarkedUtf16 = (bytes: Uint8Array): string | null => {
  const head = bytes.subarray(0, 8)
  const nothingAt = (odd: number) => head.length === 8 && head.every((byte, at) => (byte === 0) === (at % 2 === odd))
  return nothingAt(1) ? "utf-16le" : nothingAt(0) ? "utf-16be" : null
}

/**
 * The text of a file, piece by piece, without a mark of its encoding: what the mark says, else the map, else UTF-8. A byte
 * that does not fit is told with its line, and so is a file that is of another kind altogether.
 */
export const textIn = (
  fs: FileSystem.FileSystem,
  ask: Place & Pick<BookAsk, "encoding">,
): Stream.Stream<string, BookFileError> => {
  const { encoding, file } = ask
  const fail = (detail: string, line: number | null) => new BookFileError({ file, line, detail })
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let name = encoding ?? "utf-8"
  let marked: string | null = null
  let lines = 1
  const decode = (bytes: Uint8Array | undefined) =>
    Effect.suspend(() => {
      if (decoder === undefined) {
        const foreign = foreignFormat(bytes ?? new Uint8Array())
        if (foreign !== null) return fail(foreign, null)
        marked = markedEncoding(bytes ?? new Uint8Array())
        const unmarked = marked === null && encoding === undefined ? unmarkedUtf16(bytes ?? new Uint8Array()) : null
        if (unmarked !== null) {
          return fail(
            `seems to be UTF-16 without its mark; name it in the map ("encoding": "${unmarked}"), or save it as UTF-8`,
            null,
          )
        }
        name = marked ?? name
        decoder = new TextDecoder(name, { fatal: true })
      }
      const reader = decoder
      return Effect.try({
        try: () => {
          const text = reader.decode(bytes, { stream: bytes !== undefined })
          lines += text.split("\n").length - 1
          return text
        },
        catch: () => {
          const before = new TextDecoder(name).decode(bytes).split("\uFFFD", 1)[0] ?? ""
          return fail(
            marked !== null
              ? `is not ${marked.toUpperCase()} to its end, which the mark at its beginning says it is; fetch it again, or save it as UTF-8`
              : encoding === undefined
                ? `is not UTF-8; name its encoding in the map ("encoding": "windows-1252" is that of many Windows programs), or save it as UTF-8`
                : `is not ${encoding}, which the map says it is; correct encoding in the map`,
            lines + before.split("\n").length - 1,
          )
        },
      })
    })
  return bytesIn(fs, ask).pipe(
    Stream.mapEffect(decode),
    Stream.concat(Stream.fromEffect(Effect.suspend(() => decode(undefined)))),
  )
}
