/** A bank statement in few words: entries are `day amount text @reference = amount text, amount text`, a debit with a minus. */
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

const partXml = (text: string): string => {
  const [amount = "", ...words] = text.trim().split(" ")
  return `<TxDtls>${side(amount)}<RmtInf><Ustrd>${words.join(" ")}</Ustrd></RmtInf></TxDtls>`
}

const entryXml = (text: string): string => {
  const [whole = "", parts] = text.split(" = ")
  const [saying = "", reference] = whole.split(" @")
  const [day = "", amount = "", ...words] = saying.split(" ")
  const named = reference === undefined ? "" : `<AcctSvcrRef>${reference}</AcctSvcrRef>`
  const details = parts === undefined ? "" : `<NtryDtls>${parts.split(",").map(partXml).join("")}</NtryDtls>`
  return `<Ntry>${side(amount)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt>${named}${details}<AddtlNtryInf>${words.join(" ")}</AddtlNtryInf></Ntry>`
}

const statementXml =
  (list: string) =>
  ({ account = "XX01", balances = [], created, entries, id, page, period, sequence }: StatementText) =>
    [
      `<${list}><Id>${id}</Id>`,
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
      `</${list}>`,
    ].join("\n")

export const statementsText = (...statements: ReadonlyArray<StatementText>): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>${statements.map(statementXml("Stmt")).join("\n")}</BkToCstmrStmt></Document>`

/** What a bank tells of single bookings before or beside its statement. */
export const noticesText = (...notices: ReadonlyArray<StatementText>): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>${notices.map(statementXml("Ntfctn")).join("\n")}</BkToCstmrDbtCdtNtfctn></Document>`
