import { Array as Arr, Duration, Effect, HashSet, type Queue, Ref, Stream } from "effect"
import type { ContractStream } from "../../api/contract.ts"
import { type ApiFailure, UnreadablePage } from "../../api/failures.ts"
import { type ChainPosition, firstPosition, pageChain, type UnsteadyChain } from "../../api/page-chain.ts"
import type { PartnerApi } from "../../api/partner-api.ts"
import { hashFields, type PersonalData } from "../../api/personal-data.ts"
import { policyOf } from "../../api/retry-policy.ts"
import type { RosterEntry } from "../configuration/roster.ts"
import type { Configuration } from "../configuration/settings.ts"
import { deniedBefore, endOf, isOutage, isThePartnerApis, type PartitionEnd, walkedToTheEnd } from "./coverage.ts"
import type { Reading, UnreadableBody } from "./page-writer.ts"
import { ApiUnavailable, CredentialsRefused, NotThePartnerApi } from "./run-failures.ts"

/** Customers whose lists are read at once; the requests under way are bounded by the client. */
const customersAtOnce = 8

/** Where each partition is to be read from; null where nothing is left to read. */
export type Unread = (customerId: string, stream: string) => ChainPosition | null

/** What the readers share over a run. */
interface Shared {
  readonly configuration: Configuration
  readonly personalData: PersonalData
  readonly baseUrl: string
  readonly unread: Unread
  readonly readings: Queue.Enqueue<Reading>
  /** Streams that the credentials may not read: no other customer is asked. */
  readonly denied: Ref.Ref<HashSet.HashSet<string>>
  /** Whether the Partner API has answered: before that, an outage is the API's and not a partition's. */
  readonly heard: Ref.Ref<boolean>
  /** What somebody said who may not be the Partner API. */
  readonly stranger: Ref.Ref<ApiFailure | null>
  /** Partitions that are asked once more when all others are done. */
  readonly setAside: Ref.Ref<ReadonlyArray<SetAside>>
}

/** A partition that could not be read now, and may be later in the run. */
interface SetAside {
  readonly customer: RosterEntry
  readonly stream: ContractStream
  readonly from: ChainPosition
}

const fatalUtf8 = new TextDecoder("utf-8", { fatal: true })

const textOf = (bytes: Uint8Array): string | null => {
  try {
    return fatalUtf8.decode(bytes)
  } catch {
    return null
  }
}

const unreadableBody = (
  failure: ApiFailure | UnsteadyChain,
  stream: ContractStream,
  personalData: PersonalData,
  { chain, cursor, sequence }: ChainPosition,
): UnreadableBody | null => {
  if (!(failure instanceof UnreadablePage) || failure.body.byteLength === 0) return null
  const personal = stream.fields.filter((field) => field.type === "personal").map((field) => field.field)
  const text = textOf(failure.body)
  // Bytes that cannot be searched for names are not kept where names are expected.
  if (text === null && personal.length > 0 && personalData._tag === "Hash") return null
  const kept = text === null || personalData._tag === "Keep" ? text : hashFields(text, personal, personalData.salt)
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

const offerEnd = (
  { readings }: Shared,
  { customerId }: RosterEntry,
  { stream }: ContractStream,
  end: PartitionEnd,
  unreadable: UnreadableBody | null = null,
) => readings.offer({ _tag: "End", customerId, stream, end, unreadable })

/** Ends a partition after a failure, sets it aside, or stops the run. False where nobody had answered. */
const afterFailure = (
  shared: Shared,
  { customer, from, stream }: SetAside,
  failure: ApiFailure | UnsteadyChain,
  isLastTime: boolean,
): Effect.Effect<boolean, CredentialsRefused | ApiUnavailable> =>
  Effect.gen(function* () {
    const answered = !isOutage(failure)
    if (isThePartnerApis(failure)) yield* Ref.set(shared.heard, true)
    if (failure._tag !== "UnsteadyChain") {
      const row = policyOf(failure)
      if (row.run === "stop") return yield* new CredentialsRefused({ failure })
      if (!(yield* Ref.get(shared.heard))) {
        if (!answered) return yield* new ApiUnavailable({ baseUrl: shared.baseUrl, failure })
        yield* Ref.set(shared.stranger, failure)
      }
      if (row.run === "skip stream") yield* Ref.update(shared.denied, HashSet.add<string>(stream.stream))
      if (row.requeue && !isLastTime) {
        yield* Effect.logInfo(`a list is set aside, to be asked once more at the end of the run: ${failure.message}`)
        yield* Ref.update(shared.setAside, Arr.append({ customer, stream, from }))
        return answered
      }
    }
    const expected = customer.products?.includes(stream.product) ?? false
    const end = endOf(failure, pagesBefore(from), stream.product, expected)
    if (end.state !== "NOT_APPLICABLE") yield* Effect.logWarning(`a list ends ${end.state}: ${end.reason}`)
    yield* offerEnd(shared, customer, stream, end, unreadableBody(failure, stream, shared.personalData, from))
    return answered
  })

/** Reads one list from a position on, page by page into the queue, and says how it ended. False where nobody answered. */
const readPartition = (
  shared: Shared,
  { customer, from, stream }: SetAside,
  isLastTime: boolean,
): Effect.Effect<boolean, CredentialsRefused | ApiUnavailable, PartnerApi> =>
  Effect.gen(function* () {
    if (HashSet.has(yield* Ref.get(shared.denied), stream.stream)) {
      return yield* offerEnd(shared, customer, stream, deniedBefore)
    }
    const { customerId } = customer
    const position = yield* Ref.make(from)
    return yield* pageChain(shared.configuration.contract, stream, customerId, shared.personalData, from).pipe(
      Stream.runForEach(({ next, ...read }) =>
        Effect.gen(function* () {
          yield* Ref.set(shared.heard, true)
          yield* shared.readings.offer({ _tag: "Page", customerId, stream: stream.stream, read })
          if (next !== null) yield* Ref.set(position, next)
        }),
      ),
      Effect.zipRight(offerEnd(shared, customer, stream, walkedToTheEnd)),
      Effect.catchAll((failure) =>
        Effect.flatMap(Ref.get(position), (reached) =>
          afterFailure(shared, { customer, stream, from: reached }, failure, isLastTime),
        ),
      ),
    )
  }).pipe(
    Effect.annotateLogs({ customerId: customer.customerId, stream: stream.stream }),
    Effect.withSpan("partition", { attributes: { customerId: customer.customerId, stream: stream.stream } }),
  )

/**
 * A customer's balances first, then the other lists: a transaction posted while we read is then later than the balance's
 * asOf, never a hole in its sum.
 */
const readCustomer = (shared: Shared, customer: RosterEntry) => {
  const open = shared.configuration.contract.streams.flatMap((stream) => {
    const from = shared.unread(customer.customerId, stream.stream)
    return from === null ? [] : [{ customer, stream, from }]
  })
  const [others, first] = Arr.partition(open, ({ stream }) => stream.stream === "balances")
  return Effect.forEach(first, (one) => readPartition(shared, one, false)).pipe(
    Effect.zipRight(Effect.forEach(others, (one) => readPartition(shared, one, false), { concurrency: "unbounded" })),
  )
}

const stillDown: PartitionEnd = {
  state: "FAILED",
  reason: "the same list of another customer did not answer at the end of the run either, so it was not asked again",
  problemCode: null,
  requestId: null,
}

/**
 * One stream's lists that were set aside, once more. The first goes alone: if nobody answers there, the others end
 * without a request, so that a dead product costs little.
 */
const readSetAside = (shared: Shared, ofStream: Arr.NonEmptyReadonlyArray<SetAside>) =>
  Effect.gen(function* () {
    const [first, ...others] = ofStream
    if (yield* readPartition(shared, first, true)) {
      return yield* Effect.forEach(others, (one) => readPartition(shared, one, true), {
        concurrency: customersAtOnce,
        discard: true,
      })
    }
    yield* Effect.forEach(others, ({ customer, from, stream }) =>
      offerEnd(shared, customer, stream, pagesBefore(from) > 0 ? { ...stillDown, state: "PARTIAL" } : stillDown),
    )
  })

/** When all else is read: what was set aside, after its streams had time to recover. */
const readAllSetAside = (shared: Shared) =>
  Effect.gen(function* () {
    const lists = yield* Ref.get(shared.setAside)
    if (!Arr.isNonEmptyReadonlyArray(lists)) return
    const wait = Duration.seconds(shared.configuration.breaker.coolDownSeconds)
    yield* Effect.logInfo(`asks ${lists.length} lists once more, after ${Duration.format(wait)}`)
    yield* Effect.sleep(wait)
    yield* Effect.forEach(
      Object.values(Arr.groupBy(lists, ({ stream }) => stream.stream)),
      (ofStream) => readSetAside(shared, ofStream),
      { concurrency: "unbounded", discard: true },
    )
  })

type ReadOptions = Pick<Shared, "configuration" | "personalData" | "baseUrl" | "readings" | "unread">

/** In a run that is taken up again: what was read before its interruption has shown who answers. */
const wasHeardBefore = ({ configuration, unread }: ReadOptions, customers: ReadonlyArray<RosterEntry>): boolean =>
  customers.some(({ customerId }) =>
    configuration.contract.streams.some(({ stream }) => unread(customerId, stream) !== firstPosition),
  )

/**
 * Reads every list that is to be read and hands the pages on. The first customer's balances are read alone: if nobody
 * answers there, the run ends at once instead of asking a thousand times. It ends after the first customer where nothing
 * that answered was the Partner API.
 */
export const readPartitions = (
  options: ReadOptions,
  customers: ReadonlyArray<RosterEntry>,
): Effect.Effect<void, CredentialsRefused | ApiUnavailable | NotThePartnerApi, PartnerApi> =>
  Effect.gen(function* () {
    const shared: Shared = {
      ...options,
      denied: yield* Ref.make(HashSet.empty<string>()),
      heard: yield* Ref.make(false),
      stranger: yield* Ref.make<ApiFailure | null>(null),
      setAside: yield* Ref.make<ReadonlyArray<SetAside>>([]),
    }
    const streams = options.configuration.contract.streams
    const isOpen = ({ customerId }: RosterEntry) =>
      streams.some(({ stream }) => options.unread(customerId, stream) !== null)
    const [first, ...others] = customers.filter(isOpen)
    if (first === undefined) return
    yield* readCustomer(shared, first)
    const failure = yield* Ref.get(shared.stranger)
    if (failure !== null && !(yield* Ref.get(shared.heard)) && !wasHeardBefore(options, customers)) {
      return yield* new NotThePartnerApi({ baseUrl: shared.baseUrl, failure })
    }
    yield* Effect.forEach(others, (customer) => readCustomer(shared, customer), {
      concurrency: customersAtOnce,
      discard: true,
    })
    yield* readAllSetAside(shared)
  })
