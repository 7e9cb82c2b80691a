import { CompiledQuery, type Migration } from "kysely"
import { addColumn, createStatements, type TableDescription } from "../describe-table.ts"

const runId = ["run_id", "VARCHAR NOT NULL", "The run; ids sort by the time the run began."] as const

const tables: ReadonlyArray<TableDescription> = [
  {
    name: "recon.failed_requests",
    comment: "Every try of a request that failed: what Oceafin's support asks for, and nothing of the page itself.",
    columns: [
      runId,
      ["failed_at", "TIMESTAMPTZ NOT NULL", "When the try had failed, by our clock."],
      ["request_id", "VARCHAR NOT NULL", "X-Request-Id; the same over all tries of one request."],
      ["api_request_id", "VARCHAR", "The request id as the API gave it in its answer, where it did."],
      ["customer_id", "VARCHAR NOT NULL", "The customer whose list was asked for."],
      ["stream", "VARCHAR NOT NULL", "The list that was asked for."],
      ["endpoint", "VARCHAR NOT NULL", "Method and path, without the query."],
      ["attempt", "INTEGER NOT NULL", "1 for the first try."],
      ["failure", "VARCHAR NOT NULL", "The class of the failure, as tidemark policy lists them."],
      ["status", "INTEGER", "The HTTP status; NULL where no answer arrived."],
      ["problem_code", "VARCHAR", "The API's problem code, where the answer had one."],
      ["waited_ms", "BIGINT", "How long was waited before the next try, in milliseconds; NULL where there was none."],
    ],
  },
  {
    name: "recon.run_retries",
    comment: "Per run and class of failure: how often it was met, and what the waiting cost.",
    columns: [
      runId,
      ["failure", "VARCHAR NOT NULL", "The class of the failure, as tidemark policy lists them."],
      ["failures", "BIGINT NOT NULL", "Tries that failed so."],
      ["retries", "BIGINT NOT NULL", "Tries made because of it."],
      ["waited_ms", "BIGINT NOT NULL", "Waited before those tries, in milliseconds, over all requests together."],
    ],
  },
]

const columns: ReadonlyArray<readonly [table: string, name: string, type: string, comment: string]> = [
  [
    "raw.pages",
    "chain",
    "INTEGER DEFAULT 1",
    "Which chain of its partition in this run: 1, and one more for each restart.",
  ],
  [
    "raw.pages",
    "part",
    "VARCHAR DEFAULT 'chain'",
    "chain: a page of the chain. look back: read after the chain had ended, to see what had arrived meanwhile.",
  ],
  ["raw.quarantine", "chain", "INTEGER DEFAULT 1", "The chain of the page, as in raw.pages."],
  [
    "recon.coverage",
    "chain",
    "INTEGER DEFAULT 1",
    "Chains begun in this run; more than 1 where the chain was restarted.",
  ],
  [
    "recon.coverage",
    "chain_sha256",
    "VARCHAR",
    "SHA-256 over the partition's pages in order, each with its cursors and the SHA-256 of its body; tidemark verify computes it anew.",
  ],
  ["recon.runs", "api", "VARCHAR", "The base URL that was read."],
  [
    "recon.runs",
    "roster_sha256",
    "VARCHAR",
    "SHA-256 over the customers that were planned; another roster begins another run.",
  ],
  ["recon.runs", "resumed", "INTEGER DEFAULT 0", "How often the run was taken up again after its process had ended."],
  ["recon.runs", "duplicates", "BIGINT", "Records that came more than once."],
  ["recon.runs", "quarantined", "BIGINT", "Records that the contract could not read."],
  ["recon.runs", "waited_ms", "BIGINT", "Waited before retries, in milliseconds, over all requests together."],
]

export const storm: Migration = {
  up: async (db) => {
    const statements = [
      ...tables.flatMap(createStatements),
      ...columns.flatMap((column) => addColumn(...column)),
      "COMMENT ON COLUMN recon.runs.records IS 'Different records on those pages, those in quarantine included.'",
      "COMMENT ON COLUMN recon.coverage.pages IS 'Pages that are stored, those of restarted chains and of looking back included.'",
    ]
    for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
  },
}
