import { Clock, Data, DateTime, Effect } from "effect"
import { Database, type Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { sealActs } from "../run/seal-run.ts"
import type { Act } from "./act.ts"
import { appendEvents, tidemarkItself } from "./event-log.ts"
import {
  chosenExceptions,
  type ExceptionFilter,
  everyException,
  isEmptyFilter,
  type ListedException,
} from "./filter.ts"
import { type ExceptionIdError, findByIds } from "./find-by-id.ts"
import type { ExceptionState } from "./state.ts"

/** The act cannot be done as it was asked for. */
export class ActRefused extends Data.TaggedError("ActRefused")<{
  readonly reason: "NoReason" | "NoOne" | "Impersonation" | "NoAssignee" | "NoTarget" | "TwoTargets"
}> {
  readonly exitCode = 2
  override get message(): string {
    return sentences[this.reason]
  }
}

const sentences = {
  NoReason: "say why, in words: the log keeps it for those who ask later",
  NoOne: "say who acts with --by NAME; the name cannot be blank",
  Impersonation: `--by ${tidemarkItself} is how the log calls the program itself; give a person's name`,
  NoAssignee: "say to whom with --to NAME; the name cannot be blank",
  NoTarget:
    "name exceptions by their ids, or choose them with --code, --customer, --currency, --severity, --assignee, --older-than, --before or --max-amount",
  TwoTargets: "give ids or filters, not both: with ids it is plain what is meant",
} as const

export interface ActRequest {
  readonly act: Act
  /** Whole ids or their beginnings; without any, the filter chooses. */
  readonly ids: ReadonlyArray<string>
  readonly filter: ExceptionFilter
  readonly by: string
  /** The login name under which the program runs, which nobody can choose; null where it has none. */
  readonly osUser: string | null
  /** Why; null where nothing was said. */
  readonly reason: string | null
  /** To whom, for `assigned`; null for every other act. */
  readonly assignee: string | null
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean
}

const columns = ["exception_id", "code", "severity", "stream", "record_id", "assignee", "state"] as const

export type TouchedException = Pick<ListedException, (typeof columns)[number]>

export interface ActOutcome {
  /** As they were, each with the state that the act gives it. */
  readonly done: ReadonlyArray<TouchedException & { readonly to: ExceptionState }>
  /**
   * Named by id, and left as they are, with the reason as the end of a sentence. `already`: they are as they were asked to
   * be, and nothing is wrong.
   */
  readonly skipped: ReadonlyArray<TouchedException & { readonly because: string; readonly already: boolean }>
}

const chosen = (
  sql: Sql,
  { act, filter, ids }: ActRequest,
): Effect.Effect<ReadonlyArray<TouchedException>, StoreError | ExceptionIdError> =>
  Effect.gen(function* () {
    const meant =
      ids.length === 0
        ? chosenExceptions(sql, filter, act.byFilter)
        : everyException(sql).where("exception_id", "in", yield* findByIds(sql, ids))
    const ordered = meant.orderBy("severity_order").orderBy("code").orderBy("record_id").orderBy("exception_id")
    return yield* sql.query(ordered.select(columns))
  })

interface Obstacle {
  readonly because: string
  readonly already: boolean
}

/** Why the act leaves this exception as it is, and that a note given with it is lost; null where it does not. */
const obstacle = (
  { act, assignee, reason }: ActRequest,
  { assignee: before, state }: TouchedException,
): Obstacle | null => {
  const unkept = reason === null ? "" : "; the note was not kept: tidemark exceptions note adds one"
  const left = (because: string, already: boolean): Obstacle => ({ because: `${because}${unkept}`, already })
  if (!act.from.includes(state)) return left(act.refusal[state] ?? `is ${state}`, act.already === state)
  return assignee !== null && before === assignee ? left(`is assigned to ${assignee} already`, true) : null
}

const checked = (request: ActRequest): Effect.Effect<ActRequest, ActRefused> => {
  const refuse = (reason: ActRefused["reason"]) => Effect.fail(new ActRefused({ reason }))
  const by = request.by.trim()
  const reason = request.reason?.trim() ?? ""
  const assignee = request.assignee?.trim() ?? null
  if (by === "") return refuse("NoOne")
  if (by.toLowerCase() === tidemarkItself) return refuse("Impersonation")
  if (assignee === "") return refuse("NoAssignee")
  if (reason === "" && (request.act.needsReason || request.reason !== null)) return refuse("NoReason")
  if (request.ids.length === 0 && isEmptyFilter(request.filter)) return refuse("NoTarget")
  if (request.ids.length > 0 && !isEmptyFilter(request.filter)) return refuse("TwoTargets")
  return Effect.succeed({ ...request, by, reason: reason === "" ? null : reason, assignee })
}

/**
 * Does what a person asked with every exception that is meant, all of it in one transaction: either every event is on
 * record and every state changed, or nothing is. An id that means no exception or several refuses the whole; an
 * exception in a state where the act makes no sense is left as it is, with the reason.
 */
export const actOn = (
  asked: ActRequest,
): Effect.Effect<ActOutcome, ActRefused | ExceptionIdError | StoreError, Database> =>
  Effect.gen(function* () {
    const request = yield* checked(asked)
    const database = yield* Database
    const now = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
    return yield* database.transaction((sql) =>
      Effect.gen(function* () {
        const exceptions = yield* chosen(sql, request)
        const judged = exceptions.map((exception) => ({ exception, kept: obstacle(request, exception) }))
        const outcome: ActOutcome = {
          done: judged
            .filter(({ kept }) => kept === null)
            .map(({ exception }) => ({ ...exception, to: request.act.to ?? exception.state })),
          skipped: judged.flatMap(({ exception, kept }) => (kept === null ? [] : [{ ...exception, ...kept }])),
        }
        if (request.dryRun || outcome.done.length === 0) return outcome
        const ids = outcome.done.map((exception) => exception.exception_id)
        yield* sql.run(
          appendEvents(
            `SELECT exception_id, NULL AS run_id, $2::TIMESTAMPTZ AS occurred_at, $3 AS event, $4 AS who, $5 AS note,
               state AS from_state, coalesce($6, state) AS to_state, $7 AS assignee,
               CASE $3 WHEN 'written_off' THEN state_of_affairs END AS accepted, $8 AS os_user, at_stake, currency
             FROM recon.exceptions WHERE exception_id IN (SELECT unnest($1))`,
          ),
          [ids, now, request.act.event, request.by, request.reason, request.act.to, request.assignee, request.osUser],
        )
        yield* sql.run(
          `UPDATE recon.exceptions SET state = coalesce($2, state), assignee = coalesce($3, assignee)
           WHERE exception_id IN (SELECT unnest($1))`,
          [ids, request.act.to, request.assignee],
        )
        yield* sealActs(sql)
        return outcome
      }),
    )
  })
