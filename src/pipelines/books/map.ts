import { FileSystem } from "@effect/platform"
import { Data, Effect, Either, type ParseResult, Schema } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import { fileFault } from "../configuration/file-kind.ts"
import { issuesByKey, type KeyIssues, knownKeys, valueFault } from "../configuration/schema-issues.ts"
import { whole } from "../configuration/setting-values.ts"
import { readJson } from "../configuration/written-json.ts"
import type { BookFormat } from "./readers/formats.ts"
import { lackingPart } from "./values/moment-format.ts"

/** Why a map cannot be used; the sentence names the key and the remedy. */
export class BookMapError extends Data.TaggedError("BookMapError")<{
  readonly file: string
  readonly detail: string
}> {
  readonly exitCode = 2
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}

const Name = Schema.NonEmptyString

const Column = Schema.Struct({ column: Name })

/** A column of the file, or one value for all of its lines. */
const ColumnOrConstant = Schema.Struct({ column: Schema.optional(Name), constant: Schema.optional(Name) })

const Moment = Schema.Struct({
  column: Name,
  /** As DuckDB's strptime has it, such as `%d.%m.%Y`; left out, ISO 8601 is read. */
  format: Schema.optional(Name),
  /** Such as `Europe/Berlin`; left out, UTC. */
  zone: Schema.optional(Name),
  /** Which of the two instants a local time means that the clocks strike twice; left out, such a line is set aside. */
  twice: Schema.optional(Schema.Literal("earlier", "later")),
})

const Amount = Schema.Struct({
  column: Schema.optional(Name),
  debit: Schema.optional(Name),
  credit: Schema.optional(Name),
  /** A column that says which side it is; the amount itself then has no sign of its own. */
  direction: Schema.optional(Name),
  creditWords: Schema.optional(Schema.Array(Name)),
  debitWords: Schema.optional(Schema.Array(Name)),
  /** What a minus means that stands beside a stated side; left out, such a line is set aside. */
  minus: Schema.optional(Schema.Literal("debit", "reversal")),
  /** Amounts count the smallest unit: of the currency, or the one of so many decimal places. */
  minorUnits: Schema.optional(Schema.Union(Schema.Literal(true), whole(0, 18))),
})

export const referenceKinds = ["transactionId", "resourceId", "reference"] as const
export type ReferenceKind = (typeof referenceKinds)[number]

const Reference = Schema.Struct({
  column: Name,
  refersTo: Schema.optionalWith(Schema.Literal(...referenceKinds), { default: () => "reference" as const }),
})

const one = (text: string) => (value: string) => [...value].length === 1 || text

const MapSchema = Schema.Struct({
  $schema: Schema.optional(Schema.String),
  delimiter: Schema.optional(Schema.String.pipe(Schema.filter(one('must be one character, such as ";"')))),
  /** Of a text that is not UTF-8 and does not say so itself, such as `windows-1252`. */
  encoding: Schema.optional(Name),
  /** Left out, a point, where nothing speaks against it. */
  decimalSeparator: Schema.optional(Schema.Literal(".", ",")),
  thousandsSeparator: Schema.optional(Schema.Literal(".", ",", " ", "'")),
  sign: Schema.optionalWith(Schema.Literal("creditPositive", "debitPositive"), {
    default: () => "creditPositive" as const,
  }),
  /** Texts that stand for no value. */
  emptyWords: Schema.optionalWith(Schema.Array(Name), { default: () => [] }),
  /** The currency is what stands beside each amount. */
  currencyInAmount: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  /** Where in a JSON file the list of the lines lies, such as `data.entries`. */
  list: Schema.optional(Name),
  /** Of a bank statement: which side the entry of a reversal states; left out, balances must prove it. */
  reversals: Schema.optional(Schema.Literal("ownSide", "originalSide")),
  /** Lines that are no bookings, such as totals: those that have one of the words in the column. */
  leaveOut: Schema.optional(Schema.Struct({ column: Name, words: Schema.NonEmptyArray(Schema.String) })),
  lineId: Column,
  /** Whose lines they are, where ids are unique within one account only. */
  account: Schema.optional(ColumnOrConstant),
  date: Schema.optional(Moment),
  dateTime: Schema.optional(Moment),
  amount: Amount,
  currency: Schema.optional(ColumnOrConstant),
  customerId: Schema.optional(ColumnOrConstant),
  partnerCustomerRef: Schema.optional(ColumnOrConstant),
  reference: Schema.optional(Reference),
  description: Schema.optional(Column),
})

/** Which column of the partner's file means what, and how its dates and amounts are written. */
export type BookMap = typeof MapSchema.Type

export interface ReadMap {
  readonly file: string
  readonly map: BookMap
  /** SHA-256 of the map's file, in hex. */
  readonly sha256: string
}

const isEncoding = (name: string): boolean => {
  try {
    return new TextDecoder(name).encoding !== ""
  } catch {
    return false
  }
}

/** What the schema cannot say: which keys exclude or need one another. Null where the map is sound. */
const fault = (map: BookMap): string | null => {
  const { amount } = map
  if ((map.date === undefined) === (map.dateTime === undefined)) {
    return "give either date (whole days) or dateTime (instants), and not both"
  }
  const signed = amount.column !== undefined
  const sided = amount.debit !== undefined || amount.credit !== undefined
  if (signed === sided) return 'amount: give {"column"}, {"column", "direction"}, or {"debit", "credit"}'
  if (sided && (amount.debit === undefined || amount.credit === undefined)) {
    return "amount: debit and credit are given together; name both columns"
  }
  if (amount.direction !== undefined && !signed) return "amount: direction goes with column; remove debit and credit"
  if (map.sign === "debitPositive" && (sided || amount.direction !== undefined)) {
    return `sign is for an amount in one column with its sign; with sides, ${sided ? "name as credit the column" : "put among creditWords the words"} of what the customer's balance gains; remove sign`
  }
  const hasWords = (amount.creditWords ?? amount.debitWords) !== undefined
  if (sided && hasWords) {
    return "amount: creditWords and debitWords explain direction, or what stands beside an amount; remove them, or debit and credit"
  }
  if (amount.minus !== undefined && signed && amount.direction === undefined && !hasWords) {
    return "amount.minus explains a minus beside a stated side; an amount in one column is read by its sign; remove it"
  }
  if (map.currencyInAmount === (map.currency !== undefined)) {
    return map.currencyInAmount
      ? "currencyInAmount says that the currency stands beside the amount; remove currency, or currencyInAmount"
      : "currency is missing; name its column, give a constant, or set currencyInAmount where it stands beside the amount"
  }
  for (const key of ["account", "currency", "customerId", "partnerCustomerRef"] as const) {
    const given = map[key]
    if (given !== undefined && (given.column === undefined) === (given.constant === undefined)) {
      return `${key}: give either column or constant`
    }
  }
  if (map.customerId !== undefined && map.partnerCustomerRef !== undefined) {
    return "give customerId or partnerCustomerRef, and not both"
  }
  if (map.thousandsSeparator === (map.decimalSeparator ?? "."))
    return "decimalSeparator and thousandsSeparator are the same"
  for (const key of ["date", "dateTime"] as const) {
    if (/%z/i.test(map[key]?.format ?? "")) {
      return `${key}.format: offsets are read without a format, as ISO 8601; remove the format, or give the zone`
    }
    const lacking = lackingPart(key, map[key]?.format)
    if (lacking !== null) return `${key}.format has ${lacking}`
  }
  if (map.encoding !== undefined && !isEncoding(map.encoding)) {
    return `encoding: ${JSON.stringify(map.encoding)} is not known; write it as in "windows-1252" or "iso-8859-15"`
  }
  if (map.date?.twice !== undefined) return "date.twice: a whole day is there once; remove it"
  return null
}

/** Keys that mean something in files of some formats alone. */
const keysOfFormats: Readonly<Record<"delimiter" | "encoding" | "list" | "reversals", ReadonlyArray<BookFormat>>> = {
  list: ["json"],
  reversals: ["camt053"],
  delimiter: ["csv"],
  encoding: ["csv", "json"],
}

/** How a bank statement is read where its map says nothing else. */
export const statementMap = {
  lineId: { column: "lineId" },
  date: { column: "bookingDate" },
  amount: { column: "amount", direction: "creditDebit" },
  currency: { column: "currency" },
  reference: { column: "endToEndId", refersTo: "reference" },
  description: { column: "description" },
} as const

/** A statement's map needs only what is to be otherwise. */
const completed = (content: unknown, format: BookFormat): unknown => {
  if (format !== "camt053" || typeof content !== "object" || content === null || Array.isArray(content)) return content
  const { date, ...others } = statementMap
  return "dateTime" in content ? { ...others, ...content } : { ...others, date, ...content }
}

const formatFault = (map: BookMap, format: BookFormat): string | null => {
  for (const [key, meant] of Object.entries(keysOfFormats)) {
    if (map[key as keyof typeof keysOfFormats] !== undefined && !meant.includes(format)) {
      return `${key} is for ${meant.join(" and ")} files, and this one is ${format}; remove it`
    }
  }
  if (format === "camt053" && map.account !== undefined) return "account: a bank statement names its account; remove it"
  return format === "camt053" && map.lineId.column !== statementMap.lineId.column
    ? "lineId: a bank uses its references again, so the lines of a statement are known by account, day and content; remove lineId (the bank's references can be mapped as reference)"
    : null
}

const describeKey = ({ issues, key }: KeyIssues): string => {
  const unexpected = issues.find((issue) => issue._tag === "Unexpected")
  if (unexpected !== undefined) {
    const known = knownKeys(unexpected).join(", ")
    return `${key} is not a key of the map; remove it or correct its spelling; the known ones are ${known}`
  }
  if (issues.some((issue) => issue._tag === "Missing")) return `${key} is missing`
  return `${key === "" ? "the map" : key}: ${valueFault(issues)}`
}

const describe = (error: ParseResult.ParseError): string => issuesByKey(error).map(describeKey).join("; ")

export const checkMap = (
  file: string,
  content: unknown,
  format: BookFormat = "csv",
): Effect.Effect<BookMap, BookMapError> =>
  Schema.decodeUnknown(MapSchema, { onExcessProperty: "error", errors: "all" })(completed(content, format)).pipe(
    Effect.mapError((error) => new BookMapError({ file, detail: describe(error) })),
    Effect.flatMap((map) => {
      const detail = fault(map) ?? formatFault(map, format)
      return detail === null ? Effect.succeed(map) : Effect.fail(new BookMapError({ file, detail }))
    }),
  )

/** What a statement without a map of its own is read by. */
export const readStatementMap: Effect.Effect<ReadMap, BookMapError> = Effect.suspend(() =>
  Effect.map(checkMap("the map of bank statements", {}, "camt053"), (map) => ({
    file: "the map of bank statements",
    map,
    sha256: "built in",
  })),
)

/** Reads a map from its JSON file; a key that is not known is refused by name. */
export const readMap = (
  file: string,
  format: BookFormat,
): Effect.Effect<ReadMap, BookMapError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const fail = (detail: string) => new BookMapError({ file, detail })
    const kind = yield* fileFault(file, "pipes too")
    if (kind !== null) return yield* fail(kind)
    const text = yield* fs
      .readFileString(file)
      .pipe(Effect.mapError(() => fail("cannot be read; check the path given to --map")))
    const content = yield* Either.mapLeft(readJson(text), fail)
    return { file, map: yield* checkMap(file, content, format), sha256: sha256Hex(text) }
  })

/** The columns of the file that a map names, each once. */
export const mappedColumns = (map: BookMap): ReadonlyArray<string> => [
  ...new Set(
    [
      map.leaveOut?.column,
      map.lineId.column,
      map.account?.column,
      map.date?.column,
      map.dateTime?.column,
      map.amount.column,
      map.amount.debit,
      map.amount.credit,
      map.amount.direction,
      map.currency?.column,
      map.customerId?.column,
      map.partnerCustomerRef?.column,
      map.reference?.column,
      map.description?.column,
    ].filter((column) => column !== undefined),
  ),
]

/** The columns that hold amounts. */
export const amountColumns = (map: BookMap): ReadonlyArray<string> =>
  [map.amount.column, map.amount.debit, map.amount.credit].filter((column) => column !== undefined)

/** The columns of which every digit counts: amounts, ids and references. */
export const exactColumns = (map: BookMap): ReadonlyArray<string> => [
  ...amountColumns(map),
  ...[map.lineId, map.account, map.customerId, map.partnerCustomerRef, map.reference].flatMap(
    (key) => key?.column ?? [],
  ),
]
