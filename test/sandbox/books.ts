import { type StreamName, streams } from "../../src/api/streams.ts"
import type { World } from "../../src/sandbox/world.ts"

/** A record as an outsider reads it: strings become exact numbers and instants here, by means of this file's own. */
export interface Entry {
  readonly stream: StreamName
  readonly id: string
  /** The customer under which it was listed. */
  readonly customerId: string
  readonly raw: Readonly<Record<string, unknown>>
}

export interface Books {
  readonly now: number
  readonly entries: ReadonlyArray<Entry>
  readonly quarantined: ReadonlyArray<Entry>
  readonly balances: ReadonlyArray<Entry>
  /** The customers that the partner named that night. */
  readonly roster: ReadonlyArray<string>
}

/** Units of 10^-18. */
export const amountOf = (entry: Entry, field: string): bigint => {
  const [, sign, whole, decimals = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(entry.raw[field])) ?? []
  const units = BigInt(`${whole}${decimals.padEnd(18, "0")}`)
  return sign === "-" ? -units : units
}

export const textOf = (entry: Entry, field: string): string | null => {
  const value = entry.raw[field]
  return value === undefined || value === null ? null : String(value)
}

export const timeOf = (entry: Entry, field: string): number | null => {
  const value = textOf(entry, field)
  return value === null ? null : Date.parse(value)
}

const readable = (value: unknown, type: string): boolean => {
  switch (type) {
    case "money":
      return typeof value === "string" && /^-?\d{1,20}(?:\.\d{1,18})?$/.test(value)
    case "time":
      return typeof value === "string" && Number.isFinite(Date.parse(value))
    default:
      return typeof value === "string" && value !== ""
  }
}

const isSound = (raw: Readonly<Record<string, unknown>>, stream: StreamName): boolean =>
  (streams.find((row) => row.stream === stream)?.fields ?? []).every((field) => {
    const value = raw[field.field]
    if (value === undefined || value === null) return !field.required
    return (value === "" && field.type === "text" && !field.required) || readable(value, field.type)
  })

/** Everything that the world lists to a reader who asks for what each customer may have. */
export const openBooks = (world: World): Books => {
  const all = world.customers.flatMap(({ customerId, products }) =>
    streams
      .filter((row) => products.includes(row.product))
      .flatMap((row) =>
        world
          .list(customerId, row.stream)
          .map((raw): Entry => ({ stream: row.stream, id: String(raw[row.id[0]]), customerId, raw })),
      ),
  )
  return {
    now: world.now,
    entries: all.filter(({ raw, stream }) => stream !== "balances" && isSound(raw, stream)),
    quarantined: all.filter(({ raw, stream }) => !isSound(raw, stream)),
    balances: all.filter(({ stream }) => stream === "balances"),
    roster: world.roster.map(({ customerId }) => customerId),
  }
}
