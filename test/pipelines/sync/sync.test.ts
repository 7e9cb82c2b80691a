import { expect, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Redacted, TestClock } from "effect"
import { resolveContract } from "../../../src/api/contract.ts"
import { RequestWithheld } from "../../../src/api/failures.ts"
import type { PersonalData } from "../../../src/api/personal-data.ts"
import { streams } from "../../../src/api/streams.ts"
import type { RosterEntry } from "../../../src/pipelines/configuration/roster.ts"
import type { Run } from "../../../src/pipelines/run/run.ts"
import { streamTables } from "../../../src/pipelines/stream-tables.ts"
import { proveCoverage } from "../../../src/pipelines/sync/run-coverage.ts"
import { sync } from "../../../src/pipelines/sync/sync.ts"
import { Database } from "../../../src/store/database.ts"
import { StoreError } from "../../../src/store/store-error.ts"
import { configurationWith } from "../../support/configuration.ts"
import { ledgerStore, newBooks } from "../../support/ledger-case.ts"
import { sha256 } from "../../support/pages.ts"
import {
  apiPage,
  apiPageOfText,
  apiRecord,
  noAnswer,
  problem,
  type Script,
  scriptedApi,
} from "../../support/scripted-api.ts"

const usual = configurationWith()
const keep: PersonalData = { _tag: "Keep" }
const hash: PersonalData = { _tag: "Hash", salt: Redacted.make("salt") }
const customer = (customerId: string, products: RosterEntry["products"] = null): RosterEntry => ({
  customerId,
  partnerCustomerRef: `ref-${customerId}`,
  products,
})
const one = [customer("c-1")]
const two = [customer("c-1"), customer("c-2")]

/** One run over the script; a day passes first, so that runs follow each other. */
const synced = (
  script: Script,
  customers: ReadonlyArray<RosterEntry> = one,
  personalData: PersonalData = keep,
  configuration = usual,
) =>
  Effect.gen(function* () {
    yield* TestClock.adjust("1 day")
    const { asked, layer } = scriptedApi(script)
    const exit = yield* Effect.exit(
      sync({ configuration, personalData, customers, baseUrl: "https://api.example" }).pipe(Effect.provide(layer)),
    )
    return { asked, exit }
  })

const failureOf = <A, E>(exit: Exit.Exit<A, E>): E | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

const rows = (text: string) => Effect.flatMap(Database, (database) => database.rows(text))

const latest = "run_id = (SELECT max(run_id) FROM recon.runs)"
const partition = (stream: string, customerId = "c-1") =>
  Effect.map(
    rows(`SELECT * FROM recon.coverage WHERE ${latest} AND customer_id = '${customerId}' AND stream = '${stream}'`),
    ([row]) => row,
  )
const statesOf = (customerId: string) =>
  Effect.map(
    rows(`SELECT DISTINCT state FROM recon.coverage WHERE ${latest} AND customer_id = '${customerId}'`),
    (all) => all.map((row) => row.state),
  )
const theRun = Effect.map(rows(`SELECT * FROM recon.runs WHERE ${latest}`), ([row]) => row)

/** What must hold of every run: each record received is counted once, stored or in quarantine, and pages say the same. */
const untied = rows(`
  SELECT c.stream, c.customer_id FROM recon.coverage AS c
  WHERE ${latest} AND (
    c.records <> (SELECT coalesce(sum(p.items), 0) FROM raw.pages AS p
      WHERE p.run_id = c.run_id AND p.customer_id = c.customer_id AND p.stream = c.stream AND p.fault IS NULL)
    OR c.quarantined_records <> (SELECT count(*) FROM raw.quarantine AS q
      WHERE q.run_id = c.run_id AND q.customer_id = c.customer_id AND q.stream = c.stream)
    OR c.records <> c.new_records + c.changed_records + c.unchanged_records + c.duplicate_records + c.quarantined_records)`)

const deposit = (depositId: string, values: Readonly<Record<string, unknown>> = {}) =>
  apiRecord("fiat_deposits", { depositId, ...values })
const deposits = "c-1/fiat_deposits"

layer(ledgerStore)("a run", (it) => {
  it.effect("reads every list of every customer, and is complete where each chain reached its end", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { asked } = yield* synced({}, two)
      expect([...asked].sort()).toEqual(
        two.flatMap(({ customerId }) => streams.map((row) => `${customerId}/${row.stream}`)).sort(),
      )
      expect(asked[0]).toBe("c-1/balances")
      expect(yield* statesOf("c-1")).toEqual(["COMPLETE"])
      expect(yield* theRun).toMatchObject({
        state: "synced",
        coverage: "COMPLETE",
        partitions: BigInt(2 * streams.length),
        partitions_proven: BigInt(2 * streams.length),
        pages: BigInt(2 * streams.length),
        records: 0n,
        requests: BigInt(2 * streams.length),
      })
      expect(yield* rows("SELECT customer_id, partner_customer_ref FROM main.customers ORDER BY ALL")).toEqual([
        { customer_id: "c-1", partner_customer_ref: "ref-c-1" },
        { customer_id: "c-2", partner_customer_ref: "ref-c-2" },
      ])
    }),
  )

  it.effect("follows each cursor to the next page, and counts what it saw", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { asked, exit } = yield* synced({
        [deposits]: [
          apiPage([deposit("1"), deposit("2")], "to 2"),
          apiPage([deposit("2"), deposit("3", { amount: "much" })], "to 3"),
          apiPage([deposit("4")]),
        ],
      })
      expect(failureOf(exit)).toBeUndefined()
      expect(asked.filter((request) => request.startsWith(deposits))).toEqual([
        deposits,
        `${deposits}?to 2`,
        `${deposits}?to 3`,
        // Looks back at what may have arrived meanwhile.
        deposits,
      ])
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "COMPLETE",
        pages: 4,
        records: 7n,
        new_records: 3n,
        changed_records: 0n,
        unchanged_records: 0n,
        duplicate_records: 3n,
        quarantined_records: 1n,
        next_cursor: null,
        ended: true,
      })
      expect(yield* untied).toEqual([])
      expect(
        yield* rows(
          "SELECT sequence, part, cursor_in, cursor_out, has_more FROM raw.pages WHERE stream = 'fiat_deposits' ORDER BY ALL",
        ),
      ).toEqual([
        { sequence: 1, part: "chain", cursor_in: null, cursor_out: "to 2", has_more: true },
        { sequence: 2, part: "chain", cursor_in: "to 2", cursor_out: "to 3", has_more: true },
        { sequence: 3, part: "chain", cursor_in: "to 3", cursor_out: null, has_more: false },
        { sequence: 4, part: "look back", cursor_in: null, cursor_out: "to 2", has_more: true },
      ])
      expect(yield* rows("SELECT record_id, reason FROM raw.quarantine")).toEqual([
        { record_id: "3", reason: 'amount "much" is not a plain decimal' },
      ])
    }),
  )

  it.effect("tells new, changed and unchanged records apart", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [apiPage([deposit("1"), deposit("2")])] })
      yield* synced({ [deposits]: [apiPage([deposit("1"), deposit("2", { status: "FAILED" }), deposit("3")])] })
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "COMPLETE",
        records: 3n,
        new_records: 1n,
        changed_records: 1n,
        unchanged_records: 1n,
      })
      expect(yield* untied).toEqual([])
    }),
  )

  it.effect("counts a record once that changed while its chain was walked", () =>
    Effect.gen(function* () {
      yield* newBooks
      // More pages than one commit takes, so that the second sight comes in a later group.
      const pages = Array.from({ length: 70 }, (_, index) => apiPage([deposit(`n-${index}`)], `to ${index}`))
      const changed = deposit("1", { status: "FAILED" })
      yield* synced({
        [deposits]: [
          apiPage([deposit("1")], "first"),
          ...pages,
          apiPage([deposit("last"), changed]),
          apiPage([changed], "first"),
        ],
      })
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "COMPLETE",
        records: 74n,
        new_records: 72n,
        duplicate_records: 2n,
      })
      expect(yield* theRun).toMatchObject({ records: 72n, duplicates: 2n })
      expect(yield* untied).toEqual([])
    }),
  )

  it.effect("calls a run that never ended interrupted", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({})
      const database = yield* Database
      yield* database.run("UPDATE recon.runs SET state = 'running'")
      yield* synced({})
      expect(yield* rows("SELECT state FROM recon.runs ORDER BY run_id")).toEqual([
        { state: "interrupted" },
        { state: "synced" },
      ])
    }),
  )

  it.effect("quarantines a record that names another customer than its list", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [apiPage([deposit("1", { customerId: "c-9" }), deposit("2")])] })
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "COMPLETE", quarantined_records: 1n })
      expect(yield* rows("SELECT deposit_id FROM main.fiat_deposits")).toEqual([{ deposit_id: "2" }])
    }),
  )
})

layer(ledgerStore)("what becomes of a partition", (it) => {
  it.effect("DENIED where the scope is missing, and for nobody else", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { asked } = yield* synced({ [deposits]: [problem("PARTNER_SCOPE_DENIED", 403)] }, [...two, customer("c-3")])
      expect(asked.filter((request) => request.endsWith("/fiat_deposits")).length).toBe(3)
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "DENIED",
        problem_code: "PARTNER_SCOPE_DENIED",
      })
      expect(yield* partition("fiat_deposits", "c-3")).toMatchObject({ state: "COMPLETE" })
      expect(yield* partition("fiat_withdrawals", "c-3")).toMatchObject({ state: "COMPLETE" })
      expect(yield* theRun).toMatchObject({ state: "synced", coverage: "PARTIAL" })
    }),
  )

  it.effect("NOT_APPLICABLE where the product is not enabled and nobody expects it: the run is complete", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [problem("PARTNER_PRODUCT_DISABLED", 403)] }, [customer("c-1", ["crypto"])])
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "NOT_APPLICABLE",
        problem_code: "PARTNER_PRODUCT_DISABLED",
        request_id: "as the API echoed it",
        ended: false,
      })
      expect(yield* theRun).toMatchObject({ coverage: "COMPLETE" })
    }),
  )

  it.effect("FAILED where the product is not enabled and the roster expects it", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [problem("PARTNER_PRODUCT_DISABLED", 403)] }, [customer("c-1", ["fiat"])])
      const row = yield* partition("fiat_deposits")
      expect(row).toMatchObject({ state: "FAILED", problem_code: "PARTNER_PRODUCT_DISABLED" })
      expect(row?.reason).toContain("fiat")
      expect(yield* theRun).toMatchObject({ coverage: "PARTIAL" })
    }),
  )

  it.effect("FAILED, all of them, where the API does not know the customer; the others are read", () =>
    Effect.gen(function* () {
      yield* newBooks
      const unknown = problem("PARTNER_CUSTOMER_NOT_FOUND", 404)
      yield* synced(Object.fromEntries(streams.map((row) => [`c-1/${row.stream}`, [unknown]])), two)
      expect(yield* statesOf("c-1")).toEqual(["FAILED"])
      expect(yield* partition("checkouts")).toMatchObject({ problem_code: "PARTNER_CUSTOMER_NOT_FOUND" })
      expect(yield* statesOf("c-2")).toEqual(["COMPLETE"])
    }),
  )

  it.effect("PARTIAL where the connection was lost after two pages, which are kept", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({
        [deposits]: [apiPage([deposit("1")], "to 2"), apiPage([deposit("2")], "to 3"), noAnswer, noAnswer],
      })
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "PARTIAL",
        reason: noAnswer.message,
        pages: 2,
        records: 2n,
        next_cursor: "to 3",
        ended: false,
      })
      expect(yield* rows("SELECT count(*) AS n FROM main.fiat_deposits")).toEqual([{ n: 2n }])
      expect(yield* theRun).toMatchObject({ state: "synced", coverage: "PARTIAL" })
    }),
  )

  it.effect("FAILED where its first page never came, once another list has answered", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [noAnswer, noAnswer] })
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "FAILED", pages: 0 })
      expect(yield* partition("checkouts")).toMatchObject({ state: "COMPLETE" })
    }),
  )

  for (const [what, body] of [
    ["holds no list of items", '{"items":[],"pageInfo":{"nextCursor":null,"hasMore":false}}'],
    ["has no pageInfo", '{"data":[]}'],
    ["says that more follows and gives no cursor", '{"data":[],"pageInfo":{"nextCursor":null,"hasMore":true}}'],
    ["is a gateway's HTML", "<html>\r\n502 Bad Gateway é</html>\0"],
    ["is cut off", '{"data":[{"depositId":"1"'],
  ] as const) {
    it.effect(`FAILED where a page ${what}; its bytes are kept`, () =>
      Effect.gen(function* () {
        yield* newBooks
        yield* synced({ [deposits]: [apiPage([deposit("1")], "to 2"), body, body] })
        expect(yield* partition("fiat_deposits")).toMatchObject({ state: "FAILED", pages: 1, records: 1n })
        const [page] = yield* rows("SELECT * FROM raw.pages WHERE fault IS NOT NULL")
        expect(page).toMatchObject({
          stream: "fiat_deposits",
          sequence: 2,
          cursor_in: "to 2",
          items: null,
          body,
          sha256: sha256(body),
          kept_sha256: sha256(body),
          bytes: BigInt(Buffer.byteLength(body)),
        })
      }),
    )
  }

  it.effect("FAILED where a page is not UTF-8; its bytes are kept", () =>
    Effect.gen(function* () {
      yield* newBooks
      const bytes = new Uint8Array([0x7b, 0xff, 0x00, 0x7d])
      yield* synced({ [deposits]: [bytes, bytes] })
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "FAILED" })
      expect(yield* rows("SELECT body, body_bytes, sha256 FROM raw.pages WHERE fault IS NOT NULL")).toEqual([
        { body: null, body_bytes: bytes, sha256: sha256(bytes) },
      ])
    }),
  )

  it.effect("FAILED where a cursor comes twice, instead of an endless loop", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { asked } = yield* synced({
        [deposits]: [apiPage([deposit("1")], "a"), apiPage([deposit("2")], "b"), apiPage([deposit("3")], "a")],
      })
      expect(asked.filter((request) => request.startsWith(deposits))).toHaveLength(3)
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "FAILED", ended: false })
    }),
  )
})

const refused = new RequestWithheld({
  reason: "Refused",
  requestId: "request-0",
  detail: "",
  after: problem("PARTNER_SIGNATURE_INVALID", 401),
})

layer(ledgerStore)("a run that cannot go on", (it) => {
  it.effect("fails with CredentialsRefused where the credentials are wrong, and is on record as failed", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { asked, exit } = yield* synced({ "*": [problem("PARTNER_AUTH_FAILED", 401)] }, two)
      expect(failureOf(exit)).toMatchObject({ _tag: "CredentialsRefused" })
      // The client lets one request go at a time until somebody has answered.
      expect(asked).toEqual(["c-1/balances", "c-2/balances"])
      expect(yield* theRun).toMatchObject({ state: "failed", coverage: "PARTIAL", partitions_proven: 0n })
      expect((yield* theRun)?.finished_at).not.toBeNull()
    }),
  )

  it.effect("ends where the credentials are refused in its middle, keeps what it had read, and is to be judged", () =>
    Effect.gen(function* () {
      yield* newBooks
      const balances = apiPage([apiRecord("balances", { currency: "EUR", total: "7" })])
      const { exit } = yield* synced(
        {
          "c-1/balances": [balances],
          "c-2/balances": [refused],
        },
        two,
      )
      expect(Exit.isSuccess(exit) && exit.value.stopped).toMatchObject({ _tag: "CredentialsRefused" })
      expect(yield* theRun).toMatchObject({ state: "synced", coverage: "PARTIAL" })
      expect(yield* partition("balances", "c-2")).toMatchObject({ state: "FAILED" })
      expect(yield* rows("SELECT currency FROM main.balances")).toEqual([{ currency: "EUR" }])
    }),
  )

  it.effect("fails with ApiUnavailable where nothing answers, after one list and not a thousand", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { asked, exit } = yield* synced({ "*": [noAnswer] }, two)
      expect(failureOf(exit)).toMatchObject({ _tag: "ApiUnavailable" })
      expect(asked).toEqual(["c-1/balances", "c-2/balances"])
      expect(yield* theRun).toMatchObject({ state: "failed", coverage: "PARTIAL" })
    }),
  )

  it.effect(
    "fails with NotThePartnerApi after as many lists as a customer has, where a stranger answers everything",
    () =>
      Effect.gen(function* () {
        yield* newBooks
        const { asked, exit } = yield* synced({ "*": ["<html>Welcome</html>"] }, two)
        expect(failureOf(exit)).toMatchObject({ _tag: "NotThePartnerApi", baseUrl: "https://api.example" })
        expect(asked.length).toBeLessThanOrEqual(2 * streams.length)
        expect(yield* theRun).toMatchObject({ state: "failed", coverage: "PARTIAL" })
      }),
  )

  it.effect("fails so where the base URL leads past the API: no path is there, whatever the code that says it", () =>
    Effect.gen(function* () {
      for (const code of ["PARTNER_RESOURCE_NOT_FOUND", "NOT_FOUND", null]) {
        yield* newBooks
        const { asked, exit } = yield* synced({ "*": [problem(code, 404)] }, two)
        const failure = failureOf(exit)
        expect(failure).toMatchObject({ _tag: "NotThePartnerApi" })
        expect(failure).toHaveProperty(
          "message",
          expect.stringContaining("check OCEAFIN_PARTNER_API_BASE_URL, its path too"),
        )
        expect(asked.length).toBeLessThanOrEqual(2 * streams.length)
      }
    }),
  )

  it.effect("goes on where no path is there but one, or where it is the customer that is not there", () =>
    Effect.gen(function* () {
      const noPath = problem("PARTNER_RESOURCE_NOT_FOUND", 404)
      const noCustomer = problem("PARTNER_CUSTOMER_NOT_FOUND", 404)
      for (const answer of [apiPage([]), noCustomer, problem("PARTNER_PRODUCT_DISABLED", 403)]) {
        yield* newBooks
        const { exit } = yield* synced({ "*": [noPath], "c-1/checkouts": [answer] }, two)
        expect(Exit.isSuccess(exit)).toBe(true)
      }
      const { exit } = yield* synced({ "*": [noCustomer] }, two)
      expect(Exit.isSuccess(exit)).toBe(true)
    }),
  )

  it.effect("goes on where one page of the first customer can be read", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { exit } = yield* synced({ "*": ["<html>Welcome</html>"], "c-1/checkouts": [apiPage([])] }, two)
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(yield* partition("checkouts")).toMatchObject({ state: "COMPLETE" })
    }),
  )

  it.effect("goes on where the first list is refused, because somebody answered", () =>
    Effect.gen(function* () {
      yield* newBooks
      const { exit } = yield* synced({ "c-1/balances": [problem("PARTNER_SCOPE_DENIED", 403)], [deposits]: [noAnswer] })
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(yield* partition("balances")).toMatchObject({ state: "DENIED" })
    }),
  )
})

const written = (json: string) => JSON.stringify(deposit("1")).replace('"amount":"1.00"', json)
const storedAmount = rows("SELECT amount FROM main.fiat_deposits")

layer(ledgerStore)("what is stored is what was judged", (it) => {
  it.effect.each([
    ["and it is not the same", '"amount":"1.00","amount":"2.00"'],
    ["and the last can be read", '"amount":"much","amount":"2.00"'],
    ["and the first can be read", '"amount":"2.00","amount":"much"'],
  ] as const)("where a record has a key twice %s: the record is in quarantine", ([, amounts]) =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [apiPageOfText(written(amounts))] })
      expect(yield* storedAmount).toEqual([])
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "COMPLETE", quarantined_records: 1n })
    }),
  )

  it.effect("where a record has a key twice and it is the same: it is loaded once", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [apiPageOfText(written('"amount":"2.00","amount":"2.00"'))] })
      expect(yield* storedAmount).toEqual([{ amount: "2.000000000000000000" }])
    }),
  )

  it.effect("where the list itself is there twice: nobody knows which is meant, and nothing is stored", () =>
    Effect.gen(function* () {
      yield* newBooks
      const [first, last] = [JSON.stringify([deposit("1")]), JSON.stringify([deposit("2"), deposit("3")])]
      yield* synced({ [deposits]: [`{"data":${first},"data":${last},"pageInfo":{"nextCursor":null,"hasMore":false}}`] })
      expect(yield* storedAmount).toEqual([])
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "FAILED" })
    }),
  )

  it.effect("where a key differs only in case: it is another field", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [apiPageOfText(written('"Amount":"9.00","amount":"2.00"'))] })
      expect(yield* storedAmount).toEqual([{ amount: "2.000000000000000000" }])
    }),
  )

  it.effect("where an amount is a JSON number of more digits than a double has", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [deposits]: [apiPageOfText(written('"amount":12345678901234567890.123456789012345678'))] })
      expect(yield* storedAmount).toEqual([{ amount: "12345678901234567890.123456789012345678" }])
    }),
  )

  it.effect("byte for byte, where nothing had to be hidden: a byte order mark too", () =>
    Effect.gen(function* () {
      yield* newBooks
      const body = `\uFEFF${apiPage([deposit("1")])}`
      yield* synced({ [deposits]: [body] })
      // Hashed in SQL, because reading text into JavaScript drops a byte order mark.
      expect(
        yield* rows(
          "SELECT sha256(body) AS of_body, sha256, kept_sha256 FROM raw.pages WHERE stream = 'fiat_deposits'",
        ),
      ).toEqual([{ of_body: sha256(body), sha256: sha256(body), kept_sha256: sha256(body) }])
    }),
  )
})

const accounts = "c-1/bank_accounts"
const account = apiRecord("bank_accounts", { bankAccountId: "b-1", accountHolderName: "Ada Lovelace" })

layer(ledgerStore)("what others send and nobody expects", (it) => {
  it.effect.each([
    ["kept", keep],
    ["hashed", hash],
  ] as const)("fails with its record alone, however deep and long it is, personal data %s", ([_how, personalData]) =>
    Effect.gen(function* () {
      yield* newBooks
      const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`
      const escapes = `"${String.raw`\"\\`.repeat(500_000)}"`
      const record = (id: string, field: string, text: string) =>
        JSON.stringify(deposit(id, { [field]: "here" })).replace('"here"', text)
      const records = [
        record("1", "extra", deep),
        record("2", "extra", escapes),
        record("3", "amount", deep),
        record("4", "createdAt", escapes),
        deep,
        JSON.stringify(deposit("5")),
      ]
      const { exit } = yield* synced({ [deposits]: [apiPageOfText(records.join(","))] }, one, personalData)
      expect(failureOf(exit)).toBeUndefined()
      expect(yield* partition("fiat_deposits")).toMatchObject({
        state: "COMPLETE",
        records: 6n,
        new_records: 3n,
        quarantined_records: 3n,
      })
      expect(yield* rows("SELECT deposit_id FROM main.fiat_deposits ORDER BY ALL")).toEqual(
        ["1", "2", "5"].map((deposit_id) => ({ deposit_id })),
      )
      expect(yield* theRun).toMatchObject({ coverage: "COMPLETE" })
      expect(yield* untied).toEqual([])
    }),
  )

  it.effect("fails with its list alone, where the database refuses what the contract reads", () =>
    Effect.gen(function* () {
      yield* newBooks
      const database = yield* Database
      const refused = new StoreError({ reason: "Query", file: "", detail: "" })
      const picky: Database["Type"] = {
        ...database,
        transaction: (body) =>
          database.transaction((sql) =>
            body({
              ...sql,
              fill: (table, columns, rows) =>
                JSON.stringify(rows).includes("poison") ? refused : sql.fill(table, columns, rows),
            }),
          ),
      }
      const script = {
        [deposits]: [apiPage([deposit("1")], "to 2"), apiPage([deposit("poison")], "to 3"), apiPage([deposit("3")])],
        "c-2/fiat_deposits": [apiPage([deposit("4", { customerId: "c-2" })])],
      }
      const { exit } = yield* synced(script, two).pipe(Effect.provideService(Database, picky))
      expect(failureOf(exit)).toBeUndefined()
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "FAILED" })
      expect(yield* partition("fiat_deposits", "c-2")).toMatchObject({ state: "COMPLETE" })
      expect(yield* theRun).toMatchObject({ state: "synced", coverage: "PARTIAL", partitions_proven: 33n })
      expect(yield* untied).toEqual([])
      // Asked again, it is taken.
      yield* synced(script, two)
      expect(yield* theRun).toMatchObject({ coverage: "COMPLETE" })
    }),
  )

  it.effect("is an end beside a cursor: what lies behind it is read, and an empty page confirms it", () =>
    Effect.gen(function* () {
      yield* newBooks
      const ending = (records: ReadonlyArray<unknown>, nextCursor: string) =>
        JSON.stringify({ data: records, pageInfo: { nextCursor, hasMore: false } })
      const { asked } = yield* synced({
        [deposits]: [ending([deposit("1")], "a"), ending([deposit("2")], "b"), ending([], "c")],
      })
      expect(asked.filter((request) => request.startsWith(deposits))).toEqual([
        deposits,
        `${deposits}?a`,
        `${deposits}?b`,
        deposits,
      ])
      expect(yield* partition("fiat_deposits")).toMatchObject({ state: "COMPLETE", new_records: 2n, next_cursor: null })
    }),
  )

  it.effect("is a slash or a separator in a text, which makes no two records or versions one", () =>
    Effect.gen(function* () {
      yield* newBooks
      const configuration = configurationWith({ currencyAliases: { "USDT/TRON": "USDT" } })
      const balance = (currency: string, network: string | null) => apiRecord("balances", { currency, network })
      const posted = (resourceType: string, resourceId: string) =>
        apiPage([apiRecord("transactions", { transactionId: "t-1", resourceType, resourceId })])
      const balances = apiPage([balance("USDT", "TRON"), balance("USDT/TRON", null)])
      const night = (transactions: string) =>
        synced({ "c-1/balances": [balances], "c-1/transactions": [transactions] }, one, keep, configuration)
      yield* night(posted("a\u001f=b", "c"))
      expect(yield* partition("balances")).toMatchObject({ new_records: 2n, duplicate_records: 0n })
      yield* night(posted("a", "b\u001f=c"))
      expect(yield* partition("transactions")).toMatchObject({ changed_records: 1n })
      expect(yield* rows("SELECT resource_type, resource_id FROM main.transactions")).toEqual([
        { resource_type: "a", resource_id: String.raw`b\u001f=c` },
      ])
    }),
  )
})

layer(ledgerStore)("names of people", (it) => {
  it.effect("are hashed in the page and in the row, and the page says so", () =>
    Effect.gen(function* () {
      yield* newBooks
      yield* synced({ [accounts]: [apiPage([account])] }, one, hash)
      const [page] = yield* rows(
        "SELECT body, redacted, sha256, kept_sha256 FROM raw.pages WHERE stream = 'bank_accounts'",
      )
      expect(page).toMatchObject({ redacted: true, sha256: sha256(apiPage([account])) })
      expect(page?.body).not.toContain("Lovelace")
      expect(page?.kept_sha256).toBe(sha256(String(page?.body)))
      const [row] = yield* rows("SELECT account_holder_name FROM main.bank_accounts")
      expect(row?.account_holder_name).toMatch(/^hash:[0-9a-f]{32}$/)
    }),
  )

  it.effect("are hashed in a page that cannot be read, and the page says so", () =>
    Effect.gen(function* () {
      yield* newBooks
      const body = JSON.stringify({ accounts: [account] })
      yield* synced({ [accounts]: [body] }, one, hash)
      const [page] = yield* rows("SELECT body, redacted, sha256, kept_sha256 FROM raw.pages WHERE fault IS NOT NULL")
      expect(page?.body).not.toContain("Lovelace")
      expect(page?.sha256).toBe(sha256(body))
      expect(page?.redacted).toBe(true)
      expect(page?.kept_sha256).toBe(sha256(String(page?.body)))
    }),
  )
})

const threePages = {
  [deposits]: [apiPage([deposit("1")], "to 2"), apiPage([deposit("2")], "to 3"), apiPage([deposit("3")])],
}

layer(ledgerStore)("proveCoverage demotes a chain", (it) => {
  const tampered = (what: string, statement: string, reason = "the stored pages do not form one unbroken chain") =>
    it.effect(what, () =>
      Effect.gen(function* () {
        yield* newBooks
        const { exit } = yield* synced(threePages)
        const run: Run = yield* exit
        expect(yield* partition("fiat_deposits")).toMatchObject({ state: "COMPLETE" })
        const database = yield* Database
        yield* database.run(statement)
        const end = { state: "synced", detail: null, finishedAt: run.startedAt } as const
        yield* proveCoverage(database, run, streamTables(resolveContract()), {
          ...end,
          costs: { requests: 0, failed: [] },
          held: { limitedMillis: 0, refusals: 0, silentMillis: 0 },
          learntRate: null,
        })
        expect(yield* partition("fiat_deposits")).toMatchObject({ state: "PARTIAL", reason })
        expect(yield* partition("checkouts")).toMatchObject({ state: "COMPLETE" })
        expect(yield* theRun).toMatchObject({ coverage: "PARTIAL", partitions_proven: BigInt(streams.length - 1) })
      }),
    )
  const page = (sequence: number) => `stream = 'fiat_deposits' AND sequence = ${sequence}`

  tampered("whose first page is missing", `DELETE FROM raw.pages WHERE ${page(1)}`)
  tampered("whose middle page is missing", `DELETE FROM raw.pages WHERE ${page(2)}`)
  tampered("whose last page is missing", `DELETE FROM raw.pages WHERE ${page(3)}`)
  tampered("that nobody looked back at", `DELETE FROM raw.pages WHERE ${page(4)}`)
  tampered("whose look back began in the middle", `UPDATE raw.pages SET cursor_in = 'to 2' WHERE ${page(4)}`)
  tampered("of which no page is stored", "DELETE FROM raw.pages WHERE stream = 'fiat_deposits'")
  tampered("that did not begin without a cursor", `UPDATE raw.pages SET cursor_in = 'x' WHERE ${page(1)}`)
  tampered("with a cursor that the page before did not give", `UPDATE raw.pages SET cursor_in = 'x' WHERE ${page(2)}`)
  tampered("that does not say that it ends", `UPDATE raw.pages SET has_more = TRUE WHERE ${page(3)}`)
  tampered("that ended before its last page", `UPDATE raw.pages SET has_more = FALSE WHERE ${page(2)}`)
  tampered("with a page twice", `INSERT INTO raw.pages SELECT * FROM raw.pages WHERE ${page(2)}`)
  const untiedReason = "the records received do not tie to the records stored"
  tampered("whose record is gone", "DELETE FROM main.fiat_deposits WHERE deposit_id = '2'", untiedReason)
  tampered(
    "whose page held more records than were stored",
    `UPDATE raw.pages SET items = 2 WHERE ${page(2)}`,
    untiedReason,
  )
})
