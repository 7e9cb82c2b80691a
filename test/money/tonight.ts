import { type StreamName, streams } from "../../src/api/streams.ts"
import { textOf, unitsOf } from "../support/decimal.ts"
import { instantOf, sortable } from "./instant.ts"
import type { Balances, Customer, Lists, Night, Row, TiedBalances } from "./world.ts"

/** What the API's lists hold on one night, with instants in the place of spans. */
export type Tonight = ReadonlyMap<StreamName, ReadonlyArray<Row>>

const times: ReadonlySet<string> = new Set(
  streams.flatMap((row) => row.fields.filter((field) => field.type === "time").map((field) => field.field)),
)

const idFields = new Map<StreamName, string>(streams.map((row) => [row.stream, row.id[0]]))

const atInstants = (row: Row, start: number): Row =>
  Object.fromEntries(
    Object.entries(row).map(([field, value]) => [
      field,
      times.has(field) && typeof value === "string" ? instantOf(value, start) : value,
    ]),
  )

/** Last night's list with these records added, or with these fields changed where the id is known. */
const changed = (stream: StreamName, before: ReadonlyArray<Row>, changes: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  const idField = idFields.get(stream) ?? ""
  const known = new Set(before.map((row) => row[idField]))
  const byId = new Map(changes.map((row) => [row[idField], row]))
  return [
    ...before.map((row) => ({ ...row, ...byId.get(row[idField]) })),
    ...changes.filter((row) => !known.has(row[idField])),
  ]
}

const isPosted = (row: Row): boolean => row.status === "COMPLETED" || row.status === "REVERSED"

const isDecimal = (value: unknown): value is string => typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)

const plain = (units: bigint): string => textOf(units).replace(/\.?0+$/, "")

/** The rows that agree with what was posted up to `asOf`; what a transaction does not say readably is not in them. */
const tied = (transactions: ReadonlyArray<Row>, asOf: string, byNetwork: boolean): ReadonlyArray<Row> => {
  const sums = new Map<string, { readonly row: Row; readonly units: bigint }>()
  for (const row of transactions) {
    const { currency, customerId, direction, netAmount, network, postedAt } = row
    if (!isPosted(row) || typeof postedAt !== "string" || sortable(postedAt) > sortable(asOf)) continue
    if (!isDecimal(netAmount)) continue
    const place = byNetwork && typeof network === "string" ? { network } : {}
    const key = [customerId, currency, ...Object.values(place)].join("/")
    const units = (direction === "CREDIT" ? 1n : -1n) * unitsOf(netAmount) + (sums.get(key)?.units ?? 0n)
    sums.set(key, { row: { customerId, currency, ...place }, units })
  }
  return [...sums.values()].map(({ row, units }) => ({
    ...row,
    available: plain(units),
    held: "0",
    total: plain(units),
    asOf,
  }))
}

const balancesOf = (
  given: Balances,
  transactions: ReadonlyArray<Row>,
  roster: ReadonlyArray<Customer>,
  start: number,
): ReadonlyArray<Row> => {
  if (Array.isArray(given)) return given.map((row) => atInstants(row, start))
  const { and = [], but = {}, byNetwork = false, tie } = given === "tie" ? { tie: "-0s" } : (given as TiedBalances)
  const references = new Map(roster.map((customer) => [customer.customerId, customer.partnerCustomerRef]))
  const used = new Set<string>()
  const rows = tied(transactions, instantOf(tie, start), byNetwork).flatMap((row) => {
    const { currency, customerId, network } = row
    const key = [references.get(String(customerId)), currency, ...(network === undefined ? [] : [network])].join("/")
    const change = but[key]
    used.add(key)
    return change === null ? [] : [{ ...row, ...change }]
  })
  const unused = Object.keys(but).filter((key) => !used.has(key))
  if (unused.length > 0) throw new Error(`balances: there is no row of ${unused.join(", ")} to change`)
  return [...rows, ...and].map((row) => atInstants(row, start))
}

/** The lists of a night that begins at `start`, after those of the night before. */
export const tonight = (night: Night, before: Tonight, roster: ReadonlyArray<Customer>, start: number): Tonight => {
  const { balances, ...given }: Lists = night.lists ?? night.changes ?? {}
  const rows = new Map<StreamName, ReadonlyArray<Row>>(night.lists === undefined ? before : [])
  for (const [stream, some] of Object.entries(given) as ReadonlyArray<[StreamName, ReadonlyArray<Row>]>) {
    if (!idFields.has(stream)) throw new Error(`there is no stream ${stream}`)
    const dated = some.map((row) => atInstants(row, start))
    rows.set(stream, night.lists === undefined ? changed(stream, rows.get(stream) ?? [], dated) : dated)
  }
  for (const [stream, idField] of idFields) {
    if (stream === "balances") continue
    rows.set(
      stream,
      (rows.get(stream) ?? []).filter((row) => !night.gone?.includes(String(row[idField]))),
    )
  }
  if (balances !== undefined) {
    rows.set("balances", balancesOf(balances, rows.get("transactions") ?? [], roster, start))
  }
  return rows
}
