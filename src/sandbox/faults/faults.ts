import { bodies } from "./bodies.ts"
import { chains } from "./chains.ts"
import type { Fault } from "./fault.ts"
import { refusals } from "./refusals.ts"
import { transport } from "./transport.ts"
import { windows } from "./windows.ts"

/** Faults that are of the server or of a list rather than of an answer. */
const standing = [
  {
    name: "clock_skew",
    sentence: "The server's clock is skew_minutes ahead, and its Date says so; it refuses what its clock calls stale.",
    span: "server",
  },
  {
    name: "shifting",
    sentence:
      "A list moves once while it is read: new records appear at its head, a record not yet read moves to its head, or both.",
    span: "list",
  },
] as const satisfies ReadonlyArray<Fault>

/** Every fault. The first that strikes a request is the only one, so what ends a request stands before what alters it. */
export const faults = [...standing, ...windows, ...transport, ...refusals, ...chains, ...bodies] as const

export type FaultName = (typeof faults)[number]["name"]
