import { Data, Effect } from "effect"

/** What of the lists that grow a report holds: what is new or changed since the last night, all of it, or a month's. */
export type Period = "night" | "all" | { readonly month: string }

export class PeriodUnknown extends Data.TaggedError("PeriodUnknown")<{ readonly given: string }> {
  readonly exitCode = 2
  override get message(): string {
    return `--period ${this.given}: give night (what is new or changed since the last night), all, or a month such as 2026-10`
  }
}

export const readPeriod = (given: string): Effect.Effect<Period, PeriodUnknown> =>
  given === "night" || given === "all"
    ? Effect.succeed(given)
    : /^\d{4}-(0[1-9]|1[0-2])$/.test(given)
      ? Effect.succeed({ month: given })
      : Effect.fail(new PeriodUnknown({ given }))

export const periodName = (period: Period): string => (typeof period === "string" ? period : period.month)
