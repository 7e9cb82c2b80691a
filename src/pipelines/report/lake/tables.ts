import { resolveContract } from "../../../api/contract.ts"

/** A table of the lake. */
export interface LakeTable {
  readonly name: string
  /** What it is read from, in the store. */
  readonly from: string
  /** The DATE of its partition. */
  readonly dt: string
  /** Rows of a day or of a month lie together; a month's partition is named by its first day. */
  readonly grain: "day" | "month"
  /**
   * Its rows are ordered by these, which tell each from every other: equal stores give equal bytes. An instant comes first, where there is one: such
   * rows are sorted and compressed in three quarters of the time, and a reader of some hours passes over the rest.
   */
  readonly key: ReadonlyArray<string>
}

const dayOfRun = (run: string): string => `strptime(left(${run}, 8), '%Y%m%d')::DATE`

/** The lists, each by the day on which a record was created, which never changes. */
const lists: ReadonlyArray<LakeTable> = resolveContract().streams.map(({ fields, idFields, stream }) => {
  const instant = ["created_at", "as_of"].find((name) => fields.some(({ column }) => column === name))
  return {
    name: stream,
    from: `main.${stream}`,
    dt: instant === undefined ? dayOfRun("first_seen_run") : `${instant}::DATE`,
    grain: stream === "transactions" ? "day" : "month",
    key: [...(instant === undefined ? [] : [instant]), ...idFields.map(({ column }) => column)],
  }
})

/** What is known of the night that was judged last, and what is kept of all nights. */
export const lakeTables: ReadonlyArray<LakeTable> = [
  ...lists,
  { name: "customers", from: "main.customers", dt: dayOfRun("first_seen_run"), grain: "month", key: ["customer_id"] },
  {
    name: "balance_snapshots",
    from: "main.balance_snapshots",
    dt: dayOfRun("run_id"),
    grain: "month",
    key: ["run_id", "customer_id", "currency", "network"],
  },
  {
    name: "movements",
    from: "recon.movement",
    dt: "created_at::DATE",
    grain: "day",
    key: ["created_at", "stream", "record_id", "leg"],
  },
  {
    name: "postings",
    from: "recon.transaction",
    dt: "created_at::DATE",
    grain: "day",
    key: ["created_at", "transaction_id"],
  },
  {
    name: "matches",
    from: "recon.matches",
    dt: dayOfRun("run_id"),
    grain: "day",
    // Both sides of a record lie beside each other: a fifth less to keep.
    key: ["record_id", "transaction_id", "leg", "side", "stream", "run_id"],
  },
  { name: "exceptions", from: "recon.exceptions", dt: "first_seen::DATE", grain: "month", key: ["exception_id"] },
  {
    name: "exception_events",
    from: "recon.exception_events",
    dt: "occurred_at::DATE",
    grain: "month",
    key: ["event_no"],
  },
  {
    name: "rollforward",
    from: "recon.rollforward",
    dt: dayOfRun("run_id"),
    grain: "day",
    key: ["run_id", "customer_id", "currency", "network"],
  },
  {
    name: "conservation",
    from: "recon.conservation",
    dt: dayOfRun("run_id"),
    grain: "month",
    key: ["run_id", "side", "currency", "category"],
  },
  {
    name: "coverage",
    from: "recon.coverage",
    dt: dayOfRun("run_id"),
    grain: "day",
    key: ["run_id", "customer_id", "stream"],
  },
  { name: "runs", from: "recon.runs", dt: "started_at::DATE", grain: "month", key: ["run_id"] },
]

export interface LakeColumn {
  readonly name: string
  /** What it is in the lake: one of a few types that every engine has. */
  readonly type: string
  /** How it is read from the store. */
  readonly sql: string
}

const kept = /^(VARCHAR|BOOLEAN|INTEGER|BIGINT|DATE|TIMESTAMP WITH TIME ZONE|DECIMAL\(\d+,\d+\))$/
const counted = /^(U?HUGEINT|U?BIGINT|UINTEGER|U?SMALLINT|U?TINYINT)$/

/** Engines differ in what else they know: counts become BIGINT, which fails where one does not fit, and nested values JSON. */
export const lakeColumn = (name: string, type: string): LakeColumn => {
  if (kept.test(type)) return { name, type, sql: `"${name}"` }
  if (counted.test(type)) return { name, type: "BIGINT", sql: `CAST("${name}" AS BIGINT) AS "${name}"` }
  const isText = type === "JSON" || type === "UUID" || type.startsWith("ENUM")
  return { name, type: "VARCHAR", sql: `CAST(${isText ? `"${name}"` : `to_json("${name}")`} AS VARCHAR) AS "${name}"` }
}
