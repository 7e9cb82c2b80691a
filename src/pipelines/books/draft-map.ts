import { Chunk, Effect, Stream } from "effect"
import type { Sql } from "../../store/database.ts"
import { type BookFormat, readers } from "./readers/formats.ts"
import { type BookAsk, BookFileError } from "./readers/reader.ts"
import { amountReader, mayBeThousands, type Separators } from "./values/amount.ts"

/** A map as a first proposal, and what a person must look at before trusting it. */
export interface DraftMap {
  readonly map: Readonly<Record<string, unknown>>
  readonly notes: ReadonlyArray<string>
}

interface Column {
  readonly name: string
  /** Values that are not blank, in the order of the file. */
  readonly values: ReadonlyArray<string>
}

/** So many lines are looked at. */
const looked = 500

const namedLike = (columns: ReadonlyArray<Column>, pattern: RegExp): ReadonlyArray<Column> =>
  columns.filter(({ name }) => pattern.test(name))

const dash = /^[-\u2013\u2014]$/

/** How dates are written, with what each looks like; the first that fits every value is proposed. */
const dateForms: ReadonlyArray<{
  readonly shape: RegExp
  readonly format: string | null
  readonly isInstant: boolean
}> = [
  { shape: /^\d{4}-\d{2}-\d{2}$/, format: null, isInstant: false },
  { shape: /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/, format: null, isInstant: true },
  { shape: /^\d{1,2}\.\d{1,2}\.\d{4}$/, format: "%d.%m.%Y", isInstant: false },
  { shape: /^\d{1,2}\.\d{1,2}\.\d{2}$/, format: "%d.%m.%y", isInstant: false },
  { shape: /^(0?[1-9]|[12]\d|3[01])\/(0?[1-9]|1[0-2])\/\d{4}$/, format: "%d/%m/%Y", isInstant: false },
  { shape: /^(0?[1-9]|1[0-2])\/(0?[1-9]|[12]\d|3[01])\/\d{4}$/, format: "%m/%d/%Y", isInstant: false },
  { shape: /^\d{1,2}-\d{1,2}-\d{4}$/, format: "%d-%m-%Y", isInstant: false },
  { shape: /^\d{4}\/\d{2}\/\d{2}$/, format: "%Y/%m/%d", isInstant: false },
  { shape: /^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])$/, format: "%Y%m%d", isInstant: false },
]

const separatorPairs: ReadonlyArray<Separators> = [".", ".,", ",", ",.", ". ", ", ", ".'"].map((pair) => ({
  decimal: pair[0] ?? ".",
  thousands: pair[1] ?? null,
}))

const sideWords = {
  credit: ["C", "CR", "CREDIT", "CRDT", "HABEN", "H", "IN"],
  debit: ["D", "DR", "DEBIT", "DBIT", "SOLL", "S", "OUT"],
}

const isAllOf = (values: ReadonlyArray<string>, test: (value: string) => boolean): boolean =>
  values.length > 0 && values.every(test)

const separatorsOf = (values: ReadonlyArray<string>): Separators | undefined =>
  separatorPairs.find((pair) => isAllOf(values, (value) => amountReader(pair)(value) !== null))

/** What a file with these columns most likely means. */
export const draftOf = (columns: ReadonlyArray<Column>): DraftMap => {
  const notes: Array<string> = []
  const dated = columns.flatMap((column) => {
    const form = dateForms.find(({ shape }) => isAllOf(column.values, (value) => shape.test(value)))
    return form === undefined ? [] : [{ column, form }]
  })
  const date =
    dated.find(({ column }) => /book|post|buch/i.test(column.name)) ??
    dated.find(({ column }) => /dat|day|time|when|tag/i.test(column.name)) ??
    dated[0]
  if (date === undefined) notes.push("no column looks like a date; name one as date or dateTime")
  if (date?.form.format?.startsWith("%d/") && date.column.values.every((value) => Number(value.split("/")[1]) <= 12)) {
    const isSure = date.column.values.some((value) => Number(value.split("/")[0]) > 12)
    if (!isSure)
      notes.push(
        `whether ${JSON.stringify(date.column.name)} begins with the day or the month cannot be seen; %m/%d/%Y is the other way`,
      )
  }
  if (date?.form.isInstant)
    notes.push('times without an offset are read as UTC; give dateTime.zone, such as "Europe/Berlin"')

  const money = columns
    .filter((column) => column !== date?.column)
    .map((column) => ({ ...column, real: column.values.filter((value) => !dash.test(value)) }))
    .filter(({ real }) => separatorsOf(real) !== undefined)
  const named = (pattern: RegExp) => namedLike(money, pattern)[0]
  const debit = named(/^(debit|débit|soll|belastung|out|paid out|withdrawal|lastschrift|money out)/i)
  const credit = named(/^(credit|crédit|haben|in|paid in|deposit|gutschrift|money in)/i)
  const single = named(/amount|betrag|value|sum|montant|importe/i) ?? named(/^(net|gross)$/i)
  const side = columns.find((column) =>
    isAllOf(column.values, (value) => [...sideWords.credit, ...sideWords.debit].includes(value.toUpperCase())),
  )
  const isPair = debit !== undefined && credit !== undefined && debit.name !== credit.name
  const amounts = isPair ? [debit, credit] : single === undefined ? [] : [single]
  const texts = amounts.flatMap(({ values }) => values)
  const real = texts.filter((value) => !dash.test(value))
  const separators = separatorsOf(real) ?? { decimal: ".", thousands: null }
  const written = real.flatMap((value) => amountReader(separators)(value) ?? [])
  const unsure = separators.thousands === null ? written.filter(({ digits }) => mayBeThousands(digits)) : []
  // Beside amounts with cents, three places behind a point are places, too.
  const isPoint = unsure.length > 0 && written.some(({ digits }) => /\.(\d{1,2}|\d{4,})$/.test(digits))
  if (unsure.length > 0 && !isPoint) {
    notes.push(
      `whether ${unsure[0]?.digits} is more than a thousand cannot be seen; decimalSeparator says it: ".", or "," with thousandsSeparator "."`,
    )
  }
  const isSided = isPair || side !== undefined
  if (amounts.length === 0) notes.push("no column looks like an amount; name one as amount")
  if (isSided && written.some(({ minus }) => minus > 0)) {
    notes.push(
      'amounts have a minus beside their side: amount.minus is "debit" where it says the side again, "reversal" where it takes a booking back',
    )
  }
  const words = new Set(side?.values.map((value) => value.toUpperCase()))
  const isCommon = [...words].every((word) => ["C", "CR", "CREDIT", "CRDT", "D", "DR", "DEBIT", "DBIT"].includes(word))

  const free = columns.filter(
    (column) => column !== date?.column && column !== side && !amounts.some(({ name }) => name === column.name),
  )
  const coded = free.filter(({ values }) => isAllOf(values, (value) => /^[A-Z]{3,5}(\/\d{1,2})?$/.test(value)))
  const currency = namedLike(coded, /curr|ccy|währ|waehr|devise|moneda|divisa/i)[0] ?? coded[0]
  const isBeside =
    currency === undefined &&
    isAllOf(
      written.map(({ beside }) => beside ?? ""),
      (beside) => beside !== "",
    )
  if (currency === undefined && !isBeside)
    notes.push("no column says the currency; the constant is a guess: correct it")

  const isUnique = ({ values }: Column) => values.length > 0 && new Set(values).size === values.length
  const rest = free.filter((column) => column !== currency)
  const lineId =
    namedLike(rest, /(^|[^a-z])(id|nr|no|number|entry|line)([^a-z]|$)|id$/i).find(isUnique) ?? rest.find(isUnique)
  if (lineId === undefined)
    notes.push("no column has another value on each line; name the one that tells lines apart as lineId")
  // Of an export of one account each line has the same; where they differ it may be the other party's.
  const account = namedLike(rest, /account|konto|iban|compte|cuenta/i).find(
    ({ values }) => values.length > 1 && new Set(values).size === 1,
  )
  const reference = namedLike(rest, /ref|end.?to.?end|invoice|transaction/i).find((column) => column !== lineId)
  const description = namedLike(rest, /text|descr|purpose|verwendung|memo|note|detail/i).find(
    (column) => column !== lineId && column !== reference,
  )

  const map = {
    ...(separators.decimal === "," || isPoint ? { decimalSeparator: separators.decimal } : {}),
    ...(separators.thousands === null ? {} : { thousandsSeparator: separators.thousands }),
    ...(!isPair && texts.length > real.length ? { emptyWords: ["-"] } : {}),
    ...(isBeside ? { currencyInAmount: true } : {}),
    lineId: { column: lineId?.name ?? "?" },
    ...(account === undefined ? {} : { account: { column: account.name } }),
    ...(date?.form.isInstant
      ? { dateTime: { column: date.column.name } }
      : {
          date: {
            column: date?.column.name ?? "?",
            ...(date?.form.format == null ? {} : { format: date.form.format }),
          },
        }),
    amount: isPair
      ? { debit: debit.name, credit: credit.name }
      : {
          column: single?.name ?? "?",
          ...(side === undefined ? {} : { direction: side.name }),
          ...(side === undefined || isCommon
            ? {}
            : {
                creditWords: [...words].filter((word) => sideWords.credit.includes(word)),
                debitWords: [...words].filter((word) => sideWords.debit.includes(word)),
              }),
        },
    ...(isBeside ? {} : { currency: currency === undefined ? { constant: "EUR" } : { column: currency.name } }),
    ...(reference === undefined ? {} : { reference: { column: reference.name } }),
    ...(description === undefined ? {} : { description: { column: description.name } }),
  }
  return { map, notes }
}

/** Proposes a map for a file: its columns by what their first lines hold. */
export const draftMap = (sql: Sql, file: string, path: string, format: BookFormat) =>
  Effect.gen(function* () {
    const reader = readers[format]
    if (reader.columnsOf === null) {
      return yield* new BookFileError({ file, line: null, detail: "a bank statement needs no map; import it as it is" })
    }
    const ask: BookAsk = {
      sql,
      file,
      path,
      columns: [],
      amounts: [],
      exact: [],
      delimiter: undefined,
      encoding: undefined,
      list: undefined,
      hasPlainAmounts: true,
      reversals: undefined,
    }
    const names = yield* reader.columnsOf(ask)
    const opened = yield* reader.open({ ...ask, columns: names })
    const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(opened.rows, looked)))
    const columns = names.map((name, place) => ({
      name,
      values: rows.flatMap(({ fields }) => {
        const text = fields[place]?.trim() ?? ""
        return text === "" ? [] : [text]
      }),
    }))
    return draftOf(columns)
  })
