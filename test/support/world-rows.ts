import { expect } from "@effect/vitest"
import { Effect } from "effect"
import type { Field } from "../../src/api/field.ts"
import { streams } from "../../src/api/streams.ts"
import type { World } from "../../src/sandbox/world.ts"
import { Database, type Row } from "../../src/store/database.ts"

/** 10^-18 units, computed here and nowhere near the code under test. */
export const units = (text: string): bigint => {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".")
  const magnitude = BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, "0"))
  return text.startsWith("-") ? -magnitude : magnitude
}

/** Microseconds since 1970, from the text's own digits. */
const micros = (text: string): bigint => {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ""
  return BigInt(Date.parse(text.replace(/\.\d+/, ""))) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"))
}

const meaning = (field: Field, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  if (field.type === "money") return units(String(value))
  // Typed rows are what people and terminals read: a tab or a line's end in a text is a blank there, and stays in the page.
  return field.type === "time" ? micros(String(value)) : String(value).replace(/[\t\r\n]+/g, " ")
}

/** Every typed row and every record of the world as tuples of exact values, in one order. */
const compareStream = (world: World, row: (typeof streams)[number], quarantined: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const fields: ReadonlyArray<Field> = row.fields
    const order = (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>): number => (String(a) < String(b) ? -1 : 1)
    const served = world.customers.flatMap(({ customerId, products }) =>
      products.includes(row.product) ? world.list(customerId, row.stream) : [],
    )
    const idOf = (record: Readonly<Record<string, unknown>>): string => row.id.map((id) => record[id]).join("/")
    const times = new Map<string, number>()
    for (const record of served) times.set(idOf(record), (times.get(idOf(record)) ?? 0) + 1)
    // One id with two contents on one list is the business of REC_CONTRADICTED: which of them is stored is not asked here.
    const isOne = (id: string): boolean => times.get(id) === 1
    const columnOf = (id: string): string => fields.find(({ field }) => field === id)?.column ?? id
    const stored = (yield* database.rows<Row>(
      `SELECT ${fields.map((field) => field.column).join(", ")} FROM main.${row.stream}`,
    ))
      .filter((record) => (times.get(row.id.map((id) => record[columnOf(id)]).join("/")) ?? 1) === 1)
      .map((record) => fields.map((field) => meaning(field, record[field.column])))
      .sort(order)
    const given = served
      .filter((record) => isOne(idOf(record)) && !quarantined.has(`${row.stream} ${idOf(record)}`))
      .map((record) => fields.map((field) => meaning(field, record[field.field])))
      .sort(order)
    expect(stored, row.stream).toEqual(given)
    return given.length
  })

/**
 * Expects that the store holds every record of the world, field by field and to the last decimal, none twice and no
 * other; those in quarantine aside. Yields how many records there are.
 */
export const expectWorldStored = (
  world: World,
  without: ReadonlyArray<string> = [],
): Effect.Effect<number, Effect.Effect.Error<ReturnType<typeof compareStream>>, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const rejected = yield* database.rows<{ stream: string; record_id: string }>(
      "SELECT DISTINCT stream, record_id FROM raw.quarantine",
    )
    const quarantined = new Set(rejected.map((record) => `${record.stream} ${record.record_id}`))
    const compared = streams.filter(({ stream }) => !without.includes(stream))
    const counts = yield* Effect.forEach(compared, (row) => compareStream(world, row, quarantined))
    return counts.reduce((sum, count) => sum + count, 0)
  })
