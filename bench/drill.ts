import { Effect } from "effect"
import { movesMoney, unseenIn } from "../src/pipelines/drill/outcome.ts"
import { judgedAs } from "../src/pipelines/drill/readings.ts"
import { blindSpots, drilledWorld } from "./drilled-world.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

/** The drill over so many seeded worlds, healthy and broken by turns: what the checks notice, what they miss, and any false alarm. */
export const benchDrill = async (worlds: number): Promise<void> => {
  const drilled = []
  for (let seed = 1; seed <= worlds; seed++) {
    const breaks = seed % 2 === 0 ? "all" : "none"
    drilled.push(await Effect.runPromise(drilledWorld({ seed, now, days: 10, customers: 36, breaks }, { sample: 3 })))
  }
  const tried = drilled.flatMap((one) => one.tried)
  console.log(`drill, ${worlds} seeded worlds`)
  for (const as of judgedAs) {
    const own = tried.filter((one) => one.judgedAs === as && movesMoney(one))
    const visible = own.filter((one) => unseenIn(one) === null)
    const [noticed, unproven, missed] = (["noticed", "unproven", "missed"] as const).map(
      (outcome) => visible.filter((one) => one.outcome === outcome).length,
    )
    const beyond = own.length - visible.length
    console.log(
      `as ${as === "next night" ? "the" : "a"} ${as}: of ${visible.length} alterations that move money ${noticed} noticed, ${unproven} unproven, ${missed} missed; ${beyond} more that no check can see`,
    )
  }
  const missed = drilled.flatMap(blindSpots)
  const elsewhere = drilled.flatMap(({ raisedElsewhere }) => raisedElsewhere)
  for (const line of missed) console.log(`missed: ${line}`)
  for (const { code, judgedAs: as, record_id } of elsewhere)
    console.log(`raised elsewhere: ${as} | ${code} ${record_id}`)
  if (missed.length + elsewhere.length > 0) process.exitCode = 1
}
