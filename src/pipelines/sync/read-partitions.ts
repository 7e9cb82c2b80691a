import { Array as Arr, Clock, Duration, Effect } from "effect"
import { duration } from "../../api/answer-times.ts"
import type { Contract, ContractStream } from "../../api/contract.ts"
import { type ApiFailure, groundsOf, UnreadablePage } from "../../api/failures.ts"
import { type ChainPosition, firstPosition, type UnsteadyChain, walkChain } from "../../api/page-chain.ts"
import { PartnerApi } from "../../api/partner-api.ts"
import { patience } from "../../api/patience.ts"
import type { PersonalData } from "../../api/personal-data.ts"
import { keptText } from "../../api/read-page.ts"
import { classify, policyOf } from "../../api/retry-policy.ts"
import { whereSeen } from "../../api/where-seen.ts"
import type { RosterEntry } from "../configuration/roster.ts"
import type { Configuration } from "../configuration/settings.ts"
import { deniedToOthers, endOf, isOutage, isThePartnerApis, type PartitionEnd, walkedToTheEnd } from "./coverage.ts"
import { type Readings, type UnreadableBody, waitingPage } from "./readings.ts"
import { ApiUnavailable, CredentialsRefused, NotThePartnerApi, WayClosed } from "./run-failures.ts"

/** Customers whose lists are read at once; the requests under way are bounded by the client. */
const customersAtOnce = 8

/** Lists of one stream, of different customers, that must be denied before it seems to be denied to all. */
const denialWitnesses = 3

/** What ends the whole run. */
type ReadFailure = CredentialsRefused | ApiUnavailable | NotThePartnerApi | WayClosed

/** Where each partition is to be read from; null where nothing is left to read. */
export type Unread = (customerId: string, stream: string) => ChainPosition | null

export interface ReadOptions {
  readonly configuration: Configuration
  readonly personalData: PersonalData
  readonly baseUrl: string
  readonly unread: Unread
  readonly readings: Pick<Readings, "offer">
}

/** What the readers have learnt over a run. */
interface Shared extends ReadOptions {
  /** Customers to whom each stream was denied, and streams that somebody may read. */
  readonly denied: Map<string, Set<string>>
  readonly allowed: Set<string>
  /** Lists that are not asked for while their stream seems to be denied to all. */
  presumed: Array<OpenList>
  /** Whether the Partner API has answered: before that, a failure may be the whole run's. */
  heard: boolean
  /** Lists in whose place somebody spoke who may not be the Partner API. */
  strangers: number
  /** Lists that are asked once more when all others are done, each with what it failed with. */
  setAside: Array<readonly [OpenList, ApiFailure]>
  /** Pages that were read. */
  pages: number
  /** The credentials were refused after they had been accepted. */
  stopped: CredentialsRefused | null
}

/** A list that is not read to its end, from where it goes on, and what it has met. */
interface OpenList {
  readonly customer: RosterEntry
  readonly stream: ContractStream
  from: ChainPosition
  failures: number
  firstFailureAt: number
  lastFailureAt: number
}

const fatalUtf8 = new TextDecoder("utf-8", { fatal: true })

const textOf = (bytes: Uint8Array): string | null => {
  try {
    return fatalUtf8.decode(bytes)
  } catch {
    return null
  }
}

/** The bytes as they may be kept. What cannot be searched for names is kept only where names are. */
const unreadableBody = (
  failure: ApiFailure | UnsteadyChain,
  contract: Contract,
  stream: ContractStream,
  personalData: PersonalData,
  { chain, cursor, sequence }: ChainPosition,
): UnreadableBody | null => {
  if (!(failure instanceof UnreadablePage) || failure.body.byteLength === 0) return null
  const text = textOf(failure.body)
  const kept = text === null ? null : keptText(contract, stream, personalData, text)
  if (kept === null && personalData._tag === "Hash") return null
  return {
    chain,
    sequence,
    cursorIn: cursor,
    requestId: failure.requestId,
    fault: failure.message,
    body: failure.body,
    text: kept,
    redacted: kept !== text,
  }
}

/** Pages of the chain that came before a position; those of an earlier chain count as one. */
const pagesBefore = ({ chain, sequence }: ChainPosition): number => sequence - 1 + (chain - 1)

const offerEnd = (shared: Shared, list: OpenList, end: PartitionEnd, unreadable: UnreadableBody | null = null) =>
  shared.readings.offer({
    _tag: "End",
    customerId: list.customer.customerId,
    stream: list.stream.stream,
    end,
    unreadable,
  })

/** `; asked 10 times in 42 s`, where it was asked more than once. */
const effortOf = ({ failures, firstFailureAt, lastFailureAt }: OpenList): string =>
  failures < 2 ? "" : `; asked ${failures} times in ${duration(lastFailureAt - firstFailureAt)}`

/** What ends the whole run because nothing but this was ever heard; null where it goes on. */
const endsUnheard = (shared: Shared, failure: ApiFailure | UnsteadyChain, isHeard: boolean) => {
  if (shared.heard || failure._tag === "UnsteadyChain") return null
  const { baseUrl, configuration } = shared
  const nobody = { baseUrl, failure, startPatienceMinutes: configuration.startPatienceMinutes }
  if (classify(groundsOf(failure)) === "unauthorized" || policyOf(failure).run === "stop") {
    return new CredentialsRefused({ failure: groundsOf(failure) })
  }
  if (classify(groundsOf(failure)) === "barred" && !isHeard) {
    return new WayClosed({ baseUrl, failure: groundsOf(failure) })
  }
  // Where another list was answered, one that is not has the night to itself.
  if (isOutage(failure)) return isHeard ? null : new ApiUnavailable(nobody)
  const isAtItsEnd = failure._tag === "RequestWithheld" || ++shared.strangers >= configuration.contract.streams.length
  return isAtItsEnd ? new NotThePartnerApi({ baseUrl, failure: groundsOf(failure) }) : null
}

/** A list that failed for good. */
const endFailed = (shared: Shared, list: OpenList, failure: ApiFailure | UnsteadyChain) =>
  Effect.gen(function* () {
    const { customer, stream } = list
    const expected = customer.products?.includes(stream.product) ?? false
    const end = endOf(failure, pagesBefore(list.from), stream.product, expected, effortOf(list))
    if (end.state !== "NOT_APPLICABLE") yield* Effect.logWarning(`a list ends ${end.state}: ${end.reason}`)
    yield* offerEnd(
      shared,
      list,
      end,
      unreadableBody(failure, shared.configuration.contract, stream, shared.personalData, list.from),
    )
  })

/** Ends a partition after a failure, sets it aside, or stops the run. */
const afterFailure = (
  shared: Shared,
  list: OpenList,
  failure: ApiFailure | UnsteadyChain,
): Effect.Effect<void, ReadFailure, PartnerApi> =>
  Effect.gen(function* () {
    const { customer, stream } = list
    if (isThePartnerApis(failure) && policyOfAny(failure) !== "stop") shared.heard = true
    const ending = endsUnheard(shared, failure, yield* Effect.flatMap(PartnerApi, (api) => api.heard))
    if (ending !== null) return yield* ending
    if (failure._tag === "RequestWithheld" && failure.reason === "Refused") {
      shared.stopped ??= new CredentialsRefused({ failure: groundsOf(failure) })
    } else if (failure._tag !== "UnsteadyChain") {
      const row = policyOf(failure)
      if (row.run === "skip stream") denialsOf(shared, stream).add(customer.customerId)
      if (row.requeue) {
        yield* Effect.logInfo(`a list is set aside, to be asked once more at the end of the run: ${failure.message}`)
        shared.setAside.push([list, failure])
        return
      }
    }
    yield* endFailed(shared, list, failure)
  })

const policyOfAny = (failure: ApiFailure | UnsteadyChain) =>
  failure._tag === "UnsteadyChain" ? "goes on" : policyOf(failure).run

const denialsOf = ({ denied }: Shared, { stream }: ContractStream): Set<string> => {
  const known = denied.get(stream) ?? new Set()
  denied.set(stream, known)
  return known
}

/** Whether the stream seems to be denied to all: three were denied it, and nobody may read it. */
const seemsDenied = (shared: Shared, stream: ContractStream): boolean =>
  denialsOf(shared, stream).size >= denialWitnesses && !shared.allowed.has(stream.stream)

/** Reads one list from its position on, page by page into the queue, and says how it ended. */
const readList = (shared: Shared, list: OpenList): Effect.Effect<void, ReadFailure, PartnerApi> =>
  Effect.suspend(() => {
    const { configuration, personalData, readings } = shared
    const { stream } = list
    const { customerId } = list.customer
    const chain = {
      contract: configuration.contract,
      stream,
      customerId,
      personalData,
      headSlackMillis: configuration.headSlackMinutes * 60_000,
      trouble: (atMillis: number): void => {
        if (list.failures++ === 0) list.firstFailureAt = atMillis
        list.lastFailureAt = atMillis
      },
    }
    return walkChain(chain, list.from, ({ next, page, ...read }) => {
      shared.heard = true
      shared.pages++
      shared.allowed.add(stream.stream)
      if (next !== null) list.from = next
      return readings.offer({
        _tag: "Page",
        customerId,
        stream: stream.stream,
        read: { ...read, page: waitingPage(page) },
      })
    }).pipe(
      Effect.zipRight(Effect.suspend(() => offerEnd(shared, list, walkedToTheEnd))),
      Effect.catchAll((failure) => afterFailure(shared, list, failure)),
      whereSeen((reading) => {
        const attributes = { customerId, stream: stream.stream }
        return Effect.withSpan(Effect.annotateLogs(reading, attributes), "partition", {
          attributes,
          captureStackTrace: false,
        })
      }),
    )
  })

const readOrPresume = (shared: Shared, list: OpenList) =>
  Effect.suspend(() => {
    if (!seemsDenied(shared, list.stream)) return readList(shared, list)
    shared.presumed.push(list)
    return Effect.void
  })

/**
 * A customer's balances first, then the other lists: a transaction posted while we read is then later than the balance's
 * asOf, never a hole in its sum.
 */
const readCustomer = (shared: Shared, customer: RosterEntry) => {
  const open = shared.configuration.contract.streams.flatMap((stream): ReadonlyArray<OpenList> => {
    const from = shared.unread(customer.customerId, stream.stream)
    return from === null ? [] : [{ customer, stream, from, failures: 0, firstFailureAt: 0, lastFailureAt: 0 }]
  })
  const [others, first] = Arr.partition(open, ({ stream }) => stream.stream === "balances")
  return Effect.forEach(first, (list) => readOrPresume(shared, list)).pipe(
    Effect.zipRight(
      Effect.forEach(others, (list) => readOrPresume(shared, list), { concurrency: "unbounded", discard: true }),
    ),
  )
}

const inParallel = { concurrency: customersAtOnce * 4, discard: true } as const

/**
 * Lists of a stream that seems to be denied to all, when all else is read: three more of them, far apart in the roster,
 * are asked for. Where they are denied as well, so are the others; where one is not, all are asked for.
 */
const readPresumed = (shared: Shared) =>
  Effect.forEach(
    Object.values(Arr.groupBy(shared.presumed, ({ stream }) => stream.stream)),
    (lists) => {
      const asked = new Set([lists[0], lists[Math.floor(lists.length / 2)], lists[lists.length - 1]])
      const [others, samples] = Arr.partition(lists, (list) => asked.has(list))
      return Effect.zipRight(
        Effect.forEach(samples, (list) => readList(shared, list)),
        Effect.forEach(
          others,
          (list) =>
            seemsDenied(shared, list.stream) ? offerEnd(shared, list, deniedToOthers) : readList(shared, list),
          inParallel,
        ),
      )
    },
    inParallel,
  )

/**
 * What was set aside, once more, when all else is read and some time has passed; and again, by fewer at a time, for as long
 * as that reads a page: one node of several that is broken, or a limit of connections, fails some requests and lets others through.
 */
const readSetAside = (shared: Shared, atOnce: number): Effect.Effect<void, ReadFailure, PartnerApi> =>
  Effect.gen(function* () {
    const lists = shared.setAside.splice(0).map(([list]) => list)
    if (lists.length === 0 || shared.stopped !== null) return
    const pagesSoFar = shared.pages
    const readyAt = Math.max(...lists.map((list) => list.lastFailureAt)) + Duration.toMillis(patience.onceMoreAfter)
    yield* Effect.logInfo(`asks ${lists.length} lists once more`)
    yield* Effect.sleep(Math.max(0, readyAt - (yield* Clock.currentTimeMillis)))
    yield* Effect.flatMap(PartnerApi, (api) => api.onceMore)
    yield* Effect.forEach(lists, (list) => readList(shared, list), { concurrency: atOnce, discard: true })
    if (shared.pages > pagesSoFar) return yield* readSetAside(shared, Math.ceil(atOnce / 2))
    yield* Effect.forEach(shared.setAside, ([list, failure]) => endFailed(shared, list, failure), { discard: true })
  })

/** In a run that is taken up again: what was read before its interruption has shown who answers. */
const wasHeardBefore = ({ configuration, unread }: ReadOptions, customers: ReadonlyArray<RosterEntry>): boolean =>
  customers.some(({ customerId }) =>
    configuration.contract.streams.some(({ stream }) => unread(customerId, stream) !== firstPosition),
  )

/**
 * Reads every list that is to be read and hands the pages on. Ends with what stopped it, where the credentials were
 * refused after they had been accepted; fails where the Partner API was never heard.
 */
export const readPartitions = (
  options: ReadOptions,
  customers: ReadonlyArray<RosterEntry>,
): Effect.Effect<CredentialsRefused | null, ReadFailure, PartnerApi> =>
  Effect.gen(function* () {
    const api = yield* PartnerApi
    const shared: Shared = {
      ...options,
      denied: new Map(),
      allowed: new Set(),
      presumed: [],
      heard: false,
      strangers: wasHeardBefore(options, customers) ? Number.NEGATIVE_INFINITY : 0,
      setAside: [],
      pages: 0,
      stopped: null,
    }
    const [someone] = customers
    if (someone !== undefined) {
      // Balances come first; where theirs alone do not answer, another list says that the API is there.
      const others = options.configuration.contract.streams.filter(({ stream }) => stream !== "balances")
      const { customerId } = someone
      yield* api.mayAsk(others.map((stream) => ({ stream, customerId, cursor: null })))
    }
    yield* Effect.forEach(customers, (customer) => readCustomer(shared, customer), {
      concurrency: customersAtOnce,
      discard: true,
    })
    yield* readPresumed(shared)
    yield* readSetAside(shared, Math.ceil(options.configuration.concurrency / 2))
    return shared.stopped
  })
