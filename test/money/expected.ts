import { ALPHA, BETA, DELTA, GAMMA, merge } from "./rows.ts"
import type { Expectation, ExpectedException, Lists, Night, Row, World } from "./world.ts"

/** Short names for what a world's nights must tell. */

export const refused: ExpectedException = { codes: ["REC_INVALID"] }

/** `found("LED_STATUS_MISMATCH", "wd-1", "1.00")`; several codes are alternatives, the best one first. */
export const found = (
  codes: string,
  record: string | ReadonlyArray<string>,
  atStake?: string,
  severity?: string,
): ExpectedException => ({
  codes: codes.split(" "),
  record,
  ...(atStake === undefined ? {} : { atStake }),
  ...(severity === undefined ? {} : { severity }),
})

export const clean: Expectation = { exit: 0, exceptions: [], nothingElse: true, verdict: "CLEAN" }

/** No exception, though something may have been left open. */
export const silent: Expectation = { exit: 0, exceptions: [], nothingElse: true }

export const unproven = (...ids: ReadonlyArray<string>): Expectation => ({
  ...silent,
  verdict: "not CLEAN",
  unproven: ids,
})

export const finds = (...exceptions: ReadonlyArray<ExpectedException>): Expectation => ({
  exit: 3,
  exceptions,
  nothingElse: true,
  verdict: "not CLEAN",
})

/** What a night tells that could not read one of its lists; it tells the list, too. */
export const partial = (...exceptions: ReadonlyArray<ExpectedException>): Expectation => ({
  ...finds(...exceptions),
  exit: 4,
  mayAlso: [{ codes: ["COV_*"] }],
})

/** The same with more that may be told, each `CODE_* record`. */
export const orAlso = (expected: Expectation, ...allowed: ReadonlyArray<string>): Expectation => ({
  ...expected,
  mayAlso: [
    ...(expected.mayAlso ?? []),
    ...allowed.map((text) => {
      const [code = "", record] = text.split(" ")
      return record === undefined ? { codes: [code] } : { codes: [code], record }
    }),
  ],
})

/** A person accepts what was found, all of it unless codes or a record are named. */
export const accept = (codes?: string, record?: string) => {
  const what =
    codes === undefined
      ? ({ exception: "*" } as const)
      : { codes: codes.split(" "), ...(record === undefined ? {} : { record }) }
  return ["exceptions", "write-off", "--reason", "accepted", "--by", "controller", what] as const
}

const tie = (lists: Lists): Lists => ({ balances: "tie", ...lists })

/** The first night: what the lists hold, and what must be told. Balances tie unless they are given. */
export const first = (lists: Lists, expect: Expectation, more: Partial<Night> = {}): Night => ({
  lists: tie(lists),
  expect,
  ...more,
})

/** A later night: what is new or changed on the lists. */
export const next = (changes: Lists, expect: Expectation, more: Partial<Night> = {}): Night => ({
  changes: tie(changes),
  expect,
  ...more,
})

const places: ReadonlyArray<keyof Lists> = [
  "fiat_accounts",
  "bank_accounts",
  "crypto_deposit_wallets",
  "wallet_beneficiaries",
  "collection_buyers",
  "collection_wallets",
]

const cameAlong = (row: Row): boolean => row.createdAt === "-300d"

/** Accounts that come with a later night's records have been there from the first night on, as their creation says. */
const withOldPlaces = ([opened, ...later]: ReadonlyArray<Night>): ReadonlyArray<Night> => {
  if (opened === undefined) return []
  const along = later.map(({ changes = {} }) =>
    Object.fromEntries(
      places.map((stream) => [stream, (changes[stream] as ReadonlyArray<Row> | undefined)?.filter(cameAlong) ?? []]),
    ),
  )
  const others = later.map(({ changes = {}, ...night }) => {
    const kept = Object.entries(changes).map(([stream, rows]) => [
      stream,
      Array.isArray(rows) && stream !== "balances" ? rows.filter((row: Row) => !cameAlong(row)) : rows,
    ])
    return { ...night, changes: Object.fromEntries(kept) as Lists }
  })
  return [{ ...opened, lists: merge(opened.lists ?? {}, ...along) }, ...others]
}

/** Everybody who is named in the nights is on the roster. */
export const world = (
  title: string,
  about: string,
  nights: ReadonlyArray<Night>,
  configuration?: Readonly<Record<string, unknown>>,
): World => {
  const text = JSON.stringify(nights)
  return {
    title,
    about,
    ...(configuration === undefined ? {} : { configuration }),
    roster: [ALPHA, BETA, GAMMA, DELTA].filter(({ customerId }) => text.includes(customerId)),
    nights: withOldPlaces(nights),
  }
}
