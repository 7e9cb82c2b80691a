import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { CoverageState } from "../../store/tables.ts"
import type { Manifest } from "../report/manifest.ts"
import { controlTotals } from "../report/report.ts"
import { formatMoney } from "../run/money-format.ts"
import { summarize } from "../run/run-summary.ts"
import type { FileFinding } from "./finding.ts"

const coverageFaults = (
  said: Readonly<Record<CoverageState, number>>,
  stored: Readonly<Record<CoverageState, number>>,
): ReadonlyArray<string> =>
  (Object.keys(stored) as ReadonlyArray<CoverageState>)
    .filter((state) => said[state] !== stored[state])
    .map((state) => `it says ${said[state]} lists ${state}, and the store says ${stored[state]}`)

type Totals = ReadonlyArray<Readonly<Record<string, string>>>

/** Each sum that the manifest states is the store's, however many zeros either writes; a sum that the store has not is new or old. */
const totalFaults = (said: Totals, stored: Totals): ReadonlyArray<string> => {
  const storedOf = new Map(stored.map((total) => [total.currency, total]))
  return said.flatMap((total) =>
    Object.entries(total).flatMap(([name, value]) => {
      const known = storedOf.get(total.currency)?.[name]
      if (name === "currency" || known === undefined || formatMoney(known) === formatMoney(value)) return []
      return [`it says ${value} for ${name} of ${total.currency}, and the store says ${formatMoney(known)}`]
    }),
  )
}

/**
 * What the manifest of a run says of its coverage and sums is what the store says. Only where the store's last word on the
 * run is the report: a run that was judged again since, and not reported again, may rightly differ.
 */
export const manifestAgrees = (
  sql: Sql,
  night: { readonly file: string; readonly runId: string; readonly manifest: Manifest | null },
): Effect.Effect<ReadonlyArray<FileFinding>, StoreError> =>
  Effect.gen(function* () {
    const { file, manifest, runId } = night
    const [run] = yield* sql.rows<{ state: string }>("SELECT state FROM recon.runs WHERE run_id = $1", [runId])
    if (manifest === null || run?.state !== "reported") return []
    const { coverage } = yield* summarize(sql, runId)
    const totals = yield* controlTotals(sql, runId, new Map())
    const faults = [
      ...coverageFaults(manifest.coverage, coverage),
      ...totalFaults(manifest.control_totals as Totals, totals as Totals),
    ]
    return faults.length === 0 ? [] : [{ _tag: "File", file, faults }]
  })
