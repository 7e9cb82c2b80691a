import { type StreamName, streams } from "../../../api/streams.ts"
import type { Check } from "../check.ts"
import { idColumnOf } from "../id-column.ts"

/**
 * Checks that compare what was read now with what earlier runs knew. Balances are left out of all four: a balance has no
 * life of its own, and one that is no longer stated is the business of BAL_UNSTATED.
 */
const withLife = streams.filter(({ stream }) => stream !== "balances")
const withStatuses = streams.filter(({ statuses }) => statuses !== null)

/** The rows of every list that a condition picks; `what` adds columns of the list's own. */
const everyRecord = (condition: string, what: string): string =>
  withLife
    .map(
      (row) => `SELECT '${row.stream}' AS stream, ${idColumnOf(row)} AS record_id, customer_id, ${what}
        FROM main.${row.stream} WHERE ${condition}`,
    )
    .join("\n        UNION ALL BY NAME\n        ")

/** Records that an earlier run knew and this one has not met; met in a chain that was later restarted is met. */
const unmetSql = `unmet AS (
        ${everyRecord("last_seen_run < getvariable('run')", "last_seen_run")}
      ),
      unreadable_list AS (SELECT DISTINCT customer_id, stream FROM quarantined WHERE record_id IS NULL),
      walked AS (
        SELECT customer_id, stream FROM proven ANTI JOIN unreadable_list USING (customer_id, stream)
        WHERE (SELECT mode FROM recon.runs WHERE run_id = getvariable('run')) = 'full'
      )`

/** Of each list, the newest earlier run that walked it to its end: what is new should have been created since. */
const newcomersSql = `newcomer AS (
        SELECT n.* FROM (
        ${everyRecord("first_seen_run = getvariable('run')", "created_at")}
        ) AS n
        SEMI JOIN main.customers AS c ON c.customer_id = n.customer_id AND c.first_seen_run < getvariable('run')
        ANTI JOIN raw.quarantine AS q ON q.run_id < getvariable('run') AND q.stream = n.stream AND q.record_id = n.record_id
      ),
      reading AS (
        SELECT v.customer_id, v.stream, v.run_id, r.started_at, v.state = 'COMPLETE' AND r.mode = 'full' AS is_walked
        FROM recon.coverage AS v JOIN recon.runs AS r ON r.run_id = v.run_id
        SEMI JOIN newcomer AS n ON n.customer_id = v.customer_id AND n.stream = v.stream
        WHERE v.run_id < getvariable('run') AND v.state <> 'NOT_APPLICABLE'
      ),
      last_walk AS (
        SELECT customer_id, stream, max(run_id) FILTER (is_walked) AS run_id, max(started_at) FILTER (is_walked) AS started_at
        FROM reading GROUP BY customer_id, stream
      ),
      unreadable_then AS (
        SELECT l.customer_id, l.stream FROM last_walk AS l
        SEMI JOIN raw.quarantine AS q
          ON q.run_id = l.run_id AND q.customer_id = l.customer_id AND q.stream = l.stream AND q.record_id IS NULL
      )`

/** What a settled record must keep, by the names of its columns. Source: design, REC_MUTATED; contract, "Fields". */
const kept: Partial<Record<StreamName, ReadonlyArray<string>>> = {
  transactions: ["direction", "amount", "fee", "net_amount", "currency", "customer_id", "resource_type", "resource_id"],
  fiat_deposits: ["amount", "fee", "net_amount", "currency", "customer_id", "fiat_account_id"],
  fiat_withdrawals: ["amount", "fee", "net_amount", "currency", "customer_id", "bank_account_id", "quote_id"],
  crypto_deposits: ["amount", "fee", "net_amount", "currency", "customer_id", "wallet_id"],
  crypto_withdrawals: ["amount", "fee", "net_amount", "currency", "customer_id", "beneficiary_id", "quote_id"],
  crypto_refunds: ["amount", "fee", "net_amount", "currency", "customer_id", "original_deposit_id"],
  conversions: [
    ...["from_amount", "to_amount", "rate", "fee", "from_currency", "to_currency", "fee_currency"],
    ...["customer_id", "quote_id"],
  ],
  collection_payments: [
    ...["amount", "fee", "net_amount", "currency", "customer_id"],
    ...["buyer_id", "collection_wallet_id", "checkout_id"],
  ],
}

const mutatedOf = (stream: StreamName, columns: ReadonlyArray<string>): string => {
  const row = streams.find((candidate) => candidate.stream === stream)
  if (row === undefined) return ""
  const isMoney = (column: string) => row.fields.some((field) => field.column === column && field.type === "money")
  const before = (column: string): string => {
    const text = `json_extract_string(o.content, '$.${column}')`
    return isMoney(column) ? `TRY_CAST(${text} AS DECIMAL(38,18))` : text
  }
  const shown = (column: string, value: string): string =>
    isMoney(column) ? `plain(${value})` : `coalesce(${value}, 'absent')`
  const changes = columns.map(
    (column) =>
      `CASE WHEN ${before(column)} IS DISTINCT FROM p.${column}
            THEN concat('${column} was ', ${shown(column, before(column))}, ' and is ', ${shown(column, `p.${column}`)}) END`,
  )
  const oneAmount = columns.includes("net_amount")
  const sameCurrency = `${before("currency")} = p.currency`
  return `
      SELECT '${stream}' AS stream, p.${idColumnOf(row)} AS record_id, p.customer_id,
        ${oneAmount ? "p.currency" : "NULL"} AS currency,
        ${oneAmount ? `CASE WHEN ${sameCurrency} THEN ${before("net_amount")} END` : "NULL"} AS expected,
        ${oneAmount ? `CASE WHEN ${sameCurrency} THEN p.net_amount END` : "NULL"} AS actual,
        concat_ws('; ',
          ${changes.join(",\n          ")}
        ) AS changes, o.first_seen_run AS settled_run
      FROM main.${stream} AS p JOIN first_settled AS o ON o.stream = '${stream}' AND o.record_id = p.${idColumnOf(row)}`
}

const openOf = (row: (typeof withStatuses)[number]): string => `
        SELECT '${row.stream}' AS stream, r.${idColumnOf(row)} AS record_id, r.customer_id, r.status
        FROM main.${row.stream} AS r JOIN recon.statuses AS s ON s.stream = '${row.stream}' AND s.status = r.status AND s.class = 'open'
        WHERE r.version > 1`

export const historyChecks: ReadonlyArray<Check> = [
  {
    code: "COV_VANISHED",
    severity: "high",
    family: "coverage",
    definition:
      "A record that an earlier run knew is absent from a list that this run walked to its end. Resolved when the record is listed again.",
    query: `
      WITH ${unmetSql}
      SELECT u.stream, u.record_id, u.customer_id,
        concat('last listed in run ', u.last_seen_run, ', and absent from the list, which was read to its end') AS detail
      FROM unmet AS u
      SEMI JOIN walked AS w ON w.customer_id = u.customer_id AND w.stream = u.stream
      ANTI JOIN quarantined AS q ON q.stream = u.stream AND q.record_id = u.record_id`,
    unproven: `WITH ${unmetSql}
      SELECT count(*) AS unproven FROM unmet AS u ANTI JOIN walked AS w ON w.customer_id = u.customer_id AND w.stream = u.stream`,
    unprovenWhen:
      "The record's list was not walked to its end in this run (its customer left the roster or its product was switched off, too), or one of the list's records is in quarantine without a readable id and could be the one.",
    unjudged: `WITH ${unmetSql}
      SELECT u.stream, u.record_id FROM unmet AS u ANTI JOIN walked AS w ON w.customer_id = u.customer_id AND w.stream = u.stream`,
    finds: "A withdrawal that was listed last night is not on the list tonight, which was read to its end.",
    silent:
      "A record whose list broke off tonight, one that is in quarantine, or one that was met in a chain of tonight that had to be restarted.",
  },
  {
    code: "COV_LATE_ARRIVAL",
    severity: "low",
    family: "coverage",
    definition:
      "A record was created more than an hour before the start of the last run that walked its list to its end, and is seen only now. An exception of one night: the next one has seen it before.",
    query: `
      WITH ${newcomersSql}
      SELECT n.stream, n.record_id, n.customer_id,
        concat('created ', moment(n.created_at), ', and not on the list that run ', l.run_id, ' read to its end from ', moment(l.started_at), ' on') AS detail
      FROM newcomer AS n
      JOIN last_walk AS l ON l.customer_id = n.customer_id AND l.stream = n.stream
      ANTI JOIN unreadable_then AS u ON u.customer_id = n.customer_id AND u.stream = n.stream
      WHERE n.created_at < l.started_at - to_hours(getvariable('limit_hours'))`,
    unproven: `WITH ${newcomersSql}
      SELECT count(*) AS unproven FROM newcomer AS n
      JOIN last_walk AS l ON l.customer_id = n.customer_id AND l.stream = n.stream
      LEFT JOIN unreadable_then AS u ON u.customer_id = n.customer_id AND u.stream = n.stream
      WHERE l.run_id IS NULL OR u.customer_id IS NOT NULL AND n.created_at < l.started_at - to_hours(getvariable('limit_hours'))`,
    unprovenWhen:
      "No earlier run that tried the list came to its end, or the last one that did had a record in quarantine there without a readable id, which could be the one. Where the list is read for the first time, nothing is late.",
    limitHours: 1,
    finds: "A deposit created at noon yesterday, absent from last night's list and listed tonight.",
    silent:
      "A deposit created fifty minutes before last night's run, one of a customer who is on the roster for the first time, or one that was in quarantine last night.",
  },
  {
    code: "REC_MUTATED",
    severity: "high",
    family: "records",
    definition:
      "After a record was settled (a transaction: posted), its amounts, currencies, rate, customer or the ids that it names changed. Resolved when the record again says what it said when first settled.",
    query: `
      WITH first_settled AS MATERIALIZED (
        SELECT v.stream, v.record_id, arg_min(v.content, v.version) AS content, arg_min(v.first_seen_run, v.version) AS first_seen_run
        FROM main.superseded_versions AS v
        JOIN recon.statuses AS s ON s.stream = v.stream AND s.status = json_extract_string(v.content, '$.status')
        WHERE s.class IN ('settled', 'undone')
        GROUP BY v.stream, v.record_id
      )
      SELECT * EXCLUDE (changes, settled_run), concat(changes, ' (settled as run ', settled_run, ' saw it)') AS detail
      FROM (${Object.entries(kept)
        .map(([stream, columns]) => mutatedOf(stream as StreamName, columns))
        .join("\n      UNION ALL BY NAME")}
      )
      WHERE changes <> ''`,
    unproven: null,
    finds: "A deposit that was COMPLETED over 100.00 last night and is COMPLETED over 90.00 tonight.",
    silent:
      "A deposit that was PENDING over 100.00 and is COMPLETED over 90.00: until it is settled, a record may change.",
  },
  {
    code: "REC_STATUS_REGRESSION",
    severity: "high",
    family: "records",
    definition: "A record left a settled, void or undone state for an open one. Resolved when it is open no longer.",
    query: `
      WITH open_record AS (${withStatuses.map(openOf).join("\n        UNION ALL BY NAME")}
      ),
      before AS (
        SELECT o.*, v.version, v.first_seen_run, json_extract_string(v.content, '$.status') AS earlier
        FROM open_record AS o JOIN main.superseded_versions AS v ON v.stream = o.stream AND v.record_id = o.record_id
      )
      SELECT b.stream, b.record_id, b.customer_id,
        concat('was ', arg_max(b.earlier, b.version), ' as run ', arg_max(b.first_seen_run, b.version), ' saw it, and is ', b.status) AS detail
      FROM before AS b JOIN recon.statuses AS s ON s.stream = b.stream AND s.status = b.earlier
      WHERE s.class IN ('settled', 'void', 'undone')
      GROUP BY b.stream, b.record_id, b.customer_id, b.status`,
    unproven: null,
    finds: "A withdrawal that FAILED last night and is PROCESSING tonight.",
    silent: "A withdrawal that went from PENDING to PROCESSING, or a COMPLETED deposit that was REVERSED.",
  },
]
