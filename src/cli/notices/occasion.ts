import type { Occasion } from "../../pipelines/configuration/notice-settings.ts"
import type { LastNight } from "./last-night.ts"
import type { ToldNight } from "./told-night.ts"

/** Whoever pressed Ctrl-C knows. */
const interruptedByHand = 130

const holds: Readonly<Record<Occasion, (tonight: ToldNight, before: LastNight | null) => boolean>> = {
  always: () => true,
  failure: ({ ended }) => ended.exitCode !== 0,
  change: ({ ended, result }, before) => {
    const { opened = 0, reopened = 0, resolved = 0 } = result?.summary.changes ?? {}
    return (
      before === null ||
      before.exitCode !== ended.exitCode ||
      before.verdict !== (result?.summary.verdict ?? null) ||
      opened + reopened + resolved > 0
    )
  },
  recovery: ({ ended }, before) => ended.exitCode === 0 && before !== null && before.exitCode !== 0,
}

/** Whether a night is an occasion for those who want to be told then. Source: docs/operations.md, "Telling others". */
export const isOccasion = (when: ReadonlyArray<Occasion>, tonight: ToldNight, before: LastNight | null): boolean =>
  tonight.ended.exitCode !== interruptedByHand && when.some((occasion) => holds[occasion](tonight, before))
