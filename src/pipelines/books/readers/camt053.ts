import { FileSystem } from "@effect/platform"
import { Chunk, Effect, Stream } from "effect"
import { type CamtColumn, camtColumns, readCamt053 } from "./camt053-file.ts"
import { bytesIn, markedEncoding } from "./file-text.ts"
import { foreignFormat } from "./foreign-formats.ts"
import { BookFileError, type BookReader, type BookRow, missingColumns } from "./reader.ts"
import { XmlFault } from "./xml-tree.ts"

const isCamtColumn = (name: string): name is CamtColumn => (camtColumns as ReadonlyArray<string>).includes(name)

/** The text in the encoding that its first bytes or its first line declare, UTF-8 where they declare none. Throws XmlFault. */
const decode = (bytes: Uint8Array): string => {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200))
  const declared = markedEncoding(bytes) ?? /^[^<]*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(head)?.[1] ?? "utf-8"
  try {
    return new TextDecoder(declared, { fatal: true }).decode(bytes)
  } catch {
    throw new XmlFault(1, `is not in the encoding that it declares (${declared}); ask the bank for it anew`)
  }
}

/** Whether the first byte that is seen on a screen is that of a tag, in whatever encoding. */
const beginsAsXml = (bytes: Uint8Array): boolean => bytes.find((byte) => byte > 0x20 && byte < 0x7f) === 0x3c

/** A bank's account message (ISO 20022), with its statements; its columns are those of its own names. */
export const camt053: BookReader = {
  extensions: ["xml", "camt"],
  columnsOf: null,
  open: ({ columns, file, path, reversals }) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const missing = missingColumns(columns, camtColumns)
      if (missing !== null) return yield* new BookFileError({ file, line: null, detail: missing })
      const chunks = yield* Stream.runCollect(bytesIn(fs, { file, path }))
      const bytes = Buffer.concat(Chunk.toReadonlyArray(chunks))
      const foreign = beginsAsXml(bytes) ? null : foreignFormat(bytes)
      if (foreign !== null) return yield* new BookFileError({ file, line: null, detail: foreign })
      const { lines, statements } = yield* Effect.try({
        try: () => readCamt053(decode(bytes), reversals),
        catch: (error) =>
          new BookFileError({
            file,
            line: error instanceof XmlFault ? error.line : null,
            detail: error instanceof Error ? error.message : String(error),
          }),
      })
      const wanted = columns.filter(isCamtColumn)
      const rows = lines.map(
        ({ entry, fault, fields, sourceLine, statement, told }): BookRow => ({
          line: sourceLine,
          payload: JSON.stringify(fields),
          fault,
          fields: wanted.map((column) => fields[column]),
          booking: { statement, identity: fields.lineId ?? "", entry, told },
        }),
      )
      return {
        rows: Stream.fromIterable(rows),
        decimals: new Set(["amount"]),
        moments: new Set(["bookingDate", "bookingDateTime", "valueDate"]),
        statements,
      }
    }),
}
