import { textOfUnits, unitsOf } from "../exact-units.ts"
import { fits } from "../values/amount.ts"
import { find, findAll, textAt, type XmlElement, XmlFault } from "./xml-tree.ts"

/** The small parts of ISO 20022 account messages: amounts, sides, balances, dates, references. */

export interface Money {
  readonly units: bigint
  readonly currency: string
}

export const moneyOf = (element: XmlElement): Money => {
  const text = element.text.trim()
  const units = unitsOf(text)
  const currency = element.attributes.Ccy ?? ""
  if (units === null)
    throw new XmlFault(
      element.line,
      `the amount ${JSON.stringify(text)} is not a plain decimal; ask the bank for a file that keeps to ISO 20022`,
    )
  if (!fits(textOfUnits(units).replace("-", "")))
    throw new XmlFault(element.line, `the amount ${text} has more than 20 digits before the point`)
  if (!/^[A-Z]{3}$/.test(currency)) throw new XmlFault(element.line, "an amount has no currency (Ccy)")
  return { units, currency }
}

export const signOf = (owner: XmlElement): bigint => {
  const side = textAt(owner, "CdtDbtInd")
  if (side === "CRDT") return 1n
  if (side === "DBIT") return -1n
  throw new XmlFault(
    owner.line,
    `CdtDbtInd is ${side === null ? "missing" : JSON.stringify(side)}; CRDT or DBIT is expected`,
  )
}

export const amountIn = (owner: XmlElement): Money => {
  const element = find(owner, "Amt")
  if (element === null) throw new XmlFault(owner.line, `${owner.name} has no amount (Amt)`)
  return moneyOf(element)
}

/** A day is written without its zone here; an instant as the bank has it. */
export const dateOf = (owner: XmlElement, name: string): string | null =>
  textAt(owner, name, "Dt")?.slice(0, 10) ?? textAt(owner, name, "DtTm")

/** Version 2 writes the status as text, later ones as a code within. */
export const statusOf = (entry: XmlElement): string =>
  textAt(entry, "Sts", "Cd") ?? textAt(entry, "Sts", "Prtry") ?? textAt(entry, "Sts") ?? "without a status"

export interface Balances {
  readonly opening: Money | null
  readonly closing: Money | null
  /** Whether they join another page: an interim balance. */
  readonly opensWithin: boolean
  readonly closesWithin: boolean
  /** Interim balances within, which must lie between entries. */
  readonly within: ReadonlyArray<bigint>
  /** What is odd about them, in sentences. */
  readonly notes: ReadonlyArray<string>
  /** The day of the closing balance, or of the opening one. */
  readonly day: string | null
}

interface Balance extends Money {
  readonly code: string
  readonly isInterim: boolean
  readonly day: string | null
}

const balanceOf = (element: XmlElement): Balance => {
  const { currency, units } = amountIn(element)
  const code = textAt(element, "Tp", "CdOrPrtry", "Cd") ?? ""
  return {
    code,
    currency,
    units: units * signOf(element),
    isInterim: code === "ITBD" || textAt(element, "Tp", "SubTp", "Cd") === "INTM",
    day: dateOf(element, "Dt")?.slice(0, 10) ?? null,
  }
}

const used = new Set(["OPBD", "PRCD", "CLBD", "ITBD"])

/**
 * Which balance opens and which closes the entries; an interim one where no other does. Where each day has its own, the first
 * and the last; one in another currency than the account's proves nothing.
 */
export const balancesOf = (statement: XmlElement, accountCurrency: string | null): Balances => {
  const given = findAll(statement, "Bal")
    .filter((element) => used.has(textAt(element, "Tp", "CdOrPrtry", "Cd") ?? ""))
    .map(balanceOf)
  const all = given.filter(({ currency }) => accountCurrency === null || currency === accountCurrency)
  const foreign = given.filter((one) => !all.includes(one))
  const of = (code: string, isInterim: boolean) => {
    const [first, ...more] = all.filter((one) => one.code === code && one.isInterim === isInterim)
    const isLater = (one: Balance, other: Balance) => (one.day ?? "") > (other.day ?? "")
    return more.reduce(
      (kept, one) => ((code === "CLBD" ? isLater(one, kept ?? one) : isLater(kept ?? one, one)) ? one : kept),
      first,
    )
  }
  const interim = all.filter(({ code }) => code === "ITBD")
  const finalOpening = of("OPBD", false) ?? of("PRCD", false)
  const finalClosing = of("CLBD", false)
  const namedOpening = finalOpening ?? of("OPBD", true)
  const namedClosing = finalClosing ?? of("CLBD", true)
  // One interim balance by itself may be either end.
  const isUnsure = namedOpening === undefined && namedClosing === undefined && interim.length < 2
  const opening = namedOpening ?? (isUnsure ? undefined : interim[0])
  const closing = namedClosing ?? (isUnsure ? undefined : interim.at(-1))
  const previous = of("PRCD", false)
  const isTorn = opening?.code === "OPBD" && previous !== undefined && previous.units !== opening.units
  return {
    notes: [
      ...(foreign.length === 0
        ? []
        : [`balances in ${[...new Set(foreign.map(({ currency }) => currency))].join(", ")} are not looked at`]),
      ...(isTorn
        ? [
            `it opens with ${textOfUnits(opening.units)}, and its last closing balance (PRCD) was ${textOfUnits(previous.units)}`,
          ]
        : []),
    ],
    opening: opening ?? null,
    closing: closing ?? null,
    opensWithin: opening?.isInterim ?? false,
    closesWithin: closing?.isInterim ?? false,
    within: interim.filter((one) => one !== opening && one !== closing).map(({ units }) => units),
    day: closing?.day ?? (opening?.code === "PRCD" ? null : opening?.day) ?? null,
  }
}

/** `NOTPROVIDED` is what the standard has banks write where there is no end-to-end id. */
const provided = (text: string | null): string | null => (text === "NOTPROVIDED" ? null : text)

const joined = (texts: ReadonlyArray<string>): string | null => texts.join(" ") || null

/** What one or several transactions of an entry say of themselves; ids only where it is one. */
export const sayingsOf = (all: ReadonlyArray<XmlElement>, side: "CRDT" | "DBIT") => {
  const one = all.length === 1 ? all[0] : undefined
  const at = (...path: ReadonlyArray<string>) => (one === undefined ? null : textAt(one, ...path))
  const remittance = all.flatMap((details) => findAll(details, "RmtInf"))
  const references = remittance
    .flatMap((info) => findAll(info, "Strd"))
    .flatMap((info) => textAt(info, "CdtrRefInf", "Ref") ?? [])
  const words =
    one === undefined ? [] : remittance.flatMap((info) => findAll(info, "Ustrd")).map(({ text }) => text.trim())
  const other = side === "CRDT" ? "Dbtr" : "Cdtr"
  return {
    partReference: at("Refs", "AcctSvcrRef"),
    endToEndId: provided(at("Refs", "EndToEndId")),
    transactionId: at("Refs", "TxId"),
    instructionId: at("Refs", "InstrId"),
    mandateId: at("Refs", "MndtId"),
    uetr: at("Refs", "UETR"),
    paymentInformationId: at("Refs", "PmtInfId"),
    creditorReference: joined(references),
    counterparty: at("RltdPties", other, "Nm") ?? at("RltdPties", other, "Pty", "Nm"),
    counterpartyAccount:
      at("RltdPties", `${other}Acct`, "Id", "IBAN") ?? at("RltdPties", `${other}Acct`, "Id", "Othr", "Id"),
    remittance: joined([...words, ...references]),
  }
}
