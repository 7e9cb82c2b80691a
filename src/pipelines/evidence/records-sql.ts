import { products } from "../../api/contract/products.ts"
import type { ContractStream } from "../../api/contract.ts"
import type { Explained } from "./explained.ts"

/*
 * Every record of every list as the store last knew it, and every version that a later one replaced. Like the views of
 * products-sql.ts they go over the lists themselves, so they are written row by row of the contract.
 */

/** The lists of which a version was ever replaced, and those of which one was that the judged run saw itself. */
export interface Replaced {
  readonly ever: ReadonlySet<string>
  readonly tonight: ReadonlySet<string>
}

export const replacedSql =
  "SELECT stream, bool_or(last_seen_run = recon.run()) AS tonight FROM main.superseded_versions GROUP BY stream"

/** Those that are worth asking; where there is none, the first, so that the question has its columns: it finds nothing. */
export const ofReplaced = <A extends { readonly stream: string }>(
  rows: ReadonlyArray<A>,
  replaced: ReadonlySet<string>,
): ReadonlyArray<A> => {
  const worth = rows.filter(({ stream }) => replaced.has(stream))
  return worth.length === 0 ? rows.slice(0, 1) : worth
}

/** A balance is a reading at an instant and has no life of its own; one that is no longer stated is the business of BAL_UNSTATED. */
const withLife = (streams: ReadonlyArray<ContractStream>) => streams.filter(({ stream }) => stream !== "balances")

/** The column of a list's record id, for lists whose id is one field: all but balances. */
const idOf = ({ idFields }: ContractStream): string => idFields[0]?.column ?? "record_id"

const columnsOf = ({ fields }: ContractStream): ReadonlyArray<string> => fields.map(({ column }) => column)

const firstOf = (stream: ContractStream, ...names: ReadonlyArray<string>): string | null =>
  names.find((name) => columnsOf(stream).includes(name)) ?? null

const selectRecord = (stream: ContractStream): string => {
  const has = (...names: ReadonlyArray<string>): string => {
    const column = firstOf(stream, ...names)
    return column === null ? "NULL" : `r.${column}`
  }
  return `
  SELECT '${stream.stream}' AS stream, r.${idOf(stream)} AS record_id, r.customer_id,
    recon.currency_name(${has("currency", "from_currency")}) AS currency, ${has("amount", "from_amount")} AS amount,
    ${has("status")} AS status, ${stream.statuses === null ? "NULL" : `recon.class_of_${stream.stream}(r.status)`} AS class,
    r.created_at, ${has("completed_at", "posted_at")} AS done_at, ${has("resource_type")} AS resource_type, ${has("resource_id")} AS resource_id, r.first_seen_run, r.last_seen_run, r.version_seen_run
  FROM main.${stream.stream} AS r`
}

/** What a record must keep once it is settled, by its columns. Source: docs/rules.md, "What may not change". */
const keptOf = (stream: ContractStream): ReadonlyArray<string> => {
  const money = columnsOf(stream).filter((column) => /(^|_)(amount|fee|rate|currency)$/.test(column))
  const others = stream.stream === "transactions" ? ["type", "direction", "resource_type", "resource_id"] : []
  const named = products.find((product) => product.stream === stream.stream)?.kept ?? []
  const onChain = columnsOf(stream).filter((column) => statedLater.includes(column))
  return [...money.filter((column) => column !== "paid_amount"), "customer_id", ...others, ...named, ...onChain]
}

/** What a settled record may say only later: from then on it must keep it. */
const statedLater = ["network", "tx_hash"]

/** A value as text: a currency and a network by the name that counts, a hash as people write it, so that another way to say it is no change. */
const asText = (column: string, value: string): string => {
  if (/(^|_)currency$/.test(column)) return `recon.currency_name(${value})`
  if (column === "network") return `recon.network_name(${value})`
  return column === "tx_hash" ? `nullif(recon.hash_name(${value}), '')` : `CAST(${value} AS VARCHAR)`
}

const selectFormer = (stream: ContractStream): string => {
  const kept = keptOf(stream)
  const list = (values: ReadonlyArray<string>) => `[${values.join(", ")}]`
  const oneAmount = kept.includes("net_amount")
  const former = (column: string) => asText(column, `json_extract_string(v.content, '$.${column}')`)
  const later = statedLater.map((column) => `${kept.includes(column) ? former(column) : "NULL::VARCHAR"} AS ${column}`)
  return `
  SELECT '${stream.stream}' AS stream, v.record_id, p.customer_id, v.version, v.first_seen_run AS version_seen_run, v.last_seen_run AS version_last_seen_run,
    p.last_seen_run, v.former_status, v.former_class, p.status, recon.class_of_${stream.stream}(p.status) AS class, ${list(kept.map((column) => `'${column}'`))} AS names,
    ${list(kept.map(former))} AS said,
    ${list(kept.map((column) => asText(column, `p.${column}`)))} AS says,
    ${oneAmount ? "recon.currency_name(p.currency)" : "NULL::VARCHAR"} AS currency, ${oneAmount ? "p.net_amount" : "NULL::DECIMAL(38, 18)"} AS net_amount,
    ${later.join(", ")},
    v.last_seen_run = recon.run() AND p.last_seen_run = recon.run() AND json_extract_string(v.content, '$.customer_id') <> p.customer_id AS is_anothers
  FROM version AS v JOIN main.${stream.stream} AS p ON p.${idOf(stream)} = v.record_id
  WHERE v.stream = '${stream.stream}'`
}

export const knownRecord = (streams: ReadonlyArray<ContractStream>): Explained => ({
  name: "known_record",
  kind: "view",
  about:
    "Every record of every list but balances, as the store last knew it, whatever was read tonight. It stands on its list where last_seen_run is the judged run.",
  columns: {
    stream: "The list.",
    record_id: "The record.",
    customer_id: "Its customer.",
    currency: "Its currency, by the name that counts; of a conversion, the one that it took.",
    amount: "Its amount; of a conversion, what it took.",
    status: "Its status; NULL where records of the list have none.",
    class: "open, settled, void, undone, or unknown: a status outside the contract.",
    created_at: "When it was created.",
    done_at: "When it was completed, or posted.",
    resource_type: "Of a transaction, the kind of the record that it names.",
    resource_id: "Of a transaction, the record that it names.",
    first_seen_run: "The run that first saw it.",
    last_seen_run: "The last run that saw it.",
    version_seen_run: "The run that first saw it as it is now.",
  },
  sql: withLife(streams).map(selectRecord).join("\n  UNION ALL"),
})

/** A year of nights leaves many versions, of which a night asks for few: they are looked through once, and no list that has none is named. */
export const formerVersion = (streams: ReadonlyArray<ContractStream>, replaced: Replaced): Explained => ({
  name: "former_version",
  kind: "table",
  about:
    "Versions of a record that a later one replaced, of lists whose records have a status, beside what the record says now: those that were settled, void or undone, and those that the judged run saw itself. main.record_versions has all.",
  columns: {
    stream: "The list.",
    record_id: "The record.",
    customer_id: "Its customer, now.",
    version: "The former version; the first is 1.",
    version_seen_run: "The run that first saw this version.",
    version_last_seen_run: "The last run that saw this version.",
    last_seen_run: "The last run that saw the record.",
    former_status: "Its status then.",
    former_class: "The class of that status.",
    status: "Its status now.",
    class: "The class of that status.",
    names: "The columns that a settled record must keep.",
    said: "What they said then, in the order of names; amounts as exact text.",
    says: "What they say now.",
    currency: "Its currency now; NULL where it is about several.",
    net_amount: "Its net amount now.",
    network: "The network that it stated then.",
    tx_hash: "Its hash on the chain then.",
    is_anothers: "Whether it is another customer's record, which the judged run read under the same id.",
  },
  sql: `
  WITH version AS MATERIALIZED (
    SELECT v.*, json_extract_string(v.content, '$.status') AS former_status, coalesce(s.class, 'unknown') AS former_class
    FROM main.superseded_versions AS v LEFT JOIN recon.statuses AS s ON s.stream = v.stream AND s.status = json_extract_string(v.content, '$.status')
    WHERE v.last_seen_run = recon.run() OR s.class IN ('settled', 'void', 'undone')
  )${ofReplaced(
    withLife(streams).filter(({ statuses }) => statuses !== null),
    replaced.ever,
  )
    .map(selectFormer)
    .join("\n  UNION ALL")}`,
})
