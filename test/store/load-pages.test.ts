import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck, Layer } from "effect"
import { Database } from "../../src/store/database.ts"
import { keepUnreadablePage, type LoadPage, makePageLoader } from "../../src/store/load-pages.ts"
import { ensureTypedTables, type TypedColumn, type TypedTable } from "../../src/store/typed-table.ts"
import { textOf, unitsOf } from "../support/decimal.ts"
import { loadPage, sha256 } from "../support/pages.ts"

const column = (name: string, type: TypedColumn["type"], required: boolean, field = name): TypedColumn => ({
  column: name,
  field,
  type,
  required,
  comment: `${field} of the API`,
})

const id = column("entry_id", "text", true, "entryId")
const entries: TypedTable = {
  name: "entries",
  comment: "Entries.",
  columns: [
    id,
    column("customer_id", "text", true, "customerId"),
    column("note", "text", false),
    column("amount", "money", false),
    column("posted_at", "time", false, "postedAt"),
  ],
  key: [id],
  snapshots: null,
}

const wallet = column("wallet", "text", true)
const network = column("network", "text", false)
const readings: TypedTable = {
  name: "readings",
  comment: "Readings.",
  columns: [wallet, network, column("total", "money", true)],
  key: [wallet, network],
  snapshots: "reading_snapshots",
}

const tables = [entries, readings]
const load = makePageLoader(tables, "data")

const store = Layer.effectDiscard(Effect.flatMap(Database, (database) => ensureTypedTables(database, tables))).pipe(
  Layer.provideMerge(Database.layer({ file: ":memory:", access: "write", memoryLimit: "512MB" })),
)

/** Empties the tables, so that each test begins anew. */
const anew = Effect.flatMap(Database, (database) =>
  Effect.forEach(
    [
      "main.entries",
      "main.readings",
      "main.reading_snapshots",
      "main.superseded_versions",
      "raw.pages",
      "raw.quarantine",
    ],
    (table) => database.run(`DELETE FROM ${table}`),
    { discard: true },
  ),
)

const loaded = (run: string, ...pages: ReadonlyArray<LoadPage>) =>
  Effect.flatMap(Database, (database) => database.transaction((sql) => load(sql, run, pages)))

const rows = (text: string) => Effect.flatMap(Database, (database) => database.rows(text))

const entry = (entryId: string, values: Readonly<Record<string, unknown>> = {}) => ({
  entryId,
  customerId: "c-1",
  ...values,
})

const page = (...records: ReadonlyArray<unknown>) => loadPage("entries", records)
const counts = (added: number, changed: number, unchanged: number, duplicates: number, stream = "entries") => [
  { customerId: "c-1", stream, added, changed, unchanged, duplicates, quarantined: 0, restored: 0 },
]

const digits = (least: number, most: number) =>
  FastCheck.array(FastCheck.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((all) =>
    all.join(""),
  )
const amountText = FastCheck.tuple(FastCheck.constantFrom("", "-"), digits(1, 20), digits(0, 18)).map(
  ([sign, whole, fraction]) => sign + whole + (fraction === "" ? "" : `.${fraction}`),
)

const plainTime = FastCheck.record({
  micros: FastCheck.bigInt({ min: -62_000_000_000_000_000n, max: 253_000_000_000_000_000n }),
  places: FastCheck.integer({ min: 0, max: 6 }),
  offsetMinutes: FastCheck.integer({ min: -959, max: 959 }),
  colon: FastCheck.boolean(),
  zulu: FastCheck.boolean(),
})

const floorDivide = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b

/** The instant as the API might write it: cut to some places, in some offset; and the microseconds that it means. */
const writtenTime = plainTime.map(({ colon, micros, offsetMinutes, places, zulu }) => {
  const unit = 10n ** BigInt(6 - places)
  const kept = floorDivide(micros, unit) * unit
  const offset = zulu ? 0 : offsetMinutes
  const local = kept + BigInt(offset) * 60_000_000n
  const millis = floorDivide(local, 1000n)
  const seconds = new Date(Number(millis)).toISOString().slice(0, 19)
  const fraction = (((local % 1_000_000n) + 1_000_000n) % 1_000_000n).toString().padStart(6, "0").slice(0, places)
  const two = (part: number) => String(Math.abs(part)).padStart(2, "0")
  const sign = offset < 0 ? "-" : "+"
  const zone = zulu ? "Z" : `${sign}${two(Math.trunc(offset / 60))}${colon ? ":" : ""}${two(offset % 60)}`
  return { text: `${seconds}${places === 0 ? "" : `.${fraction}`}${zone}`, micros: kept }
})

layer(store)("what a page says", (it) => {
  it.effect.prop(
    "is loaded exactly: amounts of up to 20 and 18 digits, of either sign, with leading zeros",
    [FastCheck.array(amountText, { minLength: 1, maxLength: 200 })],
    ([texts]) =>
      Effect.gen(function* () {
        yield* anew
        yield* loaded("run-1", page(...texts.map((amount, index) => entry(String(index), { amount }))))
        const stored = yield* rows("SELECT amount FROM main.entries ORDER BY entry_id::INTEGER")
        expect(stored.map((row) => row.amount)).toEqual(texts.map((text) => textOf(unitsOf(text))))
      }),
    { fastCheck: { numRuns: 20 } },
  )

  it.effect("is loaded exactly at the ends of what an amount may be", () =>
    Effect.gen(function* () {
      const ends = [
        "99999999999999999999.999999999999999999",
        "-99999999999999999999.999999999999999999",
        "999999999999999999.999999999999999999",
        "1000000000000000000",
        "0.000000000000000001",
        "-0.000000000000000001",
        "-0",
        "00000000000000000001.5",
        "00000000000000000000",
      ]
      yield* anew
      yield* loaded("run-1", page(...ends.map((amount, index) => entry(String(index), { amount }))))
      const stored = yield* rows("SELECT amount FROM main.entries ORDER BY entry_id::INTEGER")
      expect(stored.map((row) => row.amount)).toEqual(ends.map((text) => textOf(unitsOf(text))))
    }),
  )

  it.effect.prop(
    "is the same instant, whatever its offset and to the microsecond",
    [FastCheck.array(writtenTime, { minLength: 1, maxLength: 100 })],
    ([times]) =>
      Effect.gen(function* () {
        yield* anew
        yield* loaded("run-1", page(...times.map(({ text }, index) => entry(String(index), { postedAt: text }))))
        const stored = yield* rows("SELECT epoch_us(posted_at) AS micros FROM main.entries ORDER BY entry_id::INTEGER")
        expect(stored.map((row) => row.micros)).toEqual(times.map(({ micros }) => micros))
      }),
    { fastCheck: { numRuns: 20 } },
  )

  it.effect("keeps quotes, line breaks, NUL characters and emoji as they are", () =>
    Effect.gen(function* () {
      const notes = [
        '"',
        "'; DROP TABLE x",
        "a\r\nb\tc",
        "a\0b",
        "\0",
        "😀 é 漢字 \u{1F469}\u200D\u{1F4BB}",
        "\\n",
        "",
        "null",
        "{}",
      ]
      yield* anew
      yield* loaded("run-1", page(...notes.map((note, index) => entry(String(index), { note }))))
      const stored = yield* rows("SELECT note FROM main.entries ORDER BY entry_id::INTEGER")
      expect(stored.map((row) => row.note)).toEqual(notes)
    }),
  )

  it.effect("is NULL where a field is null or not there, and unknown fields are passed over", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", page(entry("1", { amount: null, note: null }), entry("2", { more: { deep: [1] } })))
      expect(yield* rows("SELECT entry_id, note, amount, posted_at FROM main.entries ORDER BY ALL")).toEqual([
        { entry_id: "1", note: null, amount: null, posted_at: null },
        { entry_id: "2", note: null, amount: null, posted_at: null },
      ])
    }),
  )

  it.effect("is read under another path, or as a bare list, where the contract says so", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* anew
      for (const [path, body] of [
        ["result.the items", { result: { "the items": [entry("deep")] }, data: [entry("wrong")] }],
        ["", [entry("bare")]],
      ] as const) {
        const text = JSON.stringify(body)
        const loadAt = makePageLoader(tables, path)
        yield* database.transaction((sql) =>
          loadAt(sql, "run-1", [loadPage("entries", [1], { kept: text, loadable: text })]),
        )
      }
      expect(yield* rows("SELECT entry_id FROM main.entries ORDER BY ALL")).toEqual([
        { entry_id: "bare" },
        { entry_id: "deep" },
      ])
    }),
  )
})

const current = rows(
  "SELECT entry_id, amount::VARCHAR AS amount, version, version_seen_run, first_seen_run, last_seen_run FROM main.entries ORDER BY ALL",
)

layer(store)("a record that is seen again", (it) => {
  it.effect("changes nothing but last_seen_run where its content is the same", () =>
    Effect.gen(function* () {
      yield* anew
      const same = page(entry("1", { amount: "5", note: "n", postedAt: "2026-01-01T00:00:00Z" }))
      expect(yield* loaded("run-1", same)).toEqual(counts(1, 0, 0, 0))
      const before = yield* rows("SELECT * EXCLUDE last_seen_run FROM main.entries")
      expect(yield* loaded("run-2", same)).toEqual(counts(0, 0, 1, 0))
      expect(yield* rows("SELECT * EXCLUDE last_seen_run FROM main.entries")).toEqual(before)
      expect(yield* rows("SELECT last_seen_run FROM main.entries")).toEqual([{ last_seen_run: "run-2" }])
      expect(yield* rows("SELECT * FROM main.superseded_versions")).toEqual([])
    }),
  )

  it.effect("has the same content however its amounts and times are written", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", page(entry("1", { amount: "1250.5", postedAt: "2026-01-01T00:00:00Z" })))
      const again = page(entry("1", { amount: "001250.50", postedAt: "2026-01-01T01:00:00.000+01:00" }))
      expect(yield* loaded("run-2", again)).toEqual(counts(0, 0, 1, 0))
    }),
  )

  it.effect("gets a new version where its content changed, and the old one is kept with its runs", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", page(entry("1", { amount: "5", note: "first", postedAt: "2026-01-01T00:00:00.5Z" })))
      yield* loaded("run-2", page(entry("1", { amount: "5", note: "first", postedAt: "2026-01-01T00:00:00.5Z" })))
      expect(yield* loaded("run-3", page(entry("1", { amount: "6" })))).toEqual(counts(0, 1, 0, 0))
      expect(yield* current).toEqual([
        {
          entry_id: "1",
          amount: "6.000000000000000000",
          version: 2,
          version_seen_run: "run-3",
          first_seen_run: "run-1",
          last_seen_run: "run-3",
        },
      ])
      const [old] = yield* rows("SELECT * EXCLUDE content, content::VARCHAR AS content FROM main.superseded_versions")
      expect(old).toMatchObject({
        stream: "entries",
        record_id: "1",
        version: 1,
        first_seen_run: "run-1",
        last_seen_run: "run-2",
      })
      const content: unknown = JSON.parse(String(old?.content))
      expect(content).toMatchObject({ entry_id: "1", amount: "5.000000000000000000", note: "first" })
    }),
  )

  it.effect("shows every version in record_versions, and says which is current", () =>
    Effect.gen(function* () {
      yield* anew
      for (const [run, amount] of [
        ["run-1", "1"],
        ["run-2", "2"],
        ["run-3", "3"],
      ] as const) {
        yield* loaded(run, page(entry("1", { amount }), entry("2")))
      }
      expect(
        yield* rows(
          `SELECT record_id, version, first_seen_run, last_seen_run, is_current, content->>'amount' AS amount
           FROM main.record_versions WHERE stream = 'entries' ORDER BY ALL`,
        ),
      ).toEqual(
        [
          ["1", 1, "run-1", "run-1", false, "1.000000000000000000"],
          ["1", 2, "run-2", "run-2", false, "2.000000000000000000"],
          ["1", 3, "run-3", "run-3", true, "3.000000000000000000"],
          ["2", 1, "run-1", "run-3", true, null],
        ].map(([record_id, version, first_seen_run, last_seen_run, is_current, amount]) => ({
          record_id,
          version,
          first_seen_run,
          last_seen_run,
          is_current,
          amount,
        })),
      )
    }),
  )

  it.effect("goes back to earlier content as a third version", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", page(entry("1", { amount: "1" })))
      yield* loaded("run-2", page(entry("1", { amount: "2" })))
      yield* loaded("run-3", page(entry("1", { amount: "1" })))
      expect(yield* rows("SELECT version FROM main.entries")).toEqual([{ version: 3 }])
      expect(yield* rows("SELECT count(DISTINCT content_hash) AS n FROM main.record_versions")).toEqual([{ n: 2n }])
    }),
  )

  it.effect("tells NULL from any text", () =>
    Effect.gen(function* () {
      yield* anew
      const contents = [
        { note: null },
        { note: "\u001e" },
        { note: null },
        { note: "" },
        { note: null },
        { note: "null" },
      ]
      for (const [index, content] of contents.entries()) yield* loaded(`run-${index}`, page(entry("1", content)))
      expect(yield* rows("SELECT version FROM main.entries")).toEqual([{ version: contents.length }])
    }),
  )
})

const second = (...records: ReadonlyArray<unknown>) =>
  loadPage("entries", records, { sequence: 2, cursorIn: "next", requestId: "request-2" })

layer(store)("a record that comes twice in one run", (it) => {
  it.effect("is there once, as it came last: on one page", () =>
    Effect.gen(function* () {
      yield* anew
      expect(yield* loaded("run-1", page(entry("1", { amount: "1" }), entry("1", { amount: "2" })))).toEqual(
        counts(1, 0, 0, 1),
      )
      expect(yield* current).toMatchObject([{ amount: "2.000000000000000000", version: 2 }])
    }),
  )

  it.effect("leaves what it said before behind as a version, and nothing where it said the same", () =>
    Effect.gen(function* () {
      const former = Effect.flatMap(Database, (database) =>
        database.rows<{ amount: string }>(
          "SELECT json_extract_string(content, '$.amount')::DECIMAL(38,18)::VARCHAR AS amount FROM main.superseded_versions ORDER BY version",
        ),
      )
      yield* anew
      const [one, two] = [entry("1", { amount: "1" }), entry("1", { amount: "2" })]
      expect(yield* loaded("run-1", page(one, one, two, two, entry("2")))).toEqual(counts(2, 0, 0, 3))
      expect(yield* former).toEqual([{ amount: "1.000000000000000000" }])
      yield* anew
      expect(yield* loaded("run-1", page(one, one))).toEqual(counts(1, 0, 0, 1))
      expect(yield* former).toEqual([])
    }),
  )

  it.effect("is there once, as it came last: on two pages of a group", () =>
    Effect.gen(function* () {
      yield* anew
      const both = loaded("run-1", page(entry("1", { amount: "1" }), entry("2")), second(entry("1", { amount: "2" })))
      expect(yield* both).toEqual(counts(2, 0, 0, 1))
      expect(yield* current).toMatchObject([{ amount: "2.000000000000000000" }, { entry_id: "2" }])
    }),
  )

  it.effect("is there once, as it came last: in two groups, where the run has stored it already", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", page(entry("1", { amount: "1" })))
      expect(yield* loaded("run-1", second(entry("1", { amount: "1" })))).toEqual(counts(0, 0, 0, 1))
      const [changed] = yield* loaded("run-1", second(entry("1", { amount: "2" })))
      expect(changed?.duplicates).toBe(1)
      expect(yield* current).toMatchObject([{ amount: "2.000000000000000000", first_seen_run: "run-1" }])
    }),
  )

  it.effect("counts each record in one way only, so that the counts make what was received", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", page(entry("1", { amount: "1" })))
      const [again] = yield* loaded("run-1", second(entry("1", { amount: "2" })))
      const { added, changed, duplicates, unchanged } = again ?? { added: 0, changed: 0, duplicates: 0, unchanged: 0 }
      expect(added + changed + unchanged + duplicates).toBe(1)
    }),
  )

  it.effect("is counted alike for two customers, whether their lists came in one group or in two", () =>
    Effect.gen(function* () {
      const ofFirst = page(entry("1"))
      const ofSecond = loadPage("entries", [entry("1", { customerId: "c-2" })], { customerId: "c-2" })
      const duplicates = (all: ReadonlyArray<{ readonly customerId: string; readonly duplicates: number }>) =>
        all.map((count) => [count.customerId, count.duplicates]).sort()
      yield* anew
      const together = duplicates(yield* loaded("run-1", ofFirst, ofSecond))
      yield* anew
      const apart = duplicates([...(yield* loaded("run-1", ofFirst)), ...(yield* loaded("run-1", ofSecond))])
      expect(apart).toEqual(together)
    }),
  )
})

layer(store)("evidence", (it) => {
  it.effect("keeps rejected records in quarantine and out of the table, and loads the others", () =>
    Effect.gen(function* () {
      yield* anew
      const bad = { entryId: "bad", customerId: "c-1", amount: "a lot" }
      const rejected = [
        {
          index: 1,
          recordId: "bad",
          reason: 'amount "a lot" is not a plain decimal',
          payload: JSON.stringify(bad),
          readable: "{}",
        },
        { index: 2, recordId: null, reason: "the record is not an object", payload: "7", readable: "{}" },
        { index: 3, recordId: null, reason: "the record is not an object", payload: "null", readable: "{}" },
      ]
      const mixed = loadPage("entries", [entry("1"), bad, 7, null, entry("2")], { rejected, sequence: 4 })
      expect(yield* loaded("run-1", mixed)).toEqual([{ ...counts(2, 0, 0, 0)[0], quarantined: 3 }])
      expect(yield* rows("SELECT entry_id FROM main.entries ORDER BY ALL")).toEqual([
        { entry_id: "1" },
        { entry_id: "2" },
      ])
      expect(yield* rows("SELECT * FROM raw.quarantine ORDER BY item_index")).toEqual(
        rejected.map(({ index, payload, readable, reason, recordId }) => ({
          run_id: "run-1",
          chain: 1,
          customer_id: "c-1",
          stream: "entries",
          sequence: 4,
          item_index: index,
          record_id: recordId,
          reason,
          payload,
          readable,
        })),
      )
    }),
  )

  it.effect("keeps a rejected record once in a run, however often it comes, and again in the next run", () =>
    Effect.gen(function* () {
      yield* anew
      const payload = '{"entryId":"bad"}'
      const withBad = (sequence: number, indexes: ReadonlyArray<number>) =>
        loadPage(
          "entries",
          indexes.map(() => JSON.parse(payload)),
          {
            sequence,
            rejected: indexes.map((index) => ({
              index,
              recordId: "bad",
              reason: "amount is missing",
              payload,
              readable: "{}",
            })),
          },
        )
      const none = counts(0, 0, 0, 0)[0]
      expect(yield* loaded("run-1", withBad(1, [0, 1]), withBad(2, [0]))).toEqual([
        { ...none, duplicates: 2, quarantined: 1 },
      ])
      expect(yield* loaded("run-1", withBad(3, [0]))).toEqual([{ ...none, duplicates: 1 }])
      expect(yield* loaded("run-2", withBad(1, [0]))).toEqual([{ ...none, quarantined: 1 }])
      expect(yield* rows("SELECT run_id, sequence, item_index FROM raw.quarantine ORDER BY ALL")).toEqual([
        { run_id: "run-1", sequence: 1, item_index: 0 },
        { run_id: "run-2", sequence: 1, item_index: 0 },
      ])
    }),
  )

  it.effect("keeps page bodies byte for byte, with all that is known of them", () =>
    Effect.gen(function* () {
      yield* anew
      const bodies = [
        ' { "data" : [ ] ,\r\n\t"pageInfo":{"nextCursor":"\\u0000","hasMore":true}, "x": 1.50e3 }\n',
        `{"data":[],"text":"é 漢字 😀 \\ud83d ${"long ".repeat(50_000)}"}`,
      ]
      const pages = bodies.map((kept, index) =>
        loadPage("entries", [], {
          kept,
          loadable: "{}",
          sequence: index + 1,
          cursorIn: index === 0 ? null : "next",
          cursorOut: "next",
          hasMore: true,
          attempts: 3,
          serverTime: "2026-03-09T23:59:59.000Z",
        }),
      )
      yield* loaded("run-1", ...pages)
      const stored = yield* rows(
        `SELECT sequence, cursor_in, cursor_out, has_more, items, bytes, sha256, redacted, kept_sha256, request_id, attempts,
           server_time, received_at, fault, raw.body_of(body, body_no) AS body, sha256(raw.body_of(body, body_no)) AS recomputed
         FROM raw.pages ORDER BY sequence`,
      )
      expect(stored).toEqual(
        bodies.map((body, index) => ({
          sequence: index + 1,
          cursor_in: index === 0 ? null : "next",
          cursor_out: "next",
          has_more: true,
          items: 0,
          bytes: BigInt(Buffer.byteLength(body)),
          sha256: sha256(body),
          redacted: false,
          kept_sha256: sha256(body),
          request_id: "request-1",
          attempts: 3,
          server_time: "2026-03-09T23:59:59Z",
          received_at: "2026-03-10T00:00:00Z",
          fault: null,
          body,
          recomputed: sha256(body),
        })),
      )
    }),
  )

  it.effect("keeps an unreadable page, as text where it is text and as bytes where it is not", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* anew
      const text = "<html>\0 gateway"
      const bytes = new Uint8Array([0xff, 0x00, 0xfe])
      const unreadable = { customerId: "c-1", stream: "entries", cursorIn: "next", requestId: "r", fault: "not JSON" }
      const receivedAt = "2026-03-10T00:00:00.000Z"
      yield* keepUnreadablePage(database, "run-1", {
        chain: 1,
        ...unreadable,
        receivedAt,
        sequence: 1,
        sha256: sha256(text),
        redacted: false,
        keptSha256: sha256(text),
        bytes: text.length,
        body: text,
        bodyBytes: null,
      })
      yield* keepUnreadablePage(database, "run-1", {
        chain: 1,
        ...unreadable,
        receivedAt,
        sequence: 2,
        sha256: sha256(bytes),
        redacted: false,
        keptSha256: sha256(bytes),
        bytes: 3,
        body: null,
        bodyBytes: bytes,
      })
      expect(
        yield* rows("SELECT sequence, has_more, items, fault, body, body_bytes FROM raw.pages ORDER BY sequence"),
      ).toEqual([
        { sequence: 1, has_more: null, items: null, fault: "not JSON", body: text, body_bytes: null },
        { sequence: 2, has_more: null, items: null, fault: "not JSON", body: null, body_bytes: bytes },
      ])
    }),
  )

  it.effect("is empty where a list is empty", () =>
    Effect.gen(function* () {
      yield* anew
      expect(yield* loaded("run-1", page())).toEqual([])
      expect(yield* rows("SELECT count(*) AS n FROM raw.pages")).toEqual([{ n: 1n }])
    }),
  )
})

const reading = (total: string, network?: string | null) => ({
  wallet: "w",
  total,
  ...(network === undefined ? {} : { network }),
})
const readingPage = (...records: ReadonlyArray<unknown>) => loadPage("readings", records)

layer(store)("readings that are kept by run", (it) => {
  it.effect("are never overwritten by a later run", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", readingPage(reading("1")))
      yield* loaded("run-2", readingPage(reading("2")))
      yield* loaded("run-3", readingPage(reading("2")))
      expect(yield* rows("SELECT run_id, total::VARCHAR AS total FROM main.reading_snapshots ORDER BY ALL")).toEqual([
        { run_id: "run-1", total: "1.000000000000000000" },
        { run_id: "run-2", total: "2.000000000000000000" },
        { run_id: "run-3", total: "2.000000000000000000" },
      ])
      expect(yield* rows("SELECT version FROM main.readings")).toEqual([{ version: 2 }])
    }),
  )

  it.effect("are there once a run, as they came last", () =>
    Effect.gen(function* () {
      yield* anew
      yield* loaded("run-1", readingPage(reading("1"), reading("2")))
      yield* loaded("run-1", readingPage(reading("3")))
      expect(yield* rows("SELECT total::VARCHAR AS total FROM main.reading_snapshots")).toEqual([
        { total: "3.000000000000000000" },
      ])
    }),
  )

  it.effect("are told apart by all parts of their key, absent ones included", () =>
    Effect.gen(function* () {
      yield* anew
      const all = readingPage(reading("1"), reading("2", "a"), reading("3", "b"))
      expect(yield* loaded("run-1", all)).toEqual(counts(3, 0, 0, 0, "readings"))
      expect(yield* loaded("run-2", all)).toEqual(counts(0, 0, 3, 0, "readings"))
      expect(yield* rows("SELECT record_id FROM main.record_versions WHERE stream = 'readings' ORDER BY ALL")).toEqual([
        { record_id: "w" },
        { record_id: "w/a" },
        { record_id: "w/b" },
      ])
      expect(
        yield* rows("SELECT network, count(*) AS n FROM main.reading_snapshots GROUP BY network ORDER BY ALL"),
      ).toEqual([
        { network: "a", n: 2n },
        { network: "b", n: 2n },
        { network: null, n: 2n },
      ])
    }),
  )
})

layer(store)("a typed table that is added later", (it) => {
  it.effect("is created without a migration, with its comments, and joins the view of versions", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* anew
      yield* loaded("run-1", page(entry("1")))
      const added: TypedTable = { ...entries, name: "later", comment: "Added later." }
      yield* ensureTypedTables(database, [...tables, added])
      yield* database.transaction((sql) =>
        makePageLoader([...tables, added], "data")(sql, "run-2", [loadPage("later", [entry("2", { amount: "7" })])]),
      )
      expect(yield* rows("SELECT stream, record_id FROM main.record_versions ORDER BY ALL")).toEqual([
        { stream: "entries", record_id: "1" },
        { stream: "later", record_id: "2" },
      ])
      expect(yield* rows("SELECT comment FROM duckdb_tables() WHERE table_name = 'later'")).toEqual([
        { comment: "Added later." },
      ])
    }),
  )
})
