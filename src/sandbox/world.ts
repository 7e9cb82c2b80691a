import type { Product, StreamName } from "../api/streams.ts"
import { type AnswerKeyEntry, answerKeyOf, type NearMissEntry, nearMissesOf } from "./breaks/answer-key.ts"
import type { BreakCode } from "./breaks/break-code.ts"
import { chosenBreaks, plantBreaks } from "./breaks/breaks.ts"
import type { Ground } from "./breaks/ground.ts"
import { balancesOf } from "./world/balance.ts"
import { type Customer, customerOf } from "./world/customer.ts"
import { liveDaily } from "./world/daily.ts"
import { enterCuriosities, enterFloat } from "./world/float.ts"
import { day, type Instant } from "./world/instant.ts"
import type { Realm } from "./world/realm.ts"
import { enterReferences } from "./world/reference.ts"
import { isVisible, newestFirst, type Story, tell, type WorldRecord } from "./world/story.ts"

export interface WorldOptions {
  /** Whole number; with `start`, it decides everything that ever happens in the world. */
  readonly seed: number
  /** The night's instant in epoch milliseconds: what the API shows, and its balances' asOf. */
  readonly now: Instant
  /** Where the timeline begins; `days` before `now` unless given. Give the first night's start to look at a later one. */
  readonly start?: Instant
  /** 90 unless given. */
  readonly days?: number
  /** 12 unless given. */
  readonly customers?: number
  /** The nights before, in order, when there were any. Nights whole days after `start` have all of their near misses. */
  readonly earlierNights?: ReadonlyArray<Instant>
  /** "none" unless given: a healthy world. */
  readonly breaks?: ReadonlyArray<BreakCode> | "all" | "none"
  /** How a server writes money: decimal strings unless given, else bare JSON numbers with all digits. */
  readonly moneyAs?: "string" | "number"
  /** Adds, with REC_INVALID, a record without its id, which the answer key names by its page position. */
  readonly unreadableIds?: boolean
  /** The page size that such positions count with; 200 unless given. */
  readonly pageSize?: number
}

export interface WorldCustomer {
  readonly customerId: string
  readonly partnerCustomerRef: string
  readonly products: ReadonlyArray<Product>
}

/** A partner's books at one instant, and what is wrong with them. */
export interface World {
  readonly now: Instant
  readonly moneyAs: "string" | "number"
  readonly customers: ReadonlyArray<WorldCustomer>
  /**
   * Whom the partner takes for its customers: all of them but those who left (COV_CUSTOMER_DROPPED), and any whom the API
   * does not know (COV_CUSTOMER_UNKNOWN).
   */
  readonly roster: ReadonlyArray<WorldCustomer>
  /** Newest first by createdAt, then id, both descending; balances by currency. Money as plain decimal strings. */
  readonly list: (customerId: string, stream: StreamName) => ReadonlyArray<WorldRecord>
  /** Lists that the server must refuse (COV_INCOMPLETE). */
  readonly refused: ReadonlyArray<{ readonly customerId: string; readonly stream: StreamName }>
  /** Streams that the server must deny to every customer, for want of their scope (COV_DENIED). */
  readonly denied: ReadonlyArray<StreamName>
  readonly answerKey: ReadonlyArray<AnswerKeyEntry>
  readonly nearMisses: ReadonlyArray<NearMissEntry>
}

const defaults = { days: 90, customers: 12, pageSize: 200 }

/** How far ahead nights are prepared: what must look almost stuck on a night begins up to three days before it. */
const nightsAhead = 4

const layOut = (options: WorldOptions, start: Instant): Ground => {
  const wholeDays = Math.max(0, Math.floor((options.now - start) / day))
  const realm: Realm = {
    seed: options.seed,
    start,
    end: start + (wholeDays + 1) * day,
    customers: Array.from({ length: options.customers ?? defaults.customers }, (_, index) =>
      customerOf(options.seed, index),
    ),
    stories: [],
  }
  return {
    realm,
    faults: [],
    nearMisses: [],
    rowChanges: new Map(),
    refused: [],
    denied: [],
    strangers: [],
    leavers: [],
    nights: Array.from({ length: wholeDays + nightsAhead }, (_, nth) => start + (nth + 1) * day),
    unreadableIds: options.unreadableIds ?? false,
    takenPairs: new Set(),
  }
}

const worldCustomer = ({ customerId, partnerCustomerRef, products }: Customer): WorldCustomer => ({
  customerId,
  partnerCustomerRef,
  products,
})

const shelve = (stories: ReadonlyArray<Story>, now: Instant): Map<string, Array<Story>> => {
  const shelves = new Map<string, Array<Story>>()
  for (const story of stories) {
    if (!isVisible(story, now)) continue
    const name = `${story.customer}/${story.stream}`
    const shelf = shelves.get(name)
    if (shelf === undefined) shelves.set(name, [story])
    else shelf.push(story)
  }
  for (const shelf of shelves.values()) shelf.sort(newestFirst)
  return shelves
}

/**
 * Makes a partner's world. Pure: the same options give the same world, and the same seed, start, customers and breaks
 * with a later `now` give the same world moved on, with every id kept.
 */
export const generateWorld = (options: WorldOptions): World => {
  const { now } = options
  const start = options.start ?? now - (options.days ?? defaults.days) * day
  const ground = layOut(options, start)
  const { realm } = ground
  for (const customer of realm.customers) {
    enterReferences(realm, customer)
    enterFloat(realm, customer)
    liveDaily(realm, customer)
  }
  enterCuriosities(realm)
  plantBreaks(ground, chosenBreaks(options.breaks ?? "none"))

  const indexes = new Map(realm.customers.map((customer) => [customer.customerId, customer.index]))
  const shelves = shelve(realm.stories, now)
  const told = new Map<string, ReadonlyArray<WorldRecord>>()

  const tellList = (index: number, stream: StreamName): ReadonlyArray<WorldRecord> => {
    const customer = realm.customers[index]
    if (customer === undefined) return []
    if (stream !== "balances") return (shelves.get(`${index}/${stream}`) ?? []).map((story) => tell(story, now))
    const own = realm.stories.filter((story) => story.customer === index)
    return balancesOf(customer, own, ground.rowChanges.get(index) ?? new Map(), now)
  }

  const list = (customerId: string, stream: StreamName): ReadonlyArray<WorldRecord> => {
    const index = indexes.get(customerId)
    if (index === undefined) return []
    const name = `${index}/${stream}`
    const known = told.get(name) ?? tellList(index, stream)
    told.set(name, known)
    return known
  }

  const positionOf = (story: Story): string => {
    const place = (shelves.get(`${story.customer}/${story.stream}`) ?? []).indexOf(story)
    const size = options.pageSize ?? defaults.pageSize
    const customerId = realm.customers[story.customer]?.customerId ?? ""
    return `${customerId}/${story.stream}/${Math.floor(place / size) + 1}/${place % size}`
  }

  const night = { now, earlier: options.earlierNights ?? [] }
  return {
    now,
    moneyAs: options.moneyAs ?? "string",
    customers: [...realm.customers, ...ground.leavers].map(worldCustomer),
    roster: [...realm.customers, ...ground.strangers, ...(night.earlier.length === 0 ? ground.leavers : [])].map(
      worldCustomer,
    ),
    list,
    refused: ground.refused.map(({ customer, stream }) => ({ customerId: customer.customerId, stream })),
    denied: ground.denied,
    answerKey: answerKeyOf(ground, night, positionOf),
    nearMisses: nearMissesOf(ground, night),
  }
}
