import { Context, type Effect } from "effect"

/** A request as it goes out: exactly these headers, and its answer whole within so long. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST"
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMillis: number
}

/** An answer whose head has arrived. */
export interface IncomingAnswer {
  readonly status: number
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Hands on the body as it comes, and gives up the rest of it, with the connection, where it is told `false`. */
  readonly chunks: (take: (chunk: Uint8Array) => boolean) => Effect.Effect<void, unknown>
  /** Gives up the body unread. */
  readonly discard: () => void
}

/** What a connection is given up with that takes too long. */
export class TimedOut extends Error {}

/** Fails with whatever the connection failed with. An interruption gives the connection up. */
export type Send = (request: OutgoingRequest) => Effect.Effect<IncomingAnswer, unknown>

/** Carries requests. Follows no redirect and decompresses nothing; tests give a fake one. */
export class Transport extends Context.Tag("tidemark/Transport")<
  Transport,
  {
    /** Over connections that are kept. */
    readonly send: Send
    /** Each over a connection of its own, for what was reset on an old one. */
    readonly sendFresh: Send
  }
>() {}
