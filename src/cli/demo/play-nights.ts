import { Clock, DateTime, Effect, Redacted } from "effect"
import { Entropy } from "../../api/entropy.ts"
import type { Configuration } from "../../pipelines/configuration/settings.ts"
import { actOn } from "../../pipelines/exceptions/act-on.ts"
import { nightly } from "../../pipelines/nightly.ts"
import { exceptionCount } from "../../pipelines/run/headline.ts"
import { count, plural } from "../../pipelines/run/quantities.ts"
import type { RunSummary } from "../../pipelines/run/run-summary.ts"
import { clockFrom } from "../../sandbox/clock-from.ts"
import { firstNightOf, nightOptions } from "../../sandbox/nights.ts"
import { worldSource } from "../../sandbox/server/world-source.ts"
import { serveSandbox } from "../../sandbox/server.ts"
import { generateWorld, type World, type WorldOptions } from "../../sandbox/world.ts"
import { tell } from "../output.ts"
import { withProgress } from "../progress-line.ts"
import { personalDataOf } from "../salt.ts"
import { partnerApi } from "../workplace.ts"
import { personsActs } from "./people.ts"

/** Enough that something is new, something resolved and something accepted, and that there is a trend. */
export const demoNights = 3

export interface DemoOptions {
  readonly world: Pick<WorldOptions, "seed" | "customers" | "breaks">
  readonly configuration: Configuration
  readonly db: string
  readonly out: string
  readonly quiet: boolean
}

/** `Night 1 of 3, 2026-11-24: 114 exceptions; 114 new, 0 resolved` */
const nightLine = (nth: number, world: World, summary: RunSummary): string =>
  `Night ${nth} of ${demoNights}, ${DateTime.formatIsoDateUtc(DateTime.unsafeMake(world.now))}: ` +
  `${plural(exceptionCount(summary), "exception")}; ${count(summary.changes.opened)} new, ${count(summary.changes.resolved)} resolved`

const noFilter = { customers: [], currencies: [], severities: [], assignees: [], olderThanDays: null }

/** What people do after a night, an hour later. */
const peopleAct = (nth: number) =>
  Effect.forEach(
    personsActs.filter(({ after }) => after === nth),
    ({ act, assignee, by, code, reason }) =>
      actOn({
        act,
        ids: [],
        filter: { ...noFilter, codes: [code] },
        by,
        osUser: null,
        reason,
        assignee,
        dryRun: false,
      }),
    { discard: true },
  )

/** One whole night against a sandbox of its own; the world's instant is what clocks say. */
const playNight = (world: World, { configuration, db, out, quiet }: DemoOptions) =>
  Effect.gen(function* () {
    const entropy = yield* Entropy
    const given = { clientId: "demo", clientSecret: Redacted.make(entropy.uuid()) }
    const { baseUrl } = yield* serveSandbox({ source: worldSource(world), port: 0, ...given })
    const personalData = yield* personalDataOf(configuration, db)
    const customers = world.roster.map(({ customerId, partnerCustomerRef, products }) => ({
      customerId,
      partnerCustomerRef,
      products,
    }))
    return yield* nightly({ configuration, personalData, customers, baseUrl }, out).pipe(
      Effect.provide(partnerApi(configuration, { ...given, baseUrl })),
    )
  }).pipe(Effect.scoped, (effect) => withProgress(effect, quiet))

const hour = 3_600_000

/** Plays the nights of one world that end now, a day apart, and what people do between them. */
export const playNights = (options: DemoOptions) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const firstNight = firstNightOf(demoNights, now)
    const worldOf = (nth: number) => generateWorld({ ...options.world, ...nightOptions(nth, firstNight) })
    for (let nth = 1; nth < demoNights; nth++) {
      const world = worldOf(nth)
      const { summary } = yield* playNight(world, options).pipe(Effect.withClock(clockFrom(world.now)))
      yield* peopleAct(nth).pipe(Effect.withClock(clockFrom(world.now + hour)))
      if (!options.quiet) yield* tell(nightLine(nth, world, summary))
    }
    const world = worldOf(demoNights)
    const night = yield* playNight(world, options)
    if (!options.quiet) yield* tell(`${nightLine(demoNights, world, night.summary)}\n`)
    return { world, night }
  })
