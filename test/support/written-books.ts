import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { Effect } from "effect"
import type { BookFormat } from "../../src/pipelines/books/readers/formats.ts"
import { Database } from "../../src/store/database.ts"
import { quoteText } from "../../src/store/describe-table.ts"
import { textOf, unitsOf } from "./decimal.ts"
import { type Next, oneOf } from "./random.ts"
import { temporaryFolder } from "./temporary-folder.ts"

/** A line of a book as it is meant, whatever a file makes of it. */
export interface BookLine {
  readonly id: string
  /** A day, or an instant in UTC. */
  readonly when: string
  /** A plain decimal, a credit positive. */
  readonly amount: string
  readonly currency: string
  readonly reference: string | null
  readonly text: string | null
}

export interface WrittenBook {
  /** How it is written, for a person who sees a test fail. */
  readonly how: string
  readonly name: string
  readonly format: BookFormat
  readonly bytes: string | Uint8Array
  readonly map: Readonly<Record<string, unknown>> | null
}

type Columns = Readonly<Record<string, string | null>>

interface Dialect {
  readonly map: Readonly<Record<string, unknown>>
  /** The line's columns as the dialect writes them, null for nothing. */
  readonly columns: (line: BookLine) => Columns
  /** Whether amounts are plain decimals with a point and a minus in front. */
  readonly isPlain: boolean
}

export const decimalOf = (next: Next): { readonly whole: string; readonly rest: string } => {
  const digits = (count: number) => Array.from({ length: count }, () => next(10)).join("")
  return { whole: digits(1 + next(20)).replace(/^0+(?=\d)/, ""), rest: digits(next(19)).replace(/0+$/, "") }
}

const grouped = (whole: string, by: string | null, isIndian: boolean): string =>
  by === null ? whole : whole.replace(isIndian ? /\B(?=(\d{2})*\d{3}$)/g : /\B(?=(\d{3})+$)/g, by)

const minuses: ReadonlyArray<(text: string) => string> = [
  (text) => `-${text}`,
  (text) => `- ${text}`,
  (text) => `${text}-`,
  (text) => `(${text})`,
  (text) => `\u2212${text}`,
]

const partsOf = (amount: string) => {
  const minus = amount.startsWith("-")
  const [whole = "0", rest = ""] = amount.replace("-", "").split(".")
  return { minus, whole, rest }
}

/** An amount counted in the unit of its 18th decimal place. */
const inUnits = ({ rest, whole }: { readonly whole: string; readonly rest: string }): string =>
  `${whole}${rest.padEnd(18, "0")}`.replace(/^0+(?=\d)/, "")

/** How a day or an instant is written, with what the map says of it. */
const momentDialect = (next: Next, isInstant: boolean) => {
  if (isInstant) {
    return oneOf<{ readonly given: object; readonly write: (when: string) => string }>(
      next,
      { given: {}, write: (when) => when },
      { given: {}, write: (when) => when.replace("T", " ").replace("Z", "") },
      { given: {}, write: (when) => shiftedBy(when, 330, "+05:30") },
      { given: {}, write: (when) => shiftedBy(when, -480, "-0800") },
      { given: { zone: "Asia/Kolkata" }, write: (when) => shiftedBy(when, 330, "") },
      {
        given: { format: "%d.%m.%Y %H:%M:%S", zone: "Asia/Kolkata" },
        write: (when) => shiftedBy(when, 330, "").replace(/^(\d+)-(\d+)-(\d+)T/, "$3.$2.$1 "),
      },
    )
  }
  return oneOf<{ readonly given: object; readonly write: (when: string) => string }>(
    next,
    { given: {}, write: (day) => day },
    { given: { format: "%d.%m.%Y" }, write: (day) => day.split("-").reverse().join(".") },
    { given: { format: "%m/%d/%Y" }, write: (day) => day.replace(/^(\d+)-(\d+)-(\d+)$/, "$2/$3/$1") },
    { given: { format: "%d/%m/%y" }, write: (day) => day.replace(/^\d\d(\d+)-(\d+)-(\d+)$/, "$3/$2/$1") },
    { given: { format: "%Y%m%d" }, write: (day) => day.replaceAll("-", "") },
  )
}

const shiftedBy = (when: string, minutes: number, offset: string): string => {
  const local = new Date(Date.parse(when) + minutes * 60_000).toISOString().slice(0, 19)
  return `${local}${offset}`
}

/** What a map can say of amounts, days and empty values, chosen anew. */
const dialectOf = (next: Next, isInstant: boolean): Dialect => {
  const [decimal, thousands] = oneOf<readonly [string, string | null]>(
    next,
    [".", null],
    [".", ","],
    [",", "."],
    [",", " "],
    [".", "'"],
    [",", null],
    [".", " "],
  )
  const isIndian = thousands === "," && next(2) === 0
  const shape = oneOf(next, "signed", "turned", "side", "words", "columns")
  const unit = oneOf(next, "whole", "whole", "minor", "named", "beside")
  const minus = oneOf(next, ...([...minuses] as [(text: string) => string]))
  const empty = oneOf<string | null>(next, null, null, "-", "n/a")
  const { given, write } = momentDialect(next, isInstant)
  const digitsOf = (parts: ReturnType<typeof partsOf>): string =>
    unit === "minor" || unit === "named"
      ? grouped(inUnits(parts), thousands, isIndian)
      : `${grouped(parts.whole, thousands, isIndian)}${parts.rest === "" ? "" : `${decimal}${parts.rest}`}`
  const beside = ({ currency }: BookLine, text: string) => (unit === "beside" ? `${text} ${currency}` : text)
  const amountColumns = (line: BookLine): Columns => {
    const parts = partsOf(line.amount)
    const text = digitsOf(parts)
    const unsigned = beside(line, text)
    if (shape === "columns") {
      return parts.minus ? { debit: unsigned, credit: empty } : { debit: empty, credit: unsigned }
    }
    if (shape === "side") return { amount: unsigned, side: parts.minus ? "DBIT" : "cr" }
    if (shape === "words") return { amount: unsigned, side: parts.minus ? "Soll" : "Haben" }
    const isNegative = shape === "turned" ? !parts.minus && /[1-9]/.test(text) : parts.minus
    return { amount: beside(line, isNegative ? minus(text) : text) }
  }
  const amount = {
    ...(shape === "columns" ? { debit: "debit", credit: "credit" } : { column: "amount" }),
    ...(shape === "side" || shape === "words" ? { direction: "side" } : {}),
    ...(shape === "words" ? { debitWords: ["soll"], creditWords: ["HABEN"] } : {}),
    ...(unit === "minor" ? { minorUnits: 18 } : {}),
  }
  return {
    isPlain: decimal === "." && thousands === null && shape === "signed" && minus === minuses[0] && unit !== "beside",
    map: {
      ...(decimal === "," ? { decimalSeparator: "," } : {}),
      ...(thousands === null ? {} : { thousandsSeparator: thousands }),
      ...(shape === "turned" ? { sign: "debitPositive" } : {}),
      ...(empty === null ? {} : { emptyWords: [empty] }),
      ...(unit === "beside" ? { currencyInAmount: true } : { currency: { column: "currency" } }),
      lineId: { column: "id" },
      [isInstant ? "dateTime" : "date"]: { column: "when", ...given },
      amount,
      reference: { column: "reference" },
      description: { column: "text" },
    },
    columns: (line) => ({
      id: line.id,
      when: write(line.when),
      ...amountColumns(line),
      ...(unit === "beside" ? {} : { currency: unit === "named" ? `${line.currency}/18` : line.currency }),
      reference: line.reference ?? empty,
      text: line.text ?? empty,
    }),
  }
}

const isInstantBook = (lines: ReadonlyArray<BookLine>): boolean => lines.some(({ when }) => when.includes("T"))

export const asCsv = (lines: ReadonlyArray<BookLine>, next: Next): WrittenBook => {
  const { columns, map } = dialectOf(next, isInstantBook(lines))
  const delimiter = oneOf(next, ",", ";", "\t", "|")
  const end = oneOf(next, "\n", "\r\n", "\r")
  const mark = oneOf(next, "", "\uFEFF")
  const isAllQuoted = next(2) === 0
  const isSpreadsheet = next(4) === 0
  const isTailed = next(4) === 0
  const isPacked = next(5) === 0
  const isNamed = next(2) === 0
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const written = (text: string) =>
    isAllQuoted || text.includes(delimiter) || /^["\s]|["\n\r]|\s$/.test(text) ? quoted(text) : text
  const rows = lines.map((line) => {
    const values = columns(line)
    return isSpreadsheet ? { ...values, id: `="${values.id}"` } : values
  })
  const names = Object.keys(
    rows[0] ?? columns({ id: "", when: "2026-03-02", amount: "1", currency: "EUR", reference: null, text: null }),
  )
  const recordOf = (values: ReadonlyArray<string>) => values.map(written).join(delimiter) + (isTailed ? delimiter : "")
  const text = [
    `${mark}${recordOf(names)}`,
    ...rows.map((row: Columns) => recordOf(names.map((name) => row[name] ?? ""))),
    ...Array.from({ length: next(3) }, () => ""),
  ].join(end)
  return {
    how: `CSV ${JSON.stringify({ delimiter, end, mark, isAllQuoted, isSpreadsheet, isTailed, isPacked })}`,
    name: isPacked ? "b.csv.gz" : "b.csv",
    format: "csv",
    bytes: isPacked ? gzipSync(text) : text,
    map: isNamed ? { ...map, delimiter } : map,
  }
}

export const asJson = (lines: ReadonlyArray<BookLine>, next: Next): WrittenBook => {
  const { columns, isPlain, map } = dialectOf(next, isInstantBook(lines))
  const shape = oneOf(next, "list", "pretty", "lines", "wrapped", "two lists")
  const isDeep = next(3) === 0
  const hasNumbers = isPlain && next(2) === 0
  const marked = "\u0001"
  const objects = lines.map((line) => {
    const { amount, ...others } = columns(line)
    const value = hasNumbers ? `${marked}${amount}${marked}` : amount
    return amount === undefined ? others : isDeep ? { ...others, sum: { amount: value } } : { ...others, amount: value }
  })
  const jsonOf = (value: unknown, space = 0) =>
    JSON.stringify(value, null, space).replaceAll(`"\\u0001`, "").replaceAll(`\\u0001"`, "")
  const wrapped = { page: 1, data: { entries: objects } }
  const texts = {
    list: () => jsonOf(objects),
    pretty: () => jsonOf(objects, 2),
    lines: () => objects.map((one) => jsonOf(one)).join("\n"),
    wrapped: () => jsonOf(wrapped, 2),
    "two lists": () => jsonOf({ warnings: ["none"], ...wrapped }),
  }
  const deepMap = { ...map, amount: { ...(map.amount as object), column: "sum.amount" } }
  return {
    how: `JSON ${shape}${hasNumbers ? ", numbers" : ""}`,
    name: shape === "lines" ? "b.jsonl" : "b.json",
    format: "json",
    bytes: texts[shape as keyof typeof texts](),
    map: {
      ...(isDeep && !("debit" in (map.amount as object)) ? deepMap : map),
      ...(shape === "two lists" ? { list: "data.entries" } : {}),
    },
  }
}

/** As DuckDB writes Parquet: typed columns where the dialect has plain values, else texts. */
export const asParquet = (lines: ReadonlyArray<BookLine>, next: Next) =>
  Effect.gen(function* () {
    const isInstant = isInstantBook(lines)
    const dialect = dialectOf(next, isInstant)
    const rows = lines.map(dialect.columns)
    const types: Record<string, string> = {}
    const values: Record<string, (text: string | null, at: number) => string | null> = {}
    if (dialect.isPlain && next(3) > 0) types.amount = "DECIMAL(38,18)"
    if (rows.every(({ id }) => /^[1-9]\d{0,17}$/.test(id ?? "")) && next(3) > 0) types.id = "BIGINT"
    if (next(2) === 0) {
      types.when = isInstant ? "TIMESTAMPTZ" : oneOf(next, "DATE", "TIMESTAMP")
      values.when = (_, at) => lines[at]?.when ?? null
    }
    const isMinor = Object.hasOwn(dialect.map.amount as object, "minorUnits") || JSON.stringify(rows).includes("/18")
    if (isMinor && types.amount !== undefined) types.amount = "HUGEINT"
    const names = Object.keys(rows[0] ?? {})
    const database = yield* Database
    const file = join(yield* temporaryFolder, "made.parquet")
    const columns = names.map((name, at) => `CAST(unnest($${at + 1}) AS ${types[name] ?? "VARCHAR"}) AS "${name}"`)
    yield* database.run(
      `CREATE OR REPLACE TEMP TABLE made AS SELECT ${columns.join(", ")}`,
      names.map((name) => rows.map((row: Columns, at) => values[name]?.(row[name] ?? null, at) ?? row[name] ?? null)),
    )
    yield* database.run(
      `COPY made TO ${quoteText(file)} (FORMAT parquet, COMPRESSION ${oneOf(next, "snappy", "zstd", "uncompressed")})`,
    )
    const {
      format: _,
      zone: __,
      ...plainMoment
    } = (dialect.map.date ?? dialect.map.dateTime ?? {}) as Record<string, unknown>
    const map =
      types.when === undefined
        ? dialect.map
        : {
            ...dialect.map,
            [isInstant ? "dateTime" : "date"]: isInstant ? plainMoment : { ...plainMoment, zone: "UTC" },
          }
    return {
      how: `Parquet ${JSON.stringify(types)}`,
      name: "b.parquet",
      format: "parquet" as const,
      bytes: new Uint8Array(readFileSync(file)),
      map,
    } satisfies WrittenBook
  }).pipe(Effect.scoped)

const escapedXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;")

/** Whether a text can be kept in ISO 8859-1. */
const isLatin = (text: string): boolean => [...text].every((sign) => (sign.codePointAt(0) ?? 0) < 256)

const sumOf = (amounts: ReadonlyArray<string>): string =>
  textOf(amounts.reduce((sum, amount) => sum + unitsOf(amount), 0n))

/** As a bank writes its statements: one for each currency, with balances or without. Sums have at most 20 digits before the point. */
export const asCamt = (lines: ReadonlyArray<BookLine>, next: Next): WrittenBook => {
  const isInstant = isInstantBook(lines)
  const [message, body, list] = oneOf<readonly [string, string, string]>(
    next,
    ["camt.053.001.08", "BkToCstmrStmt", "Stmt"],
    ["camt.053.001.02", "BkToCstmrStmt", "Stmt"],
    ["camt.053.001.04.ch.02", "BkToCstmrStmt", "Stmt"],
    ["camt.052.001.08", "BkToCstmrAcctRpt", "Rpt"],
    ["camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn"],
  )
  const isPrefixed = next(4) === 0
  const isWrapped = next(5) === 0
  const hasBalances = next(2) === 0
  const hasCode = message.endsWith("08")
  const unsigned = (amount: string) => amount.replace("-", "")
  const money = (amount: string, currency: string) =>
    `<Amt Ccy="${currency}">${unsigned(amount)}</Amt><CdtDbtInd>${amount.startsWith("-") ? "DBIT" : "CRDT"}</CdtDbtInd>`
  const details = ({ reference, text }: BookLine, within: string) =>
    `<TxDtls><Refs><EndToEndId>${reference === null ? "NOTPROVIDED" : escapedXml(reference)}</EndToEndId></Refs>${within}${
      text === null ? "" : `<RmtInf><Ustrd>${escapedXml(text)}</Ustrd></RmtInf>`
    }</TxDtls>`
  const date = (when: string) => (isInstant ? `<DtTm>${when}</DtTm>` : `<Dt>${when}</Dt>`)
  const entry = (group: ReadonlyArray<BookLine>) => {
    const [first] = group
    if (first === undefined) return ""
    const sum = sumOf(group.map(({ amount }) => amount))
    const parts = group.map((one) => details(one, group.length === 1 ? "" : money(one.amount, one.currency)))
    const status = hasCode ? "<Sts><Cd>BOOK</Cd></Sts>" : "<Sts>BOOK</Sts>"
    return `<Ntry>${money(sum, first.currency)}${status}<BookgDt>${date(first.when)}</BookgDt><NtryDtls>${parts.join("")}</NtryDtls></Ntry>`
  }
  const statement = (currency: string, place: number) => {
    const own = lines.filter((line) => line.currency === currency)
    const groups: Array<Array<BookLine>> = []
    for (const line of own) {
      const last = groups.at(-1)
      if (last?.[0]?.when === line.when && next(2) === 0) last.push(line)
      else groups.push([line])
    }
    const opening = "12.5"
    const balance = (code: string, amount: string) =>
      `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${money(amount, currency)}</Bal>`
    const balances = hasBalances
      ? balance("OPBD", opening) + balance("CLBD", sumOf([opening, ...own.map(({ amount }) => amount)]))
      : ""
    return `<${list}><Id>S-${place}</Id><Acct><Id><Othr><Id>ACC-1</Id></Othr></Id><Ccy>${currency}</Ccy></Acct>${balances}\n${groups.map(entry).join("\n")}</${list}>`
  }
  const currencies = [...new Set(lines.map(({ currency }) => currency))]
  const ns = `xmlns${isPrefixed ? ":n" : ""}="urn:iso:std:iso:20022:tech:xsd:${message}"`
  const plain = `<Document ${ns}><${body}>${currencies.map(statement).join("\n")}</${body}></Document>`
  const prefixed = isPrefixed ? plain.replace(/<(\/?)(?=[A-Z])/g, "<$1n:") : plain
  const wrapped = isWrapped ? `<Envelope><Header/>${prefixed}</Envelope>` : prefixed
  const encoding = isLatin(wrapped) && next(2) === 0 ? "ISO-8859-1" : "UTF-8"
  const text = `<?xml version="1.0" encoding="${encoding}"?>\n${wrapped}`
  return {
    how: `${message} ${JSON.stringify({ isPrefixed, isWrapped, hasBalances, encoding })}`,
    name: "b.xml",
    format: "camt053",
    bytes: encoding === "UTF-8" ? text : new Uint8Array(Buffer.from(text, "latin1")),
    map: isInstant ? { dateTime: { column: "bookingDateTime" } } : null,
  }
}
