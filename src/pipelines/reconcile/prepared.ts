/**
 * What a reconciliation prepares before its checks run, for the reader of a check's query: temporary tables, macros and
 * variables that neither the store nor its snapshot holds. Everything else in a query is a table of the store.
 */
export const prepared: Readonly<Record<string, string>> = {
  "getvariable('run')": "the run's id",
  "getvariable('started_at')": "when the run began",
  "getvariable('grace')": "the check's grace",
  "getvariable('limit_hours')": "the check's limit in hours",
  "getvariable('check_code')": "the check's code",
  limits: "hours by check and stream",
  proven: "lists that this run walked to their end, by customer and stream",
  quarantined: "records of this run that cannot be read, with what of them can be",
  movement: "each movement that a product record means, with its class and when it settled",
  unmet: "records that an earlier run knew and this one has not met, and whether their list was walked to its end",
  newcomer: "records met since the last judgement, with the last run before them that walked their list to its end",
  verdict: "each movement with its transaction, each transaction that has none, and what was made of it",
  closing: "the balances of this run, the networks of one currency summed",
  opening: "the latest earlier balances that were proven",
  posted: "sums of posted transactions by customer and currency: since_inception and in_period",
  suspicion: "by check, customer and currency: what a balance's residual equals, three suspects at most",
  summable: "whether the sums of a customer and currency prove something: is_proven, balances_proven",
  "plain(": "an amount without needless zeros",
  "moment(": "an instant to the second",
  "grace_of(": "the grace of a check",
  "in_grace(": "whether a check's grace since an instant is still running",
  "tolerance_of(": "what may differ: by check, currency and expected amount",
}

const isWord = /^\w+$/

/** Those that a query names, in the order of the table. */
export const preparedIn = (query: string): ReadonlyArray<readonly [name: string, meaning: string]> =>
  Object.entries(prepared)
    .filter(([name]) =>
      isWord.test(name) ? new RegExp(`(FROM|JOIN)\\s+${name}\\b`).test(query) : query.includes(name),
    )
    .map(([name, meaning]) => [name.replace("(", "(…)").replace("(…)'", "('"), meaning] as const)
