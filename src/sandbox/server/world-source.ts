import { type StreamName, streams } from "../../api/streams.ts"
import { rowOf, type WorldRecord } from "../world/story.ts"
import type { World } from "../world.ts"
import type { PageSource } from "./page-source.ts"
import { refusal } from "./problem.ts"

const plainDecimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

const moneyFields: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  streams.map((row) => [
    row.stream,
    new Set<string>(row.fields.filter((field) => field.type === "money").map((field) => field.field)),
  ]),
)

/** The record with its money as bare JSON numbers, every digit kept. What is no decimal stays a string. */
const withBareMoney = (stream: StreamName, record: WorldRecord): string => {
  const money = moneyFields.get(stream)
  const members = Object.entries(record).map(([name, value]) => {
    const bare = money?.has(name) === true && typeof value === "string" && plainDecimal.test(value)
    return `${JSON.stringify(name)}:${bare ? value : JSON.stringify(value)}`
  })
  return `{${members.join(",")}}`
}

interface Shelf {
  readonly texts: ReadonlyArray<string>
  readonly byId: ReadonlyMap<string, string>
}

/** Serves a world; each list is rendered when it is first asked for. */
export const worldSource = (world: World): PageSource => {
  const shelves = new Map<string, Shelf>()
  const products = new Map(world.customers.map((customer) => [customer.customerId, customer.products]))

  const shelfOf = (customerId: string, stream: StreamName): Shelf => {
    const name = `${customerId}/${stream}`
    const known = shelves.get(name)
    if (known !== undefined) return known
    const idField = rowOf(stream).id[0]
    const rendered = world.list(customerId, stream).map((record) => ({
      id: record[idField],
      text: world.moneyAs === "number" ? withBareMoney(stream, record) : JSON.stringify(record),
    }))
    const shelf = {
      texts: rendered.map(({ text }) => text),
      byId: new Map(rendered.flatMap(({ id, text }) => (typeof id === "string" ? [[id, text] as const] : []))),
    }
    shelves.set(name, shelf)
    return shelf
  }

  return {
    customers: world.customers.map(({ customerId }) => customerId),
    products: (customerId) => products.get(customerId) ?? [],
    total: (customerId, stream) => shelfOf(customerId, stream).texts.length,
    slice: (customerId, stream, from, to) => shelfOf(customerId, stream).texts.slice(from, to),
    find: (customerId, stream, recordId) => shelfOf(customerId, stream).byId.get(recordId) ?? null,
    fault: (customerId, stream) => {
      if (world.denied.includes(stream)) {
        return refusal("PARTNER_SCOPE_DENIED", `The scope ${stream}:read is required.`)
      }
      return world.refused.some((refused) => refused.customerId === customerId && refused.stream === stream)
        ? refusal("PARTNER_RESOURCE_STATE_INVALID", "The list is in no state to be read.", 400)
        : null
    },
  }
}
