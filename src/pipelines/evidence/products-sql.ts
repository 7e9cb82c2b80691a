import { type ProductRow, products } from "../../api/contract/products.ts"
import type { ContractStream } from "../../api/contract.ts"
import type { Explained } from "./explained.ts"
import { ofReplaced, type Replaced } from "./records-sql.ts"

/*
 * The views that go over the lists themselves. SQL cannot name a table by a value, so these few are written here, row by
 * row of the tables of products and streams; everything above them is a .sql file.
 */

/**
 * Rows of lists that stand on them in the judged run, where the run read them to their end. The lists are put together first and
 * looked up once: a join for each list is planned for each list.
 */
const onLists = (name: string, rows: ReadonlyArray<string>): string =>
  `CREATE OR REPLACE VIEW recon.${name} AS
  SELECT p.* EXCLUDE (last_seen_run)
  FROM (${rows.join("\n  UNION ALL")}) AS p
  JOIN recon.coverage AS listed ON listed.run_id = recon.run() AND listed.stream = p.stream AND listed.customer_id = p.customer_id AND listed.state = 'COMPLETE'
  WHERE p.last_seen_run = recon.run()`

const given = (stream: ContractStream, row: string, column: string): string =>
  stream.fields.some((field) => field.column === column) ? `${row}.${column}` : "NULL"

const streamOf = (streams: ReadonlyArray<ContractStream>, product: ProductRow): ContractStream => {
  const stream = streams.find((candidate) => candidate.stream === product.stream)
  if (stream === undefined) throw new Error(`the contract has no list ${product.stream}`)
  return stream
}

const directionOf = { in: "CREDIT", out: "DEBIT", exchange: "DEBIT" } as const

const selectRecord = (streams: ReadonlyArray<ContractStream>, product: ProductRow): string => {
  const stream = streamOf(streams, product)
  const column = (name: string) => given(stream, "p", name)
  const first = product.movement === "exchange" ? "from_" : ""
  return `
  SELECT '${product.stream}' AS stream, '${product.noun}' AS noun, '${product.resourceType}' AS resource_type, p.${product.id} AS record_id,
    p.customer_id, '${directionOf[product.movement]}' AS direction, recon.currency_name(p.${first}currency) AS currency,
    recon.network_name(${column("network")}) AS network, p.${first}amount AS amount, p.fee, ${column("net_amount")} AS net_amount,
    ${column("tx_hash")} AS tx_hash, ${column("reference")} AS reference, ${column("quote_id")} AS quote_id, ${column("checkout_id")} AS checkout_id,
    ${product.place === null ? "NULL" : `p.${product.place}`} AS place, ${product.account === null ? "NULL" : `p.${product.account.column}`} AS account_id,
    p.status, recon.class_of_${product.stream}(p.status) AS class, p.created_at, p.updated_at, p.completed_at,
    coalesce(p.completed_at, p.updated_at) AS settled_at, p.first_seen_run, p.last_seen_run
  FROM main.${product.stream} AS p`
}

export const productRecordSql = (streams: ReadonlyArray<ContractStream>): string =>
  onLists(
    "product_record",
    products.map((product) => selectRecord(streams, product)),
  )

/** What a record moves in one direction, as SQL over a row `p` of its list. */
export interface Leg {
  /** DEBIT, CREDIT or FEE of a conversion; null for a record with one leg. */
  readonly leg: string | null
  readonly direction: "CREDIT" | "DEBIT"
  readonly currency: string
  readonly amount: string
  readonly fee: string
  readonly net: string
  readonly where: string
}

/** By the names that count, so that a currency which goes by two is one. */
const named = (column: string): string => `recon.currency_name(p.${column})`

const sameCurrencySql = `${named("from_currency")} = ${named("to_currency")}`

const feeOn = (currency: string): string =>
  `CASE WHEN ${named("fee_currency")} = ${named(currency)} THEN p.fee ELSE 0 END`

/** An amount, to which the fee is still to come, or that holds it already: where the configuration says that it is taken within. */
const unlessWithin = (within: "beforeRate" | "afterRate", stated: string, computed: string): string =>
  `CASE WHEN recon.conversion_fee() = '${within}' THEN ${computed} ELSE ${stated} END`

/** A conversion's fee is on the leg whose currency is feeCurrency; one in a third currency is a leg of its own. Source: docs/partner-api.md, "Fields". */
export const legsOf = (product: ProductRow): ReadonlyArray<Leg> => {
  if (product.movement !== "exchange") {
    const direction = directionOf[product.movement]
    return [
      { leg: null, direction, currency: "currency", amount: "p.amount", fee: "p.fee", net: "p.net_amount", where: "" },
    ]
  }
  // Where both sides are of one currency, the fee is on the side that pays.
  const feeOfDebit = feeOn("from_currency")
  const feeOfCredit = `CASE WHEN ${sameCurrencySql} THEN 0 ELSE ${feeOn("to_currency")} END`
  return [
    {
      leg: "DEBIT",
      direction: "DEBIT",
      currency: "from_currency",
      amount: unlessWithin("beforeRate", "p.from_amount", `TRY(p.from_amount - ${feeOfDebit})`),
      fee: feeOfDebit,
      net: unlessWithin("beforeRate", `TRY(p.from_amount + ${feeOfDebit})`, "p.from_amount"),
      where: "",
    },
    {
      leg: "CREDIT",
      direction: "CREDIT",
      currency: "to_currency",
      amount: unlessWithin("afterRate", "p.to_amount", `TRY(p.to_amount + ${feeOfCredit})`),
      fee: feeOfCredit,
      net: unlessWithin("afterRate", `TRY(p.to_amount - ${feeOfCredit})`, "p.to_amount"),
      where: "",
    },
    {
      leg: "FEE",
      direction: "DEBIT",
      currency: "fee_currency",
      amount: "p.fee",
      fee: "p.fee",
      net: "p.fee",
      where: ` AND p.fee <> 0 AND ${named("fee_currency")} NOT IN (${named("from_currency")}, ${named("to_currency")})`,
    },
  ]
}

const selectLegs = (streams: ReadonlyArray<ContractStream>, product: ProductRow): ReadonlyArray<string> => {
  const stream = streamOf(streams, product)
  const byDirection = product.movement === "exchange" ? sameCurrencySql : "FALSE"
  return legsOf(product).map(
    (leg) => `
  SELECT '${product.stream}' AS stream, '${product.resourceType}' AS resource_type, p.${product.id} AS record_id,
    ${leg.leg === null ? "NULL" : `'${leg.leg}'`} AS leg, p.customer_id, '${leg.direction}' AS direction, recon.currency_name(p.${leg.currency}) AS currency,
    recon.network_name(${given(stream, "p", "network")}) AS network, ${leg.amount} AS amount, ${leg.fee} AS fee, ${leg.net} AS net_amount,
    ${leg.direction === "CREDIT" ? "" : "-"}${leg.net} AS signed_net, ${leg.leg === "FEE" ? "FALSE" : byDirection} AS is_by_direction,
    p.status, recon.class_of_${product.stream}(p.status) AS class, p.created_at, p.updated_at, p.completed_at, p.version_seen_run, p.last_seen_run
  FROM main.${product.stream} AS p WHERE TRUE${leg.where}`,
  )
}

export const movementSql = (streams: ReadonlyArray<ContractStream>): string =>
  onLists(
    "movement",
    products.flatMap((product) => selectLegs(streams, product)),
  )

const sqlType = (type: string): string => ({ money: "DECIMAL(38,18)", time: "TIMESTAMPTZ" })[type] ?? "VARCHAR"

/**
 * What must have moved of settled records that were read tonight and whose id another customer's record has, too: the tables hold
 * one of them, the one that came last.
 */
export const displaced = (streams: ReadonlyArray<ContractStream>, replaced: Replaced): Explained => {
  const selects = ofReplaced(products, replaced.tonight).flatMap((product) => {
    const stream = streamOf(streams, product)
    const columns = stream.fields.map(
      ({ column, type }) => `CAST(json_extract_string(v.content, '$.${column}') AS ${sqlType(type)}) AS ${column}`,
    )
    return legsOf(product).map(
      (leg) => `
  SELECT '${product.stream}' AS stream, '${product.resourceType}' AS resource_type, p.${product.id} AS record_id, p.customer_id,
    '${leg.direction}' AS direction, recon.currency_name(p.${leg.currency}) AS currency, ${leg.direction === "CREDIT" ? "" : "-"}${leg.net} AS signed_net
  FROM (
    SELECT v.version, ${columns.join(", ")} FROM version AS v JOIN main.${product.stream} AS k ON k.${product.id} = v.record_id
      AND k.customer_id <> json_extract_string(v.content, '$.customer_id')
    WHERE v.stream = '${product.stream}' AND k.last_seen_run = recon.run()
  ) AS p
  WHERE recon.class_of_${product.stream}(p.status) = 'settled'${leg.where}
  QUALIFY row_number() OVER (PARTITION BY p.${product.id}, p.customer_id ORDER BY p.version DESC) = 1`,
    )
  })
  return {
    name: "displaced",
    kind: "table",
    about:
      "What must have moved of settled records that the judged run read and whose id another customer's record has, too: the list's table holds the one that came last.",
    columns: {},
    sql: `
  WITH version AS MATERIALIZED (SELECT stream, record_id, version, content FROM main.superseded_versions WHERE last_seen_run = recon.run())${selects.join("\n  UNION ALL")}`,
  }
}

/** The records that send back what came in, each with the record that it names. */
export const refundSql = (streams: ReadonlyArray<ContractStream>): string => {
  const selects = products.flatMap((product) => {
    const { refunds } = product
    const row = products.find((candidate) => candidate.stream === refunds?.stream)
    if (refunds === null || row === undefined) return []
    return [
      `
  SELECT '${product.stream}' AS of_stream, '${product.noun}' AS of_noun, p.${refunds.column} AS of_record, '${row.stream}' AS stream, p.${row.id} AS record_id,
    p.customer_id, recon.currency_name(p.currency) AS currency, recon.network_name(${given(streamOf(streams, row), "p", "network")}) AS network,
    p.amount, p.fee, p.net_amount, p.status, recon.class_of_${row.stream}(p.status) AS class, p.created_at, p.updated_at, p.last_seen_run
  FROM main.${row.stream} AS p`,
    ]
  })
  return onLists("refund", selects)
}

/**
 * Every version of the accounts, wallets and beneficiaries that product records name, on whatever night it was listed: what was on a
 * list once is known for good.
 */
export const accountSql = (streams: ReadonlyArray<ContractStream>): string => {
  const accounts = streams.filter(({ stream }) => products.some(({ account }) => account?.stream === stream))
  const current = accounts.map((stream) => {
    const [id] = stream.idFields
    return `
  SELECT '${stream.stream}' AS stream, a.${id?.column} AS account_id, a.customer_id, a.currency, ${given(stream, "a", "network")} AS network, a.status,
    a.version, a.version_seen_run, a.last_seen_run
  FROM main.${stream.stream} AS a`
  })
  return `CREATE OR REPLACE VIEW recon.account AS
  SELECT stream, account_id, customer_id, recon.currency_name(currency) AS currency, coalesce(recon.network_name(network), '') AS network, status,
    version, version_seen_run, last_seen_run
  FROM (${current.join("\n  UNION ALL")}
  UNION ALL
  SELECT v.stream, v.record_id, v.content ->> 'customer_id', v.content ->> 'currency', v.content ->> 'network', v.content ->> 'status',
    v.version, v.first_seen_run, v.last_seen_run
  FROM main.superseded_versions AS v WHERE v.stream IN (${accounts.map(({ stream }) => `'${stream}'`).join(", ")}))`
}

/** Movements and transactions of typed rows as they stand in the tables, whatever was read tonight: what all categories must add up to. */
export const heldSql = (streams: ReadonlyArray<ContractStream>): string =>
  `CREATE OR REPLACE VIEW recon.held AS${[
    ...products.flatMap((product) =>
      legsOf(product).map(
        (leg) => `
  SELECT 'movement' AS side, '${streamOf(streams, product).stream}' AS stream, p.${product.id} AS record_id, '${leg.leg ?? leg.direction}' AS leg, NULL AS transaction_id,
    p.customer_id, recon.currency_name(p.${leg.currency}) AS currency, ${leg.net} AS net_amount, p.last_seen_run
  FROM main.${product.stream} AS p WHERE TRUE${leg.where}`,
      ),
    ),
    `
  SELECT 'transaction', 'transactions', t.resource_id, NULL, t.transaction_id, t.customer_id, recon.currency_name(t.currency), t.net_amount, t.last_seen_run
  FROM main.transactions AS t`,
  ].join("\n  UNION ALL")}`

/**
 * Rows of the tables that stand on no proven list of the judged run: of a customer who left the roster, of a list that was
 * not read, or gone. The two ways are asked apart, so that a whole night costs next to nothing.
 */
export const notListedSql = `CREATE OR REPLACE VIEW recon.not_listed AS
  WITH row_of AS (
    SELECT h.*, FALSE AS was_read FROM recon.held AS h WHERE h.last_seen_run <> recon.run()
    UNION ALL
    SELECT h.*, TRUE FROM recon.held AS h
    SEMI JOIN recon.reading AS r ON r.customer_id = h.customer_id AND r.stream = h.stream AND NOT r.is_proven
    WHERE h.last_seen_run = recon.run()
  )
  SELECT h.side, CASE h.side WHEN 'movement' THEN h.stream END AS stream, CASE h.side WHEN 'movement' THEN h.record_id END AS record_id, h.leg, h.transaction_id,
    h.customer_id, h.currency, h.net_amount, CASE WHEN r.customer_id IS NULL OR r.is_proven THEN 'not read' ELSE 'unproven' END AS category
  FROM row_of AS h LEFT JOIN recon.reading AS r ON r.customer_id = h.customer_id AND r.stream = h.stream`

/** The newest instant of each list's records, those that lie ahead of the night aside: an update's, else the creation's. */
export const newestRecordSql = (streams: ReadonlyArray<ContractStream>): string => {
  const selects = streams.flatMap(({ fields, stream }) => {
    const column = ["updated_at", "created_at"].find((name) => fields.some((field) => field.column === name))
    return column === undefined
      ? []
      : [
          `\n  SELECT '${stream}' AS stream, max(${column}) FILTER (${column} <= recon.started_at() + INTERVAL 1 DAY) AS newest_at FROM main.${stream}`,
        ]
  })
  return `CREATE OR REPLACE VIEW recon.newest_record AS${selects.join("\n  UNION ALL")}`
}
