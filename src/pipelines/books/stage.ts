import { Chunk, Effect, Stream } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { BookMap } from "./map.ts"
import type { BookRow, OpenedBook } from "./readers/reader.ts"
import { type BookingGround, bookingSql } from "./values/booking-sql.ts"
import { type LineValues, leaveOut, valueReader } from "./values/line-values.ts"

/** Columns of `book_source`, in the order in which they are bound. */
const texts = [
  "payload",
  "fault",
  "identity",
  "line_id",
  "account",
  "id_fault",
  "customer_id",
  "partner_customer_ref",
  "currency",
  "currency_fault",
  "reference",
  "description",
  "amount",
  "amount_fault",
  "moment",
] as const
const numbers = ["source_line", "statement"] as const

const sourceSql = `CREATE OR REPLACE TEMP TABLE book_source (${[
  ...numbers.map((name) => `${name} BIGINT`),
  ...texts.map((name) => `${name} VARCHAR`),
].join(", ")})`

const insertSql = `INSERT INTO book_source SELECT ${[...numbers, ...texts].map((_, place) => `unnest($${place + 1})${place < numbers.length ? "::BIGINT" : ""}`).join(", ")}`

const nothing: LineValues = {
  lineId: null,
  account: null,
  idFault: null,
  customerId: null,
  partnerCustomerRef: null,
  reference: null,
  description: null,
  moment: null,
  currency: null,
  currencyFault: null,
  amount: null,
  amountFault: null,
}

/**
 * Puts every line of an opened file into `book_source`, its values read by the map; as large as a batch in memory. Gives how
 * many lines the map leaves out.
 */
export const stageRows = (
  sql: Sql,
  map: BookMap,
  columns: ReadonlyArray<string>,
  book: OpenedBook,
  places: Readonly<Record<string, number>>,
) =>
  Effect.gen(function* () {
    const read = valueReader(map, { decimals: book.decimals, places })
    const placeOf = new Map(columns.map((column, place) => [column, place]))
    const isLeftOut = leaveOut(map)
    const fieldsOf = (row: BookRow) => (column: string) => row.fields[placeOf.get(column) ?? -1] ?? null
    yield* sql.run(sourceSql)
    return yield* book.rows.pipe(
      Stream.grouped(10_000),
      Stream.runFoldEffect(0, (left, chunk) => {
        const rows = Chunk.toReadonlyArray(chunk).filter((row) => !isLeftOut(fieldsOf(row)))
        const values = rows.map((row) => {
          return row.fault === null || row.booking !== undefined ? read(fieldsOf(row)) : nothing
        })
        const bound: Readonly<Record<(typeof texts)[number], ReadonlyArray<string | null>>> = {
          payload: rows.map((row) => row.payload),
          fault: rows.map((row) => row.fault),
          identity: rows.map((row, at) => row.booking?.identity ?? values[at]?.lineId ?? null),
          line_id: values.map((one) => one.lineId),
          account: values.map((one) => one.account),
          id_fault: values.map((one) => one.idFault),
          customer_id: values.map((one) => one.customerId),
          partner_customer_ref: values.map((one) => one.partnerCustomerRef),
          currency: values.map((one) => one.currency),
          currency_fault: values.map((one) => one.currencyFault),
          reference: values.map((one) => one.reference),
          description: values.map((one) => one.description),
          amount: values.map((one) => one.amount),
          amount_fault: values.map((one) => one.amountFault),
          moment: values.map((one) => one.moment),
        }
        return sql
          .run(insertSql, [
            rows.map((row) => String(row.line)),
            rows.map((row) => (row.booking === undefined ? null : String(row.booking.statement))),
            ...texts.map((name) => bound[name]),
          ])
          .pipe(Effect.as(left + chunk.length - rows.length))
      }),
    )
  })

/** Makes `book_read` of `book_source`: one typed row a line, with what is wrong with it in `reason`, NULL for a good one. */
export const readSql = (map: BookMap, ground: BookingGround): string => {
  const booking = bookingSql(map, ground)
  return `
  CREATE OR REPLACE TEMP TABLE book_read AS
  WITH typed AS (
    SELECT * EXCLUDE (amount), CAST(amount AS DECIMAL(38,18)) AS amount, ${quoteText(map.reference?.refersTo ?? "reference")} AS refers_to,
      ${booking.fault} AS booking_fault, ${booking.from} AS booked_from, ${booking.to} AS booked_to
    FROM book_source
  )
  SELECT source_line, statement, payload, identity, line_id, account, customer_id, partner_customer_ref, currency, reference, refers_to, description, amount,
    CASE WHEN booking_fault IS NULL THEN booked_from END AS booked_from, CASE WHEN booking_fault IS NULL THEN booked_to END AS booked_to,
    md5(concat_ws(chr(31), coalesce(customer_id, ''), coalesce(partner_customer_ref, ''), currency, CAST(amount AS VARCHAR),
      epoch_us(booked_from), epoch_us(booked_to), coalesce(reference, ''), refers_to, coalesce(description, ''))) AS content_hash,
    CASE WHEN fault IS NOT NULL THEN fault ELSE nullif(concat_ws('; ',
      id_fault, booking_fault, amount_fault, currency_fault), '') END AS reason
  FROM typed`
}
