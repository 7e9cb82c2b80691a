import { pipeline, Readable } from "node:stream"
import { crc32, createDeflateRaw } from "node:zlib"
import { Effect, Stream } from "effect"
import { Zip, type ZipInputFile } from "fflate"
import type { Part } from "./parts.ts"

/** Local time in the library's words, and so the same bytes in every time zone. */
const mtime = new Date(1980, 0, 1)
const deflated = 8
const mostBytes = 2 ** 32

const compress = async function* (file: ZipInputFile, pieces: Part[1]): AsyncGenerator<Uint8Array> {
  const counted = async function* () {
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece, "utf8")
      file.crc = crc32(bytes, file.crc)
      file.size += bytes.length
      if (file.size >= mostBytes)
        throw new Error(`${file.filename} is longer than a zip file may hold: lower workbookRows`)
      yield bytes
    }
  }
  // Node's compression works beside this thread; the library's own would keep it busy. The usual level makes the file a tenth
  // smaller, and is what the whole workbook waits for.
  const deflate = createDeflateRaw({ level: 3, chunkSize: 65_536 })
  yield* pipeline(Readable.from(counted()), deflate, () => undefined)
}

/** A zip file that is handed on as its parts come, so that neither it nor a part is in memory whole. */
export const zipFile = <E, R>(write: (bytes: Uint8Array) => Effect.Effect<void, E, R>) => {
  const ready: Array<Uint8Array> = []
  const zip = new Zip((fault, bytes) => {
    if (fault !== null) throw fault
    if (bytes.length > 0) ready.push(bytes)
  })
  const flush = Effect.suspend(() => Effect.forEach(ready.splice(0), write, { discard: true }))
  return {
    /** What the part's pieces fail with, `fail` makes an error. */
    add: <F>([filename, pieces]: Part, fail: (cause: unknown) => F): Effect.Effect<void, E | F, R> =>
      Effect.gen(function* () {
        const file: ZipInputFile = { filename, compression: deflated, size: 0, crc: 0, mtime }
        zip.add(file)
        yield* Stream.fromAsyncIterable(compress(file, pieces), fail).pipe(
          Stream.runForEach((bytes) => {
            file.ondata?.(null, bytes, false)
            return flush
          }),
        )
        file.ondata?.(null, new Uint8Array(), true)
        yield* flush
      }),
    end: Effect.suspend(() => {
      zip.end()
      return flush
    }),
  }
}
