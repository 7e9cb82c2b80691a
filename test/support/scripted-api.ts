import { Effect, Layer } from "effect"
import { type ApiFailure, TransportFailure } from "../../src/api/failures.ts"
import type { Field } from "../../src/api/field.ts"
import { PartnerApi } from "../../src/api/partner-api.ts"
import { PartnerProblem } from "../../src/api/problem.ts"
import { type StreamName, streams } from "../../src/api/streams.ts"

/** What the fake API answers: a body, or the failure that remains when all tries are used up. */
export type Answer = string | Uint8Array | ApiFailure

/**
 * The answers of each partition `customer/stream`, in the order of its requests. Where none is left, the first one again
 * to who asks for the first page, else an empty page.
 */
export type Script = Readonly<Record<string, ReadonlyArray<Answer>>>

const scalarOf: Readonly<Record<Field["type"], string>> = {
  text: "x",
  personal: "Ada",
  money: "1.00",
  direction: "CREDIT",
  time: "2026-01-01T00:00:00Z",
}

/** A record as the API would send it, all required fields there; `values` are laid over it. */
export const apiRecord = (stream: StreamName, values: Readonly<Record<string, unknown>> = {}) => {
  const fields: ReadonlyArray<Field> = streams.find((row) => row.stream === stream)?.fields ?? []
  const scalar = ({ column, type }: Field): string => (/(^|_)currency$/.test(column) ? "EUR" : scalarOf[type])
  const required = fields.filter((field) => field.required).map((field) => [field.field, scalar(field)] as const)
  return { ...Object.fromEntries(required), customerId: "c-1", ...values }
}

export const apiPage = (records: ReadonlyArray<unknown>, nextCursor: string | null = null): string =>
  JSON.stringify({ data: records, pageInfo: { nextCursor, hasMore: nextCursor !== null } })

/** The page with its records given as text, for JSON that an object cannot express. */
export const apiPageOfText = (records: string): string =>
  `{"data":[${records}],"pageInfo":{"nextCursor":null,"hasMore":false}}`

export const problem = (code: string | null, status: number, withCursor = false): PartnerProblem =>
  new PartnerProblem({
    withCursor,
    status,
    code,
    title: null,
    detail: null,
    requestId: "as the API echoed it",
    retryAfterMillis: null,
    serverTimeMillis: null,
  })

export const noAnswer = new TransportFailure({
  reason: "Connection",
  detail: "connect ECONNREFUSED",
  requestId: "request-0",
})

const isBody = (answer: Answer): answer is string | Uint8Array =>
  typeof answer === "string" || answer instanceof Uint8Array

/** A Partner API that answers by the script and notes who asked: `customer/stream` or `customer/stream?cursor`. */
export const scriptedApi = (script: Script) => {
  const asked: Array<string> = []
  const served = new Map<string, number>()
  const layer = Layer.succeed(PartnerApi, {
    page: ({ cursor, customerId, stream }, check) =>
      Effect.suspend(() => {
        const partition = `${customerId}/${stream.stream}`
        asked.push(cursor === null ? partition : `${partition}?${cursor}`)
        const turn = served.get(partition) ?? 0
        served.set(partition, turn + 1)
        // A list that is asked again from its beginning has not changed, unless the script says more.
        const again = cursor === null && turn > 0 ? script[partition]?.[0] : undefined
        const answer = script[partition]?.[turn] ?? again ?? script["*"]?.[0] ?? apiPage([])
        if (!isBody(answer)) return Effect.fail(answer)
        return check({
          body: typeof answer === "string" ? new TextEncoder().encode(answer) : answer,
          status: 200,
          requestId: `request-${asked.length}`,
          attempts: 1,
          serverTimeMillis: null,
          receivedAtMillis: 0,
        })
      }),
    counts: Effect.sync(() => ({ requests: asked.length, retries: 0, waitedMillis: 0, bytes: 0 })),
    takeFailedTries: Effect.succeed([]),
    held: Effect.succeed({ limitedMillis: 0, refusals: 0, silentMillis: 0 }),
    learntRate: Effect.succeed(null),
    heard: Effect.succeed(false),
    mayAsk: () => Effect.void,
    startAtRate: () => Effect.void,
    onceMore: Effect.void,
  })
  return { layer, asked }
}
