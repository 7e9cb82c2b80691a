import type { JudgedNight } from "./judged-night.ts"

/** How a check did over all nights. */
export interface Score {
  readonly code: string
  readonly planted: number
  readonly found: number
  /** Found and not planted, or found with another severity. */
  readonly wrong: ReadonlyArray<string>
  readonly missed: ReadonlyArray<string>
  readonly nearMisses: number
  /** Cases that must be left open, those that were, and where the two differ. */
  readonly expectedUnproven: number
  readonly unproven: number
  readonly wronglyUnproven: ReadonlyArray<string>
}

const codeOf = (line: string): string => line.split(" ")[0] ?? ""

/** The scores in the order of the codes given; a code that was found though it is not among them comes last. */
export const scoresOf = (nights: ReadonlyArray<JudgedNight>, codes: ReadonlyArray<string>): ReadonlyArray<Score> => {
  const met = nights.flatMap(({ expectedUnproven, found, unproven }) => [...found, ...unproven, ...expectedUnproven])
  const all = [...new Set([...codes, ...met.map(codeOf)])]
  return all.map((code) => {
    const own = nights.map(({ expectedUnproven, found, nearMisses, night, planted, seed, unproven }) => {
      const [asked, given] = [planted, found].map((lines) => lines.filter((one) => codeOf(one) === code))
      const where = (one: string) => `seed ${seed}, night ${night}: ${one}`
      const [open, left] = [expectedUnproven, unproven].map((lines) => lines.filter((one) => codeOf(one) === code))
      return {
        planted: asked?.length ?? 0,
        found: given?.length ?? 0,
        wrong: (given ?? []).filter((one) => !planted.includes(one)).map(where),
        missed: (asked ?? []).filter((one) => !found.includes(one)).map(where),
        nearMisses: nearMisses.filter((one) => codeOf(one) === code).length,
        expectedUnproven: open?.length ?? 0,
        unproven: left?.length ?? 0,
        wronglyUnproven: [
          ...(left ?? []).filter((one) => !expectedUnproven.includes(one)).map((one) => where(`${one}, left open`)),
          ...(open ?? []).filter((one) => !unproven.includes(one)).map((one) => where(`${one}, judged`)),
        ],
      }
    })
    const total = (of: (one: (typeof own)[number]) => number) => own.reduce((sum, one) => sum + of(one), 0)
    return {
      code,
      planted: total((one) => one.planted),
      found: total((one) => one.found),
      wrong: own.flatMap((one) => one.wrong),
      missed: own.flatMap((one) => one.missed),
      nearMisses: total((one) => one.nearMisses),
      expectedUnproven: total((one) => one.expectedUnproven),
      unproven: total((one) => one.unproven),
      wronglyUnproven: own.flatMap((one) => one.wronglyUnproven),
    }
  })
}

/** Of what was found, the share that was planted; 1 where nothing was found. */
export const precisionOf = ({ found, wrong }: Score): number => (found === 0 ? 1 : (found - wrong.length) / found)

/** Of what was planted, the share that was found; 1 where nothing was planted. */
export const recallOf = ({ missed, planted }: Score): number =>
  planted === 0 ? 1 : (planted - missed.length) / planted
