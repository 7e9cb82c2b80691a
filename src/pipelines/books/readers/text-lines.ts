import type { FileSystem } from "@effect/platform"
import { Chunk, Effect, Stream } from "effect"
import { textIn } from "./file-text.ts"
import { type BookAsk, BookFileError } from "./reader.ts"

/** A physical line of a text file, from 1. */
export interface TextLine {
  readonly n: number
  readonly text: string
}

/** A line that is longer was never ended. */
const longest = 16_000_000

/** The physical lines of a file, however they end, many at once. */
export const linesIn = (
  fs: FileSystem.FileSystem,
  ask: Pick<BookAsk, "encoding" | "file" | "path">,
): Stream.Stream<ReadonlyArray<TextLine>, BookFileError> => {
  const end = "\n"
  return textIn(fs, ask).pipe(
    Stream.concat(Stream.succeed(end)),
    Stream.mapAccumEffect({ n: 0, rest: "" }, ({ n, rest }, piece) => {
      const texts = (rest + piece).split(/\r\n|\n|\r(?!$)/)
      const open = texts.pop() ?? ""
      const lines = texts.map((text, at): TextLine => ({ n: n + at + 1, text }))
      const endless = [...lines, { n: n + texts.length + 1, text: open }].find(({ text }) => text.length > longest)
      return endless === undefined
        ? Effect.succeed([{ n: n + texts.length, rest: open }, lines] as const)
        : new BookFileError({
            file: ask.file,
            line: endless.n,
            detail: `the line is longer than ${longest} characters; correct the file, in which a line's end is missing`,
          })
    }),
  )
}

/** So many lines from the beginning. */
export const firstLines = (fs: FileSystem.FileSystem, ask: BookAsk, count: number) =>
  linesIn(fs, ask).pipe(
    Stream.flattenIterables,
    Stream.take(count),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray),
  )
