import { FileSystem } from "@effect/platform"
import { Effect, Stream } from "effect"
import { type CamtColumn, camtColumns, readCamt053 } from "./camt053-file.ts"
import { BookFileError, type BookReader, type BookRow, missingColumns } from "./reader.ts"
import { XmlFault } from "./xml-tree.ts"

const isCamtColumn = (name: string): name is CamtColumn => (camtColumns as ReadonlyArray<string>).includes(name)

/** The text in the encoding that its first line declares; UTF-8 where it declares none. Throws where a byte does not fit. */
const decode = (bytes: Uint8Array): string => {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200))
  const declared = /^[^<]*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(head)?.[1] ?? "utf-8"
  return new TextDecoder(declared, { fatal: true }).decode(bytes)
}

/** A bank's account message (ISO 20022), with its statements; its columns are those of its own names. */
export const camt053: BookReader = {
  extensions: ["xml", "camt"],
  isText: false,
  columnsOf: null,
  open: ({ columns, file, path, reversals }) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const missing = missingColumns(columns, camtColumns)
      if (missing !== null) return yield* new BookFileError({ file, line: null, detail: missing })
      const bytes = yield* fs
        .readFile(path)
        .pipe(Effect.mapError((error) => new BookFileError({ file, line: null, detail: error.message })))
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
        ({ fault, fields, sourceLine, statement }): BookRow => ({
          line: sourceLine,
          payload: JSON.stringify(fields),
          fault,
          fields: wanted.map((column) => fields[column]),
          booking: { statement, identity: fields.lineId ?? "" },
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
