import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import type { Sql } from "../../../store/database.ts"
import type { StoreError } from "../../../store/store-error.ts"
import type { BookMap } from "../map.ts"
import type { BankStatement } from "./bank-statement.ts"
import { type CamtColumn, camtColumns, readCamt053 } from "./camt053-file.ts"
import { BookFileError, type BookSource, fieldName, missingColumns } from "./reader.ts"
import { XmlFault } from "./xml-tree.ts"

/** How a bank statement is read where no map is given. */
export const camtMap: BookMap = {
  decimalSeparator: ".",
  sign: "creditPositive",
  lineId: { column: "lineId" },
  date: { column: "bookingDate" },
  amount: { column: "amount", direction: "creditDebit" },
  currency: { column: "currency" },
  reference: { column: "endToEndId", refersTo: "reference" },
  description: { column: "description" },
}

const isCamtColumn = (name: string): name is CamtColumn => (camtColumns as ReadonlyArray<string>).includes(name)

/** The text in the encoding that its first line declares; UTF-8 where it declares none. Throws where a byte does not fit. */
const decode = (bytes: Uint8Array): string => {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200))
  const declared = /^[^<]*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(head)?.[1] ?? "utf-8"
  return new TextDecoder(declared, { fatal: true }).decode(bytes)
}

/** Reads a CAMT.053 file into `book_source`, and tells its statements. */
export const camtSource = (
  sql: Sql,
  file: string,
  path: string,
  columns: ReadonlyArray<string>,
): Effect.Effect<
  { readonly source: BookSource; readonly statements: ReadonlyArray<BankStatement> },
  StoreError | BookFileError,
  FileSystem.FileSystem
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const missing = missingColumns(columns, camtColumns)
    if (missing !== null) return yield* new BookFileError({ file, line: null, detail: missing })
    const bytes = yield* fs
      .readFile(path)
      .pipe(Effect.mapError((error) => new BookFileError({ file, line: null, detail: error.message })))
    const { lines, statements } = yield* Effect.try({
      try: () => readCamt053(decode(bytes)),
      catch: (error) =>
        new BookFileError({
          file,
          line: error instanceof XmlFault ? error.line : null,
          detail: error instanceof Error ? error.message : String(error),
        }),
    })
    const wanted = columns.filter(isCamtColumn)
    const fields = wanted.map((column, place) => `unnest($${place + 3}) AS ${fieldName(columns, column)}`)
    yield* sql.run(
      `CREATE OR REPLACE TEMP TABLE book_source AS
       SELECT unnest($1)::BIGINT AS source_line, unnest($2) AS payload, NULL::VARCHAR AS fault, ${fields.join(", ")}`,
      [
        lines.map((line) => String(line.sourceLine)),
        lines.map((line) => JSON.stringify(line.fields)),
        ...wanted.map((column) => lines.map((line) => line.fields[column])),
      ],
    )
    return { source: { decimals: new Set(["amount"]), moments: new Set<string>() }, statements }
  })
