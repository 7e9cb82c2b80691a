import { textOfUnits, unitsOf } from "../exact-units.ts"
import type { BankStatement } from "./bank-statement.ts"
import { find, findAll, parseXml, textAt, type XmlElement, XmlFault } from "./xml-tree.ts"

/** A booked entry of a statement, or one transaction of its details, by the names that a map may use as columns. */
export interface CamtLine {
  readonly sourceLine: number
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

const messageShape = /^urn:iso:std:iso:20022:tech:xsd:(camt\.\d{3})\.\d{3}\.\d{2}$/

interface Money {
  readonly units: bigint
  readonly text: string
  readonly currency: string
}

const moneyOf = (element: XmlElement): Money => {
  const text = element.text.trim()
  const units = unitsOf(text)
  const currency = element.attributes.Ccy ?? ""
  if (units === null) throw new XmlFault(element.line, `the amount ${JSON.stringify(text)} is not a plain decimal`)
  if (!/^[A-Z]{3}$/.test(currency)) throw new XmlFault(element.line, "an amount has no currency (Ccy)")
  return { units, text, currency }
}

const signOf = (owner: XmlElement): bigint => {
  const side = textAt(owner, "CdtDbtInd")
  if (side === "CRDT") return 1n
  if (side === "DBIT") return -1n
  throw new XmlFault(
    owner.line,
    `CdtDbtInd is ${side === null ? "missing" : JSON.stringify(side)}; CRDT or DBIT is expected`,
  )
}

const amountIn = (owner: XmlElement): Money => {
  const element = find(owner, "Amt")
  if (element === null) throw new XmlFault(owner.line, `${owner.name} has no amount (Amt)`)
  return moneyOf(element)
}

const balanceOf = (statement: XmlElement, codes: ReadonlyArray<string>): Money | null => {
  for (const code of codes) {
    const balance = findAll(statement, "Bal").find((one) => textAt(one, "Tp", "CdOrPrtry", "Cd") === code)
    if (balance === undefined) continue
    const money = amountIn(balance)
    return { ...money, units: money.units * signOf(balance) }
  }
  return null
}

/** Version 2 writes the status as text, later ones as a code within. */
const isBooked = (entry: XmlElement): boolean => (textAt(entry, "Sts", "Cd") ?? textAt(entry, "Sts")) === "BOOK"

const dateOf = (owner: XmlElement, name: string): string | null =>
  textAt(owner, name, "Dt") ?? textAt(owner, name, "DtTm")

const remittance = (details: XmlElement | null): string | null => {
  const info = details === null ? null : find(details, "RmtInf")
  if (info === null) return null
  const texts = findAll(info, "Ustrd").map((line) => line.text.trim())
  const structured = textAt(info, "Strd", "CdtrRefInf", "Ref")
  return [...texts, ...(structured === null ? [] : [structured])].join(" ") || null
}

/** `NOTPROVIDED` is what the standard has banks write where there is no end-to-end id. */
const provided = (text: string | null): string | null => (text === "NOTPROVIDED" ? null : text)

/** The amount of one transaction of the details: its own, or as version 2 has it within AmtDtls. */
const detailAmount = (details: XmlElement): XmlElement | null =>
  find(details, "Amt") ?? find(details, "AmtDtls", "TxAmt", "Amt")

interface Part {
  readonly details: XmlElement | null
  readonly units: bigint
  readonly sign: bigint
}

/**
 * The transactions of a batch, where the statement gives an amount for each and they make the entry's amount; else the
 * entry as one, because a part that is not proven must not stand for the whole.
 */
const partsOf = (entry: XmlElement, money: Money, sign: bigint): ReadonlyArray<Part> => {
  const details = findAll(entry, "NtryDtls").flatMap((group) => findAll(group, "TxDtls"))
  const whole = [{ details: details.length === 1 ? (details[0] ?? null) : null, units: money.units, sign }]
  if (details.length < 2) return whole
  const parts = details.map((one) => {
    const amount = detailAmount(one)
    const part = amount === null ? null : moneyOf(amount)
    return { details: one, part, sign: find(one, "CdtDbtInd") === null ? sign : signOf(one) }
  })
  const sum = parts.reduce((total, { part, sign }) => total + (part?.units ?? 0n) * sign, 0n)
  const proven = parts.every(({ part }) => part?.currency === money.currency) && sum === money.units * sign
  return proven ? parts.map(({ details, part, sign }) => ({ details, units: part?.units ?? 0n, sign })) : whole
}

interface Draft {
  readonly sourceLine: number
  /** The bank's own reference, which is the id where it is unique in the file. */
  readonly own: string | null
  readonly fallback: string
  readonly fields: Omit<CamtLine["fields"], "lineId">
}

const draftsOf = (
  entry: XmlElement,
  place: number,
  statement: { readonly id: string; readonly account: string | null },
): ReadonlyArray<Draft> => {
  const money = amountIn(entry)
  const parts = partsOf(entry, money, signOf(entry))
  const entryReference = textAt(entry, "NtryRef")
  const ofEntry = textAt(entry, "AcctSvcrRef")
  const booked = dateOf(entry, "BookgDt") ?? dateOf(entry, "ValDt")
  const entryId = `${statement.id}/${entryReference ?? place}`
  return parts.map(({ details, sign, units }, index) => {
    const refs = details === null ? null : find(details, "Refs")
    const ofPart = refs === null ? null : textAt(refs, "AcctSvcrRef")
    const several = parts.length > 1
    return {
      sourceLine: (several ? details?.line : entry.line) ?? entry.line,
      own: several ? (ofPart === ofEntry || ofPart === null ? null : ofPart) : (ofEntry ?? ofPart),
      fallback: several ? `${ofEntry ?? entryId}/${index + 1}` : entryId,
      fields: {
        statementId: statement.id,
        account: statement.account,
        entryReference,
        accountServicerReference: ofPart ?? ofEntry,
        endToEndId: provided(refs === null ? null : textAt(refs, "EndToEndId")),
        transactionId: refs === null ? null : textAt(refs, "TxId"),
        bookingDate: booked?.slice(0, 10) ?? null,
        bookingDateTime: booked,
        valueDate: dateOf(entry, "ValDt")?.slice(0, 10) ?? null,
        amount: textOfUnits(units),
        currency: money.currency,
        creditDebit: sign === 1n ? "CRDT" : "DBIT",
        description: remittance(details) ?? textAt(entry, "AddtlNtryInf"),
      },
    }
  })
}

interface ReadStatement {
  readonly statement: BankStatement
  readonly drafts: ReadonlyArray<Draft>
}

const readStatement = (element: XmlElement): ReadStatement => {
  const id = textAt(element, "Id")
  if (id === null) throw new XmlFault(element.line, "a statement has no id (Id)")
  const account = textAt(element, "Acct", "Id", "IBAN") ?? textAt(element, "Acct", "Id", "Othr", "Id")
  const entries = findAll(element, "Ntry")
  const booked = entries.filter(isBooked)
  const opening = balanceOf(element, ["OPBD", "PRCD"])
  const closing = balanceOf(element, ["CLBD"])
  const [first] = booked
  const currency =
    textAt(element, "Acct", "Ccy") ??
    opening?.currency ??
    closing?.currency ??
    (first && amountIn(first).currency) ??
    ""
  const stranger = booked.find((entry) => amountIn(entry).currency !== currency)
  if (stranger !== undefined) {
    throw new XmlFault(stranger.line, `an entry of statement ${id} is not in the account's currency ${currency}`)
  }
  const sum = booked.reduce((total, entry) => total + amountIn(entry).units * signOf(entry), 0n)
  if (opening !== null && closing !== null && opening.units + sum !== closing.units) {
    throw new XmlFault(
      element.line,
      `statement ${id} does not add up: opening ${textOfUnits(opening.units)} and entries ${textOfUnits(sum)} make ${textOfUnits(opening.units + sum)} ${currency}, and its closing balance is ${textOfUnits(closing.units)}; ask the bank for a whole statement`,
    )
  }
  return {
    statement: {
      id,
      account,
      currency,
      opening: opening === null ? null : textOfUnits(opening.units),
      closing: closing === null ? null : textOfUnits(closing.units),
      booked: textOfUnits(sum),
      entries: booked.length,
      notBooked: entries.length - booked.length,
    },
    drafts: booked.flatMap((entry, place) => draftsOf(entry, place + 1, { id, account })),
  }
}

/** The bank's reference where no other line of the file has it, else the place in the statement. */
const withIds = (drafts: ReadonlyArray<Draft>): ReadonlyArray<CamtLine> => {
  const uses = new Map<string, number>()
  for (const { own } of drafts) if (own !== null) uses.set(own, (uses.get(own) ?? 0) + 1)
  return drafts.map(({ fallback, fields, own, sourceLine }) => ({
    sourceLine,
    fields: { ...fields, lineId: own !== null && uses.get(own) === 1 ? own : fallback },
  }))
}

/**
 * Reads a CAMT.053 bank statement of any version (ISO 20022, namespace camt.053.001.NN): its booked entries, with the
 * transactions of a batch where they prove themselves, after opening balance and entries were found to make the closing
 * balance. Throws XmlFault.
 */
export const readCamt053 = (text: string): CamtFile => {
  const root = parseXml(text)
  const message = messageShape.exec(root.namespace)?.[1]
  if (root.name !== "Document" || message !== "camt.053") {
    throw new XmlFault(
      root.line,
      `is not a bank statement camt.053 (it is ${message ?? `<${root.name}> of ${JSON.stringify(root.namespace)}`})`,
    )
  }
  const read = root.children.flatMap((body) => findAll(body, "Stmt")).map(readStatement)
  if (read.length === 0) throw new XmlFault(root.line, "holds no statement (Stmt)")
  return { statements: read.map(({ statement }) => statement), lines: withIds(read.flatMap(({ drafts }) => drafts)) }
}
