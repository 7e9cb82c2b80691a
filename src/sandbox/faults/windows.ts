import type { Fault, Scene } from "./fault.ts"
import { badGateway, tooMany } from "./refusals.ts"

/** Outages begin at regular intervals, so that whoever watches knows what comes. */
const isOut = ({ elapsedMillis, settings }: Scene): boolean => {
  const since = elapsedMillis - settings.outageAfterSeconds * 1_000
  return since >= 0 && since % (settings.outageEverySeconds * 1_000) < settings.outageSeconds * 1_000
}

const secondsLeftOfWindow = ({ elapsedMillis, settings }: Scene): number => {
  const window = settings.windowSeconds * 1_000
  return Math.max(1, Math.ceil((window - (elapsedMillis % window)) / 1_000))
}

/** Faults that have their time: all who ask then meet them, and nobody does before or after. */
export const windows = [
  {
    name: "outage",
    sentence: "Again and again nobody answers for outage_seconds: every connection is reset.",
    span: "server",
    strike: (answer, scene) => (isOut(scene) ? { ...answer, delivery: { _tag: "Reset" } } : null),
  },
  {
    name: "gateway_outage",
    sentence: "Again and again a gateway answers 502 with an HTML page for outage_seconds.",
    span: "server",
    strike: (answer, scene) => (isOut(scene) ? badGateway(answer) : null),
  },
  {
    name: "rate_window",
    sentence:
      "429 once window_requests were asked in the present window of window_seconds, with Retry-After to its end.",
    span: "server",
    strike: (answer, scene) =>
      scene.askedInWindow > scene.settings.windowRequests ? tooMany(answer, `${secondsLeftOfWindow(scene)}`) : null,
  },
] as const satisfies ReadonlyArray<Fault>
