import { stringify } from "csv-stringify/sync"
import type { AnswerKeyEntry, NearMissEntry } from "../breaks/answer-key.ts"
import type { World } from "../world.ts"
import { type BookCode, bookCodes } from "./book-code.ts"
import { openDesk } from "./desk.ts"
import type { BookLine } from "./line.ts"
import { bookPlanters } from "./planters.ts"
import { statementsXml } from "./statements.ts"

/** A partner's own books over a world, and what is wrong with them. */
export interface Books {
  /** The CSV and the map that `tidemark books import` takes. */
  readonly csv: string
  readonly map: typeof booksMap
  readonly lines: ReadonlyArray<BookLine>
  /** The bank's statements (CAMT.053), for `tidemark books import` too; null where nothing is planted on them. */
  readonly statements: string | null
  /** Record ids are `book/line id`, or `book/transaction id` for what the books lack. */
  readonly answerKey: ReadonlyArray<AnswerKeyEntry>
  readonly nearMisses: ReadonlyArray<NearMissEntry>
}

const columns = [
  ["Entry", "lineId"],
  ["Booked", "booked"],
  ["Customer", "customerId"],
  ["Currency", "currency"],
  ["Amount", "amount"],
  ["Reference", "reference"],
  ["Text", "text"],
] as const satisfies ReadonlyArray<readonly [title: string, key: keyof BookLine]>

export const booksMap = {
  lineId: { column: "Entry" },
  dateTime: { column: "Booked" },
  customerId: { column: "Customer" },
  currency: { column: "Currency" },
  amount: { column: "Amount" },
  reference: { column: "Reference", refersTo: "transactionId" },
  description: { column: "Text" },
} as const

/** What cannot be read leaves its transactions unproven, so it is planted before anything is missing. */
const order = ["BOOK_INVALID", ...bookCodes.filter((code) => code !== "BOOK_INVALID")] as const

/**
 * Books that have every posted transaction of the nights, one line each, and then the faults that are asked for, with what
 * merely looks like them. The nights are of one world, the last one being when the books are closed; `book` is the name
 * that they are imported under. Pure: the same nights and seed give the same books.
 */
export const booksOf = (
  nights: ReadonlyArray<World>,
  options: { readonly seed: number; readonly book: string; readonly codes?: ReadonlyArray<BookCode> },
): Books => {
  const desk = openDesk(nights, options)
  for (const code of order) if ((options.codes ?? bookCodes).includes(code)) bookPlanters[code](desk)
  const lines = [...desk.lines.values()].flat()
  return {
    csv: stringify(
      lines.map((line) => columns.map(([, key]) => line[key])),
      { header: true, columns: columns.map(([title]) => title) },
    ),
    map: booksMap,
    lines,
    statements: desk.statements.length === 0 ? null : statementsXml(desk.statements, desk.now),
    answerKey: desk.answerKey,
    nearMisses: desk.nearMisses,
  }
}
