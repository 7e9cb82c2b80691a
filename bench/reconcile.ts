import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { measure } from "./child.ts"
import { megabytes, seconds } from "./print.ts"

const measureReconcile = async (records: number): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-bench-"))
  const file = join(folder, "tidemark.duckdb")
  try {
    await measure("./reconcile-build.js", [file, String(records)])
    const join1 = await measure("./reconcile-join.js", [file])
    const tidemark = await measure("./reconcile-tidemark.js", [file])
    const again = await measure("./reconcile-tidemark.js", [file])
    const join2 = await measure("./reconcile-join.js", [file])
    const joinMillis = Math.min(join1.millis, join2.millis)
    console.log(
      [
        `reconcile, ${records.toLocaleString("en-US")} transactions against ${records.toLocaleString("en-US")} product records, 0.5 % broken`,
        `  tidemark  ${seconds(tidemark.millis)}  (all checks, ${tidemark.exceptions?.toLocaleString("en-US")} exceptions), peak memory ${megabytes(tidemark.peakBytes)}`,
        `  join      ${seconds(joinMillis)}  (one full outer join with counts, ${join1.differing?.toLocaleString("en-US")} rows differ), peak memory ${megabytes(join1.peakBytes)}`,
        `  ratio     ${(tidemark.millis / joinMillis).toFixed(2)}  (target: at most 8)`,
        `  a night whose views are there, as all but the first: ${seconds(again.millis)}, ratio ${(again.millis / joinMillis).toFixed(2)}, peak memory ${megabytes(again.peakBytes)}`,
      ].join("\n"),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** All checks against one bare full outer join over the same tables, each in a process of its own. */
export const benchReconcile = async (sizes: ReadonlyArray<number>): Promise<void> => {
  for (const size of sizes) await measureReconcile(size)
}
