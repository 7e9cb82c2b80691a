import { benchLoad } from "./load.ts"
import { benchReconcile } from "./reconcile.ts"

const benches: Readonly<Record<string, (sizes: ReadonlyArray<number>) => Promise<void>>> = {
  load: (sizes) => benchLoad(sizes.length > 0 ? sizes : [100_000, 1_000_000]),
  reconcile: (sizes) => benchReconcile(sizes.length > 0 ? sizes : [1_000_000]),
}

const [name = "", ...sizes] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join("|")} [records …]`)
  process.exitCode = 2
} else {
  await bench(sizes.map((size) => Number(size.replaceAll("_", ""))))
}
