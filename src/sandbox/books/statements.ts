import { day, plainTime, renderInstant } from "../world/instant.ts"

/** A bank statement on which nothing was booked: what matters is whether it joins the one before. */
export interface Statement {
  readonly account: string
  readonly id: string
  /** Days before the last night. */
  readonly daysAgo: number
  readonly opening: string
  readonly closing: string
}

const dayOf = (now: number, { daysAgo }: Statement): string =>
  renderInstant(now - daysAgo * day, plainTime).slice(0, 10)

const balance = (code: string, amount: string, on: string): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${on}</Dt></Dt></Bal>`

/** Statements as a bank would write them (CAMT.053). */
export const statementsXml = (statements: ReadonlyArray<Statement>, now: number): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>sandbox</MsgId></GrpHdr>',
    ...statements.map((one) => {
      const on = dayOf(now, one)
      return `<Stmt><Id>${one.id}</Id><FrToDt><FrDtTm>${on}T00:00:00</FrDtTm><ToDtTm>${on}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>${one.account}</IBAN></Id><Ccy>EUR</Ccy></Acct>${balance("OPBD", one.opening, on)}${balance("CLBD", one.closing, on)}</Stmt>`
    }),
    "</BkToCstmrStmt></Document>",
    "",
  ].join("\n")

/** The record of a gap after a statement: what the check calls it, less the book. */
export const gapAfter = (now: number, statement: Statement): string =>
  `${statement.account}/EUR/${dayOf(now, statement)}`
