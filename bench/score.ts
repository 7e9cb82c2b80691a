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
}

const codeOf = (line: string): string => line.split(" ")[0] ?? ""

/** The scores in the order of the codes given; a code that was found though it is not among them comes last. */
export const scoresOf = (nights: ReadonlyArray<JudgedNight>, codes: ReadonlyArray<string>): ReadonlyArray<Score> => {
  const all = [...new Set([...codes, ...nights.flatMap(({ found }) => found.map(codeOf))])]
  return all.map((code) => {
    const own = nights.map(({ found, nearMisses, night, planted, seed }) => {
      const [asked, given] = [planted, found].map((lines) => lines.filter((one) => codeOf(one) === code))
      const where = (one: string) => `seed ${seed}, night ${night}: ${one}`
      return {
        planted: asked?.length ?? 0,
        found: given?.length ?? 0,
        wrong: (given ?? []).filter((one) => !planted.includes(one)).map(where),
        missed: (asked ?? []).filter((one) => !found.includes(one)).map(where),
        nearMisses: nearMisses.filter((one) => codeOf(one) === code).length,
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
    }
  })
}

/** Of what was found, the share that was planted; 1 where nothing was found. */
export const precisionOf = ({ found, wrong }: Score): number => (found === 0 ? 1 : (found - wrong.length) / found)

/** Of what was planted, the share that was found; 1 where nothing was planted. */
export const recallOf = ({ missed, planted }: Score): number =>
  planted === 0 ? 1 : (planted - missed.length) / planted
