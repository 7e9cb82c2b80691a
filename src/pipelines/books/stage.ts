import { Chunk, Effect, Stream } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import { emptyTableSql, type FilledColumns } from "../../store/filled-table.ts"
import type { BookMap } from "./map.ts"
import type { BookRow, OpenedBook } from "./readers/reader.ts"
import { type BookingGround, bookingSql } from "./values/booking-sql.ts"
import { type LineValues, leaveOut, valueReader } from "./values/line-values.ts"

interface SourceLine {
  readonly row: BookRow
  readonly value: LineValues
}

const sourceColumns: FilledColumns<SourceLine> = {
  source_line: ["BIGINT", ({ row }) => row.line],
  statement: ["BIGINT", ({ row }) => row.booking?.statement ?? null],
  entry: ["VARCHAR", ({ row }) => row.booking?.entry ?? null],
  told: ["BIGINT", ({ row }) => row.booking?.told ?? null],
  payload: ["VARCHAR", ({ row }) => row.payload],
  fault: ["VARCHAR", ({ row }) => row.fault],
  identity: ["VARCHAR", ({ row, value }) => row.booking?.identity ?? value.lineId],
  line_id: ["VARCHAR", ({ value }) => value.lineId],
  account: ["VARCHAR", ({ value }) => value.account],
  id_fault: ["VARCHAR", ({ value }) => value.idFault],
  customer_id: ["VARCHAR", ({ value }) => value.customerId],
  partner_customer_ref: ["VARCHAR", ({ value }) => value.partnerCustomerRef],
  currency: ["VARCHAR", ({ value }) => value.currency],
  currency_fault: ["VARCHAR", ({ value }) => value.currencyFault],
  reference: ["VARCHAR", ({ value }) => value.reference],
  description: ["VARCHAR", ({ value }) => value.description],
  amount: ["VARCHAR", ({ value }) => value.amount],
  amount_fault: ["VARCHAR", ({ value }) => value.amountFault],
  moment: ["VARCHAR", ({ value }) => value.moment],
}

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
    const read = valueReader(map, {
      decimals: book.decimals,
      places,
      isWrittenByPeople: book.isWrittenByPeople ?? false,
    })
    const placeOf = new Map(columns.map((column, place) => [column, place]))
    const isLeftOut = leaveOut(map)
    const fieldsOf = (row: BookRow) => (column: string) => row.fields[placeOf.get(column) ?? -1] ?? null
    yield* sql.run(emptyTableSql("book_source", sourceColumns))
    return yield* book.rows.pipe(
      Stream.grouped(10_000),
      Stream.runFoldEffect(0, (left, chunk) => {
        const lines = Chunk.toReadonlyArray(chunk).flatMap((row): ReadonlyArray<SourceLine> => {
          const fields = fieldsOf(row)
          if (isLeftOut(fields)) return []
          return [{ row, value: row.fault === null || row.booking !== undefined ? read(fields) : nothing }]
        })
        return Effect.as(sql.append("book_source", sourceColumns, lines), left + chunk.length - lines.length)
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
  SELECT source_line, statement, entry, told, payload, identity, line_id, account, customer_id, partner_customer_ref, currency, reference, refers_to, description, amount,
    CASE WHEN booking_fault IS NULL THEN booked_from END AS booked_from, CASE WHEN booking_fault IS NULL THEN booked_to END AS booked_to,
    md5(concat_ws(chr(31), coalesce(customer_id, ''), coalesce(partner_customer_ref, ''), currency, CAST(amount AS VARCHAR),
      epoch_us(booked_from), epoch_us(booked_to), coalesce(reference, ''), refers_to, coalesce(description, ''))) AS content_hash,
    CASE WHEN fault IS NOT NULL THEN fault ELSE nullif(concat_ws('; ',
      id_fault, booking_fault, amount_fault, currency_fault), '') END AS reason
  FROM typed`
}
