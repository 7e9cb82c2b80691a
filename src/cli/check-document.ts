import { unseen } from "../pipelines/drill/unseen.ts"
import type { CheckFile } from "../pipelines/reconcile/check-file.ts"

/** Settings that a check takes, as the configuration writes them, with their defaults. */
const settingsText = ({ settings }: CheckFile): string =>
  [
    ...(settings.grace ? ["graceMinutes"] : []),
    ...(settings.tolerance ? ["tolerance"] : []),
    ...(settings.limitByStream ? ["limitHours (by list: ageLimitHours)"] : []),
    ...Object.entries(settings.numbers).map(([name, value]) => `${name} (${value})`),
    ...Object.entries(settings.words).map(
      ([name, words]) => `${name} (${words.length === 0 ? "none" : words.join(", ")})`,
    ),
  ].join(", ")

const section = (check: CheckFile): string => {
  const settings = settingsText(check)
  return [
    `### ${check.code} (${check.severity})`,
    "",
    check.definition,
    "",
    `- **Finds**: ${check.finds}`,
    `- **Silent on**: ${check.silent}`,
    `- **What to do**: ${check.action}`,
    ...(settings === "" ? [] : [`- **Settings**: ${settings}`]),
  ].join("\n")
}

/** The limits of all checks together, so that nobody takes their silence for more than it is. */
const limits: ReadonlyArray<string> = [
  "## What no check can see",
  "The API's word is all there is; where all of its words agree, nothing is left to compare. `tidemark drill` alters records of your own newest reading, on a throw-away copy, and shows what would have been noticed; what it may miss is this and nothing else:",
  ...Object.values(unseen).map(({ what, why }) => `- **${what}** ${why}`),
]

/** The whole list of checks as a page of docs/, family by family, made from the checks' own files. */
export const checksDocument = (checks: ReadonlyArray<CheckFile>): string => {
  const families = [...new Set(checks.map(({ family }) => family))].sort()
  return `${[
    "# Every check",
    "Made from the checks' own files by `tidemark checks --markdown`; a test compares the two. What each goes by in your configuration says `tidemark checks --explain CODE`, with its query, which runs on the snapshot as it stands.",
    ...families.flatMap((family) => [
      `## ${family.charAt(0).toUpperCase()}${family.slice(1)}`,
      ...checks.filter((check) => check.family === family).map(section),
    ]),
    ...limits.slice(0, 2),
    limits.slice(2).join("\n"),
  ].join("\n\n")}\n`
}
