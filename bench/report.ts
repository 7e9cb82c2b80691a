import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Measured, measure } from "./child.ts"
import { megabytes, seconds } from "./print.ts"

/** The better of two tries each, in turn, so that a busy moment strikes neither side alone. */
const sideBySide = async (ours: () => Promise<Measured>, bare: () => Promise<Measured>) => {
  const tries = [await ours(), await bare(), await ours(), await bare()] as const
  return {
    ours: tries[0].millis < tries[2].millis ? tries[0] : tries[2],
    bare: Math.min(tries[1].millis, tries[3].millis),
  }
}

const line = (name: string, ours: Measured, bare: number, target: string) =>
  `  ${name.padEnd(9)} ${seconds(ours.millis)}, bare COPY ${seconds(bare)}, ratio ${(ours.millis / bare).toFixed(2)} (target: at most ${target}), peak memory ${megabytes(ours.peakBytes)}`

const measureReports = async (records: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-"))
  const file = join(folder, "tidemark.duckdb")
  const step = (part: string, who: string) => () => measure("./report-part.js", [file, join(folder, "out"), part, who])
  try {
    await measure("./reconcile-build.js", [file, String(records), "90"])
    const judged = await measure("./reconcile-tidemark.js", [file])
    const csv = await sideBySide(step("csv", "tidemark"), step("csv", "copy"))
    const lake = await sideBySide(step("lake", "tidemark"), step("lake", "copy"))
    const people = await step("people", "tidemark")()
    console.log(
      [
        `report, ${records.toLocaleString("en-US")} transactions, ${judged.exceptions?.toLocaleString("en-US")} exceptions`,
        line("csv", csv.ours, csv.bare, "4"),
        line("lake", lake.ours, lake.bare, "1.5"),
        `  page and workbook ${seconds(people.millis)} (target: 5 s), ${seconds(people.cpuMillis ?? 0)} of processors, when all reports are asked, which took ${seconds(people.gatherMillis ?? 0)}; peak memory ${megabytes(people.peakBytes)}, of which ${megabytes(people.peakBytes - (people.limitBytes ?? 0))} beyond DuckDB's limit (target: 300 MB)`,
      ].join("\n"),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What readers are given, against DuckDB's own COPY of the same rows in the same order, each in a process of its own. */
export const benchReport = async (sizes: ReadonlyArray<number>): Promise<void> => {
  for (const size of sizes) await measureReports(size)
}
