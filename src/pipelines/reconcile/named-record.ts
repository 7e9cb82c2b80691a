/** A record that names another record, which must exist and belong to the same customer. */
export interface Naming {
  /** The list of the record that names. */
  readonly stream: string
  readonly id: string
  /** The column that holds the named record's id. */
  readonly names: string
  /** The list that should hold the named record. */
  readonly namedStream: string
  readonly namedId: string
  /** What the named record is called in a sentence. */
  readonly noun: string
}

/**
 * Each record whose named record is not there for its own customer. It is `proven` missing where another customer has
 * it, or where the customer's own list was read whole and nothing unreadable in it could be the named record. One that
 * was created within the grace waits: the list that it names may have been read before.
 */
const unmatchedSql = ({ id, namedId, names, namedStream, stream }: Naming): string => `
      WITH unmatched AS (
        SELECT r.${id} AS record_id, r.customer_id, r.${names} AS named_id, n.customer_id AS owner
        FROM main.${stream} AS r LEFT JOIN main.${namedStream} AS n ON n.${namedId} = r.${names}
        WHERE n.customer_id IS DISTINCT FROM r.customer_id
          AND r.created_at + getvariable('grace') <= getvariable('started_at')
      ),
      weighed AS (
        SELECT u.*,
          u.owner IS NOT NULL OR (p.customer_id IS NOT NULL AND q.record_id IS NULL AND a.customer_id IS NULL) AS is_proven
        FROM unmatched AS u
        LEFT JOIN proven AS p ON p.customer_id = u.customer_id AND p.stream = '${namedStream}'
        -- A record in quarantine exists; one whose id cannot be read might be any of its list.
        LEFT JOIN (SELECT DISTINCT record_id FROM quarantined WHERE stream = '${namedStream}' AND record_id IS NOT NULL) AS q
          ON q.record_id = u.named_id
        LEFT JOIN (SELECT DISTINCT customer_id FROM quarantined WHERE stream = '${namedStream}' AND record_id IS NULL) AS a
          ON a.customer_id = u.customer_id
      )`

/** SQL for the records whose named record is missing, with a sentence that says so. */
export const missingNamedSql = (naming: Naming): string => `${unmatchedSql(naming)}
      SELECT '${naming.stream}' AS stream, record_id, named_id AS counterpart_id, customer_id,
        CASE WHEN owner IS NULL THEN concat('names ${naming.noun} ', named_id, ', which does not exist')
          ELSE concat('names ${naming.noun} ', named_id, ', which exists and belongs to customer ', owner) END AS detail
      FROM weighed WHERE is_proven`

/** SQL for the records of which that cannot be said. */
export const unprovenNamedSql = (naming: Naming): string => `${unmatchedSql(naming)}
      SELECT '${naming.stream}' AS stream, record_id FROM weighed WHERE NOT is_proven`

/** What keeps such a record from being judged. */
export const unprovenWhenNamed = ({ namedStream, noun }: Naming): string =>
  `The customer's ${namedStream} were not read to their end in this run, or one in quarantine is, or could be, the ${noun}.`
