import type { Fault } from "./fault.ts"

/** What happens on the way. The API did its work: the nonce is spent, and where a list moves it has moved. */
export const transport = [
  {
    name: "reset",
    sentence: "The connection is reset before the first byte of an answer.",
    span: "ask",
    strike: (answer) => ({ ...answer, delivery: { _tag: "Reset" } }),
  },
  {
    name: "slow",
    sentence: "The right answer, slow_millis late.",
    span: "ask",
    strike: (answer, { settings }) => ({ ...answer, delayMillis: settings.slowMillis }),
  },
  {
    name: "truncated",
    sentence: "Content-Length promises the whole body, a part of it comes, the connection closes.",
    span: "ask",
    strike: (answer, { chance }) => {
      const length = Buffer.byteLength(answer.body)
      return length < 2 ? null : { ...answer, delivery: { _tag: "Cut", bytes: chance.int(1, length - 1) } }
    },
  },
] as const satisfies ReadonlyArray<Fault>
