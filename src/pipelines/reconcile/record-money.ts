import { streams } from "../../api/streams.ts"
import { idColumnOf } from "./id-column.ts"

const columnsOf = (stream: (typeof streams)[number]): ReadonlyArray<string> => stream.fields.map(({ column }) => column)

/** Records that are about money, each with its currency and amount; a conversion with what it took. */
const moneyOf = (stream: (typeof streams)[number]): string => {
  const has = columnsOf(stream)
  const first = (...names: ReadonlyArray<string>): string => names.find((name) => has.includes(name)) ?? "NULL"
  const id = idColumnOf(stream)
  return `
    SELECT '${stream.stream}' AS stream, ${id} AS record_id, ${first("currency", "from_currency")} AS currency, ${first("amount", "from_amount")} AS amount
    FROM main.${stream.stream} WHERE ${id} IN (SELECT record_id FROM recon.finding WHERE stream = '${stream.stream}' AND currency IS NULL)`
}

const aboutMoney = streams.filter(
  (stream) =>
    stream.id.length === 1 && columnsOf(stream).some((column) => column === "currency" || column === "from_currency"),
)

/**
 * What a check found of a record, and of no amount of its own (it is old, it vanished, it names what is not there), is
 * about the record's amount: so a person sees what is at stake, and finds it by its currency. Changes `finding`.
 */
export const recordMoneySql = `
  UPDATE recon.finding SET currency = m.currency, actual = m.amount
  FROM (${aboutMoney.map(moneyOf).join("\n    UNION ALL")}
  ) AS m
  WHERE m.stream = finding.stream AND m.record_id = finding.record_id AND finding.currency IS NULL`
