import { Effect } from "effect"
import { type ProductRow, products } from "../../api/contract/products.ts"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Alteration } from "./alteration.ts"
import { alterations } from "./alterations.ts"

/** A real record on which an alteration is tried. */
export interface Chosen {
  readonly alteration: string
  /** The list that the altered record stands on. */
  readonly of_table: string
  /** What the case is counted under: of a transaction, the list of the record that it names. */
  readonly listed_as: string
  readonly record_id: string
  readonly customer_id: string
  readonly other_customer: string | null
  readonly other_account: string | null
  readonly currency: string
  readonly amount: string
  readonly created_at: string | null
  readonly resource_type: string | null
}

/** How many candidates are drawn for each record that is asked for, so that customers can be spread. */
const choice = 5

/**
 * What can be tried: settled records and posted transactions of which everything agrees, so that whatever is told afterwards is told
 * of the alteration; a day old, so that no grace is in the way.
 */
const agreedSql: ReadonlyArray<string> = [
  `CREATE OR REPLACE TABLE drill.told AS
   SELECT record_id FROM recon.finding UNION SELECT counterpart_id FROM recon.finding WHERE counterpart_id IS NOT NULL`,
  `CREATE OR REPLACE TABLE drill.agreed AS
   -- Where a balance is wrong already, or not stated, an alteration may change nothing that is told.
   WITH wrong_balance AS (SELECT DISTINCT customer_id, currency FROM recon.finding WHERE stream = 'balances' AND outcome = 'exception'),
   leg AS (
     SELECT m.stream, m.record_id FROM recon.matches AS m LEFT JOIN wrong_balance AS b ON b.customer_id = m.customer_id AND b.currency = m.currency
     WHERE m.side = 'movement' GROUP BY m.stream, m.record_id HAVING bool_and(m.category = 'matched' AND b.customer_id IS NULL)
   ),
   record AS (
     SELECT l.stream, l.record_id FROM leg AS l
     JOIN recon.product_record AS r ON r.stream = l.stream AND r.record_id = l.record_id
     WHERE r.class = 'settled' AND r.settled_at < recon.started_at() - INTERVAL 1 DAY
   )
   SELECT 'record' AS kind, stream, record_id FROM record WHERE record_id NOT IN (FROM drill.told)
   UNION ALL
   SELECT 'transaction', r.stream, t.transaction_id
   FROM recon.transaction AS t
   JOIN recon.product AS p ON p.resource_type = t.resource_type
   JOIN record AS r ON r.stream = p.stream AND r.record_id = t.resource_id
   WHERE t.class = 'settled' AND t.type = upper(t.resource_type) AND t.posted_at < recon.started_at() - INTERVAL 1 DAY
     AND t.transaction_id NOT IN (FROM drill.told) AND t.resource_id NOT IN (FROM drill.told)`,
  // Whom a record may be moved to: those whose list is proven, in a ring.
  `CREATE OR REPLACE TABLE drill.ring AS
   SELECT stream, customer_id, row_number() OVER (PARTITION BY stream ORDER BY customer_id) - 1 AS place, count(*) OVER (PARTITION BY stream) AS customers
   FROM recon.reading WHERE is_proven`,
]

interface Source {
  readonly table: string
  /** SQL for what the case is counted under. */
  readonly listedAs: string
  readonly id: string
  readonly currency: string
  readonly amount: string
  readonly createdAt: string
  readonly resourceType: string
  readonly join: string
  readonly where: string
}

const ofProduct = (product: ProductRow): Source => {
  const first = product.movement === "exchange" ? "from_" : ""
  return {
    table: product.stream,
    listedAs: quoteText(product.stream),
    id: `t.${product.id}`,
    currency: `t.${first}currency`,
    amount: `t.${first}amount`,
    createdAt: "t.created_at",
    resourceType: quoteText(product.resourceType),
    join: `JOIN drill.agreed AS a ON a.kind = 'record' AND a.stream = ${quoteText(product.stream)} AND a.record_id = t.${product.id}`,
    where: "TRUE",
  }
}

const ofTransactions: Omit<Source, "listedAs" | "join" | "where"> = {
  table: "transactions",
  id: "t.transaction_id",
  currency: "t.currency",
  amount: "t.amount",
  createdAt: "t.created_at",
  resourceType: "t.resource_type",
}

const isFree = (id: string): string => `${id} NOT IN (FROM drill.told)`

const isListed = (stream: string): string =>
  `JOIN recon.reading AS l ON l.customer_id = t.customer_id AND l.stream = ${quoteText(stream)} AND l.is_proven AND t.last_seen_run = recon.run()`

const sourcesOf = ({ lists, of }: Alteration): ReadonlyArray<Source> => {
  switch (of) {
    case "record":
      return products.filter(({ stream }) => lists?.includes(stream) ?? true).map(ofProduct)
    case "transaction":
      return [
        {
          ...ofTransactions,
          listedAs: "a.stream",
          join: "JOIN drill.agreed AS a ON a.kind = 'transaction' AND a.record_id = t.transaction_id",
          where: lists === undefined ? "TRUE" : `a.stream IN (${lists.map(quoteText).join(", ")})`,
        },
      ]
    case "fee":
      return [
        {
          ...ofTransactions,
          listedAs: "'transactions'",
          join: isListed("transactions"),
          where: `t.type = 'FEE' AND t.direction = 'DEBIT' AND t.status = 'COMPLETED' AND t.resource_id IS NULL AND t.net_amount > 0
            AND coalesce(trim(t.reference), '') <> '' AND ${isFree("t.transaction_id")}`,
        },
      ]
    case "checkout":
      return [
        {
          ...ofTransactions,
          table: "checkouts",
          listedAs: "'checkouts'",
          id: "t.checkout_id",
          resourceType: "NULL",
          join: isListed("checkouts"),
          where: `t.updated_at < recon.started_at() - INTERVAL 1 DAY AND ${isFree("t.checkout_id")}`,
        },
      ]
    case "balance":
      return [
        {
          ...ofTransactions,
          table: "balances",
          listedAs: "'balances'",
          id: "concat_ws('/', t.customer_id, t.currency, t.network)",
          amount: "abs(t.total)",
          createdAt: "t.as_of",
          resourceType: "NULL",
          join: `${isListed("balances")}
            JOIN recon.closing AS c ON c.customer_id = t.customer_id AND c.currency = recon.currency_name(t.currency) AND c.network_key IN ('', recon.network_name(t.network))`,
          where: `c.is_listed AND c.inception_ties AND c.inception_obstacle IS NULL AND ${isFree("concat_ws('/', t.customer_id, t.currency)")}`,
        },
      ]
  }
}

const otherAccountSql = `
  SELECT c.case_no, min_by(a.account_id, (a.currency <> c.currency, md5(concat(c.record_id, a.account_id)))) AS other_account
  FROM drawn AS c
  JOIN recon.product AS p ON p.stream = c.listed_as
  JOIN recon.account AS a ON a.stream = p.account_stream AND a.customer_id <> c.customer_id
  GROUP BY c.case_no`

/** For an alteration and a list: as many records as were asked for, drawn by the seed. */
const chosenSql = (alteration: Alteration, source: Source): string => `
  WITH candidate AS (
    SELECT ${quoteText(alteration.name)} AS alteration, ${quoteText(source.table)} AS of_table, ${source.listedAs} AS listed_as, ${source.id} AS record_id,
      t.customer_id, ${source.currency} AS currency, ${source.amount} AS amount, ${source.createdAt} AS created_at, ${source.resourceType} AS resource_type
    FROM main.${source.table} AS t ${source.join}
    WHERE ${source.where} AND (${alteration.where ?? "TRUE"}) AND ${source.amount} <> 0
  ),
  drawn AS (
    SELECT *, row_number() OVER (PARTITION BY listed_as ORDER BY draw, record_id) AS turn, row_number() OVER (ORDER BY draw, record_id) AS case_no
    FROM (SELECT *, md5(concat_ws('/', $1, alteration, record_id)) AS draw FROM candidate)
    QUALIFY turn <= CAST($2 AS INTEGER)
  ),
  beside AS (
    SELECT d.case_no, o.customer_id AS other_customer
    FROM drawn AS d
    JOIN drill.ring AS own ON own.stream = d.of_table AND own.customer_id = d.customer_id
    JOIN drill.ring AS o ON o.stream = d.of_table AND o.place = (own.place + 1 + hash(d.record_id) % greatest(own.customers - 1, 1)) % own.customers
      AND o.customer_id <> d.customer_id
  ),
  account AS (${alteration.needs === "another's account" ? otherAccountSql : "SELECT NULL::BIGINT AS case_no, NULL AS other_account WHERE FALSE"})
  SELECT d.* EXCLUDE (case_no, draw, turn, amount, created_at), b.other_customer, a.other_account, CAST(d.amount AS VARCHAR) AS amount, CAST(d.created_at AS VARCHAR) AS created_at
  FROM drawn AS d LEFT JOIN beside AS b ON b.case_no = d.case_no LEFT JOIN account AS a ON a.case_no = d.case_no
  WHERE ${{ "another customer": "b.other_customer", "another's account": "a.other_account", none: "d.customer_id" }[alteration.needs ?? "none"]} IS NOT NULL
  ORDER BY d.case_no`

/** Draws the records that are altered, from those of the judged run. */
export const chooseRecords = (
  sql: Sql,
  { sample, seed }: { readonly sample: number; readonly seed: number },
): Effect.Effect<ReadonlyArray<Chosen>, StoreError> =>
  Effect.gen(function* () {
    for (const statement of agreedSql) yield* sql.run(statement)
    const used = new Map<string, number>()
    const chosen = yield* Effect.forEach(alterations, (alteration, place) =>
      Effect.map(
        Effect.forEach(sourcesOf(alteration), (source) =>
          sql.rows<Chosen>(chosenSql(alteration, source), [String(seed), String(sample * choice)]),
        ),
        (drawn) => spread(turned(drawn, seed + place).flat(), sample, used),
      ),
    )
    return chosen.flat()
  })

/** The customers whom an alteration touches. */
export const customersOf = (chosen: Chosen): ReadonlyArray<string> =>
  alterations.find(({ name }) => name === chosen.alteration)?.needs === "another customer" &&
  chosen.other_customer !== null
    ? [chosen.customer_id, chosen.other_customer]
    : [chosen.customer_id]

/**
 * One of every list in turn, until there are as many as were asked for: of a list the first that was drawn at a customer who is used
 * least so far, because alterations of one customer cannot be judged together.
 */
const spread = (drawn: ReadonlyArray<Chosen>, sample: number, used: Map<string, number>): ReadonlyArray<Chosen> => {
  const lists = new Map<string, Array<Chosen>>()
  for (const one of drawn) lists.set(one.listed_as, [...(lists.get(one.listed_as) ?? []), one])
  const usesOf = (one: Chosen) => Math.max(...customersOf(one).map((customer) => used.get(customer) ?? 0))
  const picked: Array<Chosen> = []
  while (picked.length < sample && lists.size > 0) {
    for (const [list, left] of lists) {
      const [first] = left
      if (first === undefined) lists.delete(list)
      if (first === undefined || picked.length === sample) continue
      const best = left.reduce((least, one) => (usesOf(one) < usesOf(least) ? one : least), first)
      left.splice(left.indexOf(best), 1)
      picked.push(best)
      for (const customer of customersOf(best)) used.set(customer, (used.get(customer) ?? 0) + 1)
    }
  }
  return picked
}

/** Begins at another list for each alteration and seed, so that small samples try all of them. */
const turned = <A>(lists: ReadonlyArray<A>, by: number): ReadonlyArray<A> => {
  const first = by % Math.max(lists.length, 1)
  return [...lists.slice(first), ...lists.slice(0, first)]
}

/** Puts as many as possible into one pass, each at customers of its own, in the order in which they come. */
export const passesOf = (cases: ReadonlyArray<Chosen>): ReadonlyArray<ReadonlyArray<Chosen>> => {
  const passes: Array<{ readonly cases: Array<Chosen>; readonly customers: Set<string> }> = []
  for (const chosen of cases) {
    const own = customersOf(chosen)
    const place = passes.find(({ customers }) => own.every((customer) => !customers.has(customer)))
    const pass = place ?? { cases: [], customers: new Set<string>() }
    if (place === undefined) passes.push(pass)
    pass.cases.push(chosen)
    for (const customer of own) pass.customers.add(customer)
  }
  return passes.map(({ cases }) => cases)
}
