import { Duration, Effect, type Scope } from "effect"
import { duration } from "./answer-times.ts"
import type { TryFailure } from "./failures.ts"
import {
  beginHold,
  decide,
  type Hold,
  hasPassed,
  lookAgain,
  stillHeld,
  type Verdict,
  type Why,
  type Window,
} from "./hold.ts"
import { makePace } from "./pace.ts"
import type { PageRequest } from "./page-request.ts"
import { patience } from "./patience.ts"
import type { Finding, Shut, Turn } from "./turn.ts"
import { makeWaitingLine, type Waiting } from "./waiting-line.ts"
import { makeWatch } from "./watch.ts"
import { makeWitnesses } from "./witnesses.ts"

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
  readonly enter: (request: PageRequest, again: boolean) => Effect.Effect<Turn, Shut>
  readonly left: (turn: Turn, finding: Finding) => void
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
  /** A request that alone was refused for a limit is answered now. */
  readonly eased: () => void
  readonly startAt: (rate: number | null) => void
  readonly learnt: () => number | null
}

const lasting = (input: Duration.DurationInput): string => Duration.format(Duration.decode(input))

const holdSentences = {
  limited: "the API limits how much is asked; the whole run waits for it",
  silent: "nobody answers; the whole run waits, and one request after another finds out when it goes on",
  refused: "the API refuses who we say we are, and took it before; the whole run waits for other witnesses",
} as const

/** `probe` sends its turn's request, one that was answered before, and leaves. */
export const makeGate = (
  options: GateOptions,
  probe: (turn: Turn) => Effect.Effect<void>,
): Effect.Effect<Gate, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { concurrency, deadline = null, patient = true, startPatience = patience.start } = options
    const clock = yield* Effect.clock
    const scope = yield* Effect.scope
    const now = (): number => clock.unsafeCurrentTimeMillis()
    const startedAt = now()
    const deadlineAt = deadline === null ? Number.POSITIVE_INFINITY : startedAt + Duration.toMillis(deadline)
    const pace = makePace(options.requestsPerSecond)
    const line = makeWaitingLine()
    const witnesses = makeWitnesses()
    let underWay = 0
    let turns = 0
    let answers = 0
    /** The last one of those that were answered, in the order in which they went out. */
    let lastAnswered = 0
    let hold: Hold | null = null
    /** Tries that failed since the last answer. */
    let streak: Array<Turn> = []
    let lastWindow: Window | null = null
    /** Whether anybody but a probe was answered since a limit was last told of. */
    let someGotThrough = false
    let lastFailure: TryFailure | null = null
    let shut: Shut | null = null
    const held = { limitedMillis: 0, refusals: 0, silentMillis: 0 }

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

    const taken = (request: PageRequest, isProbe: boolean): Turn => {
      underWay++
      pace.sent(now())
      return { number: ++turns, request, isProbe, answersBefore: answers, hold: null }
    }

    const give = (waiting: Waiting, isProbe: boolean): Turn => {
      const turn = taken(waiting.request, isProbe)
      waiting.turn = turn
      waiting.resume(Effect.succeed(turn))
      return turn
    }

    const close = (why: Shut): void => {
      shut = why
      for (let first = line.next(); first !== null; first = line.next()) first.resume(Effect.fail(why))
      if (hold !== null) for (const listener of hold.listeners.splice(0)) listener("everybody")
    }

    /** Lets go whoever may. What time alone will change is left to the watch. */
    const letGo = (): void => {
      if (line.isEmpty() && hold === null) return
      const at = now()
      const why = shutAt(at)
      if (why !== null) {
        close(why)
        return
      }
      while (hold === null && underWay < mostUnderWay() && !line.isEmpty()) {
        if (pace.wait(now()) > 0) break
        const first = line.next()
        if (first === null) return
        give(first, false)
      }
      if (hold !== null || !line.isEmpty()) watch.poke()
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
      watch.tell(Effect.logWarning(holdSentences[current.why]))
    }

    /** The run goes on, because somebody was answered. */
    const end = (ended: Hold, witness: Turn): void => {
      const at = now()
      const isPast = hasPassed(ended, lastAnswered, witness)
      if (ended.why === "limited" && (ended.verdict === "everybody" || isPast)) {
        held.limitedMillis += at - ended.since
        const from = pace.windowFrom()
        if (from !== null && ended.until === null && ended.refusedAt !== null) {
          lastWindow = { moreThan: ended.refusedAt - from, atMost: at - from }
        }
        pace.limitEnded(at)
      } else if (ended.verdict === "everybody") {
        held.silentMillis += at - ended.since
      }
      if (ended.why === "limited") {
        // Where probes alone get through, they take what the pace is too fast for.
        if (!someGotThrough) pace.eased(at)
        someGotThrough = false
      }
      if (ended.verdict === "everybody") {
        watch.tell(Effect.logInfo(`the run goes on after ${duration(at - ended.since)}`))
        watch.poke()
      }
      hold = null
      decide(ended, isPast ? "passed" : "alone")
    }

    const answered = (turn: Turn): void => {
      const at = now()
      answers++
      streak = []
      pace.answered(at)
      someGotThrough ||= !turn.isProbe
      witnesses.answered(turn.request)
      const isKnownLimit = hold?.why === "limited" && hold.verdict === "everybody"
      if (hold !== null && (turn.isProbe || (turn.number > hold.causedBy && !isKnownLimit))) end(hold, turn)
      lastAnswered = Math.max(lastAnswered, turn.number)
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
      if (!turn.isProbe) {
        current.limited.push(turn)
        return
      }
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

    const left = (turn: Turn, finding: Finding): void => {
      underWay--
      turn.answersBefore = answers
      if (turn.isProbe && hold !== null) hold.probing = false
      switch (finding._tag) {
        case "answered":
          answered(turn)
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
      const hasOthers = answers === 0 && witnesses.hasUntried()
      // Before the first answer the lists take turns, so that none that never answers stands for all.
      const isWaitersTurn = isTheirs || (!witnesses.hasAnswered() && !(hasOthers && !isEven))
      const first = isWaitersTurn ? line.next(!isEven) : null
      if (first !== null) {
        current.probing = true
        give(first, true)
        return Effect.void
      }
      const witness = witnesses.next(hasOthers)
      if (witness === null) return Effect.void
      current.probing = true
      return Effect.asVoid(Effect.forkIn(probe(taken(witness, true)), scope))
    }

    const wakeAt = (): number | null => {
      if (hold === null) return !line.isEmpty() && underWay < mostUnderWay() ? now() + pace.wait(now()) : null
      const isSomebodyThere = !line.isEmpty() || witnesses.hasAnswered() || (answers === 0 && witnesses.hasUntried())
      const probeAt = hold.probing || !isSomebodyThere ? Number.POSITIVE_INFINITY : hold.probeAt
      return Math.min(probeAt, givesUpAt(hold))
    }

    const watch = yield* makeWatch({
      wakeAt,
      isOver: () => shut !== null,
      onTime: () => (hold === null || hold.probing || shutAt(now()) !== null ? Effect.sync(letGo) : startProbe(hold)),
    })

    return {
      left,
      heard: () => answers > 0,
      held: () => held,
      mayAsk: witnesses.mayAsk,
      eased: () => pace.eased(now()),
      startAt: pace.startAt,
      learnt: pace.learnt,
      shutIn: (millis) => shutAt(now() + millis),
      enter: (request, again) =>
        Effect.suspend(() => {
          const why = shutAt(now())
          if (why !== null) return Effect.fail(why)
          if (hold === null && underWay < mostUnderWay() && line.isEmpty() && pace.wait(now()) <= 0) {
            return Effect.succeed(taken(request, false))
          }
          return Effect.async<Turn, Shut>((resume) => {
            const waiting: Waiting = { request, resume, turn: null, gone: false }
            line.join(waiting, again)
            watch.poke()
            return Effect.sync(() => {
              // A turn that was given and never taken goes to the next.
              if (waiting.turn !== null) left(waiting.turn, { _tag: "unknown" })
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
