import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { CoverageState } from "../../store/states.ts"
import type { StoreError } from "../../store/store-error.ts"
import type { Manifest } from "../report/manifest.ts"
import { controlTotals } from "../report/report.ts"
import { formatMoney } from "../run/money-format.ts"
import { summarize } from "../run/run-summary.ts"
import { type Finding, tableFinding } from "./finding.ts"

const coverageFaults = (
  said: Readonly<Record<CoverageState, number>>,
  stored: Readonly<Record<CoverageState, number>>,
): ReadonlyArray<string> =>
  (Object.keys(stored) as ReadonlyArray<CoverageState>)
    .filter((state) => said[state] !== stored[state])
    .map((state) => `the manifest says ${said[state]} lists ${state}, and the store says ${stored[state]}`)

const sumsOf = "recon.coverage, recon.conservation or recon.rollforward"

type Totals = ReadonlyArray<Readonly<Record<string, string>>>

/** The sums of earlier versions held what was not read, too. */
const everythingHeld = (sql: Sql, runId: string) =>
  sql.rows<Readonly<Record<string, string>>>(
    `SELECT currency, sum(amount) FILTER (side = 'transaction') AS transactions_sum, sum(amount) FILTER (side = 'movement') AS movements_sum
     FROM recon.conservation WHERE run_id = $1 AND category = 'total' GROUP BY currency`,
    [runId],
  )

/** Each sum that the manifest states is the store's, however many zeros either writes; a sum that the store has not is new or old. */
const totalFaults = (said: Totals, stored: Totals, formerly: Totals): ReadonlyArray<string> => {
  const [storedOf, formerlyOf] = [stored, formerly].map(
    (totals) => new Map(totals.map((total) => [total.currency, total])),
  )
  return said.flatMap((total) =>
    Object.entries(total).flatMap(([name, value]) => {
      const [known, former] = [storedOf, formerlyOf].map((of) => of?.get(total.currency)?.[name] ?? undefined)
      if (name === "currency" || known === undefined) return []
      if ([known, former].some((sum) => sum !== undefined && formatMoney(sum) === formatMoney(value))) return []
      return [`the manifest says ${value} for ${name} of ${total.currency}, and the store says ${formatMoney(known)}`]
    }),
  )
}

/**
 * What a manifest's closings say of each other: reported less computed is the difference that it states, and a night that is
 * CLEAN has no line of a roll-forward that differs, unless the checks of balances are switched off. A manifest of an earlier version states no difference.
 */
const closingFaults = (sql: Sql, runId: string, manifest: Manifest) =>
  Effect.gen(function* () {
    const totals = manifest.control_totals as Totals
    const untied = yield* sql.rows<{ currency: string; reported: string; computed: string; difference: string }>(
      `WITH said AS (
         SELECT unnest($1) AS currency, unnest($2) AS reported, unnest($3) AS computed, unnest($4) AS difference
       )
       SELECT * FROM said WHERE TRY(reported::DECIMAL(38,18) - computed::DECIMAL(38,18)) <> difference::DECIMAL(38,18)`,
      ["currency", "reported_closing", "computed_closing", "closing_difference"].map((name) =>
        totals.map((total) => total[name] ?? null),
      ),
    )
    const differing =
      manifest.verdict === "CLEAN"
        ? yield* sql.rows<{ currency: string; lines: bigint }>(
            `SELECT currency, count(*) AS lines FROM recon.rollforward
             WHERE run_id = $1 AND status IN ('differs', 'unstated')
               AND NOT EXISTS (FROM recon.settings AS o WHERE o.run_id = $1 AND o.setting LIKE 'checks.BAL%.enabled' AND o.value = 'false')
             GROUP BY currency ORDER BY currency`,
            [runId],
          )
        : []
    return [
      ...untied.map(
        ({ computed, currency, difference, reported }) =>
          `the manifest says that ${currency} closed at ${reported}, by what was posted at ${computed}, and that they differ by ${difference}`,
      ),
      ...differing.map(
        ({ currency, lines }) =>
          `the manifest says CLEAN, and ${lines} closing${lines === 1n ? "" : "s"} of ${currency} differ${lines === 1n ? "s" : ""} from what was posted`,
      ),
    ]
  })

/**
 * What the manifest of a run says of its coverage and sums is what the store says. Only where the store's last word on the
 * run is the report: a run that was judged again since, and not reported again, may rightly differ. Where they differ and the
 * manifest is the one that was written, it is the store that was altered.
 */
export const manifestAgrees = (
  sql: Sql,
  night: { readonly file: string; readonly runId: string; readonly manifest: Manifest | null },
  isAsWritten: boolean,
): Effect.Effect<ReadonlyArray<Finding>, StoreError> =>
  Effect.gen(function* () {
    const { file, manifest, runId } = night
    const [run] = yield* sql.rows<{ state: string }>("SELECT state FROM recon.runs WHERE run_id = $1", [runId])
    if (manifest === null || run?.state !== "reported") return []
    const { coverage } = yield* summarize(sql, runId)
    const totals = yield* controlTotals(sql, runId, new Map())
    const faults = [
      ...coverageFaults(manifest.coverage, coverage),
      ...totalFaults(manifest.control_totals as Totals, totals as Totals, yield* everythingHeld(sql, runId)),
      ...(yield* closingFaults(sql, runId, manifest)),
    ]
    if (faults.length === 0) return []
    return [isAsWritten ? tableFinding(sumsOf, runId, faults) : { _tag: "File", file, faults }]
  })
