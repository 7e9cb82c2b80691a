import { Clock, Effect, Layer, Queue, Redacted } from "effect"
import { assumedPage } from "../../src/api/contract.ts"
import { firstPosition } from "../../src/api/page-chain.ts"
import { PartnerApi, type PartnerApiOptions } from "../../src/api/partner-api.ts"
import { streams } from "../../src/api/streams.ts"
import { type IncomingAnswer, type Send, TimedOut, Transport } from "../../src/api/transport.ts"
import { readPartitions } from "../../src/pipelines/sync/read-partitions.ts"
import type { Reading } from "../../src/pipelines/sync/readings.ts"
import { configurationWith } from "./configuration.ts"
import { apiPage } from "./scripted-api.ts"

/** What a request meets on its way: an answer in place of the API's, or none; null lets it through. */
export type Met =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | "reset"
  | "hangs"
  | null

/** A request as it arrives. */
export interface Arrival {
  /** From 1. */
  readonly number: number
  readonly atMillis: number
  readonly list: string
  readonly path: string
  readonly nonce: string
  readonly requestId: string
}

export const html = (status: number, headers: Readonly<Record<string, string>> = {}): Met => ({
  status,
  body: "<html>",
  headers: { "content-type": "text/html", ...headers },
})

export const own = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Met => ({
  status,
  body: JSON.stringify({ title: "No", status, code }),
  headers: { "content-type": "application/problem+json", ...headers },
})

export interface NightInWeather {
  readonly customers: number
  /** Milliseconds before each answer. */
  readonly latency: number
  readonly weather: (arrival: Arrival) => Met
  readonly pagesOf?: (list: string) => number
  readonly client?: Partial<PartnerApiOptions>
  readonly startPatienceMinutes?: number
  /** Told while the night goes on; what it says is part of the outcome. */
  readonly rate?: number | null
}

/** A night over a transport with weather, without a store: what arrived, and how each list ended. */
export const nightInWeather = (night: NightInWeather) =>
  Effect.gen(function* () {
    const { client, customers, latency, pagesOf = () => 1, startPatienceMinutes = 10, weather } = night
    const arrivals: Array<Arrival> = []
    const send: Send = ({ headers, timeoutMillis, url }) =>
      Effect.gen(function* () {
        const [, , , , customer, path] = url.pathname.split("/")
        const list = `${customer}/${streams.find((row) => row.path === path)?.stream}`
        const arrival: Arrival = {
          number: arrivals.length + 1,
          atMillis: yield* Clock.currentTimeMillis,
          list,
          path: `${url.pathname}${url.search}`,
          nonce: headers["x-partner-nonce"] ?? "",
          requestId: headers["x-request-id"] ?? "",
        }
        arrivals.push(arrival)
        const met = weather(arrival)
        yield* Effect.sleep(latency)
        if (met === "hangs") return yield* Effect.delay(Effect.fail(new TimedOut()), timeoutMillis - latency)
        if (met === "reset") return yield* Effect.fail(new Error("read ECONNRESET"))
        const at = Number(url.searchParams.get("cursor") ?? "1")
        const said = met ?? { status: 200, body: apiPage([], at < pagesOf(list) ? String(at + 1) : null) }
        const bytes = new TextEncoder().encode(said.body)
        return {
          status: said.status,
          headers: { ...said.headers, "content-length": String(bytes.byteLength) },
          chunks: (take) => Effect.sync(() => void take(bytes)),
          discard: () => {},
        } satisfies IncomingAnswer
      })
    const api = PartnerApi.layer({
      credentials: { baseUrl: "https://api.example.test", clientId: "p", clientSecret: Redacted.make("secret") },
      page: assumedPage,
      pageSize: 200,
      concurrency: 8,
      requestsPerSecond: null,
      timeout: "30 seconds",
      maxPageBytes: 1_000_000,
      deadline: "6 hours",
      startPatience: `${startPatienceMinutes} minutes`,
      ...client,
    }).pipe(Layer.provide(Layer.succeed(Transport, { send, sendFresh: send })))
    const readings = yield* Queue.unbounded<Reading>()
    const roster = Array.from({ length: customers }, (_, index) => ({
      customerId: `c-${index + 1}`,
      partnerCustomerRef: `ref-${index + 1}`,
      products: null,
    }))
    const told = yield* Effect.gen(function* () {
      const service = yield* PartnerApi
      yield* service.startAtRate(night.rate ?? null)
      const end = yield* Effect.either(
        readPartitions(
          {
            configuration: configurationWith({ startPatienceMinutes }),
            personalData: { _tag: "Keep" },
            baseUrl: "https://api.example.test",
            readings,
            unread: () => firstPosition,
          },
          roster,
        ),
      )
      return {
        end,
        counts: yield* service.counts,
        held: yield* service.held,
        rate: yield* service.learntRate,
        endedAt: yield* Clock.currentTimeMillis,
      }
    }).pipe(Effect.provide(api))
    const ends = [...(yield* Queue.takeAll(readings))].flatMap((reading) =>
      reading._tag === "End" ? [{ list: `${reading.customerId}/${reading.stream}`, ...reading.end }] : [],
    )
    return { ...told, arrivals, ends, lists: customers * streams.length }
  })

export type NightOutcome = Effect.Effect.Success<ReturnType<typeof nightInWeather>>

/** Lists that are not COMPLETE, with why. */
export const notComplete = ({ ends }: NightOutcome): ReadonlyArray<string> =>
  ends.filter(({ state }) => state !== "COMPLETE").map(({ list, reason, state }) => `${list} ${state}: ${reason}`)
