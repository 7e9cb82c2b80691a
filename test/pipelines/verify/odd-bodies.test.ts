import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Redacted, TestClock, TestServices } from "effect"
import type { PersonalData } from "../../../src/api/personal-data.ts"
import { sync } from "../../../src/pipelines/sync/sync.ts"
import { findingLine } from "../../../src/pipelines/verify/finding.ts"
import { verify } from "../../../src/pipelines/verify/verify.ts"
import { Database } from "../../../src/store/database.ts"
import { configurationWith } from "../../support/configuration.ts"
import { ledgerStore, newBooks } from "../../support/ledger-case.ts"
import { apiPage, apiPageOfText, apiRecord, problem, type Script, scriptedApi } from "../../support/scripted-api.ts"

const hash: PersonalData = { _tag: "Hash", salt: Redacted.make("salt") }

/** A list that could not be read is asked once more after a while. */
const timePasses = Effect.forever(
  Effect.zipRight(TestServices.provideLive(Effect.sleep("20 millis")), TestClock.adjust("1 minute")),
)

const linesAfter = (script: Script, settings: Readonly<Record<string, unknown>> = {}, tamper?: string, only?: null) =>
  Effect.gen(function* () {
    yield* newBooks
    const database = yield* Database
    const configuration = configurationWith(settings)
    const customers = [{ customerId: "c-1", partnerCustomerRef: "ref-1", products: null }]
    const read = sync({ configuration, personalData: hash, customers, baseUrl: "https://api.example" }).pipe(
      Effect.provide(scriptedApi(script).layer),
    )
    const run = yield* Effect.raceFirst(read, timePasses)
    if (tamper !== undefined) yield* database.run(tamper)
    const proof = yield* verify(configuration.contract, "no-such-folder", only === null ? null : run.runId)
    return proof.findings.map((finding) => findingLine(finding).replace(`run ${run.runId}, customer c-1, `, ""))
  })

const deposit = (depositId: unknown, values: Readonly<Record<string, unknown>> = {}) =>
  apiRecord("fiat_deposits", { depositId, ...values })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Each a page that no hand has touched, and that some reader of JSON understands otherwise than another. */
const untouched: Readonly<Record<string, ReadonlyArray<string | Uint8Array>>> = {
  "with a byte order mark": [bytes(`\uFEFF${apiPage([deposit("1")])}`)],
  "with a field that comes twice": [
    apiPageOfText(JSON.stringify(deposit("1")).replace('"depositId":"1"', '"depositId":"1","depositId":"1"')),
  ],
  "with a field that comes twice, and not the same": [
    apiPageOfText(JSON.stringify(deposit("1")).replace('"depositId":"1"', '"depositId":"0","depositId":"1"')),
  ],
  "with half a surrogate pair": [apiPageOfText(JSON.stringify(deposit("1", { reference: "half \ud83d" })))],
  "with ids that are numbers": [apiPage([deposit(12), deposit(9_007_199_254_740_991)])],
  "with ids that are numbers beyond 64 bits": [
    apiPageOfText(JSON.stringify(deposit("1")).replace('"1"', "123456789012345678901234567890")),
  ],
  "with a name that was replaced by its hash": [apiPage([deposit("1", { senderName: "Ada" })])],
  "with a cursor of strange letters": [apiPage([deposit("1")], 'a"\\b\n/é'), apiPage([])],
  "with a record that the contract refuses": [apiPage([deposit("1"), deposit("2", { amount: "much" }), "nothing"])],
  "with a record that comes again": [apiPage([deposit("1")], "more"), apiPage([deposit("1")])],
  "with texts that are too long for a table": [
    apiPage([
      deposit("1", { reference: "x".repeat(20_000) }),
      deposit("y".repeat(20_000)),
      deposit("3", { amount: "much", reference: "z".repeat(40_000) }),
    ]),
  ],
  "with refused records that come again": [
    apiPage([deposit("1"), deposit("2", { amount: "much" })], "more"),
    apiPage([deposit("2", { amount: "much" }), deposit("3")]),
  ],
  "that is no JSON": [bytes("\uFEFF<html>")],
  "that is not UTF-8": [new Uint8Array([0xff, 0xfe, 0x00])],
  "that has no items": ["{}"],
}

layer(Layer.merge(ledgerStore, NodeContext.layer))("an untouched page", (it) => {
  for (const [name, answers] of Object.entries(untouched)) {
    it.effect(`${name} accuses nobody`, () =>
      Effect.gen(function* () {
        expect(yield* linesAfter({ "c-1/fiat_deposits": answers })).toEqual([])
      }),
    )
  }

  it.effect("of a list whose items lie elsewhere is read by the contract in force", () =>
    Effect.gen(function* () {
      const page = JSON.stringify({ "re.sult": 1, result: { list: [deposit("1")] }, next: null, more: false })
      const settings = { contract: { page: { items: "result.list", nextCursor: "next", hasMore: "more" } } }
      expect(
        yield* linesAfter(
          { "*": [JSON.stringify({ result: { list: [] }, more: false })], "c-1/fiat_deposits": [page] },
          settings,
        ),
      ).toEqual([])
    }),
  )

  it.effect("of a balance is found by all the parts of its key, a network that is absent too", () =>
    Effect.gen(function* () {
      const balance = (values: Readonly<Record<string, unknown>>) => apiRecord("balances", values)
      const page = apiPage([
        balance({ currency: "EUR" }),
        balance({ currency: "USDT", network: "TRON" }),
        balance({ currency: "USDT", network: null }),
      ])
      expect(yield* linesAfter({ "c-1/balances": [page] })).toEqual([])
    }),
  )

  it.effect("may belong to a partition that failed", () =>
    Effect.gen(function* () {
      const script = {
        "c-1/fiat_deposits": [apiPage([deposit("1")], "more"), problem("PARTNER_RESOURCE_STATE_INVALID", 409)],
      }
      expect(yield* linesAfter(script)).toEqual([])
    }),
  )
})

layer(Layer.merge(ledgerStore, NodeContext.layer))("a page that was touched", (it) => {
  it.effect("is not all that is proven: a body that no page names is told", () =>
    Effect.gen(function* () {
      const put = "DELETE FROM raw.body_pieces; INSERT INTO raw.body_pieces VALUES (7, 0, 'nobody said so')"
      const lines = yield* linesAfter({ "c-1/fiat_deposits": [apiPage([deposit("1")])] }, {}, put, null)
      expect(lines).toEqual(["table raw.body_pieces: it holds bodies that no page names: 7"])
    }),
  )

  it.effect("is accused although its body holds a field twice", () =>
    Effect.gen(function* () {
      const lines = yield* linesAfter(
        { "c-1/fiat_deposits": untouched["with a field that comes twice"] ?? [] },
        {},
        "DELETE FROM main.fiat_deposits",
      )
      expect(lines).toEqual(["fiat_deposits, page 1 (request " + "request-3): its record 1 is not in fiat_deposits"])
    }),
  )

  it.effect("is accused although it could not be read when it came", () =>
    Effect.gen(function* () {
      const lines = yield* linesAfter(
        { "c-1/fiat_deposits": ["{}"] },
        {},
        "UPDATE raw.pages SET body = '{ }' WHERE stream = 'fiat_deposits'",
      )
      expect(lines).toEqual([expect.stringMatching(/^fiat_deposits, page 1 .*: its body is not the one that was kept/)])
    }),
  )

  it.effect("is accused where its body was taken away", () =>
    Effect.gen(function* () {
      const lines = yield* linesAfter({}, {}, "UPDATE raw.pages SET body = NULL WHERE stream = 'fiat_deposits'")
      expect(lines).toEqual([expect.stringMatching(/^fiat_deposits, page 1 .*: its body is gone$/)])
    }),
  )

  it.effect("is accused where the mark of replaced names was set to hide it", () =>
    Effect.gen(function* () {
      const lines = yield* linesAfter(
        { "c-1/fiat_deposits": [apiPage([deposit("1")])] },
        {},
        "UPDATE raw.pages SET body = replace(body, '1.00', '9.00'), redacted = TRUE WHERE stream = 'fiat_deposits'",
      )
      expect(lines).toEqual([expect.stringContaining("its body is not the one that was kept")])
    }),
  )
})
