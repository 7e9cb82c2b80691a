import { FileSystem } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, FastCheck as fc } from "effect"
import { assumedPage } from "../../../src/api/contract.ts"
import { retryPolicy } from "../../../src/api/retry-policy.ts"
import { type KnownCheck, readConfiguration } from "../../../src/pipelines/configuration/settings.ts"

const none = { grace: false, tolerance: false, limitByStream: false, numbers: {}, words: {} }

const checks: ReadonlyArray<KnownCheck> = [
  { code: "BAL_NEGATIVE", settings: none },
  { code: "REC_INVALID", settings: none },
  { code: "BAL_INCEPTION", settings: { ...none, tolerance: true } },
  { code: "LED_MISSING_PRODUCT", settings: { ...none, grace: true } },
  { code: "COV_LATE_ARRIVAL", settings: { ...none, numbers: { limitHours: 1 } } },
]

/** Reads a configuration from a file system that holds these files. */
const readFrom = (files: Readonly<Record<string, string>>, named: string | null = null) =>
  readConfiguration(named, checks).pipe(
    Effect.provide(
      FileSystem.layerNoop({
        exists: (path) => Effect.succeed(Object.hasOwn(files, path)),
        readFileString: (path) => Effect.succeed(files[path] ?? ""),
      }),
    ),
  )

const read = (settings: unknown) => readFrom({ "tidemark.json": JSON.stringify(settings) })
const refusal = (settings: unknown) => Effect.map(Effect.flip(read(settings)), (error) => error.message)

describe("a configuration", () => {
  it.effect("that is not there leaves every setting at its default", () =>
    Effect.gen(function* () {
      const configuration = yield* readFrom({})
      expect(configuration).toMatchObject({
        pageSize: 200,
        concurrency: 8,
        requestsPerSecond: null,
        requestTimeoutSeconds: 30,
        retryPolicy,
        retryBudget: { percent: 10, floor: 20 },
        startPatienceMinutes: 10,
        headSlackMinutes: 5,
        obsolete: [],
        deadlineMinutes: 360,
        failOn: ["high"],
        personalData: "hash",
        csv: { separator: ",", decimal: ".", times: "iso", byteOrderMark: false },
        workbookRows: 20_000,
        graceMinutes: 60,
        tolerance: {},
        checks: {},
      })
      expect(configuration.contract.page).toEqual(assumedPage)
      expect(configuration.sha256).toMatch(/^[0-9a-f]{64}$/)
    }),
  )

  it.effect("follows a name that counts as another to the last one", () =>
    Effect.gen(function* () {
      const { currencyAliases, networkAliases } = yield* read({
        currencyAliases: { MATIC: "POL", POL: "POLX", EUR: "EUR" },
        networkAliases: { TRX: "TRC20", TRC20: "TRON" },
      })
      expect(currencyAliases).toEqual({ MATIC: "POLX", POL: "POLX", EUR: "EUR" })
      expect(networkAliases).toEqual({ TRX: "TRON", TRC20: "TRON" })
    }),
  )

  it.effect("says of the name that counts what it says of another name, unless it says its own", () =>
    Effect.gen(function* () {
      const { checks, currencyPlaces, tolerance } = yield* read({
        currencyAliases: { MATIC: "POL", POL: "POLX", XBT: "BTC" },
        tolerance: {
          "*": { absolute: "1" },
          MATIC: { absolute: "0.001" },
          XBT: { absolute: "2" },
          BTC: { absolute: "3" },
        },
        currencyPlaces: { MATIC: 6 },
        checks: { REC_INVALID: { severity: "low" }, BAL_INCEPTION: { tolerance: { POL: { absolute: "0.5" } } } },
      })
      expect(tolerance).toMatchObject({ "*": { absolute: "1" }, POLX: { absolute: "0.001" }, BTC: { absolute: "3" } })
      expect(currencyPlaces.POLX).toBe(6)
      expect(checks.BAL_INCEPTION?.tolerance?.POLX?.absolute).toBe("0.5")
      expect(checks.REC_INVALID).not.toHaveProperty("tolerance")
    }),
  )

  it.effect("refuses names that lead back to themselves", () =>
    Effect.gen(function* () {
      const detail = yield* refusal({ currencyAliases: { XBT: "BTC", MATIC: "POL", POL: "POLX", POLX: "MATIC" } })
      expect(detail).toContain("currencyAliases: MATIC leads back to itself; say which of the names counts")
    }),
  )

  it.effect("that was named must be there", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readFrom({}, "nightly.json"))
      expect(error.message).toBe("nightly.json: there is no such file; check the path given to --config")
    }),
  )

  it.effect("is read from the file that was named, not from the default one", () =>
    Effect.gen(function* () {
      const files = { "tidemark.json": '{"pageSize":10}', "nightly.json": '{"pageSize":20}' }
      expect((yield* readFrom(files, "nightly.json")).pageSize).toBe(20)
      expect((yield* readFrom(files)).pageSize).toBe(10)
    }),
  )

  it.effect.each(["", "{", "pageSize: 10"])("that is not JSON says so: %j", (text) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readFrom({ "tidemark.json": text }))
      expect(error.message).toMatch(/^tidemark\.json: is not JSON: /)
    }),
  )

  it.effect.each<readonly [text: string, said: string]>([
    ['{"failOn":"high","pageSize":10,"fail\\u004fn":"low"}', 'says "failOn" twice'],
    ['{"checks":{"REC_FUTURE":{"enabled":true},"REC_INVALID":{},"REC_FUTURE":{"enabled":false}}}', "checks.REC_FUTURE"],
    ['{"ownBooks":[{"name":"a"},{"name":"b","name":"c"}]}', "ownBooks.name"],
  ])("that says a key twice is refused, as one of the two would be silent: %s", ([text, said]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readFrom({ "tidemark.json": text }))
      expect(error.message).toMatch(/^tidemark\.json: says ".*" twice; keep one of them$/)
      expect(error.message).toContain(said)
    }),
  )

  it.effect.each([[[]], ["text"], [null], [7]])("that is no object is refused: %j", ([settings]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(settings))
      expect(error._tag).toBe("ConfigurationError")
    }),
  )
})

describe("a setting that cannot be used is named with its remedy", () => {
  it.effect.each([
    [{ pagesize: 10 }, "pagesize is not a key of the configuration; remove it or correct its spelling"],
    [{ ledger: { scope: {} } }, "ledger is called books now"],
    [{ tolerance: { EUR: { absolut: "1" } } }, "tolerance.EUR.absolut is not a key of the configuration"],
    [{ contract: { page: { item: "x" } } }, "contract.page.item is not a key of the configuration"],
    [{ pageSize: 0 }, "pageSize: must be a whole number from 1 to 200"],
    [{ pageSize: 201 }, "pageSize: must be a whole number from 1 to 200"],
    [{ concurrency: 1000 }, "concurrency: must be a whole number from 1 to 256"],
    [
      { retry: { scope_denied: { tries: 2 } } },
      "retry.scope_denied.tries cannot be set, because scope_denied is never",
    ],
    [{ retry: { run_deadline: { capSeconds: 2 } } }, "retry.run_deadline.capSeconds cannot be set"],
    [{ retry: { timeout: { tries: 2 } } }, "retry.timeout is not known; the known ones are transport, rate_limited"],
    [{ retry: { constructor: { tries: 2 } } }, "retry.constructor is not known"],
    [{ retry: { transport: { attempts: 2 } } }, "retry.transport.attempts is not a key of the configuration"],
    [{ retry: { transport: { tries: 0 } } }, "retry.transport.tries: must be a whole number from 1 to 100"],
    [{ retry: { transport: { capSeconds: -1 } } }, "retry.transport.capSeconds: must be a number of seconds from 0 to"],
    [
      { retry: { transport: { firstDelaySeconds: 31 } } },
      "retry.transport.firstDelaySeconds: 31 is longer than the longest wait of 30 s; raise capSeconds with it",
    ],
    [
      { retry: { processing_unavailable: { capSeconds: 4 } } },
      "retry.processing_unavailable.capSeconds: 4 is shorter than the first wait of 5 s; lower firstDelaySeconds with it",
    ],
    [{ csv: { decimal: "," } }, 'csv.decimal: must not be "," where the separator is one too'],
    [{ csv: { profile: "excel", separator: "," } }, 'csv.decimal: must not be "," where the separator is one too'],
    [{ csv: { seperator: ";" } }, "csv.seperator is not a key of the configuration"],
    [{ onFinish: { command: "mail" } }, "onFinish.command: must be a list of words, the program first"],
    [{ retryBudget: { share: 10 } }, "retryBudget.share is not a key of the configuration"],
    [{ retryBudget: { percent: -1 } }, "retryBudget.percent: must be a whole number from 0 to 1000"],
    [{ breaker: { failures: 0 } }, "breaker.failures: must be a whole number from 1 to 1000"],
    [{ breaker: { coolDownSeconds: 0.5 } }, "breaker.coolDownSeconds: must be a whole number from 1 to 3600"],
    [{ deadlineMinutes: 0 }, "deadlineMinutes: must be a whole number from 1 to 10080"],
    [{ memoryLimit: "lots" }, 'memoryLimit: must be a size from 100MB on, such as "512MB"'],
    // DuckDB could not hold a page.
    [{ memoryLimit: "99MB" }, "memoryLimit: must be a size from 100MB on"],
    [{ memoryLimit: "0GB" }, "memoryLimit: must be a size from 100MB on"],
    [{ memoryLimit: "99999999999999999999GB" }, "memoryLimit: must be a size from 100MB on"],
    [{ tolerance: { EUR: { absolute: "0,01" } } }, 'must be a decimal written as a string, such as "0.01"'],
    [{ tolerance: { USD: 0.01 } }, "tolerance.USD: must be an object { … }; found 0.01"],
    [
      { tolerance: { USD: { absolute: 0.01 } } },
      'tolerance.USD.absolute: must be a decimal written as a string, such as "0.01"',
    ],
    [{ pageSize: "200" }, "pageSize: must be a whole number from 1 to 200"],
    [{ memoryLimit: 512 }, 'memoryLimit: must be a size from 100MB on, such as "512MB"'],
    [{ checks: { BAL_NEGATIVE: { enabled: "no" } } }, 'checks.BAL_NEGATIVE.enabled: must be true or false; found "no"'],
    [{ breaker: null }, "breaker: must be an object { … }; found null"],
    [{ books: { rules: {} } }, "books.rules: must be a list [ … ]; found {}"],
    [{ books: { scope: { books: { from: 7 } } } }, 'books.scope.books.from: must be a date such as "2026-01-31"'],
    [{ contract: { page: { items: 7 } } }, "contract.page.items: must be a text in quotes; found 7"],
    [
      { contract: { streams: { balances: { path: "" } } } },
      'contract.streams.balances.path: must not be empty; found ""',
    ],
    [
      { failOn: "severe" },
      'failOn: must be one of "critical", "high", "medium", "low", "info", "unproven"; found "severe"',
    ],
    [{ checks: { BAL_NEGATIV: {} } }, "checks.BAL_NEGATIV is not known; the known ones are BAL_NEGATIVE, REC_INVALID"],
    [{ checks: { constructor: {} } }, "checks.constructor is not known"],
    [
      { checks: { REC_INVALID: { graceMinutes: 5 } } },
      "checks.REC_INVALID.graceMinutes: this check has no such setting; it has enabled, severity",
    ],
    [
      { checks: { LED_MISSING_PRODUCT: { tolerance: { USD: { absolute: "1" } } } } },
      "checks.LED_MISSING_PRODUCT.tolerance: this check has no such setting; it has enabled, severity, graceMinutes",
    ],
    [
      { checks: { BAL_INCEPTION: { limitHours: 2 } } },
      "checks.BAL_INCEPTION.limitHours: this check has no such setting; it has enabled, severity, tolerance",
    ],
    [
      { checks: { BAL_INCEPTION: { tolerance: { usd: { absolute: "1" } } } } },
      'checks.BAL_INCEPTION.tolerance.usd is not a currency; write it in capitals, as the API does, or "*"',
    ],
    [{ checks: { BAL_INCEPTION: { grace: 5 } } }, "checks.BAL_INCEPTION.grace is not a key of the configuration"],
    [{ currencyPlaces: { "*": 2 } }, "currencyPlaces.* is not a currency"],
    [
      { ageLimitHours: { fiat_deposit: 1 } },
      "ageLimitHours.fiat_deposit is not known; the known ones are fiat_deposits",
    ],
    [
      { contract: { streams: { deposits: {} } } },
      "contract.streams.deposits is not known; the known ones are balances",
    ],
    [
      { contract: { streams: { balances: { fields: { amount: "x" } } } } },
      "contract.streams.balances.fields.amount is not known; the known ones are customer_id, currency",
    ],
  ] as const)("%j", ([settings, sentence]) =>
    Effect.gen(function* () {
      const message = yield* refusal(settings)
      expect(message).toContain(sentence)
      expect(message.startsWith("tidemark.json: ")).toBe(true)
      expect(message).not.toMatch(/Expected|actual/)
    }),
  )

  it.effect.each([
    ["pageSize", { pageSize: "200" }],
    ["pageSize", { pageSize: 1.5 }],
    ["failOn", { failOn: "severe" }],
    ["personalData", { personalData: true }],
    ["csvProfile", { csvProfile: "tsv" }],
    ["workbookRows", { workbookRows: 0 }],
    ["checks.BAL_NEGATIVE.enabled", { checks: { BAL_NEGATIVE: { enabled: "no" } } }],
    ["checks.BAL_NEGATIVE.severity", { checks: { BAL_NEGATIVE: { severity: "HIGH" } } }],
    ["tolerance.EUR.absolute", { tolerance: { EUR: { absolute: 0.01 } } }],
    ["tolerance.EUR.basisPoints", { tolerance: { EUR: { basisPoints: -1 } } }],
    ["currencyPlaces.EUR", { currencyPlaces: { EUR: 19 } }],
    ["contract.streams.balances.path", { contract: { streams: { balances: { path: "" } } } }],
    ["contract.streams.balances.statuses.X", { contract: { streams: { balances: { statuses: { X: "done" } } } } }],
  ] as const)("by its key where its value is of the wrong kind: %s", ([key, settings]) =>
    Effect.gen(function* () {
      expect(yield* refusal(settings)).toContain(`tidemark.json: ${key}: `)
    }),
  )

  it.effect("together with every other one", () =>
    Effect.gen(function* () {
      const message = yield* refusal({ pagesize: 1, concurrency: 0, failOn: "severe" })
      for (const key of ["pagesize", "concurrency", "failOn"]) expect(message).toContain(key)
    }),
  )
})

describe("the hash of a configuration", () => {
  const settings = {
    pageSize: 100,
    failOn: "medium",
    tolerance: { EUR: { absolute: "0.01", basisPoints: 1 }, USD: { absolute: "0.02" } },
    currencyPlaces: { XAU: 4, XAG: 3 },
    checks: { BAL_NEGATIVE: { enabled: false, severity: "low" }, REC_INVALID: { severity: "info" } },
    contract: { page: { items: "records" }, streams: { balances: { path: "b", fields: { as_of: "at" } } } },
  }

  /** The same value with the keys of every object in another order. */
  const reordered = (value: unknown, first: (key: string) => number): unknown =>
    typeof value !== "object" || value === null
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => first(a) - first(b) || (a < b ? -1 : 1))
            .map(([key, inner]) => [key, reordered(inner, first)]),
        )

  it.effect.prop("does not depend on the order of the keys", [fc.integer({ min: 1, max: 1000 })], ([factor]) =>
    Effect.gen(function* () {
      const first = (key: string) => ([...key].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) * factor) % 17
      expect((yield* read(reordered(settings, first))).sha256).toBe((yield* read(settings)).sha256)
    }),
  )

  it.effect("is the same for a default, said or unsaid, and whatever editor's schema is named", () =>
    Effect.gen(function* () {
      const unsaid = yield* readFrom({})
      const said = yield* read({ $schema: "./schema.json", pageSize: 200, contract: { page: { items: "data" } } })
      expect(said.sha256).toBe(unsaid.sha256)
    }),
  )

  it.effect("differs where any rule differs", () =>
    Effect.gen(function* () {
      const changes = [{}, { pageSize: 50 }, { graceMinutes: 5 }, { contract: { page: { items: "x" } } }, settings]
      const hashes = yield* Effect.forEach(changes, (change) => Effect.map(read(change), ({ sha256 }) => sha256))
      expect(new Set(hashes).size).toBe(changes.length)
    }),
  )
})

describe("what is said about retries", () => {
  it.effect("changes the rows that it names, in what it names, and no others", () =>
    Effect.gen(function* () {
      const { retryPolicy: inForce } = yield* read({
        retry: { transport: { tries: 9 }, rate_limited: { firstDelaySeconds: 1.5, capSeconds: 90 }, redirect: {} },
      })
      const summary = inForce.map(({ cap, failure, firstDelay, tries, ...rest }) => ({
        failure,
        tries,
        first: Duration.toMillis(firstDelay),
        cap: Duration.toMillis(cap),
        rest,
      }))
      const expected = retryPolicy.map(({ cap, failure, firstDelay, tries, ...rest }) => ({
        failure,
        tries: failure === "transport" ? 9 : tries,
        first: failure === "rate_limited" ? 1500 : Duration.toMillis(firstDelay),
        cap: failure === "rate_limited" ? 90_000 : Duration.toMillis(cap),
        rest,
      }))
      expect(summary).toEqual(expected)
    }),
  )

  it.effect("may be a part: the rest stays at its default", () =>
    Effect.gen(function* () {
      const configuration = yield* read({ retryBudget: { floor: 0 }, breaker: { failures: 9 }, deadlineMinutes: null })
      expect(configuration).toMatchObject({
        retryBudget: { percent: 10, floor: 0 },
        obsolete: [expect.stringContaining("breaker has no effect any more")],
        deadlineMinutes: null,
      })
    }),
  )

  it.effect("is a rule of the run: said otherwise, the hash is another; the default, said, is the same", () =>
    Effect.gen(function* () {
      const unsaid = (yield* read({})).sha256
      expect((yield* read({ retry: { transport: { tries: 5, capSeconds: 30 } } })).sha256).toBe(unsaid)
      for (const settings of [
        { retry: { transport: { tries: 6 } } },
        { retryBudget: { percent: 11 } },
        { startPatienceMinutes: 0 },
        { requestsPerSecond: 0.5 },
        { deadlineMinutes: null },
      ]) {
        expect((yield* read(settings)).sha256).not.toBe(unsaid)
      }
    }),
  )
})

describe("the form of CSV files", () => {
  it.effect("is a profile, and what is said otherwise", () =>
    Effect.gen(function* () {
      const excel = { separator: ";", decimal: ",", times: "sheet", byteOrderMark: true }
      expect((yield* read({ csv: { profile: "excel" } })).csv).toEqual(excel)
      const { csv } = yield* read({ csv: { profile: "excel", separator: "\t", times: "iso" } })
      expect(csv).toEqual({ ...excel, separator: "\t", times: "iso" })
      const before = yield* read({ csvProfile: "excel" })
      expect(before.csv).toEqual({ separator: ",", decimal: ".", times: "iso", byteOrderMark: true })
      expect(before.obsolete).toEqual([expect.stringContaining("csvProfile is part of csv now")])
    }),
  )
})

describe("whom to tell of a night", () => {
  it.effect("is no rule of it: the hash stays, and a program by a path lies beside the configuration", () =>
    Effect.gen(function* () {
      const told = yield* readFrom(
        { "conf/t.json": JSON.stringify({ webhook: {}, onFinish: { command: ["./tell.sh", "./x"], when: "change" } }) },
        "conf/t.json",
      )
      expect(told.sha256).toBe((yield* read({})).sha256)
      expect(told.onFinish).toEqual({
        command: [expect.stringMatching(/^\/.*\/conf\/tell\.sh$/), "./x"],
        when: ["change"],
        timeoutSeconds: 60,
      })
      expect(told.webhook).toEqual({ form: "json", tells: "counts", when: ["always"], timeoutSeconds: 10 })
    }),
  )
})

describe("differences from the contract", () => {
  it.effect("are laid over the table of streams", () =>
    Effect.gen(function* () {
      const { contract } = yield* read({
        contract: {
          page: { items: "result.records", hasMore: "more", cursorParameter: "after" },
          streams: {
            fiat_deposits: { path: "incoming", fields: { amount: "gross" }, statuses: { BOOKED: "settled" } },
          },
        },
      })
      const deposits = contract.streams.find(({ stream }) => stream === "fiat_deposits")
      expect(contract.page).toEqual({
        ...assumedPage,
        items: "result.records",
        hasMore: "more",
        cursorParameter: "after",
      })
      expect(deposits?.path).toBe("incoming")
      expect(deposits?.fields.find(({ column }) => column === "amount")?.field).toBe("gross")
      expect(deposits?.statuses?.BOOKED).toBe("settled")
    }),
  )
})

describe("a path of a list in the contract", () => {
  it.effect.each([
    ...[
      "../../../admin",
      "..",
      "a/../b",
      "./a",
      "/partner/v1/x",
      "//evil.example/x",
      "a//b",
      "a/",
      "https://evil.example/",
    ],
    ...[
      "a?limit=1",
      "a#b",
      "a%2e%2e/b",
      "a\\..\\b",
      "a b",
      "a\u0000",
      "a\nb",
      "\u202eab",
      "é",
      "a;b",
      "@evil.example",
      "x".repeat(300),
    ],
  ])("that leaves the API's own prefix is refused: %j", (path) =>
    Effect.gen(function* () {
      const message = yield* refusal({ contract: { streams: { balances: { path } } } })
      expect(message).toContain("contract.streams.balances.path: ")
      expect(message).toContain("is no path of a list")
      expect(message.length).toBeLessThan(400)
    }),
  )

  it.effect.each(["money-in", "v2/money_in", "money.in~2/list"])("that stays under it is taken: %j", (path) =>
    Effect.gen(function* () {
      const { contract } = yield* read({ contract: { streams: { balances: { path } } } })
      expect(contract.streams.find(({ stream }) => stream === "balances")?.path).toBe(path)
    }),
  )
})

describe("a configuration that is nested as nobody nests one", () => {
  it.effect.each(["[", '{"contract":', '{"checks":{"REC_INVALID":'])("is refused in a sentence: %s …", (opening) =>
    Effect.gen(function* () {
      const closing = [...opening].reverse().flatMap((bracket) => (bracket === "{" ? "}" : bracket === "[" ? "]" : []))
      const text = `${opening.repeat(100_000)}1${closing.join("").repeat(100_000)}`
      const error = yield* Effect.flip(readFrom({ "tidemark.json": text }))
      expect(error.message).toMatch(/^tidemark\.json: is nested more than \d+ deep/)
    }),
  )
})
