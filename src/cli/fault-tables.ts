import type { Fault } from "../sandbox/faults/fault.ts"
import { settingRows, standardSettings } from "../sandbox/faults/fault-settings.ts"
import { faults } from "../sandbox/faults/faults.ts"
import { type Profile, profiles } from "../sandbox/faults/profiles.ts"
import { textTable } from "./text-table.ts"

const drawnFor = {
  ask: "each request",
  cursor: "each cursor",
  list: "each list, for good",
  stream: "each stream, for good",
  server: "the whole server",
} as const satisfies Record<Fault["span"], string>

const oddsText = ({ odds }: Profile): string =>
  Object.entries(odds)
    .map(([fault, probability]) => `${fault}=${probability}`)
    .join(",")

/** What the sandbox's `--faults` accepts: profiles, faults and settings. */
export const faultTables = (): string =>
  [
    "Profiles, alone or with faults laid over them (storm,reset=0):",
    textTable(
      ["profile", "is", "the same as"],
      Object.entries<Profile>(profiles).map(([name, profile]) => [name, profile.sentence, oddsText(profile)]),
    ),
    "",
    "Faults, with a probability from 0 to 1 (503=0.05; 1 unless given), of one stream alone where you name it",
    "(stream_down@conversions). The first that strikes a request is the only one:",
    textTable(
      ["fault", "or", "drawn for", "does"],
      faults.map((fault: Fault) => [fault.name, fault.alias ?? "", drawnFor[fault.span], fault.sentence]),
    ),
    "",
    "Settings, as whole numbers (retry_after=0):",
    textTable(
      ["setting", "least", "most", "unless given", "means"],
      settingRows.map((row) => [
        row.name,
        String(row.least),
        String(row.most),
        String(standardSettings[row.key]),
        row.sentence,
      ]),
      [false, true, true, true],
    ),
    "",
  ].join("\n")
