import { day, hour, minute, plainTime, renderInstant } from "../world/instant.ts"
import type { BookCode } from "./book-code.ts"
import type { Desk } from "./desk.ts"
import { inTwo, lineOf, withMore } from "./line.ts"
import type { Posting } from "./posting.ts"
import { gapAfter, type Statement } from "./statements.ts"

/** So often each fault is planted. */
const times = [1, 2]

const eachOf = (desk: Desk, key: string, act: (posting: Posting, nth: number) => void): void => {
  for (const nth of times) {
    const posting = desk.take(`${key}/${nth}`)
    if (posting !== null) act(posting, nth)
  }
}

const otherCurrency = (currency: string): string => (currency === "EUR" ? "USD" : "EUR")

/** Who plants what: the faults of a check, and beside them what merely looks like them. */
export const bookPlanters: Readonly<Record<BookCode, (desk: Desk) => void>> = {
  BOOK_MISSING_HERE: (desk) => {
    eachOf(desk, "missing here", ({ transactionId }) => {
      desk.lines.delete(transactionId)
      desk.plant("BOOK_MISSING_HERE", transactionId, "high", "posted, and nobody booked it")
    })
  },

  BOOK_MISSING_THERE: (desk) => {
    eachOf(desk, "missing there", (posting, nth) => {
      const lineId = `E-invented-${nth}`
      const line = { ...lineOf(posting), lineId, amount: `7654321.0${nth}`, reference: "", text: "booked by mistake" }
      desk.lines.set(lineId, [line])
      desk.plant("BOOK_MISSING_THERE", lineId, "critical", "booked, and never posted")
    })
    for (const posting of desk.unreadable) {
      const line = { ...lineOf(posting), amount: "7654321.08" }
      desk.lines.set(posting.transactionId, [line])
      desk.nearMiss("BOOK_MISSING_THERE", line.lineId, "its transaction is there and cannot be read")
    }
    const posting = desk.take("missing there/near")
    if (posting === null) return
    const lineId = "E-on-its-way"
    const booked = renderInstant(desk.now - 20 * minute, plainTime)
    desk.lines.set(lineId, [{ ...lineOf(posting), lineId, booked, amount: "7654321.09", reference: "" }])
    desk.nearMiss("BOOK_MISSING_THERE", lineId, "booked twenty minutes ago, within the grace")
  },

  BOOK_AMOUNT: (desk) => {
    eachOf(desk, "amount", (posting, nth) => {
      const line = lineOf(posting)
      const amount = withMore(line.amount, nth)
      desk.lines.set(posting.transactionId, [{ ...line, amount }])
      desk.plant("BOOK_AMOUNT", line.lineId, "high", "booked with the smallest unit more, or two")
    })
    const posting = desk.take("amount/near", ({ signed }) => inTwo(signed) !== null)
    const parts = posting === null ? null : inTwo(posting.signed)
    if (posting === null || parts === null) return
    const line = lineOf(posting)
    const [part, rest] = parts
    desk.lines.set(posting.transactionId, [
      { ...line, amount: part },
      { ...line, lineId: `${line.lineId}-rest`, amount: rest },
    ])
    desk.nearMiss("BOOK_AMOUNT", line.lineId, "booked in two parts that make the whole")
    desk.nearMiss("BOOK_DUPLICATE", `${line.lineId}-rest`, "the second part of a whole")
  },

  BOOK_CURRENCY: (desk) => {
    eachOf(desk, "currency", (posting) => {
      const line = lineOf(posting)
      desk.lines.set(posting.transactionId, [{ ...line, currency: otherCurrency(line.currency) }])
      desk.plant("BOOK_CURRENCY", line.lineId, "critical", "booked in another currency")
    })
    const posting = desk.take("currency/near")
    if (posting === null) return
    const line = lineOf(posting)
    desk.lines.set(posting.transactionId, [{ ...line, currency: line.currency.toLowerCase() }])
    desk.nearMiss("BOOK_CURRENCY", line.lineId, "the same currency in small letters")
  },

  BOOK_DATE: (desk) => {
    const moved = (posting: Posting, by: number) =>
      desk.lines.set(posting.transactionId, [{ ...lineOf(posting), booked: renderInstant(posting.at + by, plainTime) }])
    eachOf(desk, "date", (posting) => {
      moved(posting, -10 * day)
      desk.plant("BOOK_DATE", lineOf(posting).lineId, "low", "booked ten days before it was posted")
    })
    const posting = desk.take("date/near")
    if (posting === null) return
    moved(posting, 40 * hour)
    desk.nearMiss("BOOK_DATE", lineOf(posting).lineId, "booked forty hours later")
  },

  BOOK_DUPLICATE: (desk) => {
    eachOf(desk, "duplicate", (posting) => {
      const line = lineOf(posting)
      const lineId = `${line.lineId}-again`
      desk.lines.set(posting.transactionId, [line, { ...line, lineId }])
      desk.plant("BOOK_DUPLICATE", lineId, "high", "the same line under another number")
    })
  },

  BOOK_AMBIGUOUS: (desk) => {
    eachOf(desk, "ambiguous", (posting) => {
      const line = { ...lineOf(posting), reference: "" }
      const lines = [
        { ...line, text: "invoice 7" },
        { ...line, lineId: `${line.lineId}-or`, text: "invoice 8" },
      ]
      desk.lines.set(posting.transactionId, lines)
      for (const { lineId } of lines) {
        desk.plant("BOOK_AMBIGUOUS", lineId, "medium", "two lines, and one transaction that either could be")
      }
    })
    const posting = desk.take("ambiguous/near")
    if (posting === null) return
    const line = lineOf(posting)
    desk.lines.set(posting.transactionId, [{ ...line, reference: "" }])
    desk.nearMiss("BOOK_AMBIGUOUS", line.lineId, "names nothing, and only one transaction can be it")
  },

  BOOK_INVALID: (desk) => {
    eachOf(desk, "invalid", (posting) => {
      const line = lineOf(posting)
      desk.lines.set(posting.transactionId, [{ ...line, amount: "12,5x" }])
      desk.leaveAlone(posting)
      desk.plant("BOOK_INVALID", line.lineId, "high", "its amount is no number")
      desk.nearMiss("BOOK_MISSING_HERE", posting.transactionId, "its line is there and cannot be read")
    })
    const posting = desk.take("invalid/near")
    if (posting === null) return
    const line = lineOf(posting)
    const amount = line.amount.startsWith("-") ? `(${line.amount.slice(1)})` : `+${line.amount}`
    desk.lines.set(posting.transactionId, [{ ...line, amount }])
    desk.nearMiss("BOOK_INVALID", line.lineId, "an amount in brackets, or with a plus")
  },

  BOOK_STATEMENT_GAP: (desk) => {
    const of = (account: string, id: string, daysAgo: number, opening: string, closing: string): Statement => {
      const statement = { account, id, daysAgo, opening, closing }
      desk.statements.push(statement)
      return statement
    }
    for (const nth of times) {
      const account = `XX00SANDBOX000000000${nth}`
      const before = of(account, "00001", 9, "100.00", "100.00")
      of(account, "00002", 5, `13${nth}.00`, `13${nth}.00`)
      desk.plant(
        "BOOK_STATEMENT_GAP",
        gapAfter(desk.now, before),
        "high",
        "a statement between two others was never imported",
      )
    }
    const whole = "XX00SANDBOX0000000009"
    const before = of(whole, "00001", 9, "100.00", "100.00")
    of(whole, "00002", 5, "100.00", "100.00")
    desk.nearMiss(
      "BOOK_STATEMENT_GAP",
      gapAfter(desk.now, before),
      "days without a booking between two statements that join",
    )
  },
}
