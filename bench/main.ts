import { benchChecks } from "./checks.ts"
import { benchDrill } from "./drill.ts"
import { benchLists } from "./lists.ts"
import { benchLoad } from "./load.ts"
import { benchReconcile } from "./reconcile.ts"
import { benchReport } from "./report.ts"

/** What the numbers after a name mean: sizes in records, for lists in customers, or for the checks and the drill how many worlds. */
const benches: Readonly<Record<string, (sizes: ReadonlyArray<number>) => Promise<void>>> = {
  checks: ([seeds = 50]) => benchChecks(seeds),
  drill: ([worlds = 20]) => benchDrill(worlds),
  lists: (sizes) => benchLists(sizes.length > 0 ? sizes : [300, 1_000]),
  load: (sizes) => benchLoad(sizes.length > 0 ? sizes : [100_000, 1_000_000]),
  reconcile: (sizes) => benchReconcile(sizes.length > 0 ? sizes : [1_000_000]),
  report: (sizes) => benchReport(sizes.length > 0 ? sizes : [1_000_000]),
}

const [name = "", ...sizes] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join("|")} [records … | customers … | worlds]`)
  process.exitCode = 2
} else {
  await bench(sizes.map((size) => Number(size.replaceAll("_", ""))))
}
