import { Effect } from "effect"
import { Database } from "../../../src/store/database.ts"
import { type Lists, type Rules, type Served, unitsOf } from "../../oracle/lists.ts"
import { judgeMoney } from "../../oracle/money.ts"
import { judgeTransactions } from "../../oracle/transactions.ts"
import { textOf } from "../../support/decimal.ts"
import { hoursBefore, type LedgerRow } from "../../support/ledger-case.ts"
import { type Cell, sentAs } from "../../support/ledger-cells.ts"

/** What the oracle and the program say of a world of cells, line by line. */

const ids = ["transaction_id", "deposit_id", "withdrawal_id", "refund_id", "conversion_id", "payment_id"]
const servedAs = (row: LedgerRow): Served => ({
  stream: row.stream,
  id: ids.map((column) => row.values[column]).find((id) => typeof id === "string") ?? "",
  customerId: row.values.customer_id ?? "",
  raw: sentAs(row),
})

const listsOf = (world: ReadonlyArray<Cell>): Lists => ({
  now: Date.parse(hoursBefore(0)),
  entries: world.flatMap(({ rows }) => rows.map(servedAs)),
  refused: world.flatMap(({ refused }) =>
    refused.map(({ customer, payload, recordId, stream }) => ({
      stream,
      id: recordId ?? "",
      customerId: customer,
      raw: payload as Served["raw"],
    })),
  ),
  unread: new Set(world.flatMap(({ coverage }) => Object.keys(coverage))),
})

/** What a night must say, one line each; a line begins with the number of its cell. */
export const expectedOf = (world: ReadonlyArray<Cell>, rules: Rules): ReadonlyArray<string> => {
  const lists = listsOf(world)
  const legs = judgeMoney(lists, rules)
  const isRead = ({ customerId, stream }: Served) => !lists.unread.has(`${customerId}/${stream}`)
  return [
    ...legs.flatMap(({ category, found, leg, outcome, record }) => [
      `${record.id} ${leg.leg ?? leg.direction} is ${category}`,
      ...found.map(({ atStake, code, severity }) =>
        [record.id, leg.leg ?? "", code, severity, textOf(atStake)].join(" "),
      ),
      ...(outcome === "unproven" && isRead(record) ? [`${record.id} ${leg.leg ?? ""} cannot be judged`] : []),
    ]),
    ...judgeTransactions(lists, rules, legs).flatMap(({ atStake, category, code, outcome, transaction }) => [
      `${transaction.id} is ${category}`,
      ...(outcome === "exception" ? [`${transaction.id}  ${code} ${severityOf[code ?? ""]} ${textOf(atStake)}`] : []),
      ...(outcome === "unproven" ? [`${transaction.id}  cannot be judged`] : []),
    ]),
  ].sort()
}

const severityOf: Readonly<Record<string, string>> = {
  LED_MISSING_PRODUCT: "critical",
  LED_TYPE_MISMATCH: "high",
  LED_ADJUSTMENT: "high",
}

export const said = Effect.gen(function* () {
  const database = yield* Database
  const lines = yield* database.rows<{ line: string }>(
    `SELECT CASE side WHEN 'movement' THEN concat(record_id, ' ', leg, ' is ', category) ELSE concat(transaction_id, ' is ', category) END AS line
     FROM recon.matches
     UNION ALL
     SELECT concat_ws(' ', record_id, coalesce(leg, ''), code, severity, CAST(at_stake AS DECIMAL(38,18))::VARCHAR) FROM recon.finding
     WHERE family = 'ledger' AND outcome = 'exception'
     UNION ALL
     SELECT DISTINCT concat(record_id, ' ', leg, ' cannot be judged') FROM recon.finding WHERE family = 'ledger' AND outcome = 'unproven'`,
  )
  return lines.map(({ line }) => line).sort()
})

const cellOf = (line: string): string => line.split("-")[0] ?? ""

/** The cells about which both do not say the same, with their records: what a person needs to decide who is right. */
export const disagreements = (
  world: ReadonlyArray<Cell>,
  expected: ReadonlyArray<string>,
  actual: ReadonlyArray<string>,
) => {
  const [wanted, given] = [new Set(expected), new Set(actual)]
  const missing = expected.filter((line) => !given.has(line)).map((line) => `expected: ${line}`)
  const wrong = actual.filter((line) => !wanted.has(line)).map((line) => `actual:   ${line}`)
  const lines = [...missing, ...wrong]
  const inCell = (name: string) => (line: string) => cellOf(line.slice(10)) === name
  const print = (values: ReadonlyArray<unknown>) => values.map((value) => JSON.stringify(value))
  return [...new Set(lines.map((line) => cellOf(line.slice(10))))].map((name) => {
    const cell = world[Number(name)]
    const records = [...(cell?.rows ?? []).map(sentAs), ...(cell?.refused ?? []), cell?.coverage]
    return [...lines.filter(inCell(name)), ...print(records)].join("\n")
  })
}

export interface CellSettings {
  readonly basisPoints: number
  readonly fees: string
  readonly refunds: string
}

/** The same settings as the configuration file and as the oracle have them. */
export const settingsOf = ({ basisPoints, fees, refunds }: CellSettings) => {
  const aliases = { currencyAliases: { MTC: "POL" }, networkAliases: { ETH: "ETHEREUM" } }
  const rules: Rules = {
    ...aliases,
    tolerance: { EUR: { absolute: unitsOf("0.01"), basisPoints: BigInt(basisPoints) } },
    separateFees: fees === "separate" ? ["fiat_withdrawals"] : [],
    unlistedRefunds: refunds === "notListed" ? ["fiat_deposits"] : [],
  }
  const configuration = {
    ...aliases,
    tolerance: { EUR: { absolute: "0.01", basisPoints } },
    fees: { fiat_withdrawals: fees },
    refunds: { fiat_deposits: refunds },
  }
  return { configuration, rules }
}
