import { type StreamName, streams } from "../../../api/streams.ts"
import type { Check } from "../check.ts"
import { idColumnOf } from "../id-column.ts"

const withStatuses = streams.filter(({ statuses }) => statuses !== null)

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

/** An amount of 18 decimals without needless zeros; any other text as it is. */
const readable = (text: string): string =>
  `coalesce(regexp_replace(regexp_replace(${text}, '^(-?[0-9]+[.][0-9]*[1-9])0+$', '\\1'), '^(-?[0-9]+)[.]0+$', '\\1'), 'absent')`

/** Of each settled record of a list: what it must keep, as it was when first settled and as it is; amounts as exact text. */
const keptOf = (stream: StreamName, columns: ReadonlyArray<string>): string => {
  const row = streams.find((candidate) => candidate.stream === stream)
  if (row === undefined) return ""
  const list = (values: ReadonlyArray<string>) => `[${values.join(", ")}]`
  const oneAmount = columns.includes("net_amount")
  return `
        SELECT '${stream}' AS stream, p.${idColumnOf(row)} AS record_id, p.customer_id, o.settled_run,
          ${list(columns.map((column) => `'${column}'`))} AS names,
          json_extract_string(o.content, ${list(columns.map((column) => `'$.${column}'`))}) AS before,
          ${list(columns.map((column) => `CAST(p.${column} AS VARCHAR)`))} AS after,
          ${oneAmount ? "p.currency" : "NULL"} AS currency, ${oneAmount ? "p.net_amount" : "NULL"} AS net_amount
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
      SELECT u.stream, u.record_id, u.customer_id,
        concat('last listed in run ', u.last_seen_run, ', and absent from the list, which was read to its end') AS detail
      FROM unmet AS u
      ANTI JOIN quarantined AS q ON q.stream = u.stream AND q.record_id = u.record_id
      WHERE u.is_walked`,
    unproven: "SELECT count(*) AS unproven FROM unmet WHERE NOT is_walked",
    unprovenWhen:
      "The record's list was not walked to its end in this run (its customer left the roster or its product was switched off, too), or one of the list's records is in quarantine without a readable id and could be the one.",
    unjudged: "SELECT stream, record_id FROM unmet WHERE NOT is_walked",
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
      SELECT n.stream, n.record_id, n.customer_id,
        concat('created ', moment(n.created_at), ', and not on the list that run ', n.walked_run, ' read to its end from ', moment(n.walked_from), ' on') AS detail
      FROM newcomer AS n
      WHERE n.is_judgeable AND n.created_at < n.walked_from - to_hours(getvariable('limit_hours'))`,
    unproven: `
      SELECT count(*) AS unproven FROM newcomer AS n
      WHERE NOT n.is_judgeable AND (n.walked_from IS NULL OR n.created_at < n.walked_from - to_hours(getvariable('limit_hours')))`,
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
        SELECT v.stream, v.record_id, arg_min(v.content, v.version) AS content, arg_min(v.first_seen_run, v.version) AS settled_run
        FROM main.superseded_versions AS v
        JOIN recon.statuses AS s ON s.stream = v.stream AND s.status = json_extract_string(v.content, '$.status')
        WHERE s.class IN ('settled', 'undone')
        GROUP BY v.stream, v.record_id
      ),
      kept AS (${Object.entries(kept)
        .map(([stream, columns]) => keptOf(stream as StreamName, columns))
        .join("\n        UNION ALL")}
      ),
      changed AS (
        SELECT *, before[list_position(names, 'currency')] = currency AS same_currency,
          list_filter(list_zip(names, before, after), lambda c: c[2] IS DISTINCT FROM c[3]) AS changes
        FROM kept WHERE before IS DISTINCT FROM after
      )
      SELECT stream, record_id, customer_id, currency,
        -- Amounts of two currencies have no difference; of a conversion's two amounts the detail says which changed.
        CASE WHEN same_currency THEN CAST(before[list_position(names, 'net_amount')] AS DECIMAL(38,18)) END AS expected,
        CASE WHEN same_currency THEN net_amount END AS actual,
        concat(
          list_aggregate(
            list_transform(changes, lambda c: concat(c[1], ' was ', ${readable("c[2]")}, ' and is ', ${readable("c[3]")})), 'string_agg', '; '
          ),
          ' (settled as run ', settled_run, ' saw it)'
        ) AS detail
      FROM changed`,
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
