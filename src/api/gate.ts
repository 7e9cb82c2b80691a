import { Duration, Effect, type Scope } from "effect"
import { duration } from "./answer-times.ts"
import type { TryFailure } from "./failures.ts"
import { beginHold, decide, type Hold, lookAgain, stillHeld, type Verdict, type Why, type Window } from "./hold.ts"
import { makePace } from "./pace.ts"
import type { PageRequest } from "./page-request.ts"
import { patience } from "./patience.ts"

export interface GateOptions {
  /** Requests under way at once. */
  readonly concurrency: number
  /** Null for no limit but the concurrency. */
  readonly requestsPerSecond: number | null
  /** From the making of the gate; past it nothing is sent. Null, the default, for none. */
  readonly deadline?: Duration.DurationInput | null
  /** How long the API may be out of reach before it has answered for the first time; ten minutes unless given. */
  readonly startPatience?: Duration.DurationInput
  /** False for who wants to see failures as they come: the run never holds. True unless given. */
  readonly patient?: boolean
}

/** What the end of a try tells of everybody. `unknown`: nothing. */
export type Finding =
  | { readonly _tag: "answered" }
  | { readonly _tag: "limited"; readonly askedMillis: number | null }
  | { readonly _tag: "silent" | "refused"; readonly failure: TryFailure }
  | { readonly _tag: "unknown" }

/** A try that may go out. What its end brought about is written down here. */
export interface Turn {
  /** From 1, in the order in which tries went out. */
  readonly number: number
  readonly list: string
  readonly isProbe: boolean
  /** Answers that had come when it failed. */
  answersBefore: number
  /** The hold that its failure began or fell into. */
  hold: Hold | null
}

/** Why nothing goes out any more. */
export interface Shut {
  readonly reason: "Deadline" | "NobodyThere" | "Refused"
  readonly detail: string
  /** What was met last; null where the deadline alone is the reason. */
  readonly failure: TryFailure | null
}

/** What the run has waited as a whole, in milliseconds, and how often it was told of a limit. */
export interface Held {
  readonly limitedMillis: number
  readonly refusals: number
  readonly silentMillis: number
}

/**
 * The one way out for requests: a turn for each, first come, first served; and the patience of the run, which holds them
 * all while the API limits them or nobody answers, and lets one probe after another find out when they may go on.
 */
export interface Gate {
  /** Waits for a turn, which must be given back by `left`. Who asks again goes before who asks for the first time. */
  readonly enter: (list: string, again: boolean) => Effect.Effect<Turn, Shut>
  readonly left: (turn: Turn, finding: Finding, request: PageRequest | null) => void
  /**
   * Whose affair a failed try was: everybody's, or its own; null while nobody can tell. Where the run holds, this waits
   * until a witness has spoken.
   */
  readonly verdict: (turn: Turn) => Effect.Effect<Verdict | null, Shut>
  /** Whether nothing will go out after so many milliseconds. */
  readonly shutIn: (millis: number) => Shut | null
  /** Whether the API has ever answered. */
  readonly heard: () => boolean
  readonly held: () => Held
  /** Requests that may be asked while nobody has answered, beside those that wait: so one list that never answers stands for none but itself. */
  readonly mayAsk: (requests: ReadonlyArray<PageRequest>) => void
  readonly startAt: (rate: number | null) => void
  readonly learnt: () => number | null
}

interface Waiting {
  readonly list: string
  readonly resume: (turn: Effect.Effect<Turn, Shut>) => void
  turn: Turn | null
  gone: boolean
}

const lasting = (input: Duration.DurationInput): string => Duration.format(Duration.decode(input))

const holdSentences = {
  limited: "the API limits how much is asked; the whole run waits for it",
  silent: "nobody answers; the whole run waits, and one request after another finds out when it goes on",
  refused: "the API refuses who we say we are, and took it before; the whole run waits for other witnesses",
} as const

/** Requests that were answered before, one of which is asked to find out who answers; each stands for its list. */
const mostWitnesses = 64

/** `probe` sends one of the requests that were answered before, on its turn, and leaves. */
export const makeGate = (
  options: GateOptions,
  probe: (request: PageRequest, turn: Turn) => Effect.Effect<void>,
): Effect.Effect<Gate, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { concurrency, deadline = null, patient = true, startPatience = patience.start } = options
    const clock = yield* Effect.clock
    const scope = yield* Effect.scope
    const now = (): number => clock.unsafeCurrentTimeMillis()
    const startedAt = now()
    const deadlineAt = deadline === null ? Number.POSITIVE_INFINITY : startedAt + Duration.toMillis(deadline)
    const pace = makePace(options.requestsPerSecond)
    const asking: Array<Waiting> = []
    const askingAgain: Array<Waiting> = []
    const witnesses: Array<PageRequest> = []
    const untried: Array<PageRequest> = []
    let underWay = 0
    let turns = 0
    let answers = 0
    let hold: Hold | null = null
    /** Tries that failed since the last answer. */
    let streak: Array<Turn> = []
    let lastWindow: Window | null = null
    let lastFailure: TryFailure | null = null
    let shut: Shut | null = null
    let pokes = 0
    let wake: (() => void) | null = null
    /** What is to be logged, and how. */
    const news: Array<Effect.Effect<void>> = []
    const held = { limitedMillis: 0, refusals: 0, silentMillis: 0 }

    /** Tells the watch that something has changed. */
    const poke = (): void => {
      pokes++
      wake?.()
    }

    /** Until somebody has answered, requests go out one by one. */
    const mostUnderWay = (): number => (answers === 0 ? 1 : concurrency)

    /** Until when a hold may last. */
    const givesUpAt = ({ since }: Hold): number =>
      answers === 0
        ? Math.min(deadlineAt, startedAt + Duration.toMillis(startPatience))
        : deadline === null
          ? since + Duration.toMillis(patience.withoutDeadline)
          : deadlineAt

    const shutAt = (at: number): Shut | null => {
      if (shut !== null) return shut
      if (at >= deadlineAt && deadline !== null) {
        return {
          reason: "Deadline",
          detail: `a run asks for no longer than ${lasting(deadline)}`,
          failure: lastFailure,
        }
      }
      if (hold === null || at < givesUpAt(hold)) return null
      const waited = duration(now() - hold.since)
      return { reason: "NobodyThere", detail: `the run has waited for ${waited}`, failure: lastFailure }
    }

    const taken = (list: string, isProbe: boolean): Turn => {
      underWay++
      pace.sent(now())
      return { number: ++turns, list, isProbe, answersBefore: answers, hold: null }
    }

    const next = (queues = [askingAgain, asking]): Waiting | null => {
      for (const queue of queues) {
        for (let first = queue.shift(); first !== undefined; first = queue.shift()) if (!first.gone) return first
      }
      return null
    }

    const give = (waiting: Waiting, isProbe: boolean): Turn => {
      const turn = taken(waiting.list, isProbe)
      waiting.turn = turn
      waiting.resume(Effect.succeed(turn))
      return turn
    }

    const close = (why: Shut): void => {
      shut = why
      for (let first = next(); first !== null; first = next()) first.resume(Effect.fail(why))
      if (hold !== null) for (const listener of hold.listeners.splice(0)) listener("everybody")
    }

    const isWaiting = (): boolean => asking.length + askingAgain.length > 0

    /** Lets go whoever may. What time alone will change is left to the watch. */
    const letGo = (): void => {
      if (!isWaiting() && hold === null) return
      const at = now()
      const why = shutAt(at)
      if (why !== null) {
        close(why)
        return
      }
      while (hold === null && underWay < mostUnderWay() && isWaiting()) {
        if (pace.wait(now()) > 0) break
        const first = next()
        if (first === null) return
        give(first, false)
      }
      if (hold !== null || isWaiting()) poke()
    }

    const begin = (why: Why, turn: Turn): Hold => {
      if (why !== "limited") pace.interrupted()
      hold = beginHold(why, turn.number, now())
      for (const failed of streak) failed.hold = hold
      return hold
    }

    const confirm = (current: Hold): void => {
      if (current.verdict !== null) return
      decide(current, "everybody")
      news.push(Effect.logWarning(holdSentences[current.why]))
    }

    /** The run goes on, because somebody was answered. */
    const end = (ended: Hold): void => {
      const at = now()
      if (ended.why === "limited" && ended.verdict === "everybody") {
        held.limitedMillis += at - ended.since
        const from = pace.windowFrom()
        if (from !== null && ended.until === null && ended.refusedAt !== null) {
          lastWindow = { moreThan: ended.refusedAt - from, atMost: at - from }
        }
        pace.limitEnded(at)
      } else if (ended.verdict === "everybody") {
        held.silentMillis += at - ended.since
      }
      if (ended.verdict === "everybody") {
        news.push(Effect.logInfo(`the run goes on after ${duration(at - ended.since)}`))
        poke()
      }
      hold = null
      decide(ended, "alone")
    }

    const isWitness = ({ customerId, stream }: PageRequest): boolean =>
      witnesses.some((witness) => witness.customerId === customerId && witness.stream === stream)

    const answered = (turn: Turn, request: PageRequest | null): void => {
      const at = now()
      answers++
      streak = []
      pace.answered(at)
      if (request?.cursor === null && !isWitness(request)) {
        witnesses.push({ customerId: request.customerId, stream: request.stream, cursor: null })
        if (witnesses.length > mostWitnesses) witnesses.shift()
      }
      if (hold === null) return
      const isKnownLimit = hold.why === "limited" && hold.verdict === "everybody"
      if (turn.isProbe || (turn.number > hold.causedBy && !isKnownLimit)) end(hold)
    }

    const limited = (turn: Turn, askedMillis: number | null): void => {
      const at = now()
      held.refusals++
      if (!patient) return
      const current = hold ?? begin("limited", turn)
      turn.hold = current
      if (askedMillis !== null) {
        const stands = current.until !== null && current.until > at
        current.until = Math.min(stands ? (current.until ?? 0) : Number.POSITIVE_INFINITY, at + askedMillis)
      }
      // Others that are told the same may be of one product that is down: only a witness can tell.
      if (!turn.isProbe) return
      current.why = "limited"
      current.refusedAt = at
      confirm(current)
      lookAgain(current, at, lastWindow, pace.windowFrom())
    }

    const failed = (turn: Turn, why: "silent" | "refused", failure: TryFailure): void => {
      const at = now()
      lastFailure = failure
      if (!patient) return
      if (why === "refused" && answers === 0) {
        close({ reason: "Refused", detail: "", failure })
        return
      }
      streak.push(turn)
      const enough = why === "refused" || answers === 0 ? 1 : patience.silentInARow
      if (hold === null && streak.length < enough) return
      const current = hold ?? begin(why, turn)
      turn.hold = current
      if (turn.isProbe) {
        if (current.why !== why) Object.assign(current, { why, probes: 0 })
        current.probes++
        stillHeld(current, at)
      }
      if (current.why === "refused") {
        if (turn.isProbe && current.probes === patience.refusedProbes) {
          close({ reason: "Refused", detail: "", failure })
        }
      } else if (turn.isProbe || answers === 0) {
        // Lists of one product may fail in a row while all others are answered: only a witness can tell.
        confirm(current)
      }
    }

    const left = (turn: Turn, finding: Finding, request: PageRequest | null): void => {
      underWay--
      turn.answersBefore = answers
      if (turn.isProbe && hold !== null) hold.probing = false
      switch (finding._tag) {
        case "answered":
          answered(turn, request)
          break
        case "limited":
          limited(turn, finding.askedMillis)
          break
        case "unknown":
          if (turn.isProbe && hold !== null) stillHeld(hold, now())
          break
        default:
          failed(turn, finding._tag, finding.failure)
      }
      letGo()
    }

    /** Whoever waits is the probe of a limit that all have met; else somebody who was answered before, where there is one. */
    const startProbe = (current: Hold): Effect.Effect<void> => {
      const isEven = current.probes % 2 === 0
      const isTheirs = current.why === "limited" && current.verdict === "everybody" && isEven
      if (current.why === "limited") current.probes++
      // Before the first answer the lists take turns, so that none that never answers stands for all.
      const queues = isEven ? [askingAgain, asking] : [asking, askingAgain]
      const hasOthers = answers === 0 && untried.length > 0
      const first = isTheirs || (witnesses.length === 0 && !(hasOthers && !isEven)) ? next(queues) : null
      if (first !== null) {
        current.probing = true
        give(first, true)
        return Effect.void
      }
      const from = witnesses.length === 0 && hasOthers ? untried : witnesses
      const witness = from.shift()
      if (witness === undefined) return Effect.void
      from.push(witness)
      current.probing = true
      const turn = taken(`${witness.customerId}/${witness.stream.stream}`, true)
      return Effect.asVoid(Effect.forkIn(probe(witness, turn), scope))
    }

    const wakeAt = (): number | null => {
      if (hold === null) return isWaiting() && underWay < mostUnderWay() ? now() + pace.wait(now()) : null
      const isSomebodyThere = isWaiting() || witnesses.length > 0 || (answers === 0 && untried.length > 0)
      const probeAt = hold.probing || !isSomebodyThere ? Number.POSITIVE_INFINITY : hold.probeAt
      return Math.min(probeAt, givesUpAt(hold))
    }

    const pokedAfter = (seen: number) =>
      Effect.async<void>((resume) => {
        const done = (): void => {
          wake = null
          resume(Effect.void)
        }
        if (pokes !== seen) done()
        else wake = done
        return Effect.sync(() => {
          wake = null
        })
      })

    /** Sleeps until time itself changes something: a probe is due, the pace lets one go, patience ends. */
    const watch = Effect.forever(
      Effect.suspend(() => {
        if (news.length > 0) return Effect.all(news.splice(0), { discard: true })
        if (shut !== null) return Effect.never
        const at = wakeAt()
        // A timer has whole milliseconds.
        const wait = at === null || !Number.isFinite(at) ? null : Math.ceil(at - now())
        if (wait === null) return pokedAfter(pokes)
        if (wait > 0) return Effect.raceFirst(clock.sleep(Duration.millis(wait)), pokedAfter(pokes))
        if (hold === null || hold.probing || shutAt(now()) !== null) return Effect.sync(letGo)
        return startProbe(hold)
      }),
    )

    yield* Effect.forkIn(watch, scope)

    return {
      left,
      heard: () => answers > 0,
      held: () => held,
      mayAsk: (requests) => void untried.push(...requests),
      startAt: pace.startAt,
      learnt: pace.learnt,
      shutIn: (millis) => shutAt(now() + millis),
      enter: (list, again) =>
        Effect.suspend(() => {
          const why = shutAt(now())
          if (why !== null) return Effect.fail(why)
          if (hold === null && underWay < mostUnderWay() && !isWaiting() && pace.wait(now()) <= 0) {
            return Effect.succeed(taken(list, false))
          }
          return Effect.async<Turn, Shut>((resume) => {
            const waiting: Waiting = { list, resume, turn: null, gone: false }
            ;(again ? askingAgain : asking).push(waiting)
            poke()
            return Effect.sync(() => {
              // A turn that was given and never taken goes to the next.
              if (waiting.turn !== null) left(waiting.turn, { _tag: "unknown" }, null)
              else waiting.gone = true
            })
          })
        }),
      verdict: (turn) =>
        Effect.suspend(() => {
          const { hold: own } = turn
          if (shut !== null) return Effect.fail(shut)
          if (own === null) return Effect.succeed(answers > turn.answersBefore || !patient ? "alone" : null)
          if (own.verdict !== null) return Effect.succeed(own.verdict)
          return Effect.async<Verdict, Shut>((resume) => {
            const listener = (verdict: Verdict): void =>
              resume(shut === null ? Effect.succeed(verdict) : Effect.fail(shut))
            own.listeners.push(listener)
            return Effect.sync(() => {
              const at = own.listeners.indexOf(listener)
              if (at !== -1) own.listeners.splice(at, 1)
            })
          })
        }),
    }
  })
