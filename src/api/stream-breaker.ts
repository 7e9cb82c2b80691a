import { Duration } from "effect"

/** When a stream that does not answer is left alone, and for how long. */
export interface BreakerOptions {
  /** Tries in a row, over all requests of one stream, that found no answer. */
  readonly failures: number
  readonly coolDown: Duration.DurationInput
}

export const defaultBreaker: BreakerOptions = { failures: 5, coolDown: "30 seconds" }

/** As whom a request goes out: among others, or as the one that finds out whether the stream answers again. */
export type Passage = "closed" | "probe"

/** What a try found. `unknown`: it was given up before it could tell. */
export type Finding = "answered" | "outage" | "unknown"

interface Circuit {
  failures: number
  /** Until when nothing is sent, epoch milliseconds; null while the breaker is closed. */
  openUntil: number | null
  probing: boolean
}

/** One breaker a stream. Times are epoch milliseconds. */
export interface StreamBreakers {
  readonly isOpen: (stream: string, now: number) => boolean
  /** Null where the request must not be sent. A probe that is let through must be followed by its finding. */
  readonly enter: (stream: string, now: number) => Passage | null
  /** True where this finding opened the breaker. */
  readonly found: (stream: string, passage: Passage, finding: Finding, now: number) => boolean
}

export const makeStreamBreakers = (options: BreakerOptions): StreamBreakers => {
  const coolDownMillis = Duration.toMillis(options.coolDown)
  const circuits = new Map<string, Circuit>()
  const circuitOf = (stream: string): Circuit => {
    const known = circuits.get(stream)
    if (known !== undefined) return known
    const circuit: Circuit = { failures: 0, openUntil: null, probing: false }
    circuits.set(stream, circuit)
    return circuit
  }
  const isOpen = (stream: string, now: number): boolean => {
    const { openUntil, probing } = circuitOf(stream)
    return openUntil !== null && (probing || now < openUntil)
  }
  const open = (circuit: Circuit, now: number): true => {
    circuit.openUntil = now + coolDownMillis
    return true
  }

  return {
    isOpen,
    enter: (stream, now) => {
      if (isOpen(stream, now)) return null
      const circuit = circuitOf(stream)
      if (circuit.openUntil === null) return "closed"
      circuit.probing = true
      return "probe"
    },
    found: (stream, passage, finding, now) => {
      const circuit = circuitOf(stream)
      if (passage === "probe") {
        circuit.probing = false
        if (finding === "outage") return open(circuit, now)
        if (finding === "answered") {
          circuit.openUntil = null
          circuit.failures = 0
        }
        return false
      }
      // What was under way when the breaker opened tells nothing new: the probe decides.
      if (circuit.openUntil !== null || finding === "unknown") return false
      circuit.failures = finding === "outage" ? circuit.failures + 1 : 0
      return circuit.failures >= options.failures && open(circuit, now)
    },
  }
}
