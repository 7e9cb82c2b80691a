import { Effect } from "effect"
import { streams } from "../../../src/api/streams.ts"
import { Database } from "../../../src/store/database.ts"

/** Run ids as the order of their runs, because two stores never have the same ids. */
const ordinal = (column: string): string =>
  `(SELECT count(*) FROM recon.runs AS earlier WHERE earlier.run_id <= ${column}) AS ${column}`

/** Everything that a store knows of its records: rows, versions, history and snapshots, with runs by their order. */
export const storeDigest = Effect.gen(function* () {
  const database = yield* Database
  const digest = (name: string, from: string, columns: string) =>
    Effect.map(
      database.rows<{ rows: bigint; hash: string | null }>(
        `SELECT count(*) AS rows, md5(string_agg(row::VARCHAR, '|' ORDER BY row::VARCHAR)) AS hash
         FROM (SELECT ${columns} FROM ${from}) AS row`,
      ),
      ([found]) => `${name}: ${found?.rows} rows, ${found?.hash}`,
    )
  const runs = "version_seen_run, first_seen_run, last_seen_run"
  const typed = yield* Effect.forEach(streams, ({ stream }) =>
    digest(stream, `main.${stream}`, `* EXCLUDE (${runs}), ${runs.split(", ").map(ordinal).join(", ")}`),
  )
  const history = yield* digest(
    "superseded_versions",
    "main.superseded_versions",
    `* EXCLUDE (first_seen_run, last_seen_run), ${ordinal("first_seen_run")}, ${ordinal("last_seen_run")}`,
  )
  const snapshots = yield* digest(
    "balance_snapshots",
    "main.balance_snapshots",
    `* EXCLUDE run_id, ${ordinal("run_id")}`,
  )
  const customers = yield* digest(
    "customers",
    "main.customers",
    `* EXCLUDE (first_seen_run, last_seen_run), ${ordinal("first_seen_run")}, ${ordinal("last_seen_run")}`,
  )
  return [...typed, history, snapshots, customers]
})

/** What must hold of a store at any moment: no page without its records, no record twice, and every count ties. */
export const storeFaults = Effect.gen(function* () {
  const database = yield* Database
  const twice = yield* Effect.forEach(streams, ({ stream, fields, id }) => {
    const key = id.map((name) => fields.find(({ field }) => field === name)?.column ?? name)
    return Effect.map(
      database.rows<{ twice: bigint }>(
        `SELECT count(*) AS twice FROM (SELECT 1 FROM main.${stream} GROUP BY ${key.join(", ")} HAVING count(*) > 1)`,
      ),
      ([found]) => (found?.twice === 0n ? [] : [`${stream}: ${found?.twice} records are there twice`]),
    )
  })
  const untied = yield* database.rows<{ fault: string }>(`
    SELECT concat_ws('/', c.run_id, c.customer_id, c.stream) AS fault FROM recon.coverage AS c
    LEFT JOIN (
      SELECT run_id, customer_id, stream, count(*) AS pages, sum(items) AS items FROM raw.pages WHERE fault IS NULL GROUP BY ALL
    ) AS p USING (run_id, customer_id, stream)
    WHERE c.pages <> coalesce(p.pages, 0) OR c.records <> coalesce(p.items, 0)
      OR c.records <> c.new_records + c.changed_records + c.unchanged_records + c.duplicate_records + c.quarantined_records`)
  return [...twice.flat(), ...untied.map(({ fault }) => `${fault}: its counts do not tie to its pages`)]
})
