import { Clock, type Duration, Effect } from "effect"
import type { StreamName } from "../../api/streams.ts"
import type { Answer } from "../server/answer.ts"
import type { CursorSeal } from "../server/cursor.ts"
import type { PageSource } from "../server/page-source.ts"
import type { SeenRequest } from "../server/seen-request.ts"
import { type Chance, chanceOf } from "../world/chance.ts"
import type { Scene, Span } from "./fault.ts"
import type { FaultPlan } from "./fault-plan.ts"
import { type FaultName, faults } from "./faults.ts"
import { movingLists } from "./moving-lists.ts"
import { oddsOf, type StreamFaultName } from "./odds.ts"
import { type Place, pageName, placeOf } from "./place.ts"

/** A fault that struck. */
export interface Strike {
  readonly fault: FaultName
  readonly customerId: string
  readonly stream: StreamName
  /** Records before the page that was asked for. */
  readonly position: number
  /** The record, where one was asked for rather than a page. */
  readonly recordId: string | null
  /** How many times this very page or record had been asked for, this time included. */
  readonly ask: number
}

export interface FaultEngine {
  readonly source: PageSource
  readonly chainOf: (list: string) => number
  readonly disturb: (request: SeenRequest, answer: Effect.Effect<Answer>) => Effect.Effect<Answer>
  /** How often each fault has struck so far; those that never did are absent. */
  readonly struck: () => ReadonlyMap<FaultName, number>
}

/** What a draw of each span is a function of, the seed and the fault aside. */
const drawnFor: Readonly<Record<Span, (place: Place, ask: number) => string>> = {
  ask: (place, ask) => `${pageName(place)}#${ask}`,
  cursor: ({ bookmark, list }) => `${list}@${bookmark?.position}~${bookmark?.chain}~${bookmark?.turn}`,
  list: ({ list }) => list,
  stream: ({ stream }) => stream,
  server: () => "",
}

/** A clock that is ahead by so many milliseconds. */
const aheadBy = (millis: number, clock: Clock.Clock): Clock.Clock => ({
  [Clock.ClockTypeId]: Clock.ClockTypeId,
  unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + millis,
  unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos() + BigInt(millis) * 1_000_000n,
  currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + millis),
  currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + BigInt(millis) * 1_000_000n),
  sleep: (duration: Duration.Duration) => clock.sleep(duration),
})

/** Nothing goes wrong, and nothing is counted. */
const calm = (source: PageSource): FaultEngine => ({
  source,
  chainOf: () => 0,
  disturb: (_, answer) => answer,
  struck: () => new Map(),
})

/** Walks the table of faults over every answer, and keeps the count of what struck. */
export const makeFaultEngine = (
  plan: FaultPlan,
  {
    cursors,
    onStrike,
    source,
  }: {
    readonly source: PageSource
    readonly cursors: CursorSeal
    readonly onStrike?: ((strike: Strike) => void) | undefined
  },
): FaultEngine => {
  if (Object.values(plan.odds).every((odds) => odds === 0)) return calm(source)
  const asks = new Map<string, number>()
  const struck = new Map<FaultName, number>()

  const record = (strike: Strike): void => {
    struck.set(strike.fault, (struck.get(strike.fault) ?? 0) + 1)
    onStrike?.(strike)
  }

  /** The draws of a fault that strikes; null where it does not. */
  const drawn = (fault: StreamFaultName, stream: StreamName, subject: string): Chance | null => {
    const odds = oddsOf(plan.odds, fault, stream)
    if (odds === 0) return null
    const chance = chanceOf(plan.seed, `fault/${fault}/${subject}`)
    return chance.bool(odds) ? chance : null
  }

  const skewed = chanceOf(plan.seed, "fault/clock_skew/").bool(plan.odds.clock_skew ?? 0)
  const skewMillis = skewed ? plan.settings.skewMinutes * 60_000 : 0

  let firstAt: number | null = null
  let window = { number: 0, asked: 0 }

  /** Counts a request to its window. */
  const timesOf = (now: number): Pick<Scene, "elapsedMillis" | "askedInWindow"> => {
    firstAt ??= now
    const elapsedMillis = now - firstAt
    const number = Math.floor(elapsedMillis / (plan.settings.windowSeconds * 1_000))
    if (number !== window.number) window = { number, asked: 0 }
    return { elapsedMillis, askedInWindow: ++window.asked }
  }

  const strikeAt = (request: SeenRequest, answer: Answer, now: number): Answer => {
    const place = placeOf(request, cursors)
    if (place === null) return answer
    const { customerId, position, recordId, stream } = place
    const page = pageName(place)
    const ask = (asks.get(page) ?? 0) + 1
    if (skewMillis !== 0 && answer.code === "PARTNER_SIGNATURE_EXPIRED") {
      record({ fault: "clock_skew", customerId, stream, position, recordId, ask })
    }
    // Who could not show who he is has asked for nothing.
    if (answer.status === 401) return answer
    asks.set(page, ask)
    const times = timesOf(now)
    for (const fault of faults) {
      if (!("strike" in fault)) continue
      const chance = drawn(fault.name, place.stream, drawnFor[fault.span](place, ask))
      if (chance === null) continue
      const altered = fault.strike(answer, {
        place,
        url: request.url,
        chance,
        cursors,
        settings: plan.settings,
        ...times,
      })
      if (altered === null) continue
      record({ fault: fault.name, customerId, stream, position, recordId, ask })
      return altered
    }
    return answer
  }

  return {
    source: movingLists(
      source,
      (customerId, stream) => drawn("shifting", stream, `${customerId}/${stream}`),
      (customerId, stream, position) => {
        const ask = (asks.get(`${customerId}/${stream}@${position}`) ?? 0) + 1
        record({ fault: "shifting", customerId, stream, position, recordId: null, ask })
      },
    ),
    chainOf: (list) => asks.get(`${list}@0`) ?? 0,
    disturb: (request, answer) =>
      Effect.clockWith((clock) =>
        Effect.map(skewMillis === 0 ? answer : Effect.withClock(answer, aheadBy(skewMillis, clock)), (whole) =>
          strikeAt(request, whole, clock.unsafeCurrentTimeMillis()),
        ),
      ),
    struck: () => struck,
  }
}
