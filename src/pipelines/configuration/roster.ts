import { isUtf8 } from "node:buffer"
import { FileSystem } from "@effect/platform"
import { parse } from "csv-parse/sync"
import { Data, Effect, Either, ParseResult, Schema } from "effect"
import type { Product } from "../../api/streams.ts"
import { fileFault } from "./file-kind.ts"
import { readJson } from "./written-json.ts"

/** A customer to read. The API has no list of customers, so the partner names its own. Source: docs/partner-api.md, "Customers". */
export interface RosterEntry {
  readonly customerId: string
  readonly partnerCustomerRef: string
  /** Products that must be enabled; null where the roster does not say. Other products are read all the same. */
  readonly products: ReadonlyArray<Product> | null
}

/** Why a roster cannot be used; names the file and, where there is one, the row. */
export class RosterError extends Data.TaggedError("RosterError")<{
  readonly file: string
  readonly detail: string
}> {
  readonly exitCode = 2
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}

const productNames = ["core", "fiat", "crypto", "conversion", "collection"] as const satisfies ReadonlyArray<Product>

const Entry = Schema.Struct({
  customerId: Schema.NonEmptyString,
  partnerCustomerRef: Schema.NonEmptyString,
  products: Schema.optional(Schema.NullOr(Schema.Union(Schema.String, Schema.Array(Schema.String)))),
})

const decodeEntry = Schema.decodeUnknown(Entry, { errors: "all" })

export const readProducts = (given: string | ReadonlyArray<string> | null | undefined): ReadonlyArray<string> =>
  (typeof given === "string" ? given.split(/[\s,;|]+/) : (given ?? []))
    .map((name) => name.trim())
    .filter((name) => name !== "")

export const isProduct = (name: string): name is Product => (productNames as ReadonlyArray<string>).includes(name)

const isJson = (text: string): boolean => /^\uFEFF?\s*[[{]/.test(text)

/** The names of a CSV's columns, where none that is read stands twice: which of the two counts would be a guess. */
const columnsOf = (names: ReadonlyArray<string>): Array<string> => {
  const twice = Object.keys(Entry.fields).find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (twice !== undefined) throw new Error(`has the column ${twice} twice; keep one of them`)
  return [...names]
}

const rowsOf = (file: string, text: string): Either.Either<ReadonlyArray<unknown>, RosterError> =>
  Either.mapLeft(
    isJson(text)
      ? Either.filterOrLeft(readJson(text), Array.isArray, () => "is JSON, but not a list of customers")
      : Either.try({
          try: (): ReadonlyArray<unknown> =>
            parse(text, { columns: columnsOf, bom: true, skip_empty_lines: true, trim: true }),
          catch: (error) => (error instanceof Error ? error.message : String(error)),
        }),
    (detail) => new RosterError({ file, detail }),
  )

const describe = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map((issue) => `${issue.path.join(".")} ${issue._tag === "Missing" ? "is missing" : "is empty or not text"}`)
    .join("; ")

const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z]/g, "")
    .replace(/s$/, "")

/** A column that is written almost as one that is read, which then is missing: passed over, it would protect nobody. */
const misspelt = (row: unknown): { readonly given: string; readonly meant: string } | null => {
  const given = typeof row === "object" && row !== null ? Object.keys(row) : []
  for (const meant of Object.keys(Entry.fields).filter((name) => !given.includes(name))) {
    const alike = given.find((name) => plainName(name) === plainName(meant))
    if (alike !== undefined) return { given: alike, meant }
  }
  return null
}

const readEntry = (file: string, row: unknown, number: number): Effect.Effect<RosterEntry, RosterError> =>
  Effect.gen(function* () {
    const fail = (detail: string) => new RosterError({ file, detail: `customer ${number}: ${detail}` })
    const wrong = misspelt(row)
    if (wrong !== null) return yield* fail(`${JSON.stringify(wrong.given)} must be written ${wrong.meant}`)
    const entry = yield* decodeEntry(row).pipe(Effect.mapError((error) => fail(describe(error))))
    if (/^\.{1,2}$/.test(entry.customerId)) {
      return yield* fail(`customerId ${JSON.stringify(entry.customerId)} would change the path of a request`)
    }
    if (/\p{Cc}/u.test(entry.customerId)) {
      return yield* fail(`customerId ${JSON.stringify(entry.customerId)} holds a control character`)
    }
    const products = readProducts(entry.products)
    const stranger = products.find((name) => !isProduct(name))
    if (stranger !== undefined) {
      return yield* fail(`${JSON.stringify(stranger)} is not a product; the products are ${productNames.join(", ")}`)
    }
    return {
      customerId: entry.customerId,
      partnerCustomerRef: entry.partnerCustomerRef,
      products: products.length === 0 ? null : products.filter(isProduct),
    }
  })

/** What the columns of a CSV lack, said once for the file and not for each of its rows. */
const columnFault = (rows: ReadonlyArray<unknown>): string | null => {
  const [first] = rows
  if (typeof first !== "object" || first === null) return null
  const names = Object.keys(first)
  const missing = ["customerId", "partnerCustomerRef"].filter((name) => !names.includes(name))
  return missing.length === 0
    ? null
    : `no column ${missing.join(" and no column ")}; the header must name customerId and partnerCustomerRef, separated by commas (it has ${names.join(", ")})`
}

/** Reads a roster: CSV with a header line, or a JSON list, of customerId, partnerCustomerRef and optionally products. */
export const readRoster = (
  file: string,
): Effect.Effect<ReadonlyArray<RosterEntry>, RosterError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const kind = yield* fileFault(file, "pipes too")
    if (kind !== null) return yield* new RosterError({ file, detail: kind })
    const bytes = yield* fs
      .readFile(file)
      .pipe(
        Effect.mapError(() => new RosterError({ file, detail: "cannot be read; check the path given to --customers" })),
      )
    // Other encodings would give names with characters that nobody wrote.
    if (!isUtf8(bytes)) return yield* new RosterError({ file, detail: "is not UTF-8; save it as UTF-8" })
    const text = new TextDecoder().decode(bytes)
    const rows = yield* rowsOf(file, text)
    const fault = isJson(text) ? null : columnFault(rows)
    if (fault !== null) return yield* new RosterError({ file, detail: fault })
    const entries = yield* Effect.forEach(rows, (row, index) => readEntry(file, row, index + 1))
    if (entries.length === 0) return yield* new RosterError({ file, detail: "names no customer" })
    const seen = new Set<string>()
    for (const { customerId } of entries) {
      if (seen.has(customerId)) return yield* new RosterError({ file, detail: `customer ${customerId} is there twice` })
      seen.add(customerId)
    }
    return entries
  })
