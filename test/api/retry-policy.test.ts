import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { UnreadablePage } from "../../src/api/failures.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { PartnerProblem, problemCodes } from "../../src/api/problem.ts"
import type { ReceivedAnswer } from "../../src/api/received-answer.ts"
import { classify, type FailureClass, policyOf, type RetryRow, retryPolicy } from "../../src/api/retry-policy.ts"
import {
  emptyPage,
  fakeApi,
  inTurn,
  type Lost,
  longestWaits,
  problem,
  reset,
  type Said,
  says,
  shortestWaits,
  streamOf,
  untrusted,
  whileTimePasses,
} from "./fake-api.ts"

const check = (answer: ReceivedAnswer): Effect.Effect<ReceivedAnswer, UnreadablePage> => {
  const text = new TextDecoder().decode(answer.body)
  const reason = text.startsWith("<") ? "NotJson" : text.includes('"data"') ? null : "NoItems"
  return reason === null ? Effect.succeed(answer) : new UnreadablePage({ reason, detail: "", ...answer })
}

const asked = (cursor: string | null) =>
  Effect.flatMap(PartnerApi, (api) => api.page({ stream: streamOf("balances"), customerId: "c-1", cursor }, check))

const ask = asked(null)

/** The waits between the tries of a request that is always answered so, in milliseconds. */
const waits = (said: Said | Lost, how: typeof shortestWaits, cursor: string | null = null) =>
  Effect.gen(function* () {
    const { calls, layer } = fakeApi(inTurn(said))
    const failure = yield* asked(cursor).pipe(Effect.flip, Effect.provide(layer), how, whileTimePasses)
    const gaps = calls.slice(1).map((call, index) => call.atMillis - (calls[index]?.atMillis ?? 0))
    return { gaps, failure }
  })

interface Row {
  readonly failure: FailureClass
  readonly when: string
  readonly said: Said | Lost
  /** The shortest wait before any try, milliseconds. */
  readonly floor: number
  /** The longest wait before each try after the first, milliseconds. */
  readonly ceilings: ReadonlyArray<number>
  readonly partition: RetryRow["partition"]
  readonly run: RetryRow["run"]
  /** No, unless told. */
  readonly requeue?: true
  /** The cursor that the request carries; none unless told. */
  readonly cursor?: string
}

const halfSecond = { floor: 250, ceilings: [500, 1000, 2000, 4000] }
const never = { floor: 0, ceilings: [] }
const failed = { partition: "FAILED", run: "goes on" } as const
const weather = { ...failed, requeue: true } as const

const rows: ReadonlyArray<Row> = [
  { failure: "transport", when: "a reset", said: reset, ...halfSecond, ...weather },
  {
    failure: "transport",
    when: "a body cut short",
    said: { ...emptyPage, arrival: "cut short" },
    ...halfSecond,
    ...weather,
  },
  {
    failure: "rate_limited",
    when: "429",
    said: problem(429, null),
    floor: 250,
    ceilings: [500, 1000, 2000, 4000, 8000],
    ...weather,
  },
  {
    failure: "rate_limited",
    when: "429 with an unknown code",
    said: problem(429, "TOO_FAST"),
    floor: 250,
    ceilings: [500, 1000, 2000, 4000, 8000],
    ...weather,
  },
  {
    failure: "processing_unavailable",
    when: "its code",
    said: problem(503, "PARTNER_PROCESSING_UNAVAILABLE"),
    floor: 2500,
    ceilings: [5000, 10_000, 20_000],
    ...weather,
  },
  {
    failure: "processing_unavailable",
    when: "its code with another status",
    said: problem(400, "PARTNER_PROCESSING_UNAVAILABLE"),
    floor: 2500,
    ceilings: [5000, 10_000, 20_000],
    ...weather,
  },
  { failure: "server_error", when: "500", said: problem(500, null), ...halfSecond, ...weather },
  { failure: "server_error", when: "a proxy's 502", said: says(502, "<html>"), ...halfSecond, ...weather },
  {
    failure: "server_error",
    when: "504 with an unknown code",
    said: problem(504, "NEW_CODE"),
    ...halfSecond,
    ...weather,
  },
  {
    failure: "signature_expired",
    when: "its code",
    said: problem(401, "PARTNER_SIGNATURE_EXPIRED"),
    floor: 0,
    ceilings: [0],
    requeue: true,
    partition: "FAILED",
    run: "stop",
  },
  {
    failure: "nonce_replayed",
    when: "its code",
    said: problem(401, "PARTNER_NONCE_REPLAYED"),
    floor: 0,
    ceilings: [0],
    ...failed,
  },
  {
    failure: "unauthorized",
    when: "wrong credentials",
    said: problem(401, "PARTNER_AUTH_FAILED"),
    floor: 500,
    ceilings: [1000, 2000],
    requeue: true,
    partition: "FAILED",
    run: "stop",
  },
  {
    failure: "unauthorized",
    when: "a wrong signature",
    said: problem(401, "PARTNER_SIGNATURE_INVALID"),
    floor: 500,
    ceilings: [1000, 2000],
    requeue: true,
    partition: "FAILED",
    run: "stop",
  },
  {
    failure: "unauthorized",
    when: "a 401 without a code",
    said: problem(401, null),
    floor: 500,
    ceilings: [1000, 2000],
    requeue: true,
    partition: "FAILED",
    run: "stop",
  },
  {
    failure: "scope_denied",
    when: "its code",
    said: problem(403, "PARTNER_SCOPE_DENIED"),
    ...never,
    partition: "DENIED",
    run: "skip stream",
  },
  {
    failure: "product_disabled",
    when: "its code",
    said: problem(403, "PARTNER_PRODUCT_DISABLED"),
    ...never,
    partition: "NOT_APPLICABLE",
    run: "goes on",
  },
  {
    failure: "customer_not_found",
    when: "its code",
    said: problem(404, "PARTNER_CUSTOMER_NOT_FOUND"),
    ...never,
    ...failed,
  },
  {
    failure: "malformed_body",
    when: "a page that is not JSON",
    said: says(200, "<html>"),
    floor: 250,
    ceilings: [500, 1000],
    ...weather,
  },
  {
    failure: "unreadable_envelope",
    when: "a page without items",
    said: says(200, "{}"),
    ...never,
    ...failed,
    requeue: true,
  },
  {
    failure: "unreadable_chain",
    when: "a page over the limit",
    said: says(200, "", { "content-length": "9999999" }),
    ...never,
    ...failed,
  },
  {
    failure: "other_refusal",
    when: "any other code",
    said: problem(409, "PARTNER_IDEMPOTENCY_CONFLICT"),
    ...never,
    ...failed,
  },
  { failure: "other_refusal", when: "404 without a code", said: problem(404, null), ...never, ...failed },
  ...[400, 404, 409, 410, 422].flatMap((status) =>
    [null, "PARTNER_RESOURCE_STATE_INVALID", "PARTNER_RESOURCE_NOT_FOUND", "PARTNER_CURSOR_GONE"].map(
      (code): Row => ({
        failure: "cursor_expired",
        when: `${status} and ${code ?? "no code"} to a request with a cursor`,
        said: problem(status, code),
        cursor: "from the page before",
        ...never,
        partition: "RESTARTED",
        run: "goes on",
      }),
    ),
  ),
  {
    failure: "other_refusal",
    when: "409 and a code that says something else, to a request with a cursor",
    said: problem(409, "PARTNER_IDEMPOTENCY_CONFLICT"),
    cursor: "from the page before",
    ...never,
    ...failed,
  },
  {
    failure: "customer_not_found",
    when: "its code to a request with a cursor",
    said: problem(404, "PARTNER_CUSTOMER_NOT_FOUND"),
    cursor: "from the page before",
    ...never,
    ...failed,
  },
  {
    failure: "other_refusal",
    when: "400 without a code to a request without a cursor",
    said: problem(400, null),
    ...never,
    ...failed,
  },
  {
    failure: "unknown_code",
    when: "a code of its own with 400",
    said: problem(400, "PARTNER_NEW"),
    ...never,
    ...failed,
  },
  {
    failure: "unknown_code",
    when: "a code of its own with 200",
    said: problem(200, "PARTNER_NEW"),
    ...never,
    ...failed,
  },
  {
    failure: "unauthorized",
    when: "a code of its own with 401",
    said: problem(401, "PARTNER_NEW"),
    floor: 500,
    ceilings: [1000, 2000],
    requeue: true,
    partition: "FAILED",
    run: "stop",
  },
  { failure: "barred", when: "a certificate that nobody vouches for", said: untrusted, ...never, ...weather },
  ...[301, 302, 303, 307, 308].map(
    (status): Row => ({
      failure: "redirect",
      when: `status ${status}`,
      said: says(status, "", { location: "/elsewhere" }),
      ...never,
      ...weather,
    }),
  ),
  {
    failure: "server_error",
    when: "a gateway's 408",
    said: says(408, "<html>"),
    ...halfSecond,
    ...weather,
  },
  ...[
    says(401, "<html>", { "www-authenticate": "NTLM" }),
    says(403, "<html>Just a moment</html>", { "content-type": "text/html" }),
    says(404, "nothing here", { "content-type": "text/plain" }),
    says(404, "{}", { "content-type": "application/json" }),
    says(410, ""),
  ].map(
    (said): Row => ({
      failure: "not_its_own",
      when: `status ${said.status} of somebody else`,
      said,
      cursor: "from the page before",
      ...halfSecond,
      ...weather,
    }),
  ),
]

/** The rows of what this client holds back by itself; run-limits.test.ts meets them. */
const withheld: ReadonlyArray<FailureClass> = ["run_deadline", "budget_spent"]

describe("the retry table", () => {
  it.effect.each(rows)(
    "$failure, by $when: its tries, the floor and the ceiling of its waits, and what follows",
    (row) =>
      Effect.gen(function* () {
        const shortest = yield* waits(row.said, shortestWaits, row.cursor)
        const longest = yield* waits(row.said, longestWaits, row.cursor)
        expect(shortest.gaps).toEqual(row.ceilings.map(() => row.floor))
        expect(longest.gaps.length).toBe(row.ceilings.length)
        longest.gaps.forEach((gap, index) => {
          // A wait is drawn below its ceiling; the first one's is a millisecond wide at least.
          expect(Math.abs(gap - (row.ceilings[index] ?? 0))).toBeLessThanOrEqual(1)
        })
        expect(classify(shortest.failure)).toBe(row.failure)
        const policy = policyOf(shortest.failure)
        const { partition, requeue = false, run } = row
        expect(policy).toMatchObject({ tries: row.ceilings.length + 1, requeue, partition, run })
        expect(Math.max(0, ...longest.gaps)).toBeLessThanOrEqual(Duration.toMillis(policy.cap) + 1)
      }),
  )

  it("has one row for each class, and every class is met above", () => {
    const classes = retryPolicy.map(({ failure }) => failure)
    expect(new Set(classes).size).toBe(classes.length)
    expect(new Set([...rows.map(({ failure }) => failure), ...withheld])).toEqual(new Set(classes))
  })

  it("has a row for every documented code, and for codes that nobody has documented", () => {
    const strange = ["", "NEW_CODE", "constructor", "toString", "__proto__"]
    for (const code of [...problemCodes, ...strange]) {
      const refusal = { title: null, detail: null, requestId: "r", retryAfterMillis: null, serverTimeMillis: null }
      const failure = new PartnerProblem({ ...refusal, status: 409, code })
      expect([code, retryPolicy.map((row) => row.failure).includes(classify(failure))]).toEqual([code, true])
      expect(() => policyOf(failure)).not.toThrow()
    }
  })
})

describe("Retry-After", () => {
  const gaps = (said: Said, how = shortestWaits) => Effect.map(waits(said, how), (seen) => seen.gaps)

  it.effect("is waited for in seconds, on 429 and on an unavailable API alike", () =>
    Effect.gen(function* () {
      expect(yield* gaps(problem(429, null, { "retry-after": "7" }))).toEqual(Array.from({ length: 5 }, () => 7000))
      const unavailable = problem(503, "PARTNER_PROCESSING_UNAVAILABLE", { "retry-after": "30" })
      expect(yield* gaps(unavailable)).toEqual([30_000, 30_000, 30_000])
      expect(yield* gaps(problem(503, null, { "retry-after": "9" }))).toEqual([9000, 9000, 9000, 9000])
    }),
  )

  it.effect("is waited for until its date", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(
        inTurn(problem(429, null, { "retry-after": "Thu, 01 Jan 1970 00:00:42 GMT" }), emptyPage),
      )
      yield* ask.pipe(Effect.provide(layer), shortestWaits, whileTimePasses)
      expect(calls[1]?.atMillis).toBe(42_000)
    }),
  )

  it.effect("shorter than the table's own wait does not shorten it", () =>
    Effect.gen(function* () {
      expect(yield* gaps(problem(429, null, { "retry-after": "0" }))).toEqual([250, 250, 250, 250, 250])
    }),
  )

  it.effect("longer than the table's cap is left for the end of the run", () =>
    Effect.gen(function* () {
      expect(yield* gaps(problem(429, null, { "retry-after": "301" }))).toEqual([])
    }),
  )

  it.effect("that cannot be read leaves the table's own wait", () =>
    Effect.gen(function* () {
      expect(yield* gaps(problem(429, null, { "retry-after": "soon" }))).toEqual([250, 250, 250, 250, 250])
    }),
  )

  it.effect("does not bring back what is never tried again", () =>
    Effect.gen(function* () {
      expect(yield* gaps(problem(403, "PARTNER_SCOPE_DENIED", { "retry-after": "1" }))).toEqual([])
    }),
  )
})

describe("the tries of one request", () => {
  it.effect("are counted for each class, so that a reset does not use up the tries of a 503", () =>
    Effect.gen(function* () {
      const unavailable = problem(503, "PARTNER_PROCESSING_UNAVAILABLE")
      const { calls, layer } = fakeApi(
        inTurn(reset, reset, reset, reset, unavailable, unavailable, unavailable, emptyPage),
      )
      const answer = yield* ask.pipe(Effect.provide(layer), whileTimePasses)
      expect([answer.attempts, calls.length]).toEqual([8, 8])
    }),
  )

  it.effect("begin anew with the next request", () =>
    Effect.gen(function* () {
      const { calls, layer } = fakeApi(({ number }) => Effect.succeed(number % 5 === 0 ? emptyPage : reset))
      const attempts = yield* Effect.all([ask, ask]).pipe(Effect.provide(layer), whileTimePasses)
      expect([attempts.map((answer) => answer.attempts), calls.length]).toEqual([[5, 5], 10])
    }),
  )
})
