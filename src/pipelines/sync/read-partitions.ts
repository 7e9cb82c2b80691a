import { Effect, HashSet, type Queue, Ref, Stream } from "effect"
import type { ContractStream } from "../../api/contract.ts"
import { type ApiFailure, UnreadablePage } from "../../api/failures.ts"
import { pageChain } from "../../api/page-chain.ts"
import type { PartnerApi } from "../../api/partner-api.ts"
import { hashFields, type PersonalData } from "../../api/personal-data.ts"
import { policyOf } from "../../api/retry-policy.ts"
import type { Configuration } from "../configuration.ts"
import type { RosterEntry } from "../roster.ts"
import { endOf, isOutage } from "./coverage.ts"
import type { Reading, UnreadableBody } from "./page-writer.ts"
import { ApiUnavailable, CredentialsRefused } from "./run-failures.ts"

/** Customers whose lists are read at once; the requests under way are bounded by the client. */
const customersAtOnce = 8

/** What the readers share over a run. */
interface Shared {
  readonly configuration: Configuration
  readonly personalData: PersonalData
  readonly baseUrl: string
  readonly readings: Queue.Enqueue<Reading>
  /** Streams that the credentials may not read: no other customer is asked. */
  readonly denied: Ref.Ref<HashSet.HashSet<string>>
  /** Whether any answer has arrived: before that, an outage is the API's and not a partition's. */
  readonly heard: Ref.Ref<boolean>
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
  failure: ApiFailure,
  stream: ContractStream,
  personalData: PersonalData,
  sequence: number,
  cursorIn: string | null,
): UnreadableBody | null => {
  if (!(failure instanceof UnreadablePage) || failure.body.byteLength === 0) return null
  const personal = stream.fields.filter((field) => field.type === "personal").map((field) => field.field)
  const text = textOf(failure.body)
  // Bytes that cannot be searched for names are not kept where names are expected.
  if (text === null && personal.length > 0 && personalData._tag === "Hash") return null
  const kept = text === null || personalData._tag === "Keep" ? text : hashFields(text, personal, personalData.salt)
  return {
    sequence,
    cursorIn,
    requestId: failure.requestId,
    fault: failure.message,
    body: failure.body,
    text: kept,
    redacted: kept !== text,
  }
}

const readPartition = (shared: Shared, customer: RosterEntry, stream: ContractStream) =>
  Effect.gen(function* () {
    const { configuration, denied, heard, personalData, readings } = shared
    const partition = { customerId: customer.customerId, stream: stream.stream }
    if (HashSet.has(yield* Ref.get(denied), stream.stream)) {
      yield* readings.offer({
        _tag: "End",
        ...partition,
        unreadable: null,
        end: {
          state: "DENIED",
          reason: "the scope was denied for another customer in this run, so it was not asked again",
          problemCode: "PARTNER_SCOPE_DENIED",
          requestId: null,
        },
      })
      return
    }
    let pages = 0
    let cursorIn: string | null = null
    yield* pageChain(configuration.contract, stream, customer.customerId, personalData).pipe(
      Stream.runForEach((read) => {
        pages = read.sequence
        cursorIn = read.page.nextCursor
        return Ref.set(heard, true).pipe(Effect.zipRight(readings.offer({ _tag: "Page", ...partition, read })))
      }),
      Effect.catchAll((failure) =>
        Effect.gen(function* () {
          const row = policyOf(failure)
          if (row.run === "stop") return yield* new CredentialsRefused({ failure })
          if (isOutage(failure)) {
            if (!(yield* Ref.get(heard))) return yield* new ApiUnavailable({ baseUrl: shared.baseUrl, failure })
          } else {
            yield* Ref.set(heard, true)
          }
          if (row.run === "skip stream") yield* Ref.update(denied, HashSet.add<string>(stream.stream))
          const expected = customer.products?.includes(stream.product) ?? false
          yield* readings.offer({
            _tag: "End",
            ...partition,
            end: endOf(failure, pages, stream.product, expected),
            unreadable: unreadableBody(failure, stream, personalData, pages + 1, cursorIn),
          })
        }),
      ),
    )
  })

/**
 * A customer's balances first, then the other lists: a transaction posted while we read is then later than the balance's
 * asOf, never a hole in its sum.
 */
const readCustomer = (shared: Shared, customer: RosterEntry) => {
  const streams = shared.configuration.contract.streams
  const [first, others] = [
    streams.filter((stream) => stream.stream === "balances"),
    streams.filter((stream) => stream.stream !== "balances"),
  ]
  return Effect.forEach(first, (stream) => readPartition(shared, customer, stream)).pipe(
    Effect.zipRight(
      Effect.forEach(others, (stream) => readPartition(shared, customer, stream), { concurrency: "unbounded" }),
    ),
  )
}

/**
 * Reads every list of every customer and hands the pages on. The first customer's balances are read alone: if nobody
 * answers there, the run ends at once instead of asking a thousand times.
 */
export const readPartitions = (
  options: Pick<Shared, "configuration" | "personalData" | "baseUrl" | "readings">,
  customers: ReadonlyArray<RosterEntry>,
): Effect.Effect<void, CredentialsRefused | ApiUnavailable, PartnerApi> =>
  Effect.gen(function* () {
    const shared: Shared = {
      ...options,
      denied: yield* Ref.make(HashSet.empty<string>()),
      heard: yield* Ref.make(false),
    }
    const [first, ...others] = customers
    if (first === undefined) return
    yield* readCustomer(shared, first)
    yield* Effect.forEach(others, (customer) => readCustomer(shared, customer), {
      concurrency: customersAtOnce,
      discard: true,
    })
  })
