import { Effect } from "effect"
import { bookCodes } from "../src/sandbox/books/book-code.ts"
import { breakCodes } from "../src/sandbox/breaks/break-code.ts"
import { type JudgedNight, judgedNights } from "./judged-night.ts"
import { precisionOf, recallOf, type Score, scoresOf } from "./score.ts"

const columns: ReadonlyArray<readonly [title: string, value: (score: Score) => string]> = [
  ["planted", ({ planted }) => String(planted)],
  ["found", ({ found }) => String(found)],
  ["wrongly found", ({ wrong }) => String(wrong.length)],
  ["missed", ({ missed }) => String(missed.length)],
  ["near misses", ({ nearMisses }) => String(nearMisses)],
  ["precision", (score) => precisionOf(score).toFixed(3)],
  ["unproven expected", ({ expectedUnproven }) => String(expectedUnproven)],
  ["unproven", ({ unproven }) => String(unproven)],
  ["recall", (score) => recallOf(score).toFixed(3)],
]

const tableOf = (scores: ReadonlyArray<Score>): string => {
  const width = Math.max(...scores.map(({ code }) => code.length))
  const head = ["code".padEnd(width), ...columns.map(([title]) => title)].join("  ")
  const rows = scores.map((score) =>
    [score.code.padEnd(width), ...columns.map(([title, value]) => value(score).padStart(title.length))].join("  "),
  )
  return [head, ...rows].join("\n")
}

/** Every check against the answer keys of so many seeded worlds, two nights each. */
export const benchChecks = async (seeds: number): Promise<void> => {
  const nights: Array<JudgedNight> = []
  for (let seed = 1; seed <= seeds; seed++) {
    nights.push(...(await Effect.runPromise(judgedNights(seed))))
    if (process.stderr.isTTY) process.stderr.write(`\r${seed} of ${seeds} worlds`)
  }
  if (process.stderr.isTTY) process.stderr.write("\n")
  const scores = scoresOf(nights, [...breakCodes, ...bookCodes])
  const faulty = scores.filter(
    ({ missed, wrong, wronglyUnproven }) => missed.length + wrong.length + wronglyUnproven.length > 0,
  )
  console.log(`checks, ${seeds} seeded worlds, two nights each\n${tableOf(scores)}`)
  for (const { missed, wrong, wronglyUnproven } of faulty) {
    for (const one of wrong) console.log(`wrongly found: ${one}`)
    for (const one of missed) console.log(`missed: ${one}`)
    for (const one of wronglyUnproven) console.log(`wrongly unproven: ${one}`)
  }
  const unplanted = scores.filter(({ planted }) => planted === 0).map(({ code }) => code)
  if (unplanted.length > 0) console.log(`never planted: ${unplanted.join(", ")}`)
  console.log(
    faulty.length === 0
      ? "found exactly what was planted, and left open exactly what nobody can judge"
      : `${faulty.length} codes are not exact`,
  )
  if (faulty.length > 0) process.exitCode = 1
}
