import { Either, FastCheck as fc, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { type ContractOverrides, resolveContract } from "../../src/api/contract.ts"
import type { UnreadablePage } from "../../src/api/failures.ts"
import { hashPersonal, type PersonalData } from "../../src/api/personal-data.ts"
import { type ReadPage, readPage } from "../../src/api/read-page.ts"
import type { StreamName } from "../../src/api/streams.ts"
import { streamOf } from "./fake-api.ts"
import { fixtureBytes, fixtureText } from "./fixtures.ts"

const salt = Redacted.make("the salt of this test")
const hash: PersonalData = { _tag: "Hash", salt }
const keep: PersonalData = { _tag: "Keep" }

interface How {
  readonly stream?: StreamName
  readonly customerId?: string
  readonly personalData?: PersonalData
  readonly overrides?: ContractOverrides
}

const attempt = (body: string | Uint8Array, how: How = {}): Either.Either<ReadPage, UnreadablePage> => {
  const contract = resolveContract(how.overrides)
  const stream = streamOf(how.stream ?? "fiat_deposits", contract)
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const received = { body: bytes, status: 200, requestId: "req-1" }
  return readPage(contract, stream, how.customerId ?? "c-1", how.personalData ?? keep, received)
}

const read = (body: string | Uint8Array, how: How = {}): ReadPage => Either.getOrThrow(attempt(body, how))

const refusal = (body: string | Uint8Array, how: How = {}): UnreadablePage =>
  Either.match(attempt(body, how), {
    onLeft: (refused) => refused,
    onRight: () => {
      throw new Error("the page was read")
    },
  })

const deposit = {
  depositId: "d-1",
  customerId: "c-1",
  fiatAccountId: "fa-1",
  currency: "EUR",
  amount: "5.00",
  fee: "0.00",
  netAmount: "5.00",
  status: "COMPLETED",
  createdAt: "2026-06-25T10:02:00Z",
  updatedAt: "2026-06-25T11:02:00Z",
}

const pageOf = (...items: ReadonlyArray<unknown>): string =>
  JSON.stringify({ data: items, pageInfo: { nextCursor: null, hasMore: false } })

const reasonFor = (changes: Readonly<Record<string, unknown>>, how: How = {}): string | null =>
  read(pageOf({ ...deposit, ...changes }), how).rejected[0]?.reason ?? null

const loaded = (page: ReadPage): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  (JSON.parse(page.loadable) as { readonly data: ReadonlyArray<Readonly<Record<string, unknown>>> }).data

describe("a page that can be read", () => {
  it("gives its items, its cursor and its bytes", () => {
    const page = read(fixtureBytes("fiat-deposits-1"))
    expect([page.items, page.hasMore, page.nextCursor]).toEqual([2, true, "after d-5 & more=yes"])
    expect(page.kept).toBe(fixtureText("fiat-deposits-1"))
    expect([page.redacted, page.rejected]).toEqual([false, []])
  })

  it("may be empty", () => {
    expect(read(pageOf())).toMatchObject({ items: 0, hasMore: false, nextCursor: null, rejected: [] })
  })

  it("gives a cursor beside the word that nothing follows, and its end is doubtful", () => {
    expect(read('{"data":[],"pageInfo":{"nextCursor":"left over","hasMore":false}}')).toMatchObject({
      hasMore: true,
      endIsDoubtful: true,
      nextCursor: "left over",
    })
    for (const info of ['{"hasMore":false}', '{"hasMore":false,"nextCursor":""}']) {
      expect(read(`{"data":[],"pageInfo":${info}}`)).toMatchObject({
        hasMore: false,
        endIsDoubtful: false,
        nextCursor: null,
      })
    }
  })

  it("may give its cursor as a number, which is as opaque as any other", () => {
    expect(read('{"data":[],"pageInfo":{"nextCursor":12345678901234567890,"hasMore":true}}').nextCursor).toBe(
      "12345678901234567890",
    )
  })

  it("may begin with a byte order mark", () => {
    const page = read(`\uFEFF${fixtureText("fiat-deposits-3")}`)
    expect([page.items, page.rejected]).toEqual([1, []])
    expect(JSON.parse(page.loadable)).toEqual(JSON.parse(fixtureText("fiat-deposits-3")))
  })

  it("is kept with its byte order mark, because the kept bytes must match the hash of what arrived", () => {
    const body = `\uFEFF${fixtureText("fiat-deposits-3")}`
    const page = read(body)
    expect(page.redacted || page.kept === body).toBe(true)
  })

  it("may lie where the user says that it lies", () => {
    const overrides: ContractOverrides = {
      page: { items: "result.records", nextCursor: "next.token", hasMore: "more" },
      streams: { fiat_deposits: { fields: { customer_id: "owner", amount: "grossAmount" } } },
    }
    const page = read(fixtureBytes("list-under-result"), { overrides })
    expect(page).toMatchObject({ items: 1, hasMore: true, nextCursor: "t-2", rejected: [] })
    expect(refusal(fixtureBytes("list-under-result")).reason).toBe("NoItems")
  })
})

describe("a page whose envelope cannot be read", () => {
  it.each<readonly [UnreadablePage["reason"], string, string | Uint8Array]>([
    ["NotUtf8", "bytes of another encoding", new Uint8Array([0x7b, 0xe9, 0x7d])],
    ["NotUtf8", "UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0x00])],
    ["NotJson", "a proxy's page", "<html>maintenance</html>"],
    ["NotJson", "nothing", ""],
    ["NotJson", "a page cut short", fixtureText("fiat-deposits-1").slice(0, 200)],
    ["NotJson", "a number with a leading zero, which quoting would mend", '{"data":[{"amount":012}]}'],
    ["NoItems", "no list", '{"pageInfo":{"hasMore":false}}'],
    ["NoItems", "an object for a list", '{"data":{},"pageInfo":{"hasMore":false}}'],
    ["NoItems", "null", "null"],
    [
      "NoItems",
      "an empty list beside a code that says why",
      '{"code":"PARTNER_SCOPE_DENIED","data":[],"pageInfo":{"hasMore":false}}',
    ],
    ["NoItems", "a bare list", "[]"],
    ["NoItems", "two lists", '{"data":[{}],"pageInfo":{"nextCursor":"a","hasMore":true},"data":[]}'],
    [
      "NoPageInfo",
      "two ends",
      '{"data":[],"pageInfo":{"nextCursor":"a","hasMore":true},"pageInfo":{"nextCursor":null,"hasMore":false}}',
    ],
    [
      "NoPageInfo",
      "two answers to one question",
      '{"data":[],"pageInfo":{"nextCursor":"a","hasMore":true,"hasMore":false}}',
    ],
    ["NoPageInfo", "no pageInfo", '{"data":[]}'],
    ["NoPageInfo", "hasMore as text", '{"data":[],"pageInfo":{"nextCursor":null,"hasMore":"false"}}'],
    ["NoPageInfo", "hasMore as a number", '{"data":[],"pageInfo":{"nextCursor":null,"hasMore":0}}'],
    ["NoPageInfo", "a cursor that is an object", '{"data":[],"pageInfo":{"nextCursor":{},"hasMore":true}}'],
    ["NoPageInfo", "a cursor that is true", '{"data":[],"pageInfo":{"nextCursor":true,"hasMore":true}}'],
    ["NoPageInfo", "half a character", '{"data":[],"pageInfo":{"nextCursor":"a\\ud800","hasMore":true}}'],
    ["MoreWithoutCursor", "null for a cursor", '{"data":[],"pageInfo":{"nextCursor":null,"hasMore":true}}'],
    ["MoreWithoutCursor", "an empty cursor", '{"data":[],"pageInfo":{"nextCursor":"","hasMore":true}}'],
    ["MoreWithoutCursor", "no cursor", '{"data":[],"pageInfo":{"hasMore":true}}'],
  ])("is refused as %s: %s", (reason, _what, body) => {
    const refused = refusal(body)
    expect(refused.reason).toBe(reason)
    expect([refused.requestId, refused.status]).toEqual(["req-1", 200])
    expect(refused.body).toEqual(typeof body === "string" ? new TextEncoder().encode(body) : body)
  })

  it("is refused and never thrown, whatever arrives", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.json().map((text) => new TextEncoder().encode(`{"data":[${text}],"pageInfo":{"hasMore":false}}`)),
    )
    fc.assert(
      fc.property(bytes, (body) => {
        const result = attempt(body, { stream: "bank_accounts", personalData: hash })
        if (Either.isRight(result)) expect(result.right.rejected.length).toBe(result.right.items)
      }),
      { numRuns: 300 },
    )
  })
})

describe("a record that cannot be read", () => {
  it("is set aside with its field and its fault, and the rest goes on", () => {
    const page = read(fixtureBytes("fiat-deposits-2"))
    expect(page.items).toBe(2)
    expect(page.rejected).toEqual([
      {
        index: 0,
        recordId: "d-4",
        reason: 'amount "12,50" is not a plain decimal',
        payload: expect.stringContaining('"amount":"12,50"'),
        readable: expect.stringContaining('"currency":"EUR"'),
      },
    ])
    // The fee can be read and nobody gave a reference; the amount may be anything.
    const readable = JSON.parse(page.rejected[0]?.readable ?? "{}")
    expect(readable).toMatchObject({ fee: "0.00", reference: null })
    expect(readable).not.toHaveProperty("amount")
    expect(readable).not.toHaveProperty("sender_name")
  })

  it.each([
    [{ amount: undefined }, "amount is missing"],
    [{ amount: null }, "amount is missing"],
    [{ amount: {} }, "amount is an object, not a single value"],
    [{ amount: ["5.00"] }, "amount is a list, not a single value"],
    [{ amount: true }, "amount is true or false, not a single value"],
    [{ amount: "" }, 'amount "" is not a plain decimal'],
    [{ fee: "0.0000000000000000001" }, 'fee "0.0000000000000000001" has more than 18 decimals'],
    [{ currency: "" }, "currency is empty"],
    [
      { currency: "DOLLAR" },
      'currency "DOLLAR" is no currency (three letters, or a name that currencyPlaces or currencyAliases know)',
    ],
    [{ createdAt: "2026-02-29T00:00:00Z" }, 'createdAt "2026-02-29T00:00:00Z" is not an offset date-time'],
    [{ completedAt: "never" }, 'completedAt "never" is not an offset date-time'],
    [{ customerId: "c-2" }, 'customerId is "c-2", but the list was read for "c-1"'],
  ])("says why: %j", (changes, reason) => {
    expect(reasonFor(changes)).toBe(reason)
  })

  it.each([[null], ["d-1"], [["d-1"]], [true]])("may be no object at all: %j", (item) => {
    const [rejected] = read(pageOf(item, deposit)).rejected
    expect(rejected).toMatchObject({ index: 0, recordId: null, reason: "the record is not an object" })
  })

  it("must be CREDIT or DEBIT where it has a direction", () => {
    const transaction = { ...deposit, transactionId: "t-1", type: "FIAT_DEPOSIT", direction: "credit" }
    const page = read(pageOf(transaction, { ...transaction, direction: "CREDIT" }), { stream: "transactions" })
    expect(page.rejected.map(({ index, reason, recordId }) => [index, reason, recordId])).toEqual([
      [0, 'direction "credit" is neither CREDIT nor DEBIT', "t-1"],
    ])
  })

  it("has no id where its id cannot be read", () => {
    const without = read(pageOf({ ...deposit, depositId: undefined }, { ...deposit, depositId: "" }))
    expect(without.rejected.map(({ reason, recordId }) => [reason, recordId])).toEqual([
      ["depositId is missing", null],
      ["depositId is empty", null],
    ])
  })

  it("of the balances is named by customer, currency and, where there is one, network", () => {
    const page = read(fixtureBytes("balances"), { stream: "balances" })
    expect(page.rejected.map(({ index, reason, recordId }) => [index, reason, recordId])).toEqual([
      [2, 'asOf "yesterday" is not an offset date-time', "c-1/EUR"],
      [3, "currency is empty", null],
    ])
    const other = read(fixtureBytes("balances"), { stream: "balances", customerId: "c-2" })
    expect(other.rejected.map(({ recordId }) => recordId)).toEqual(["c-1/EUR", "c-1/USDT/TRON", "c-1/EUR", null])
  })
})

describe("what is legal although it looks odd", () => {
  it("is an unknown status, an unknown field, a missing or empty optional field", () => {
    expect(reasonFor({ status: "SOMETHING_NEW", another: { deep: [1] }, reference: "", senderName: null })).toBe(null)
  })

  it("is an amount written as a number, which is read exactly", () => {
    const [, record] = loaded(read(fixtureBytes("fiat-deposits-2")))
    expect(record).toMatchObject({
      amount: "12345678901234567890.123456789012345678",
      fee: "0",
      netAmount: "12345678901234567890.123456789",
    })
  })

  it("is an id written as a number", () => {
    const page = read('{"data":[{"depositId":12345678901234567890}],"pageInfo":{"hasMore":false}}')
    expect(page.rejected[0]?.recordId).toBe("12345678901234567890")
  })

  it("is half of a surrogate pair, which is replaced in what is loaded and kept in what is evidence", () => {
    const body = pageOf({ ...deposit, reference: "half \uD83D here", senderName: "whole \uD83D\uDE00" })
    const page = read(body)
    expect(page.rejected).toEqual([])
    expect(page.kept).toBe(body)
    expect(loaded(page)[0]).toMatchObject({ reference: "half \uFFFD here", senderName: "whole \uD83D\uDE00" })
    expect(page.loadable).not.toMatch(/\\ud83d/i)
  })

  it("is half of a surrogate pair in the name of an unknown field", () => {
    const page = read(pageOf({ ...deposit, "odd \uD83D name": "x" }))
    expect(page.rejected).toEqual([])
    expect(page.loadable).not.toMatch(/\\ud83d/i)
  })
})

/** What nobody sends, and nothing may break by. */
const enormous: ReadonlyArray<readonly [what: string, text: string]> = [
  ["200,000 lists in each other", `${"[".repeat(200_000)}1${"]".repeat(200_000)}`],
  ["200,000 objects in each other", `${'{"a":'.repeat(200_000)}"Ada"${"}".repeat(200_000)}`],
  ["10 MB of escapes", `"${String.raw`\"\\\u0041`.repeat(1_000_000)}"`],
]

describe.each([
  ["kept", keep],
  ["hashed", hash],
] as const)("a record that says something enormous, personal data %s", (_how, personalData) => {
  it.each(enormous)("is read, where it is a field that nobody knows: %s", (_what, text) => {
    const body = pageOf({ ...deposit, extra: "here" }, deposit).replace('"here"', text)
    const page = read(body, { personalData })
    expect([page.items, page.rejected.length]).toEqual([2, 0])
    expect(loaded(page).map(({ depositId }) => depositId)).toEqual(["d-1", "d-1"])
    expect(personalData === hash || page.kept === body).toBe(true)
    // Where a name belongs, too.
    const named = pageOf({ ...deposit, senderName: "here" }).replace('"here"', text)
    expect(read(named, { personalData }).items).toBe(1)
  })

  it.each(enormous)("is set aside alone, where it stands for an amount or a record: %s", (_what, text) => {
    const body = pageOf({ ...deposit, amount: "here" }, "here", deposit).replaceAll('"here"', text)
    const page = read(body, { personalData })
    expect(page.rejected.map(({ index }) => index)).toEqual([0, 1])
    expect(page.rejected.every(({ reason }) => reason.length < 200)).toBe(true)
    expect((JSON.parse(page.loadable) as { readonly data: ReadonlyArray<unknown> }).data.length).toBe(3)
  })

  it.each(enormous)("fails with its page alone, where it stands for the list: %s", (_what, text) => {
    expect(Either.isLeft(attempt(`{"data":${text},"pageInfo":1}`, { personalData }))).toBe(true)
    expect(Either.isLeft(attempt(text, { personalData }))).toBe(true)
  })
})

describe("text that is too long for a table", () => {
  const long = (end: string) => `${"x".repeat(20_000)}${end}`

  it("is loaded by its beginning, length and hash, so that two that differ stay two, and kept whole", () => {
    const page = read(
      pageOf({ ...deposit, reference: long("a") }, { ...deposit, depositId: long("b"), reference: long("b") }),
    )
    const [first, second] = loaded(page)
    expect(first?.reference).toMatch(/^x{900,}… \[20001 characters, SHA-256 [0-9a-f]{64}\]$/)
    expect(String(first?.reference)).toHaveLength(1_000)
    expect(second?.reference).not.toBe(first?.reference)
    expect(loaded(read(pageOf({ ...deposit, reference: long("a") })))[0]?.reference).toBe(first?.reference)
    // What is named by an id finds its record.
    expect(page.ids[1]).toBe(second?.depositId)
    expect(page.kept).toContain(long("a"))
    expect(page.rejected).toEqual([])
  })

  it("is as it came up to a thousand characters", () => {
    const reference = "é".repeat(1_000)
    expect(loaded(read(pageOf({ ...deposit, reference })))[0]?.reference).toBe(reference)
  })

  it("is no long text of the quarantine either", () => {
    const { rejected } = read(pageOf({ ...deposit, amount: "none", reference: long("a"), network: long("b") }))
    expect(rejected[0]?.payload).toHaveLength(16_000)
    expect(JSON.parse(rejected[0]?.readable ?? "").reference).toMatch(/… \[20001 characters, /)
  })
})

describe("text with control characters", () => {
  const odd = {
    ...deposit,
    depositId: "d\u001f1\n",
    reference: "a\u001b[2J\n CLEAN\u202e\u0085\u009bx",
    status: "X\u0000",
  }

  it("is kept as it came, and loaded without them", () => {
    const body = pageOf(odd)
    const page = read(body)
    expect([page.kept, page.rejected]).toEqual([body, []])
    expect(loaded(page)[0]).toMatchObject({
      depositId: String.raw`d\u001f1\u000a`,
      reference: String.raw`a\u001b[2J  CLEAN\u202e \u009bx`,
      status: String.raw`X\u0000`,
    })
    expect(page.ids).toEqual([String.raw`d\u001f1\u000a`])
  })

  it("is told without them, and in part where it is long", () => {
    const reasons = [
      { amount: "\u001b[1A\nCLEAN" },
      { customerId: "c\u009b2\u202e" },
      { createdAt: "x".repeat(100_000) },
    ].map((changes) => reasonFor(changes) ?? "")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    for (const reason of reasons) expect(reason).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    for (const reason of reasons) expect(reason.length).toBeLessThan(200)
  })
})

describe("a record that says a field twice", () => {
  const twice = pageOf(deposit).replace('"amount":"5.00"', '"amount":"5.00","amount":"7.00"')

  it("cannot be read where it does not say the same, and that field of it is unknown", () => {
    const [rejected] = read(twice).rejected
    expect(rejected).toMatchObject({
      recordId: deposit.depositId,
      reason: "amount stands more than once, and not the same",
      payload: expect.stringContaining('"amount":"5.00","amount":"7.00"'),
    })
    expect(JSON.parse(rejected?.readable ?? "")).not.toHaveProperty("amount")
    expect(JSON.parse(rejected?.readable ?? "")).toMatchObject({ status: deposit.status, currency: deposit.currency })
    const thrice = twice.replace('"amount":"7.00"', '"amount":"7.00","amount":"5.00","amount":"9.00"')
    expect(read(thrice).rejected[0]?.reason).toBe("amount stands more than once, and not the same")
    const ofTwoIds = pageOf(deposit).replace('"depositId"', '"depositId":"other","depositId"')
    expect(read(ofTwoIds).rejected[0]?.recordId).toBeNull()
  })

  it("is read where it says the same, or says a field twice that the contract does not have", () => {
    for (const again of ['"amount":"5.00","amount":"5.00"', '"amount":"5.00","colour":"red","colour":"blue"']) {
      const page = read(pageOf(deposit).replace('"amount":"5.00"', again))
      expect(page.rejected).toEqual([])
      expect(loaded(page)[0]?.amount).toBe("5.00")
      expect(page.loadable.match(/"amount"/g)).toHaveLength(1)
    }
  })

  it("hides both of two names, however they are spelt", () => {
    const page = read(
      pageOf({ ...deposit, senderName: "Grace" }).replace('"senderName"', '"sender\\u004eame":"Ada","senderName"'),
      { personalData: hash },
    )
    for (const text of [page.kept, page.loadable]) expect(text).not.toMatch(/Ada|Grace/)
  })
})

describe("personal data on a page", () => {
  const page = read(fixtureBytes("bank-accounts"), { stream: "bank_accounts", personalData: hash })

  it("is hashed wherever it stands: in text, numbers, objects and lists, in what is kept and what is loaded", () => {
    expect([page.redacted, page.rejected, page.items]).toEqual([true, [], 3])
    const [first, second, third] = loaded(page)
    expect(first?.accountHolderName).toBe(hashPersonal(salt, "Ada Lovelace"))
    expect(second?.accountHolderName).toMatch(/^hash:[0-9a-f]{32}$/)
    expect(second?.accountNumberMasked).toMatch(/^hash:[0-9a-f]{32}$/)
    expect(third?.accountHolderName).toBe(hashPersonal(salt, 'Grace "Amazing" Hopper \\'))
    expect(third?.accountNumberMasked).toBe(hashPersonal(salt, "1815"))
    for (const text of [page.kept, page.loadable]) expect(text).not.toMatch(/Lovelace|Amazing|1815/)
  })

  it("is looked for in fields that nobody knows; what the contract names stays as it was", () => {
    const [first] = loaded(page)
    expect(first).toMatchObject({
      bankAccountId: "b-1",
      currency: "EUR",
      note: hashPersonal(salt, "Ada pays on the 5th"),
    })
  })

  it("is left alone byte for byte where the configuration keeps it", () => {
    const kept = read(pageOf({ ...deposit, senderName: "Ada Lovelace" }), { personalData: keep })
    expect([kept.redacted, kept.kept.includes("Ada Lovelace")]).toEqual([false, true])
  })

  it("is hidden in a refused record's payload too", () => {
    const refused = read(pageOf({ ...deposit, amount: "x", senderName: "Ada Lovelace" }), { personalData: hash })
    expect(refused.rejected[0]?.payload).toContain("hash:")
    expect(refused.rejected[0]?.payload).not.toContain("Ada")
  })

  it("is found where a key is written with an escape", () => {
    const spelt = pageOf({ ...deposit, senderName: "Ada Lovelace" }).replace('"senderName"', '"sender\\u004eame"')
    const read_ = read(spelt, { personalData: hash })
    expect(read_.redacted).toBe(true)
    for (const text of [read_.kept, read_.loadable]) expect(text).not.toContain("Ada")
  })

  it("that is required and empty is refused, hashed or kept", () => {
    const account = {
      bankAccountId: "b-1",
      customerId: "c-1",
      currency: "EUR",
      accountHolderName: "",
      accountNumberMasked: "****1815",
      status: "ACTIVE",
      createdAt: "2026-06-01T00:00:00Z",
    }
    const reasons = [keep, hash].map(
      (personalData) => read(pageOf(account), { stream: "bank_accounts", personalData }).rejected[0]?.reason,
    )
    expect(reasons).toEqual(["accountHolderName is empty", "accountHolderName is empty"])
  })
})
