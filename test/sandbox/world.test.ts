import { afterEach, describe, expect, it } from "vitest"
import { streams } from "../../src/api/streams.ts"
import { breakCodes } from "../../src/sandbox/breaks/break-code.ts"
import { chosenBreaks } from "../../src/sandbox/breaks/breaks.ts"
import { firstNightOf, nightOptions } from "../../src/sandbox/nights.ts"
import { generateWorld, type World, type WorldOptions } from "../../src/sandbox/world.ts"
import { auditHistory } from "./audit-history.ts"
import { audit, auditRollforward, postedSums } from "./auditor.ts"
import { amountOf, type Entry, openBooks, textOf } from "./books.ts"
import { finding } from "./finding.ts"

const day = 86_400_000
const now = Date.parse("2026-06-28T02:00:00Z")
const seeds = [1, 2, 3, 77]
const small = { now, days: 20, customers: 6 } as const

// Whole worlds are made without a pause; the runner must hear from its worker in between.
afterEach(() => new Promise((resolve) => setImmediate(resolve)))

const expected = (world: World) =>
  world.answerKey.map(({ code, recordId, severity, leg }) => finding(code, recordId, severity, leg)).sort()

const everyRecord = (world: World) =>
  world.customers.map(({ customerId }) => streams.map(({ stream }) => world.list(customerId, stream)))

const idsOf = (world: World) => new Set(openBooks(world).entries.map(({ stream, id }) => `${stream}/${id}`))

describe("a healthy world", () => {
  it.each(seeds)("breaks no rule (seed %i)", (seed) => {
    const world = generateWorld({ seed, now })
    expect(audit(openBooks(world))).toEqual([])
    expect(world.answerKey).toEqual([])
  })

  it.each([0, 1, 5, 13, 29])("breaks no rule %i hours later", (hours) => {
    const world = generateWorld({ ...small, seed: 4, start: now - 20 * day, now: now + hours * 3_600_000 })
    expect(audit(openBooks(world))).toEqual([])
  })

  it("calls a deposit REFUNDED only where all of it was sent back", () => {
    const { entries } = openBooks(generateWorld({ seed: 14, now, days: 40, customers: 7 }))
    const refunds = entries.filter(({ raw, stream }) => stream === "crypto_refunds" && raw.status === "COMPLETED")
    const isWhole = (deposit: Entry) =>
      refunds
        .filter(({ raw }) => raw.originalDepositId === deposit.id)
        .reduce((sum, one) => sum + amountOf(one, "amount"), 0n) === amountOf(deposit, "amount")
    const refunded = entries.filter(({ raw, stream }) => stream === "crypto_deposits" && raw.status === "REFUNDED")
    expect(refunded.length).toBeGreaterThan(2)
    expect(refunded.filter((deposit) => !isWhole(deposit))).toEqual([])
  })

  it("states balances that its transactions add up to", () => {
    const books = openBooks(generateWorld({ seed: 9, now }))
    const sums = postedSums(books)
    expect(books.balances.length).toBeGreaterThan(60)
    for (const row of books.balances) {
      expect(amountOf(row, "total")).toBe(sums.get(`${row.customerId}/${textOf(row, "currency")}`) ?? 0n)
    }
    expect(books.balances.some((row) => amountOf(row, "total") === 0n)).toBe(true)
    expect(books.balances.some((row) => amountOf(row, "held") > 0n)).toBe(true)
  })

  it("has about ten thousand records, of every stream", () => {
    const { entries, balances } = openBooks(generateWorld({ seed: 1, now }))
    expect(entries.length + balances.length).toBeGreaterThan(8_000)
    expect(entries.length + balances.length).toBeLessThan(16_000)
    expect(new Set(entries.map(({ stream }) => stream)).size).toBe(streams.length - 1)
  })

  it("carries text and amounts that trip careless readers", () => {
    const { entries } = openBooks(generateWorld({ seed: 1, now }))
    const texts = entries.flatMap(({ raw }) => Object.values(raw).filter((value) => typeof value === "string"))
    for (const trap of [/,/, /"/, /[^\r]\n/, /\r\n/, /\t/, /^=/, /^\+/, /^-[^\d]/, /^@/, /\p{Script=Han}/u]) {
      expect(texts.some((text) => trap.test(text))).toBe(true)
    }
    for (const trap of [/\p{Script=Arabic}/u, /\p{Script=Hebrew}/u, /\p{Extended_Pictographic}/u, /\+08:00$/]) {
      expect(texts.some((text) => trap.test(text))).toBe(true)
    }
    expect(texts).toContain("9876543210123456789")
    expect(texts).toContain("0.000000000000000001")
    expect(entries.some(({ raw }) => raw.currency === "ETH" && /[1-9]$/.test(String(raw.amount)))).toBe(true)
    expect(entries.some(({ raw, stream }) => stream === "fiat_deposits" && raw.reference === null)).toBe(true)
    expect(entries.some(({ raw, stream }) => stream === "fiat_deposits" && !("reference" in raw))).toBe(true)
  })

  it("lists newest first, by the instant that the record states", () => {
    const world = generateWorld({ ...small, seed: 3 })
    for (const { customerId } of world.customers) {
      const listed = world.list(customerId, "transactions").map((record) => Date.parse(String(record.createdAt)))
      expect(listed).toEqual([...listed].sort((one, other) => other - one))
    }
  })

  it("reaches every outcome of a deposit and a withdrawal", () => {
    const { entries } = openBooks(generateWorld({ seed: 1, now }))
    const outcomes = new Set(entries.map(({ stream, raw }) => `${stream} ${String(raw.status)}`))
    for (const outcome of [
      "fiat_deposits REVERSED",
      "crypto_deposits REFUNDED",
      "fiat_withdrawals FAILED",
      "transactions REVERSED",
      "transactions PENDING",
      "transactions FAILED",
      "checkouts PARTIALLY_PAID",
      "checkouts EXPIRED",
      "conversion_quotes EXPIRED",
    ]) {
      expect(outcomes).toContain(outcome)
    }
  })
})

describe("the same options", () => {
  it.each(["none", "all"] as const)("give the same world (breaks %s)", (breaks) => {
    const options: WorldOptions = { ...small, seed: 5, breaks }
    const [one, other] = [generateWorld(options), generateWorld(options)]
    expect(everyRecord(one)).toEqual(everyRecord(other))
    expect(one.answerKey).toEqual(other.answerKey)
  })

  it("give another world for another seed", () => {
    const [one, other] = [generateWorld({ ...small, seed: 5 }), generateWorld({ ...small, seed: 6 })]
    expect(everyRecord(one)).not.toEqual(everyRecord(other))
  })
})

describe("a broken world", () => {
  it.each(seeds)("breaks exactly what its answer key says (seed %i)", (seed) => {
    const world = generateWorld({ seed, now, breaks: "all" })
    expect(audit(openBooks(world))).toEqual(expected(world))
  })

  it.each([1, 8])("does so in a small world too (seed %i)", (seed) => {
    for (const customers of [1, 2, 3, 5]) {
      const world = generateWorld({ seed, now, days: 12, customers, breaks: "all" })
      expect(audit(openBooks(world))).toEqual(expected(world))
    }
  })

  const ofHistory = [
    ...[
      "COV_VANISHED",
      "COV_LATE_ARRIVAL",
      "COV_CUSTOMER_DROPPED",
      "REC_MUTATED",
      "REC_STATUS_REGRESSION",
      "REF_CLOSED",
    ],
    "BAL_ROLLFORWARD",
  ]

  const ofReading = ["COV_INCOMPLETE", "COV_DENIED", "COV_CUSTOMER_UNKNOWN"]

  it.each(breakCodes.filter((code) => !ofReading.includes(code) && !ofHistory.includes(code)))(
    "breaks %s alone when asked for it alone",
    (code) => {
      const world = generateWorld({ ...small, seed: 2, breaks: [code] })
      expect(audit(openBooks(world))).toEqual(expected(world))
      expect(new Set(world.answerKey.map((entry) => entry.code))).toEqual(new Set([code]))
    },
  )

  it.each(ofHistory)("is silent about %s on a night that follows no other", (code) => {
    const world = generateWorld({ ...small, seed: 2, breaks: [code as (typeof breakCodes)[number]] })
    expect(audit(openBooks(world))).toEqual([])
    expect(world.answerKey).toEqual([])
  })

  it("refuses one list of reference data for COV_INCOMPLETE", () => {
    const world = generateWorld({ ...small, seed: 2, breaks: ["COV_INCOMPLETE"] })
    expect(world.refused.map(({ customerId, stream }) => `${customerId}/${stream}`)).toEqual(
      world.answerKey.map(({ recordId }) => recordId),
    )
    expect(audit(openBooks(world))).toEqual([])
  })

  it("denies one stream of reference data for COV_DENIED", () => {
    const world = generateWorld({ ...small, seed: 2, breaks: ["COV_DENIED"] })
    expect(world.denied).toEqual(world.answerKey.map(({ recordId }) => recordId))
    expect(audit(openBooks(world))).toEqual([])
  })

  it("has one customer on the roster for COV_CUSTOMER_UNKNOWN whom the API does not know", () => {
    const world = generateWorld({ ...small, seed: 2, breaks: ["COV_CUSTOMER_UNKNOWN"] })
    const known = new Set(world.customers.map(({ customerId }) => customerId))
    const strangers = world.roster.map(({ customerId }) => customerId).filter((customerId) => !known.has(customerId))
    expect(strangers).toEqual(world.answerKey.map(({ recordId }) => recordId))
    expect(world.roster.length).toBe(world.customers.length + 1)
    expect(audit(openBooks(world))).toEqual([])
  })

  it("has, on a second night, something that merely looks like each fault, and that no fault touches", () => {
    const start = now - 20 * day
    const options = { ...small, seed: 2, start, now: now + day, earlierNights: [now], breaks: breakCodes }
    const world = generateWorld(options)
    const near = world.nearMisses.map(({ code, recordId }) => `${code} ${recordId}`)
    const planted = new Set(world.answerKey.map(({ code, recordId }) => `${code} ${recordId}`))
    expect(new Set(world.nearMisses.map(({ code }) => code))).toEqual(new Set(breakCodes))
    expect(near.filter((name) => planted.has(name))).toEqual([])
  })

  it("names a record without an id by its place on the pages", () => {
    const options = { ...small, seed: 2, breaks: ["REC_INVALID"], unreadableIds: true, pageSize: 2 } as const
    const world = generateWorld(options)
    const [customerId = "", stream, page, place] =
      world.answerKey.find(({ recordId }) => recordId.includes("/"))?.recordId.split("/") ?? []
    expect(stream).toBe("bank_accounts")
    const record = world.list(customerId, "bank_accounts")[(Number(page) - 1) * 2 + Number(place)]
    expect(record).toBeDefined()
    expect(record).not.toHaveProperty("bankAccountId")
  })

  it("holds every near miss, and every record that the answer key names", () => {
    const world = generateWorld({ seed: 1, now, breaks: "all" })
    const { entries, quarantined, balances } = openBooks(world)
    const ids = new Set([...entries, ...quarantined].map(({ id }) => id))
    const customers = new Set(world.customers.map(({ customerId }) => customerId))
    const stated = new Set(balances.map((row) => `${row.customerId}/${textOf(row, "currency")}`))
    for (const { recordId } of [...world.answerKey, ...world.nearMisses]) {
      const pair = recordId.includes("/") && customers.has(recordId.split("/")[0] ?? "")
      expect(ids.has(recordId) || pair, recordId).toBe(true)
    }
    const unstated = world.answerKey.filter(({ code }) => code === "BAL_UNSTATED")
    expect(unstated.every(({ recordId }) => !stated.has(recordId))).toBe(true)
    // A roll-forward needs a night before, and so does what looks like a broken one.
    const nearMissed = new Set<string>(world.nearMisses.map(({ code }) => code))
    expect(chosenBreaks("all").filter((code) => !nearMissed.has(code))).toEqual(["BAL_ROLLFORWARD"])
  })

  it("has both severities of AGE_STUCK", () => {
    const world = generateWorld({ seed: 1, now, breaks: ["AGE_STUCK"] })
    expect(new Set(world.answerKey.map(({ severity }) => severity))).toEqual(new Set(["medium", "high"]))
  })
})

describe("the next night", () => {
  const start = now - 20 * day

  it("is the same world, asked for by its number", () => {
    expect(nightOptions(1, now)).toEqual({ start: now - 90 * day, now, earlierNights: [] })
    expect(nightOptions(3, now)).toEqual({ start: now - 90 * day, now: now + 2 * day, earlierNights: [now, now + day] })
    expect(nightOptions(3, firstNightOf(3, now)).now).toBe(now)
  })

  const nights = [now, now + day, now + 2 * day] as const
  const nightOf = (nth: 0 | 1 | 2, breaks: WorldOptions["breaks"] = "all", seed = 1) =>
    generateWorld({ ...small, seed, start, now: nights[nth], earlierNights: nights.slice(0, nth), breaks })

  const allFindings = (worlds: ReadonlyArray<World>) => {
    const books = worlds.map(openBooks)
    const [before, after] = [books.at(-2), books.at(-1)]
    if (before === undefined || after === undefined) return []
    return [...audit(after), ...auditRollforward(before, after), ...auditHistory(books)].sort()
  }

  it.each(seeds)("keeps every record of the one before but for those that vanish, and adds some (seed %i)", (seed) => {
    for (const breaks of ["none", "all"] as const) {
      const [first, second, third] = [
        idsOf(nightOf(0, breaks, seed)),
        nightOf(1, breaks, seed),
        nightOf(2, breaks, seed),
      ]
      const gone = (world: World) =>
        new Set(
          [...world.answerKey, ...world.nearMisses]
            .filter(({ code }) => code === "COV_VANISHED")
            .map(({ recordId }) => recordId),
        )
      const missing = (before: Set<string>, world: World) => {
        const listed = idsOf(world)
        return [...before].filter((id) => !listed.has(id)).map((id) => id.split("/")[1] ?? "")
      }
      expect(missing(first, second).filter((id) => !gone(second).has(id))).toEqual([])
      expect(missing(idsOf(second), third).filter((id) => !gone(third).has(id))).toEqual([])
      expect(missing(first, second).length > 0).toBe(breaks === "all")
      expect(idsOf(second).size).toBeGreaterThan(first.size)
    }
  })

  it.each(seeds)("breaks exactly what its answer key says, the night after that too (seed %i)", (seed) => {
    const worlds = [nightOf(0, "all", seed), nightOf(1, "all", seed), nightOf(2, "all", seed)]
    for (const count of [2, 3]) {
      const seen = worlds.slice(0, count)
      const key = expected(seen.at(-1) as World)
      expect(allFindings(seen)).toEqual(key)
      for (const code of [
        "COV_VANISHED",
        "COV_LATE_ARRIVAL",
        "REC_MUTATED",
        "REC_STATUS_REGRESSION",
        "BAL_ROLLFORWARD",
      ]) {
        expect(key.filter((line) => line.startsWith(code)).length, code).toBeGreaterThan(0)
      }
    }
  })

  it("knows of what vanished and changed in the night before last, and forgets what was late", () => {
    const of = (world: World, code: string) =>
      world.answerKey.filter((entry) => entry.code === code).map(({ recordId }) => recordId)
    const [second, third] = [nightOf(1), nightOf(2)]
    for (const code of ["COV_VANISHED", "REC_MUTATED"])
      expect(of(third, code)).toEqual(expect.arrayContaining(of(second, code)))
    for (const code of ["COV_LATE_ARRIVAL", "REC_STATUS_REGRESSION"]) {
      expect(of(third, code).filter((id) => of(second, code).includes(id))).toEqual([])
    }
  })

  it.each(seeds)("breaks no rule in a healthy world (seed %i)", (seed) => {
    const worlds = [nightOf(0, "none", seed), nightOf(1, "none", seed), nightOf(2, "none", seed)]
    expect(allFindings(worlds)).toEqual([])
  })

  it("has its near misses of a history, which the night before had seen otherwise", () => {
    const second = nightOf(1)
    const near = new Set(second.nearMisses.map(({ code }) => code))
    const wrong = new Set(second.answerKey.map(({ code, recordId }) => `${code} ${recordId}`))
    for (const code of ["COV_VANISHED", "COV_LATE_ARRIVAL", "REC_MUTATED", "REC_STATUS_REGRESSION"]) {
      expect(near, code).toContain(code)
    }
    expect(second.nearMisses.filter(({ code, recordId }) => wrong.has(`${code} ${recordId}`))).toEqual([])
  })
})
