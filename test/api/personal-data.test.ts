import { Either, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { resolveContract } from "../../src/api/contract.ts"
import { hashPersonal, isHidden, type PersonalData } from "../../src/api/personal-data.ts"
import { keptText, type ReadPage, readPage } from "../../src/api/read-page.ts"
import { type StreamName, streams } from "../../src/api/streams.ts"
import { apiRecord } from "../support/scripted-api.ts"
import { streamOf } from "./fake-api.ts"

const salt = Redacted.make("the salt of this test")
const other = Redacted.make("another salt")
const hash: PersonalData = { _tag: "Hash", salt }
const contract = resolveContract()

/** A person who must be nowhere. */
const canary = "Ada Lovelace-Byron"

const read = (name: StreamName, body: string): ReadPage | null =>
  Either.getOrNull(
    readPage(contract, streamOf(name, contract), "c-1", hash, {
      body: new TextEncoder().encode(body),
      status: 200,
      requestId: "r",
    }),
  )

const pageOf = (record: unknown, envelope: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ data: [record], pageInfo: { nextCursor: null, hasMore: false }, ...envelope })

/** Everything of a page that is stored or told. */
const everything = (page: ReadPage | null): string => {
  if (page === null) throw new Error("the page was not read")
  return JSON.stringify(page)
}

describe("the hash in the place of a name", () => {
  it("is the same for the same name and salt, and for no other", () => {
    expect(hashPersonal(salt, canary)).toBe(hashPersonal(salt, canary))
    expect(hashPersonal(salt, canary)).not.toBe(hashPersonal(salt, `${canary} `))
    expect(hashPersonal(salt, canary)).not.toBe(hashPersonal(other, canary))
    expect(hashPersonal(salt, canary)).toMatch(/^hash:[0-9a-f]{32}$/)
  })

  it("is what hides a name, and nothing else is", () => {
    expect([null, undefined, hashPersonal(salt, "x")].map(isHidden)).toEqual([true, true, true])
    expect(["Ada", "hash:Ada", "hash:", {}, [], 7, true].map(isHidden)).toEqual(Array.from({ length: 7 }, () => false))
  })
})

/** Fields of the contract that hold what the partner and the API call things, by which records are found and matched. */
const isOwnWord = (type: string, column: string): boolean => type === "text" && !/(^|_)currency$/.test(column)

describe("a person's name in any field of any list", () => {
  const cases = streams.flatMap(({ fields, stream }) => [
    ...fields
      .filter(({ column, type }) => !isOwnWord(type, column))
      .map(({ field }) => [stream, field, { [field]: canary }] as const),
    ...fields.map(({ field }) => [stream, `an object in ${field}`, { [field]: { [canary]: canary } }] as const),
    ...fields.map(({ field }) => [stream, `a list in ${field}`, { [field]: [canary, [canary]] }] as const),
    [stream, "a field that nobody knows", { payerName: canary, "Ada Lovelace-Byron": 1 }] as const,
    [stream, "deep in a field that nobody knows", { payer: [{ [canary]: { name: canary } }] }] as const,
    ...["accountHolderName", "accountNumberMasked", "senderName", "label", "displayName", "email"].map(
      (field) => [stream, `${field}, wherever it belongs`, { [field]: { of: canary } }] as const,
    ),
  ])

  it("is in nothing that is kept, loaded or told", () => {
    const seen = cases.flatMap(([stream, what, values]) =>
      everything(read(stream, pageOf(apiRecord(stream, values)))).includes("Lovelace") ? [`${stream}: ${what}`] : [],
    )
    expect(seen).toEqual([])
    expect(cases.length).toBeGreaterThan(400)
  })

  it("nor where it is written with escapes, twice, in the envelope, or in the place of a record", () => {
    const written = String.raw`{"data":[{"depositId":"d","senderN\u0061me":"\u0041da Lovelace-Byron","senderName":null}],"pageInfo":{"hasMore":false}}`
    const bodies = [
      written,
      pageOf(apiRecord("fiat_deposits"), { for: canary, pageInfo: { hasMore: false, nextCursor: null, by: [canary] } }),
      pageOf(canary),
      pageOf([canary]),
      pageOf(apiRecord("fiat_deposits")).replace('"fee"', `"amount":"${canary}","fee"`),
      `  ${JSON.stringify(JSON.parse(pageOf(apiRecord("fiat_deposits", { createdAt: canary }))), null, 2)}`,
    ]
    for (const body of bodies) expect(everything(read("fiat_deposits", body))).not.toMatch(/Lovelace|Ada/)
  })

  it("nor in what is kept of a page that is none", () => {
    const stream = streamOf("fiat_deposits", contract)
    expect(keptText(contract, stream, hash, `{"data":{"x":"${canary}"},"pageInfo":"${canary}"}`)).not.toContain("Ada")
    expect(keptText(contract, stream, hash, `{"data":[{"id":"b-1","accountHolderName":"Ada Lovel`)).toBe(null)
    const broken = readPage(contract, stream, "c-1", hash, {
      body: new TextEncoder().encode(`${canary} <html>`),
      status: 200,
      requestId: "r",
    })
    expect(Either.isLeft(broken) && broken.left.message).not.toMatch(/Ada/)
  })
})

describe("what names nobody", () => {
  it("stays byte for byte: what the contract knows and reads, and the space between", () => {
    const known = JSON.stringify(JSON.parse(pageOf(apiRecord("fiat_deposits"))), null, 1)
    expect(read("fiat_deposits", known)?.kept).toBe(known.replace('"Ada"', JSON.stringify(hashPersonal(salt, "Ada"))))
  })

  it("stays where it is plainly what its field should hold, so that a person can put it right", () => {
    const odd = { amount: "1,250.50", createdAt: "2026-02-30T00:00:00Z" }
    const [rejected] = read("fiat_deposits", pageOf(apiRecord("fiat_deposits", odd)))?.rejected ?? []
    expect(rejected?.reason).toBe('amount "1,250.50" is not a plain decimal')
    expect(rejected?.payload).toContain("2026-02-30")
  })

  it("is how a hidden value was written, which is told", () => {
    const page = read("fiat_deposits", pageOf(apiRecord("fiat_deposits", { createdAt: "Ada, 7.5.1815" })))
    expect(page?.rejected[0]?.reason).toBe(
      'createdAt "xxx, 9.9.9999" (x for a letter, 9 for a digit) is not an offset date-time',
    )
  })
})
