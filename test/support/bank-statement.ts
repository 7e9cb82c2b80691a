/** A bank statement in few words: entries are `day amount text`, a debit with a minus. */
export interface StatementText {
  readonly id: string
  readonly account?: string
  readonly period?: readonly [from: string, to: string]
  readonly created?: string
  readonly sequence?: number
  readonly page?: readonly [number: number, isLast: boolean]
  /** `OPBD 100`, `ITBD 130`, `CLBD 125`. */
  readonly balances?: ReadonlyArray<string>
  readonly entries: ReadonlyArray<string>
}

const side = (amount: string): string =>
  `<Amt Ccy="EUR">${amount.replace("-", "")}</Amt><CdtDbtInd>${amount.startsWith("-") ? "DBIT" : "CRDT"}</CdtDbtInd>`

const entryXml = (text: string): string => {
  const [day = "", amount = "", ...words] = text.split(" ")
  return `<Ntry>${side(amount)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><AddtlNtryInf>${words.join(" ")}</AddtlNtryInf></Ntry>`
}

const statementXml = ({
  account = "XX01",
  balances = [],
  created,
  entries,
  id,
  page,
  period,
  sequence,
}: StatementText) =>
  [
    `<Stmt><Id>${id}</Id>`,
    page === undefined ? "" : `<StmtPgntn><PgNb>${page[0]}</PgNb><LastPgInd>${page[1]}</LastPgInd></StmtPgntn>`,
    sequence === undefined ? "" : `<ElctrncSeqNb>${sequence}</ElctrncSeqNb>`,
    created === undefined ? "" : `<CreDtTm>${created}</CreDtTm>`,
    period === undefined ? "" : `<FrToDt><FrDtTm>${period[0]}</FrDtTm><ToDtTm>${period[1]}</ToDtTm></FrToDt>`,
    `<Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>EUR</Ccy></Acct>`,
    ...balances.map((text) => {
      const [code = "", amount = ""] = text.split(" ")
      return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${side(amount)}</Bal>`
    }),
    ...entries.map(entryXml),
    "</Stmt>",
  ].join("\n")

export const statementsText = (...statements: ReadonlyArray<StatementText>): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>${statements.map(statementXml).join("\n")}</BkToCstmrStmt></Document>`
