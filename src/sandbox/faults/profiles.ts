import type { FaultSettings } from "./fault-settings.ts"
import type { Odds } from "./odds.ts"

/** Faults that belong together, with their probabilities. */
export interface Profile {
  readonly sentence: string
  readonly odds: Odds
  readonly settings?: Partial<FaultSettings>
}

export const profiles = {
  none: { sentence: "Everything works.", odds: {} },
  storm: {
    sentence: "A bad night: outages, limits, resets, cut answers, expiring cursors, and lists that move.",
    odds: {
      processing_unavailable: 0.05,
      rate_limited: 0.01,
      rate_limited_until: 0.01,
      reset: 0.02,
      truncated: 0.02,
      expired_cursor: 0.02,
      shifting: 0.25,
    },
    settings: { retryAfterSeconds: 1 },
  },
  "bad-network": {
    sentence: "Connections that break and bodies that end early.",
    odds: { reset: 0.05, truncated: 0.05, truncated_json: 0.02 },
  },
  overloaded: {
    sentence: "An API that can hardly keep up: every fourth answer is a refusal.",
    odds: { processing_unavailable: 0.1, rate_limited: 0.05, rate_limited_until: 0.05, server_error: 0.05 },
  },
  "bad-proxy": {
    sentence: "Something between client and API that answers in its place.",
    odds: { server_error: 0.03, html_200: 0.03, problem_200: 0.03, redirect: 0.03, gzip: 0.03 },
  },
  outages: {
    sentence: "Every minute nobody answers for ten seconds, for the first time a second after the first request.",
    odds: { outage: 1 },
  },
  restarts: {
    sentence: "Every half minute the gateway restarts: 502 for three seconds.",
    odds: { gateway_outage: 1 },
    settings: { outageSeconds: 3, outageEverySeconds: 30 },
  },
  "rate-limit": {
    sentence: "A hundred requests in ten seconds, and 429 with Retry-After for what is beyond.",
    odds: { rate_window: 1 },
  },
  "clock-skew": { sentence: "The server's clock is ten minutes ahead.", odds: { clock_skew: 1 } },
  signing: {
    sentence: "Right signatures are now and then called stale or replayed.",
    odds: { nonce_replayed: 0.02, signature_expired: 0.02 },
  },
  "bad-chains": {
    sentence: "Cursors that expire, repeat or are missing, and empty pages with more to come.",
    odds: { expired_cursor: 0.05, repeated_cursor: 0.05, more_without_cursor: 0.05, empty_more: 0.1 },
  },
  moving: { sentence: "Every list of more than one page moves while it is first read.", odds: { shifting: 1 } },
} as const satisfies Readonly<Record<string, Profile>>

export type ProfileName = keyof typeof profiles
