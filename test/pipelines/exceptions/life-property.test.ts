import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { resolveContract } from "../../../src/api/contract.ts"
import { type Act, acts } from "../../../src/pipelines/exceptions/act.ts"
import { actOn } from "../../../src/pipelines/exceptions/act-on.ts"
import { reconcile } from "../../../src/pipelines/reconcile/reconcile.ts"
import { streamTables } from "../../../src/pipelines/stream-tables.ts"
import { Database } from "../../../src/store/database.ts"
import { makePageLoader } from "../../../src/store/load-pages.ts"
import { configurationWith } from "../../support/configuration.ts"
import { recordOf } from "../../support/history-case.ts"
import {
  deposit,
  insertCoverage,
  judge,
  type LedgerRow,
  ledgerStore,
  newBooks,
  night,
  postingOf,
  runOf,
  transaction,
} from "../../support/ledger-case.ts"
import { loadPage } from "../../support/pages.ts"

/** What a night knows of one customer: whether one of its lists failed, its transactions, or one of no concern here. */
type Reading = "whole" | "checkouts failed" | "transactions failed"

/** One deposit that has or lacks its transaction, night by night, and what a person does before each night. */
interface History {
  readonly nights: ReadonlyArray<{
    readonly broken: boolean
    readonly amount: "100" | "7"
    readonly act: keyof typeof acts | null
  }>
}

interface Story {
  /** Per night, whether the check is on. */
  readonly on: ReadonlyArray<boolean>
  /** Per customer and night. */
  readonly readings: ReadonlyArray<ReadonlyArray<Reading>>
  /** Per customer, its deposits. */
  readonly deposits: ReadonlyArray<ReadonlyArray<History>>
}

const nights = 6
const customers = 4
const deposits = 4

const perNight = <A>(one: FastCheck.Arbitrary<A>) => FastCheck.array(one, { minLength: nights, maxLength: nights })
const often = <A>(usual: A, ...rare: ReadonlyArray<A>) =>
  FastCheck.oneof({ weight: 3, arbitrary: FastCheck.constant(usual) }, FastCheck.constantFrom(usual, ...rare))

const history: FastCheck.Arbitrary<History> = FastCheck.record({
  nights: perNight(
    FastCheck.record({
      broken: FastCheck.boolean(),
      amount: often("100" as const, "7"),
      act: FastCheck.constantFrom(null, null, "ack", "assign", "note", "writeOff", "reopen"),
    }),
  ),
})

const story: FastCheck.Arbitrary<Story> = FastCheck.record({
  on: perNight(often(true, false)),
  readings: FastCheck.array(perNight(often<Reading>("whole", "checkouts failed", "transactions failed")), {
    minLength: customers,
    maxLength: customers,
  }),
  deposits: FastCheck.array(FastCheck.array(history, { minLength: deposits, maxLength: deposits }), {
    minLength: customers,
    maxLength: customers,
  }),
})

/** What the model says of an exception. */
interface Modelled {
  readonly state: string
  readonly amount: string
  readonly firstNight: number
  readonly lastNight: number
  readonly events: ReadonlyArray<string>
}

const isLive = (state: string): boolean => state !== "resolved" && state !== "written_off"

/** The life of an exception in plain words, apart from the program's SQL: a night. */
const afterNight = (
  before: Modelled | null,
  at: number,
  seen: { readonly broken: boolean; readonly amount: string; readonly reading: Reading; readonly on: boolean },
): Modelled | null => {
  const found = seen.on && seen.broken && seen.reading !== "transactions failed"
  if (!found) {
    const proven = seen.on && seen.reading === "whole" && !seen.broken
    if (before === null || !proven || before.state === "resolved") return before
    return { ...before, state: "resolved", events: [...before.events, "resolved"] }
  }
  if (before === null) {
    return { state: "open", amount: seen.amount, firstNight: at, lastNight: at, events: ["opened"] }
  }
  const changed = before.amount !== seen.amount
  const back = before.state === "resolved" || (before.state === "written_off" && changed)
  const event = back ? ["reopened"] : changed && isLive(before.state) ? ["changed"] : []
  return {
    ...before,
    state: back ? "reopened" : before.state,
    amount: seen.amount,
    lastNight: at,
    events: [...before.events, ...event],
  }
}

/** The same of a person's act. */
const afterAct = (before: Modelled | null, act: keyof typeof acts | null): Modelled | null => {
  if (before === null || act === null) return before
  const then = (state: string, event: string): Modelled => ({ ...before, state, events: [...before.events, event] })
  switch (act) {
    case "ack":
      return before.state === "open" || before.state === "reopened" ? then("acknowledged", "acknowledged") : before
    case "assign":
      return isLive(before.state) ? then(before.state, "assigned") : before
    case "note":
      return then(before.state, "noted")
    case "writeOff":
      return isLive(before.state) ? then("written_off", "written_off") : before
    case "reopen":
      return isLive(before.state) ? before : then("reopened", "reopened")
  }
}

const nameOf = (customer: number, place: number): string => `d-${customer}-${place}`

const idsByRecord = Effect.map(
  Effect.flatMap(Database, (database) =>
    database.rows<{ record_id: string; exception_id: string }>(
      "SELECT record_id, exception_id FROM recon.exceptions WHERE code = 'LED_MISSING_TRANSACTION'",
    ),
  ),
  (rows) => new Map(rows.map((row) => [row.record_id, row.exception_id])),
)

/** Every deposit with its history and its customer's number. */
const each = (told: Story) =>
  told.deposits.flatMap((histories, customer) =>
    histories.map((one, place) => ({ ...one, customer, record: nameOf(customer, place) })),
  )

const actBefore = (told: Story, at: number, ids: ReadonlyMap<string, string>) =>
  Effect.forEach(
    each(told),
    ({ nights, record }) => {
      const name = nights[at]?.act ?? null
      const id = ids.get(record)
      if (name === null || id === undefined) return Effect.void
      const act: Act = acts[name]
      return actOn({
        act,
        ids: [id],
        filter: { codes: [], customers: [], currencies: [], severities: [], assignees: [], olderThanDays: null },
        osUser: null,
        by: "ada",
        reason: "as it is",
        // Each time another person, so that none is assigned already.
        assignee: act.event === "assigned" ? `person-${at}` : null,
        dryRun: false,
      })
    },
    { discard: true },
  )

const readNight = (told: Story, at: number) => {
  const rows = each(told).flatMap(({ customer, nights, record }) => {
    const { amount = "100", broken = false } = nights[at] ?? {}
    const product = deposit(record, { customer_id: `c-${customer}`, amount, net_amount: amount })
    return broken ? [product] : [product, postingOf(product)]
  })
  const failed = { "checkouts failed": "checkouts", "transactions failed": "transactions" } as const
  const coverage = Object.fromEntries(
    told.readings.flatMap((readings, customer) => {
      const reading = readings[at] ?? "whole"
      return reading === "whole" ? [] : [[`c-${customer}/${failed[reading]}`, "FAILED" as const]]
    }),
  )
  const ledger = { rows, coverage, customers: told.readings.map((_, customer) => `c-${customer}`), night: at }
  const settings = { checks: { LED_MISSING_TRANSACTION: { enabled: told.on[at] ?? true } } }
  return { ledger, settings }
}

interface Stored {
  readonly record_id: string
  readonly state: string
  readonly expected: string
  readonly first_seen_run: string
  readonly last_seen_run: string
  readonly events: ReadonlyArray<string>
}

const stored = Effect.flatMap(Database, (database) =>
  database.rows<Stored>(
    `SELECT e.record_id, e.state, e.expected, e.first_seen_run, e.last_seen_run, list(v.event ORDER BY v.event_no) AS events
     FROM recon.exceptions AS e JOIN recon.exception_events AS v ON v.exception_id = e.exception_id
     WHERE e.code = 'LED_MISSING_TRANSACTION' GROUP BY ALL ORDER BY e.record_id`,
  ),
)

layer(ledgerStore)("over any nights, with any acts of people between them,", (it) => {
  it.effect.prop(
    "every exception has the state, the sights and the events that a few plain rules say",
    [story],
    ([told]) =>
      Effect.gen(function* () {
        const modelled = new Map<string, Modelled | null>()
        let known: ReadonlyMap<string, string> = new Map()
        for (let at = 0; at < nights; at++) {
          const { ledger, settings } = readNight(told, at)
          if (at === 0) yield* judge(ledger, settings)
          else {
            yield* actBefore(told, at, known)
            yield* night(ledger, configurationWith(settings))
          }
          for (const { customer, nights, record } of each(told)) {
            const { act = null, amount = "100", broken = false } = nights[at] ?? {}
            const reading = told.readings[customer]?.[at] ?? "whole"
            const acted = at === 0 ? null : afterAct(modelled.get(record) ?? null, act)
            modelled.set(record, afterNight(acted, at, { broken, amount, reading, on: told.on[at] ?? true }))
          }
          const ids = yield* idsByRecord
          for (const [record, id] of known) expect(ids.get(record), "an id that was given stays").toBe(id)
          known = ids
        }
        expect((yield* stored).map((row) => ({ ...row, expected: row.expected.replace(/\.0+$/, "") }))).toEqual(
          [...modelled]
            .flatMap(([record, one]) =>
              one === null
                ? []
                : [
                    {
                      record_id: record,
                      state: one.state,
                      expected: one.amount,
                      first_seen_run: runOf(one.firstNight).runId,
                      last_seen_run: runOf(one.lastNight).runId,
                      events: one.events,
                    },
                  ],
            )
            .sort((a, b) => (a.record_id < b.record_id ? -1 : 1)),
        )
      }),
    { fastCheck: { numRuns: 4 } },
  )
})

const judgement = Effect.flatMap(Database, (database) =>
  Effect.forEach(
    [
      "SELECT * FROM recon.exceptions ORDER BY ALL",
      "SELECT * FROM recon.exception_events ORDER BY ALL",
      "SELECT * FROM recon.check_results ORDER BY ALL",
      "SELECT * FROM recon.conservation ORDER BY ALL",
    ],
    (query) => database.rows(query),
  ),
)

const load = makePageLoader(streamTables(resolveContract()), "data")

const groupedBy = <A>(all: ReadonlyArray<A>, key: (one: A) => string): ReadonlyMap<string, ReadonlyArray<A>> =>
  all.reduce((groups, one) => groups.set(key(one), [...(groups.get(key(one)) ?? []), one]), new Map<string, Array<A>>())

/** A first night whose records came in this order, so many on each page, through the store's own loader. */
const judgePages = (rows: ReadonlyArray<LedgerRow>, perPage: number, customers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* newBooks
    const run = runOf(0)
    const lists = groupedBy(rows, (row) => `${row.values.customer_id} ${row.stream}`)
    const pages = [...lists].flatMap(([list, records]) => {
      const [customerId = "", stream = ""] = list.split(" ")
      const count = Math.ceil(records.length / perPage)
      return Array.from({ length: count }, (_, page) =>
        loadPage(stream, records.slice(page * perPage, (page + 1) * perPage).map(recordOf), {
          customerId,
          sequence: page + 1,
        }),
      )
    })
    const database = yield* Database
    yield* database.transaction((sql) =>
      Effect.zipRight(
        Effect.forEach(pages, (page) => load(sql, run.runId, [page]), { discard: true }),
        insertCoverage(sql, run, { rows, customers }),
      ),
    )
    yield* reconcile(run, configurationWith())
  })

/** Deposits of three customers with every kind of counterpart: none, right, wrong, twice. */
const mixed = FastCheck.array(
  FastCheck.record({
    customer: FastCheck.constantFrom("c-1", "c-2", "c-3"),
    kind: FastCheck.constantFrom("whole", "missing", "amount", "twice", "owner"),
    amount: FastCheck.integer({ min: 1, max: 10_000 }).map(String),
  }),
  { minLength: 1, maxLength: 12 },
).map((all) =>
  all.flatMap(({ amount, customer, kind }, place) => {
    const product = deposit(`d-${place}`, { customer_id: customer, amount, net_amount: amount })
    switch (kind) {
      case "whole":
        return [product, postingOf(product)]
      case "missing":
        return [product]
      case "amount":
        return [product, postingOf(product, { amount: "1", fee: "0", net_amount: "1" })]
      case "twice":
        return [product, postingOf(product), postingOf(product, { transaction_id: `t-again-${place}` })]
      default:
        return [product, postingOf(product, { customer_id: customer === "c-1" ? "c-2" : "c-1" })]
    }
  }),
)

layer(ledgerStore)("what is found", (it) => {
  it.effect.prop(
    "does not depend on the order in which pages and customers were read",
    [
      mixed.chain((rows) =>
        FastCheck.tuple(FastCheck.constant(rows), FastCheck.shuffledSubarray([...rows], { minLength: rows.length })),
      ),
      FastCheck.integer({ min: 1, max: 4 }),
    ],
    ([[rows, shuffled], perPage]) =>
      Effect.gen(function* () {
        yield* judgePages(rows, rows.length, ["c-1", "c-2", "c-3"])
        const found = yield* judgement
        yield* judgePages(shuffled, perPage, ["c-3", "c-1", "c-2"])
        expect(yield* judgement).toEqual(found)
      }),
    { fastCheck: { numRuns: 4 } },
  )

  it.effect.prop(
    "is not changed by a record that has nothing to do with it, night after night",
    [mixed],
    ([rows]) =>
      Effect.gen(function* () {
        const customers = ["c-1", "c-2", "c-3", "c-9"]
        const stranger = [
          deposit("stranger", { customer_id: "c-9", currency: "JPY", amount: "5", net_amount: "5" }),
          transaction("stray", { customer_id: "c-9", currency: "JPY", status: "FAILED" }),
        ]
        const others = Effect.flatMap(Database, (database) =>
          database.rows("SELECT * FROM recon.exceptions WHERE customer_id <> 'c-9' ORDER BY ALL"),
        )
        yield* judge({ rows, customers })
        yield* night({ rows, customers, night: 1 })
        const alone = yield* others
        yield* judge({ rows, customers })
        yield* night({ rows: [...stranger, ...rows], customers, night: 1 })
        expect(yield* others).toEqual(alone)
      }),
    { fastCheck: { numRuns: 3 } },
  )
})
