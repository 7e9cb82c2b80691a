import { beforeAll, describe, expect, it } from "vitest"
import { numbersFrom } from "../support/random.ts"
import type { Rows } from "./compare.ts"
import { silent } from "./expected.ts"
import { type PlayedNight, play } from "./play.ts"
import { opening } from "./postings.ts"
import { randomCases } from "./random-lists.ts"
import { ALPHA, BETA, GAMMA, merge } from "./rows.ts"
import { inProcess } from "./runner.ts"
import type { Lists, Night, Row, World } from "./world.ts"

/**
 * How nights must relate to one another, whatever they find: no test here knows what is wrong in its world, which is made by chance,
 * and each says what must make no difference to what is told of it.
 */

const roster = [ALPHA, BETA, GAMMA]
const openings = merge(
  ...roster.flatMap((who) =>
    ["50000 EUR", "50000 USD", "50000 GBP", "50000 USDT TRON", "50000 USDT ETHEREUM", "5000 BTC BITCOIN"].map((money) =>
      opening(who, money),
    ),
  ),
)
const cases = randomCases(numbersFrom(20_261_127), roster, 60)
const whole = merge(openings, ...cases)
const tie = { tie: "-0s", but: { "BETA/EUR": { total: "777", available: "777" } } }

const night = (lists: Lists, over: Partial<Night> = {}): Night => ({ lists, expect: silent, ...over })

const worldOf = (nights: ReadonlyArray<Night>, over: Partial<World> = {}): World => ({
  title: "a world made by chance",
  about: "",
  roster,
  nights,
  ...over,
})

const playLast = async (world: World): Promise<PlayedNight> => {
  const last = (await play(world, inProcess)).at(-1)
  if (last === undefined) throw new Error("the world has no night")
  return last
}

type Change = (value: unknown, field: string) => unknown

/** Every row with its values changed; what balances are made of, too. */
const withValues = ({ balances, ...lists }: Lists, change: Change): Lists => ({
  ...Object.fromEntries(
    Object.entries(lists).map(([stream, rows]) => [
      stream,
      rows.map((row: Row) =>
        Object.fromEntries(Object.entries(row).map(([field, value]) => [field, change(value, field)])),
      ),
    ]),
  ),
  ...(balances === undefined ? {} : { balances }),
})

const isMoney = (field: string): boolean => /^(.*[aA]mount|fee)$/.test(field)
const isDecimal = (value: unknown): value is string => typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)

/** What depends on when and by which run something was told, or on chance (ids of unreadable records that have none). */
const ofTheRun = new Set(
  "exception_id evidence state first_seen last_seen age_days bucket assignee counterpart_id opening_run opening_as_of".split(
    " ",
  ),
)
const byChance = /hash:[0-9a-f]{32}/g

/** Ids that stand in one sentence, in the order of the alphabet. */
const inOrder = (text: string): string =>
  text.replace(/[\w-]+(?:, [\w-]+)+/g, (ids) => ids.split(", ").sort().join(", "))

const everything =
  "exceptions unproven unmatched conservation rollforward movements_daily fees conversions in_transit".split(" ")

interface Reading {
  readonly reports?: ReadonlyArray<string>
  readonly text?: (text: string, column: string) => string
  readonly leftOut?: (row: Readonly<Record<string, string>>, report: string) => boolean
}

/** What a night tells, a line for each row, whatever their order. */
const told = (
  { exit, reports }: Pick<PlayedNight, "exit" | "reports">,
  { leftOut = () => false, reports: names = everything, text = (same) => same }: Reading = {},
): ReadonlyArray<string> => [
  `ends with ${exit}`,
  ...names
    .flatMap((name) =>
      (reports.get(name) ?? ([] as Rows))
        .filter((row) => !leftOut(row, name))
        .map((row) =>
          Object.entries(row)
            .filter(([column]) => !ofTheRun.has(column))
            .map(([column, cell]) => `${column}=${inOrder(text(cell.replace(byChance, "hash"), column))}`)
            .join(" "),
        )
        .map((line) => `${name}: ${line}`),
    )
    .sort(),
]

/** Replaces whole words. */
const renaming = (names: ReadonlyMap<string, string>) => {
  const words = [...names.keys()].sort((one, other) => other.length - one.length)
  const pattern = new RegExp(`(?<![\\w-])(?:${words.join("|")})(?![\\w-])`, "g")
  return (text: string): string => text.replace(pattern, (word) => names.get(word) ?? word)
}

const days = 97

const instants = /\b20\d\d-\d\d-\d\d(?:T[\d:.]+Z)?/g

/** The same instant or day so many days later. */
const moved = (text: string): string =>
  text.replace(instants, (instant) => {
    const later = new Date(Date.parse(instant) + days * 86_400_000).toISOString()
    return later.slice(0, instant.length - 1) + instant.slice(-1).replace(/\d/, later[instant.length - 1] ?? "")
  })

/** To their tenfold, of a decimal as it is written. */
const tenfold = (decimal: string): string => {
  const [units = "", fraction = ""] = decimal.split(".")
  const shifted = `${units}${fraction.slice(0, 1) || "0"}.${fraction.slice(1)}`
  return shifted.replace(/^(-?)0+(?=\d)/, "$1").replace(/\.?0*$/, "")
}
const decimals = /-?\d+\.\d+/g
const withoutZeros = (text: string): string =>
  text.replace(decimals, (decimal) => decimal.replace(/\.?0+$/, "").replace(/^-0$/, "0"))

describe("two nights that differ in what must make no difference", () => {
  let base: PlayedNight
  let again: PlayedNight
  beforeAll(async () => {
    const nights = await play(
      worldOf([night({ ...whole, balances: tie }), { changes: {}, after: "1m", expect: silent }]),
      inProcess,
    )
    const [first, second] = nights
    if (first === undefined || second === undefined) throw new Error("a night was not played")
    base = first
    again = second
  })

  it("find something to speak of", () => {
    expect(new Set(base.reports.get("exceptions")?.map((row) => row.code)).size).toBeGreaterThan(15)
    expect(base.reports.get("unproven")?.length).toBeGreaterThan(5)
  })

  it("what is read again a minute later is told again", () => {
    const judged = { reports: ["exceptions", "unproven", "unmatched", "conservation", "in_transit"] }
    expect(told(again, judged)).toEqual(told(base, judged))
  })

  it("names, pages, the roster's order, the order of equal times and the day of the year change names alone", async () => {
    const ids = [
      ...new Set(
        Object.values(whole as Readonly<Record<string, ReadonlyArray<Row>>>).flatMap((rows) =>
          rows.flatMap((row) =>
            Object.entries(row).flatMap(([field, value]) =>
              field.endsWith("Id") && field !== "customerId" && typeof value === "string" ? [value] : [],
            ),
          ),
        ),
      ),
    ].sort()
    const names = new Map([
      // The alphabet turned round.
      ...ids.map((id, nth) => [id, `k${String(ids.length - nth).padStart(4, "0")}`] as const),
      ...roster.map(({ customerId }, nth) => [customerId, `${9 - nth}0000000-0000-4000-8000-000000000000`] as const),
      ...roster.map(({ partnerCustomerRef }, nth) => [partnerCustomerRef, `${"ZYX"[nth]}-CORP`] as const),
      ...[
        ["EUR", "GBP"],
        ["GBP", "USD"],
        ["USD", "EUR"],
        ["USDT", "USDC"],
        ["TRON", "ETHEREUM"],
        ["ETHEREUM", "TRON"],
      ].map(([name = "", other = ""]) => [name, other] as const),
    ])
    const renamed = renaming(names)
    const lists = withValues(whole, (value, field) =>
      typeof value === "string" && !/^(type|txHash)$/.test(field) ? renamed(value) : value,
    )
    const turned = Object.fromEntries(
      Object.entries(lists).map(([stream, rows]) => [stream, [...(rows as ReadonlyArray<Row>)].reverse()]),
    )
    const but = Object.fromEntries(Object.entries(tie.but).map(([key, row]) => [renamed(key), row]))
    const other = await playLast(
      worldOf([night({ ...turned, balances: { ...tie, but } }, { after: `${days}d` })], {
        configuration: { pageSize: 3, concurrency: 2 },
        roster: roster
          .map(({ customerId, partnerCustomerRef }) => ({
            customerId: renamed(customerId),
            partnerCustomerRef: renamed(partnerCustomerRef),
          }))
          .reverse(),
      }),
    )
    expect(told(other)).toEqual(told(base, { text: (text) => renamed(moved(text)) }))
  })

  it("ten times as much of everything is ten times as much in every figure", async () => {
    const lists = withValues(whole, (value, field) => (isMoney(field) && isDecimal(value) ? tenfold(value) : value))
    const but = { "BETA/EUR": { total: "7770", available: "7770" } }
    const other = await playLast(worldOf([night({ ...lists, balances: { ...tie, but } })]))
    // A rate is not, and of a converted amount one unit of the last place is tolerated, whatever it comes to.
    const isLeftOut = (column: string): boolean => /rate|_bp$|basis_points|^tolerance$|^detail$/.test(column)
    const raised = (text: string, column: string): string =>
      withoutZeros(isLeftOut(column) ? "" : text.replace(decimals, tenfold))
    const plain = (text: string, column: string): string => (isLeftOut(column) ? "" : withoutZeros(text))
    expect(told(other, { text: plain })).toEqual(told(base, { text: raised }))
  })

  it("zeros behind an amount, another name of a network and fields that nobody knows say nothing new", async () => {
    const lists = withValues(whole, (value, field) =>
      isMoney(field) && isDecimal(value)
        ? `${value}${value.includes(".") ? "" : "."}000`
        : field === "network" && value === "TRON"
          ? "TRX"
          : value,
    )
    const strange = Object.fromEntries(
      Object.entries(lists).map(([stream, rows]) => [
        stream,
        (rows as ReadonlyArray<Row>).map((row) => ({ unknownField: { deep: [1, null] }, ...row })),
      ]),
    )
    const other = await playLast(
      worldOf([night({ ...strange, balances: tie })], { configuration: { networkAliases: { TRX: "TRON" } } }),
    )
    expect(told(other)).toEqual(told(base))
  })

  it("what a night in between could not read leaves no trace", async () => {
    let nth = 0
    const unreadable = withValues(whole, (value, field) => (isMoney(field) && nth++ % 5 === 0 ? "?" : value))
    const other = await playLast(
      worldOf([
        night({ ...unreadable, balances: tie }, { after: "-1m" }),
        night({ ...whole, balances: tie }, { after: "1m" }),
      ]),
    )
    const judged: Reading = {
      reports: ["exceptions", "unproven", "unmatched", "in_transit"],
      // The night before dated everything a minute earlier, and a completion that moves began its grace then.
      text: (text, column) => (column === "detail" ? text.replace(instants, "then") : text),
    }
    expect(told(other, judged)).toEqual(told(base, judged))
  })

  it("independent breaks add up: half of them and the other half are the whole", async () => {
    const half = async (rest: number) =>
      playLast(worldOf([night({ ...merge(openings, ...cases.filter((_, nth) => nth % 2 === rest)), balances: tie })]))
    const apart: Reading = {
      reports: ["exceptions", "unproven", "unmatched", "in_transit"],
      leftOut: ({ code = "" }) => code.startsWith("BAL_"),
    }
    const [one, other] = [await half(0), await half(1)]
    const sum = [...told(one, apart), ...told(other, apart)].filter((line) => !line.startsWith("ends")).sort()
    expect(sum).toEqual(told(base, apart).filter((line) => !line.startsWith("ends")))
  })
})
