/**
 * The fixed tables as Kysely sees them: only the columns that composed queries touch. Typed tables of the streams are
 * not listed; their statements are generated from their own description (typed-table.ts). Times are ISO 8601 in UTC,
 * decimals and counts come back exact (strings and bigints).
 */
export interface Tables {
  "main.customers": {
    customer_id: string
    partner_customer_ref: string
    products: string | null
    first_seen_run: string
    last_seen_run: string
  }
  "recon.runs": {
    run_id: string
    mode: string
    started_at: string
    finished_at: string | null
    state: RunState
    coverage: "COMPLETE" | "PARTIAL" | null
    partitions: bigint | null
    partitions_proven: bigint | null
    pages: bigint | null
    records: bigint | null
    requests: bigint | null
    retries: bigint | null
    bytes: bigint | null
    exceptions: bigint | null
    configuration_sha256: string
    detail: string | null
  }
  "recon.coverage": {
    run_id: string
    customer_id: string
    stream: string
    product: string
    state: CoverageState
    reason: string
    problem_code: string | null
    request_id: string | null
    pages: number
    records: bigint
    new_records: bigint
    changed_records: bigint
    unchanged_records: bigint
    duplicate_records: bigint
    quarantined_records: bigint
    next_cursor: string | null
    ended: boolean
  }
}

/** `running`: reading pages. `synced`: pages read, not yet reconciled. `interrupted`: its process died or was stopped. */
export type RunState = "running" | "synced" | "reconciled" | "reported" | "interrupted" | "failed"

/** Source: docs/glossary.md, "Words". */
export type CoverageState = "COMPLETE" | "NOT_APPLICABLE" | "PARTIAL" | "DENIED" | "FAILED"
