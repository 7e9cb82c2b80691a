import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const money = "DECIMAL(38,18)"

const acceptedClosing: TableDescription = {
  name: "recon.accepted_closing",
  comment:
    "Closing balances that differ and whose difference a person accepted, so that they open later roll-forwards.",
  columns: [
    ["closing_run", "VARCHAR NOT NULL", "The run that read the closing balance."],
    ["customer_id", "VARCHAR NOT NULL", "The customer."],
    ["currency", "VARCHAR NOT NULL", "The currency."],
    ["network", "VARCHAR", "The network, where the balance was judged by network."],
    ["accepted_for_run", "VARCHAR NOT NULL", "The first run that was judged after it was accepted."],
  ],
}

const columns = [
  ["network", "VARCHAR", "The network, where the balance is judged by network; NULL where its rows are summed."],
  [
    "opening_run",
    "VARCHAR",
    "The run that read the opening; NULL where the roll-forward begins with the first movement.",
  ],
  ["closing_oldest_as_of", "TIMESTAMPTZ", "The instant of its oldest row, where rows are summed."],
  [
    "standing",
    "VARCHAR",
    "proven: the closing can open a later roll-forward; differs: it can once a person accepts the difference; unproven.",
  ],
  ["inception_difference", money, "The balance less all that was posted, where that differs."],
  ["rolled_difference", money, "The balance less the opening and what was posted since, where that differs."],
  ["newest_posted_at", "TIMESTAMPTZ", "The newest posting that the closing may hold."],
] as const

/** What of an unreadable line can be read speaks against transactions that it is not. */
const ofUnreadLines = [
  ["amount", money, "What it says it did to the balance, where that could be read."],
  ["booked_from", "TIMESTAMPTZ", "When it was booked, where that could be read."],
  ["booked_to", "TIMESTAMPTZ", "The same instant, or the end of that day."],
  ["reference", "VARCHAR", "What it refers to, where that could be read."],
] as const

/** Which closing balances were proven, each by its network, so that the next roll-forward opens at the last of them. */
export const closings: Migration = {
  up: async (db) => {
    const statements = [
      ...createStatements(acceptedClosing),
      ...columns.flatMap(([name, type, comment]) => addColumn("recon.rollforward", name, type, comment)),
      ...ofUnreadLines.flatMap(([name, type, comment]) => addColumn("raw.book_quarantine", name, type, comment)),
      `UPDATE recon.rollforward SET closing_oldest_as_of = closing_as_of,
         standing = CASE WHEN status IN ('agrees', 'within tolerance') THEN 'proven' ELSE 'unproven' END`,
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
