import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { resolveContract } from "../../../src/api/contract.ts"
import { retryPolicy } from "../../../src/api/retry-policy.ts"
import { streams } from "../../../src/api/streams.ts"
import type { RosterEntry } from "../../../src/pipelines/configuration/roster.ts"
import { checkApi } from "../../../src/pipelines/doctor/api-checks.ts"
import { type Diagnosis, exitCodeOfAll } from "../../../src/pipelines/doctor/diagnosis.ts"
import { type Call, emptyPage, fakeApi, problem, reset, type Said, says, secret } from "../../api/fake-api.ts"
import { apiPage, apiRecord } from "../../support/scripted-api.ts"

const customer: RosterEntry = { customerId: "c-1", partnerCustomerRef: "ref-1", products: null }

const listOf = (call: Call): string => call.url.pathname.split("/").at(-1) ?? ""

const customerOf = (call: Call): string => call.url.pathname.split("/").at(-2) ?? ""

/** What doctor says of an API that answers each list as told, and with an empty page where nothing is told. */
const checked = (
  answers: Readonly<Record<string, Said | typeof reset>>,
  {
    asked = [customer],
    dateOffsetMillis,
    thorough = false,
  }: {
    asked?: readonly [RosterEntry, ...ReadonlyArray<RosterEntry>]
    dateOffsetMillis?: number
    thorough?: boolean
  } = {},
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.parse("2026-06-28T02:30:00Z"))
    const date =
      dateOffsetMillis === undefined
        ? {}
        : { date: new Date(Date.parse("2026-06-28T02:30:00Z") + dateOffsetMillis).toUTCString() }
    const { calls, layer } = fakeApi(
      (call) => {
        const said =
          answers[`${customerOf(call)}/${listOf(call)}`] ?? answers[listOf(call)] ?? answers["*"] ?? emptyPage
        return Effect.succeed(said === reset ? said : { ...said, headers: { ...said.headers, ...date } })
      },
      { policy: retryPolicy.map((row) => ({ ...row, tries: 1, requeue: false })) },
    )
    const diagnoses = yield* checkApi(resolveContract(), asked, thorough).pipe(Effect.provide(layer))
    return { diagnoses, calls, of: (check: string) => diagnoses.find((diagnosis) => diagnosis.check === check) }
  })

const bad = (diagnoses: ReadonlyArray<Diagnosis>) => diagnoses.filter(({ state }) => state !== "ok")

describe("doctor, of an API", () => {
  it.effect("asks each list of one customer once, for its first page, and finds nothing where all is well", () =>
    Effect.gen(function* () {
      const { calls, diagnoses, of } = yield* checked({}, { dateOffsetMillis: 0 })
      expect(bad(diagnoses)).toEqual([])
      expect(exitCodeOfAll(diagnoses)).toBe(0)
      expect(calls.map(listOf).sort()).toEqual(streams.map((row) => row.path).sort())
      expect(calls.filter((call) => call.url.searchParams.has("cursor"))).toEqual([])
      expect(of("list transactions")?.detail).toBe("0 records on its first page")
      expect(of("credentials")?.detail).toBe("they are accepted")
    }),
  )

  it.effect("asks nothing more where nobody answers: 75", () =>
    Effect.gen(function* () {
      const { calls, diagnoses } = yield* checked({ "*": reset })
      expect(calls).toHaveLength(1)
      expect(diagnoses).toMatchObject([{ check: "API", state: "fail", detail: expect.stringContaining("ECONNRESET") }])
      expect(exitCodeOfAll(diagnoses)).toBe(75)
    }),
  )

  it.effect("asks nothing more where the credentials are refused, and does not say the secret: 77", () =>
    Effect.gen(function* () {
      const { calls, diagnoses, of } = yield* checked({ "*": problem(401, "PARTNER_SIGNATURE_INVALID") })
      expect(calls).toHaveLength(1)
      expect(of("API")).toMatchObject({ state: "ok" })
      expect(of("credentials")).toMatchObject({
        state: "fail",
        remedy: expect.stringContaining("OCEAFIN_PARTNER_API_CLIENT_SECRET"),
      })
      expect(exitCodeOfAll(diagnoses)).toBe(77)
      expect(JSON.stringify(diagnoses)).not.toContain(secret)
    }),
  )

  it.effect.each([
    [0, "ok", 0],
    [-30_000, "ok", 0],
    [31_000, "warn", 0],
    [-300_000, "warn", 0],
    // A night that is told of it goes by the API's clock.
    [-3_600_000, "warn", 0],
  ] as const)("finds a clock that is %d ms off %s", ([offset, state, code]) =>
    Effect.gen(function* () {
      const { diagnoses, of } = yield* checked({}, { dateOffsetMillis: offset })
      expect(of("clock")?.state).toBe(state)
      expect(exitCodeOfAll(diagnoses)).toBe(code)
    }),
  )

  it.effect("takes the clock's offset from a refusal too, and says which way to set it", () =>
    Effect.gen(function* () {
      const { of } = yield* checked({ "*": problem(401, "PARTNER_SIGNATURE_EXPIRED") }, { dateOffsetMillis: 600_000 })
      expect(of("clock")).toMatchObject({ state: "warn", detail: "this machine's clock is 10 min behind the API's" })
      expect(of("credentials")).toMatchObject({ state: "fail", remedy: "set this machine's clock" })
    }),
  )

  it.effect("says that there is no Date to compare with, where there is none", () =>
    Effect.gen(function* () {
      expect((yield* checked({})).of("clock")).toMatchObject({ state: "warn" })
    }),
  )

  it.effect("tells of each list by itself what it answers", () =>
    Effect.gen(function* () {
      const record = apiRecord("fiat_deposits", { depositId: "d-1" })
      const { diagnoses, of } = yield* checked({
        transactions: problem(403, "PARTNER_SCOPE_DENIED"),
        "crypto-deposits": problem(403, "PARTNER_PRODUCT_DISABLED"),
        "fiat-deposits": says(200, apiPage([record, { ...record, amount: "much" }], "more")),
        "fiat-withdrawals": says(
          200,
          apiPage([record], "more").replaceAll("depositId", "withdrawalId").replace("fiatAccountId", "bankAccountId"),
        ),
        conversions: says(200, '{"conversions":[]}'),
        "crypto-checkouts": problem(503, "PARTNER_PROCESSING_UNAVAILABLE"),
        "collection-buyers": problem(429, null),
      })
      expect(of("list transactions")).toMatchObject({ state: "fail", exitCode: 4 })
      expect(of("list crypto_deposits")).toMatchObject({
        state: "ok",
        detail: "the product crypto is not enabled for this customer",
      })
      expect(of("list fiat_deposits")).toMatchObject({
        state: "warn",
        detail: expect.stringMatching(/^1 of 2 records on its first page cannot be read: amount /),
      })
      expect(of("list fiat_withdrawals")?.detail).toBe("1 record on its first page, and more follows")
      expect(of("list conversions")).toMatchObject({
        state: "fail",
        exitCode: 4,
        detail: expect.stringContaining("data is not a list"),
      })
      expect(of("list checkouts")).toMatchObject({ state: "fail", exitCode: 4 })
      expect(of("list collection_buyers")).toMatchObject({ state: "warn" })
      expect(of("credentials")).toMatchObject({ state: "ok" })
      expect(exitCodeOfAll(diagnoses)).toBe(4)
    }),
  )

  it.effect("finds fault with a product that the customers' file expects and the API does not enable", () =>
    Effect.gen(function* () {
      const answers = { "crypto-deposits": problem(403, "PARTNER_PRODUCT_DISABLED") }
      const { diagnoses, of } = yield* checked(answers, { asked: [{ ...customer, products: ["core", "crypto"] }] })
      expect(of("list crypto_deposits")).toMatchObject({ state: "fail" })
      expect(exitCodeOfAll(diagnoses)).toBe(4)
    }),
  )

  it.effect("finds fault with a customer that the API does not know", () =>
    Effect.gen(function* () {
      const { diagnoses, of } = yield* checked({ "*": problem(404, "PARTNER_CUSTOMER_NOT_FOUND") })
      expect(of("list balances")).toMatchObject({ state: "fail", remedy: expect.stringContaining("--customers") })
      expect(exitCodeOfAll(diagnoses)).toBe(4)
    }),
  )

  it.effect("claims nothing of the credentials where no answer tells", () =>
    Effect.gen(function* () {
      expect((yield* checked({ "*": problem(429, null) })).of("credentials")).toMatchObject({ state: "warn" })
    }),
  )

  it.effect.each([
    ["a wrong base path", says(404, "<html>nothing here</html>", { "content-type": "text/html" }), 78],
    ["another program's JSON", says(200, '{"hello":"world"}'), 78],
    ["a gateway behind which nobody is", says(502, "<html>bad gateway</html>"), 75],
  ] as const)("tells of %s once, when two lists have shown it, and ends as the night would", ([, said, code]) =>
    Effect.gen(function* () {
      const { calls, diagnoses } = yield* checked({ "*": said })
      expect(calls).toHaveLength(2)
      expect(diagnoses.map(({ check, state }) => [check, state])).toEqual([["API", "fail"]])
      expect(exitCodeOfAll(diagnoses)).toBe(code)
    }),
  )

  it.effect(
    "asks every customer for balances, and for all lists where it is to be thorough; alike answers are one line",
    () =>
      Effect.gen(function* () {
        const others = ["c-2", "c-3", "c-4", "c-5"].map((id) => ({
          ...customer,
          customerId: id,
          partnerCustomerRef: `ref-of-${id}`,
        }))
        const asked = [customer, ...others] as const
        const unknown = problem(404, "PARTNER_CUSTOMER_NOT_FOUND")
        const answers = {
          "c-3/balances": unknown,
          "c-5/balances": unknown,
          "c-4/transactions": problem(403, "PARTNER_SCOPE_DENIED"),
        }
        const { calls, diagnoses, of } = yield* checked(answers, { asked })
        expect(calls).toHaveLength(streams.length + others.length)
        expect(bad(diagnoses).filter(({ check }) => check.startsWith("list "))).toMatchObject([
          {
            check: "list balances",
            state: "fail",
            detail: expect.stringContaining("(2 customers: ref-of-c-3, ref-of-c-5)"),
          },
        ])
        expect(of("list balances")?.detail).toBe("3 customers are answered")
        expect(exitCodeOfAll(diagnoses)).toBe(4)

        const all = yield* checked(answers, { asked, thorough: true })
        expect(all.calls).toHaveLength(streams.length * asked.length)
        expect(bad(all.diagnoses).map(({ check }) => check)).toEqual(["clock", "list balances", "list transactions"])
      }),
  )
})
