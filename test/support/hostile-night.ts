import { Effect } from "effect"
import { defaultConfiguration } from "../../src/pipelines/configuration/settings.ts"
import { ensureStore } from "../../src/pipelines/ensure-store.ts"
import { reconcile } from "../../src/pipelines/reconcile/reconcile.ts"
import { report } from "../../src/pipelines/report/report.ts"
import { Database } from "../../src/store/database.ts"

export const hostileTexts = [
  `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`,
  `"><svg/onload=window.hit=1>`,
  `'-alert(1)-' ${"`"}${"$"}{window.hit=1}${"`"}`,
  `</td></table></script><style>*{display:none}</style>`,
  `&lt;b&gt; &amp; javascript:window.hit=1`,
  "\u202Etxt.exe\u202C شركة المد",
  "nul\u0000 bell\u0007 escape\u001B[31m lone\uD800",
  '=HYPERLINK("http://example.invalid","x")',
  "#N/A",
  "_x0041_",
  "x".repeat(10_000),
] as const

const startedAt = "2026-11-26T02:30:00.000Z"
export const hostileRun = { runId: "20261126T023000000Z-beef", startedAt }

const list = (texts: ReadonlyArray<string>): string =>
  `[${texts.map((text) => `'${text.replaceAll("'", "''").replaceAll("\u0000", "' || chr(0) || '")}'`).join(", ")}]`

/**
 * A night of 2,000 exceptions over several nights' time, with names and sentences that try to be more than text; one list
 * was not read to its end. It is judged as a night of no records, then given its exceptions, and reported.
 */
export const hostileNight = (out: string, exceptions = 2000, configuration = defaultConfiguration) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { runId } = hostileRun
    yield* ensureStore(database, defaultConfiguration.contract)
    const customers = list(hostileTexts.map((text) => text.toWellFormed()))
    yield* database.run(
      `INSERT INTO main.customers BY NAME SELECT 'c' || i AS customer_id, ${customers}[i + 1] AS partner_customer_ref, $1 AS first_seen_run, $1 AS last_seen_run FROM range(${hostileTexts.length}) AS r(i)`,
      [runId],
    )
    yield* database.run(
      `INSERT INTO recon.runs BY NAME SELECT $1 AS run_id, 'full' AS mode, $2::TIMESTAMPTZ AS started_at, 'synced' AS state, 'PARTIAL' AS coverage,
         12 AS partitions, 11 AS partitions_proven, 0 AS pages, 0 AS records, 'none' AS configuration_sha256`,
      [runId, startedAt],
    )
    yield* database.run(
      `INSERT INTO recon.coverage BY NAME SELECT $1 AS run_id, 'c' || i AS customer_id, 'fiat_deposits' AS stream, 'fiat' AS product,
         CASE WHEN i = 0 THEN 'FAILED' ELSE 'COMPLETE' END AS state, CASE WHEN i = 0 THEN ${customers}[1] ELSE 'read' END AS reason, 0 AS pages, 0 AS records,
         0 AS new_records, 0 AS changed_records, 0 AS unchanged_records, 0 AS duplicate_records, 0 AS quarantined_records, i > 0 AS ended
       FROM range(${hostileTexts.length}) AS r(i)`,
      [runId],
    )
    yield* reconcile(hostileRun, defaultConfiguration)
    yield* database.run(
      `INSERT INTO recon.exceptions BY NAME
       SELECT 'x' || lpad(to_hex(i), 16, '0') AS exception_id, ['LED_AMOUNT_MISMATCH', 'BAL_NEGATIVE', 'REC_INVALID'][i % 3 + 1] AS code,
         ['critical', 'high', 'medium', 'low', 'info'][i % 5 + 1] AS severity, 'open' AS state, 'fiat_deposits' AS stream,
         'r' || i || ' ' || ${customers}[i % 7 + 1] AS record_id, 'c' || (i % ${hostileTexts.length}) AS customer_id,
         ['EUR', 'ETH', 'JPY'][i % 3 + 1] AS currency, ('12345678901234567.' || lpad(i::VARCHAR, 18, '0'))::DECIMAL(38,18) AS expected,
         (i::DECIMAL(38,18) / 1)::DECIMAL(38,18) AS actual, NULL::DECIMAL(38,18) AS difference, NULL::DECIMAL(38,18) AS tolerance,
         CASE WHEN i % 3 = 0 THEN i::DECIMAL(38,18) ELSE ('0.' || lpad((i * 7919 % 1000003)::VARCHAR, 18, '0'))::DECIMAL(38,18) END AS at_stake,
         $1 AS first_seen_run, $2::TIMESTAMPTZ - to_days((i % 100)::INTEGER) AS first_seen, $1 AS last_seen_run, $2::TIMESTAMPTZ AS last_seen,
         ${customers}[i % ${hostileTexts.length} + 1] AS detail
       FROM range(${exceptions}) AS r(i)`,
      [runId, startedAt],
    )
    return yield* report(hostileRun, configuration, out)
  })
