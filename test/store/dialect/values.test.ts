import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { FastCheck as fc } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bindAll, bindValue, Double } from "../../../src/store/dialect/bind-value.ts"
import { type JsValue, readValue } from "../../../src/store/dialect/read-value.ts"

let connection: DuckDBConnection

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect()
  await connection.run("SET TimeZone = 'America/New_York'")
})
afterAll(() => connection.closeSync())

const row = async (sql: string, parameters: ReadonlyArray<unknown> = []): Promise<ReadonlyArray<JsValue>> => {
  const { values, types } = bindAll(parameters)
  const rows = await (await connection.run(sql, values, types)).getRows()
  return (rows[0] ?? []).map(readValue)
}

const read = async (expression: string): Promise<JsValue | undefined> => (await row(`SELECT ${expression}`))[0]

/** A plain decimal of at most 20 digits before the point and exactly 18 after it, as DECIMAL(38,18) prints it. */
const money = fc
  .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: 0, max: 37 }))
  .map(([digits, shorter]) => {
    const scaled = digits / 10n ** BigInt(shorter)
    const text = String(scaled < 0n ? -scaled : scaled).padStart(19, "0")
    return `${scaled < 0n ? "-" : ""}${text.slice(0, -18)}.${text.slice(-18)}`
  })

describe("decimals", () => {
  it("go in as strings and come out exactly as they went in, whatever their size and sign", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(money, { minLength: 1, maxLength: 40 }), async (amounts) => {
        const [out] = await row("SELECT list_transform($1, lambda x: x::DECIMAL(38,18))", [amounts])
        expect(out).toEqual(amounts)
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ["'-0.5'::DECIMAL(38,18)", "-0.500000000000000000"],
    ["'-0.000000000000000001'::DECIMAL(38,18)", "-0.000000000000000001"],
    ["'0.000000000000000001'::DECIMAL(38,18)", "0.000000000000000001"],
    ["'-99999999999999999999.999999999999999999'::DECIMAL(38,18)", "-99999999999999999999.999999999999999999"],
    ["'99999999999999999999999999999999999999'::DECIMAL(38,0)", "99999999999999999999999999999999999999"],
    ["'-0.99999999999999999999999999999999999999'::DECIMAL(38,38)", "-0.99999999999999999999999999999999999999"],
    ["'-0.01'::DECIMAL(4,2)", "-0.01"],
    ["'-0.01'::DECIMAL(9,2)", "-0.01"],
    ["'-0.00'::DECIMAL(18,2)", "0.00"],
    ["'1234567890123456.78'::DECIMAL(18,2)", "1234567890123456.78"],
  ])("%s reads as the plain string %s", async (expression, expected) => {
    expect(await read(expression)).toBe(expected)
  })
})

describe("reading", () => {
  it.each<[string, JsValue]>([
    ["9007199254740993::BIGINT", 9_007_199_254_740_993n],
    ["count(*)", 1n],
    ["(-170141183460469231731687303715884105728)::HUGEINT", -(2n ** 127n)],
    ["7::INTEGER", 7],
    ["7::USMALLINT", 7],
    ["0.1::DOUBLE", 0.1],
    ["true", true],
    ["NULL", null],
    ["DATE '2024-02-29'", "2024-02-29"],
    ["DATE '0099-12-31'", "0099-12-31"],
    ["TIMESTAMP '1969-12-31 23:59:59.123456'", "1969-12-31T23:59:59.123456Z"],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", "1969-12-31T23:59:59.999999Z"],
    ["TIMESTAMP '2024-01-01 00:00:00.000001'", "2024-01-01T00:00:00.000001Z"],
    ["TIMESTAMP '2024-01-01 00:00:00.120'", "2024-01-01T00:00:00.120Z"],
    ["TIMESTAMP '2024-01-01 00:00:00'", "2024-01-01T00:00:00Z"],
    ["TIMESTAMPTZ '2024-01-01 00:00:00+02'", "2023-12-31T22:00:00Z"],
    ["TIMESTAMPTZ '2024-01-01 00:00:00.5-05:30'", "2024-01-01T05:30:00.500Z"],
    ["TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "2024-01-01T00:00:00.123456789Z"],
    ["TIMESTAMP_S '2024-01-01 00:00:01'", "2024-01-01T00:00:01Z"],
    ["'infinity'::TIMESTAMP", "infinity"],
    ["'-infinity'::DATE", "-infinity"],
    ["[1.5::DECIMAL(3,1), NULL]", ["1.5", null]],
    ["array_value(1, 2)", [1, 2]],
    ["{'amount': 1.50::DECIMAL(5,2), 'at': TIMESTAMP '2024-01-01'}", { amount: "1.50", at: "2024-01-01T00:00:00Z" }],
    ["MAP {'a': 1::BIGINT}", [["a", 1n]]],
    ["'838aee12-55de-4973-b398-1b110b36799f'::UUID", "838aee12-55de-4973-b398-1b110b36799f"],
    ["'\\x00\\xFF'::BLOB", new Uint8Array([0, 255])],
    ["INTERVAL '1 day 2 seconds'", "1 day 00:00:02"],
    ["TIME '01:02:03'", "01:02:03"],
    ["'101'::BIT", "101"],
  ])("%s", async (expression, expected) => {
    expect(await read(expression)).toEqual(expected)
  })
})

describe("binding", () => {
  it.each<[string, unknown, string, JsValue]>([
    ["text with NULs and quotes", "a\0b'\"\\c;--", "VARCHAR", "a\0b'\"\\c;--"],
    ["an empty string", "", "VARCHAR", ""],
    ["a bigint", 2n ** 100n, "HUGEINT", 2n ** 100n],
    ["a small integer", -5, "INTEGER", -5],
    ["a large integer", 2 ** 40, "BIGINT", 2n ** 40n],
    ["a boolean", false, "BOOLEAN", false],
    ["a Date", new Date("2024-05-06T07:08:09.123Z"), "TIMESTAMP WITH TIME ZONE", "2024-05-06T07:08:09.123Z"],
    ["bytes", new Uint8Array([0, 1, 255]), "BLOB", new Uint8Array([0, 1, 255])],
    ["strings, absent ones too", [null, "a", "\0"], "VARCHAR[]", [null, "a", "\0"]],
    ["no strings", [], "VARCHAR[]", []],
    ["an object", { a: [1, "x"] }, "VARCHAR", '{"a":[1,"x"]}'],
    ["a number meant to be a DOUBLE", new Double(0.25), "DOUBLE", 0.25],
  ])("%s", async (_, parameter, type, expected) => {
    expect(await row("SELECT typeof($1), $1", [parameter])).toEqual([type, expected])
  })

  it("binds null as no value", async () => {
    expect(await row("SELECT $1 IS NULL, $2", [null, "x"])).toEqual([true, "x"])
  })

  it("refuses a fraction in a number, and says that money is bound as a string", () => {
    expect(() => bindValue(0.1)).toThrow(TypeError)
    expect(() => bindValue(0.1)).toThrow(/bind money as a decimal string/)
  })

  it.each([[Number.NaN], [Infinity], [2 ** 53], [2n ** 127n], [undefined], [Symbol("s")], [new Date(Number.NaN)]])(
    "refuses %s",
    (parameter) => {
      expect(() => bindValue(parameter)).toThrow(TypeError)
    },
  )
})
