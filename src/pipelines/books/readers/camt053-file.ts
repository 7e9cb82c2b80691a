import { sha256Hex } from "../../../api/signing.ts"
import { textOfUnits, unitsOf } from "../exact-units.ts"
import { accountName } from "../values/account.ts"
import { fits } from "../values/amount.ts"
import type { BankStatement } from "./bank-statement.ts"
import { amountIn, balancesOf, dateOf, sayingsOf, signOf, statusOf } from "./camt-elements.ts"
import { entryKey, keysOfOne, partsOf } from "./camt-parts.ts"
import { statedPeriod } from "./camt-period.ts"
import { type Signed, settledSigns } from "./camt-sides.ts"
import { summaryOf } from "./camt-summary.ts"
import { descendants, find, findAll, parseXml, textAt, type XmlElement, XmlFault } from "./xml-tree.ts"

/** A booked entry of a statement, or one transaction of its details, by the names that a map may use as columns. */
export interface CamtLine {
  readonly sourceLine: number
  /** Which statement of the file, from 0. */
  readonly statement: number
  /** Its entry, as every message of the bank knows it, and by how many transactions this one tells it. */
  readonly entry: string | null
  readonly told: number
  readonly fault: string | null
  readonly fields: Readonly<Record<CamtColumn, string | null>>
}

export const camtColumns = [
  "lineId",
  "statementId",
  "account",
  "entryReference",
  "accountServicerReference",
  "endToEndId",
  "transactionId",
  "instructionId",
  "mandateId",
  "uetr",
  "paymentInformationId",
  "creditorReference",
  "counterparty",
  "counterpartyAccount",
  "reversal",
  "bookingDate",
  "bookingDateTime",
  "valueDate",
  "amount",
  "currency",
  "creditDebit",
  "description",
] as const
export type CamtColumn = (typeof camtColumns)[number]

export interface CamtFile {
  readonly statements: ReadonlyArray<BankStatement>
  readonly lines: ReadonlyArray<CamtLine>
}

/** The messages that hold an account's entries: what each calls its list, and its pages. */
const messages: Readonly<Record<string, { readonly code: string; readonly list: string; readonly pages: string }>> = {
  BkToCstmrStmt: { code: "camt.053", list: "Stmt", pages: "StmtPgntn" },
  BkToCstmrAcctRpt: { code: "camt.052", list: "Rpt", pages: "RptPgntn" },
  BkToCstmrDbtCdtNtfctn: { code: "camt.054", list: "Ntfctn", pages: "NtfctnPgntn" },
}

const accountOf = (statement: XmlElement): string | null => {
  const named = textAt(statement, "Acct", "Id", "IBAN") ?? textAt(statement, "Acct", "Id", "Othr", "Id")
  return named === null ? null : accountName(named)
}

/**
 * What a booking is known again by, whichever statement holds it: the account, the day, and what the bank says of it. A number
 * within the statement is no part of it, because another statement numbers anew.
 */
const spoken = camtColumns.filter(
  (column) =>
    !["lineId", "statementId", "account", "entryReference", "bookingDate", "bookingDateTime", "reversal"].includes(
      column,
    ),
)

const identityOf = (account: string | null, fields: CamtLine["fields"]): string => {
  const said = spoken.map((column) => fields[column]?.replace(/\s+/g, " ") ?? null)
  const day = fields.bookingDate?.slice(0, 10) ?? "no day"
  return [account ?? "no account", fields.currency, day, sha256Hex(JSON.stringify(said)).slice(0, 16)].join("/")
}

const linesOf = (
  entry: XmlElement,
  key: string | null,
  statement: { readonly id: string; readonly account: string | null; readonly place: number },
  settled: Signed,
): { readonly lines: ReadonlyArray<CamtLine>; readonly unused: number } => {
  const money = amountIn(entry)
  const { parts, told, unused } = partsOf(entry, money)
  const booked = dateOf(entry, "BookgDt") ?? dateOf(entry, "ValDt")
  const lines = parts.map(({ details, sign, units }) => {
    const side = sign * settled.turn === 1n ? "CRDT" : "DBIT"
    const { partReference, remittance, ...sayings } = sayingsOf(details, sign === 1n ? "CRDT" : "DBIT")
    const known = {
      lineId: null,
      statementId: statement.id,
      account: statement.account,
      entryReference: textAt(entry, "NtryRef"),
      accountServicerReference: partReference ?? textAt(entry, "AcctSvcrRef"),
      ...sayings,
      reversal: textAt(entry, "RvslInd"),
      bookingDate: booked,
      bookingDateTime: booked,
      valueDate: dateOf(entry, "ValDt"),
      amount: textOfUnits(settled.isMinusSettled && units < 0n ? -units : units),
      currency: money.currency,
      creditDebit: side,
      description: remittance ?? textAt(entry, "AddtlNtryInf"),
    } as const
    const sourceLine = (parts.length > 1 ? details[0]?.line : entry.line) ?? entry.line
    return {
      sourceLine,
      statement: statement.place,
      entry: key,
      told,
      fault: settled.fault,
      fields: { ...known, lineId: identityOf(statement.account, known) },
    }
  })
  return { lines, unused }
}

interface ReadStatement {
  readonly statement: BankStatement
  readonly lines: ReadonlyArray<CamtLine>
}

const wordCounts = (words: ReadonlyArray<string>): string =>
  [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`).join(", ")

const isLast = (page: XmlElement | null): boolean => page !== null && /^(true|1)$/.test(textAt(page, "LastPgInd") ?? "")

interface Place {
  readonly place: number
  readonly code: string
  readonly pages: string
  /** The page of the message, for a statement that goes over several of them. */
  readonly messagePage: XmlElement | null
  readonly reversals: "ownSide" | "originalSide" | undefined
}

const readStatement = (element: XmlElement, { code, messagePage, pages, place, reversals }: Place): ReadStatement => {
  const id = textAt(element, "Id")
  if (id === null) throw new XmlFault(element.line, "a statement has no id (Id)")
  const account = accountOf(element)
  const entries = findAll(element, "Ntry")
  const booked = entries.filter((entry) => statusOf(entry) === "BOOK")
  const notBooked = entries.filter((entry) => statusOf(entry) !== "BOOK").map(statusOf)
  const [first] = booked
  const ofAccount = textAt(element, "Acct", "Ccy") ?? (first && amountIn(first).currency) ?? null
  const balances = balancesOf(element, ofAccount)
  const { closesWithin, closing, opening, opensWithin } = balances
  const currency = ofAccount ?? opening?.currency ?? closing?.currency ?? ""
  const stranger = booked.find((entry) => amountIn(entry).currency !== currency)
  if (stranger !== undefined) {
    throw new XmlFault(stranger.line, `an entry of statement ${id} is not in the account's currency ${currency}`)
  }
  const leftOut = notBooked.length === 0 ? [] : [`entries that are not booked are left out: ${wordCounts(notBooked)}`]
  const settled = settledSigns(element, { id, currency, booked, balances, reversals, leftOut })
  if (!fits(textOfUnits(settled.sum).replace("-", ""))) {
    throw new XmlFault(
      element.line,
      `the entries of statement ${id} make ${textOfUnits(settled.sum)} ${currency}, which has more than 20 digits before the point; ask the bank for shorter periods`,
    )
  }
  const keys = keysOfOne(booked.map((entry) => entryKey(account, entry, amountIn(entry))))
  const read = booked.map((entry, at) =>
    linesOf(entry, keys[at] ?? null, { id, account, place }, settled.signs[at] ?? settled.plain),
  )
  const lines = read.flatMap(({ lines }) => lines)
  const unused = read.filter((one) => one.unused > 0)
  const days = lines.flatMap(({ fields }) => fields.bookingDate?.slice(0, 10) ?? []).sort()
  const lastDay = [...days, ...(balances.day === null ? [] : [balances.day])].sort().at(-1)
  const created = textAt(element, "CreDtTm")?.slice(0, 10) ?? ""
  const [fromDay = balances.day ?? created, toDay = lastDay ?? created] = [days[0], lastDay]
  const stated = find(element, "FrToDt")
  const own = find(element, pages)
  const page = own ?? (opening === null || closing === null || opensWithin || closesWithin ? messagePage : null)
  const pageNumber = page === null ? null : Number(textAt(page, "PgNb") ?? "1")
  const summary = summaryOf(element, {
    entries,
    booked,
    signs: booked.map((entry, at) => signOf(entry) * (settled.signs[at]?.turn ?? 1n)),
    lines: lines.map(({ fields }) => ({
      units: unitsOf((fields.amount ?? "").replace("-", "")) ?? 0n,
      sign: fields.creditDebit === "CRDT" ? 1n : -1n,
    })),
  })
  if (summary.differs !== null && page === null && (opening === null || closing === null)) {
    throw new XmlFault(
      element.line,
      `statement ${id} does not hold what its own summary (TxsSummry) says: ${summary.differs}; ask the bank for a whole statement`,
    )
  }
  const undated = booked.filter((entry) => dateOf(entry, "BookgDt") === null && dateOf(entry, "ValDt") !== null).length
  const sequence = textAt(element, "ElctrncSeqNb") ?? textAt(element, "LglSeqNb")
  return {
    statement: {
      id,
      account,
      currency,
      message: code,
      created: textAt(element, "CreDtTm")?.slice(0, 19) ?? null,
      page: pageNumber === 1 && isLast(page) ? null : pageNumber,
      isLastPage: page === null || isLast(page) || (closing !== null && !closesWithin),
      sequence: sequence === null || !/^\d{1,15}$/.test(sequence) ? null : Number(sequence),
      ...(statedPeriod(stated) ?? { from: `${fromDay}T00:00:00`, to: `${toDay}T23:59:59`, hasStatedPeriod: false }),
      opening: opening === null ? null : textOfUnits(opening.units),
      closing: closing === null ? null : textOfUnits(closing.units),
      opensWithin,
      closesWithin,
      booked: textOfUnits(settled.sum),
      entries: booked.length,
      notBooked: notBooked.length,
      notes: [
        ...leftOut,
        ...(unused.length === 0
          ? []
          : [
              `${unused.length === 1 ? "a batch is" : `${unused.length} batches are`} one line each, because the ${unused.reduce((sum, one) => sum + one.unused, 0)} transactions within do not make its amount`,
            ]),
        ...(undated === 0
          ? []
          : [
              `${undated} ${undated === 1 ? "entry has" : "entries have"} no booking date (BookgDt) and ${undated === 1 ? "is" : "are"} dated by the value date`,
            ]),
        ...(account === null
          ? ["it names no account (Acct), so give each account that is told so a book of its own"]
          : []),
        ...balances.notes,
        ...(page === null ? summary.notes : []),
        ...settled.notes,
      ],
    },
    lines,
  }
}

/** Pages that follow one another in one file must join; pages in different files are joined where the book is looked at. */
const refuseBrokenPages = (all: ReadonlyArray<ReadStatement>, line: number): void => {
  for (const { statement: before } of all) {
    if (before.page === null) continue
    const next = all.find(
      ({ statement: other }) =>
        other.id === before.id &&
        other.account === before.account &&
        other.currency === before.currency &&
        other.page === (before.page ?? 0) + 1,
    )?.statement
    if (next === undefined || before.closing === null || next.opening === null || before.closing === next.opening)
      continue
    throw new XmlFault(
      line,
      `the pages of statement ${before.id} do not join: page ${before.page} ends with ${before.closing} ${before.currency}, and page ${next.page} begins with ${next.opening}; ask the bank for a whole statement`,
    )
  }
}

/**
 * Reads a bank's account message of any version and national name (ISO 20022: camt.053, camt.052, camt.054), also within an
 * envelope: its booked entries, with the transactions of a batch where they prove themselves, after the balances and entries
 * of each statement or page were found to agree. Throws XmlFault.
 */
export const readCamt053 = (text: string, reversals: Place["reversals"]): CamtFile => {
  const blank = text.length - text.trimStart().length
  const root = parseXml(text.slice(blank), (text.slice(0, blank).match(/\n/g) ?? []).length)
  const bodies = descendants(root).filter(({ name }) => name in messages)
  if (bodies.length === 0) {
    const other = /camt\.\d{3}|pain\.\d{3}|pacs\.\d{3}/.exec(
      descendants(root).find(({ name }) => name === "Document")?.namespace ?? "",
    )
    throw new XmlFault(
      root.line,
      `is not a bank statement camt.053 (it is ${other?.[0] ?? `<${root.name}> of ${JSON.stringify(root.namespace)}`}); ask the bank for an export as camt.053`,
    )
  }
  let place = 0
  const read = bodies.flatMap((body) => {
    const message = messages[body.name]
    if (message === undefined) return []
    const messagePage = find(body, "GrpHdr", "MsgPgntn")
    return findAll(body, message.list).map((one) =>
      readStatement(one, { ...message, messagePage, place: place++, reversals }),
    )
  })
  if (read.length === 0) throw new XmlFault(root.line, "holds no statement (Stmt)")
  refuseBrokenPages(read, root.line)
  return { statements: read.map(({ statement }) => statement), lines: read.flatMap(({ lines }) => lines) }
}
