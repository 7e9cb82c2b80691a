/** What is not as it was read or written, with its place, so that a person finds it without a search. */
export type Finding = PageFinding | PartitionFinding | TableFinding | FileFinding

/** A stored page, or one that should be stored and is not. */
export interface PageFinding {
  readonly _tag: "Page"
  readonly runId: string
  readonly customerId: string
  readonly stream: string
  readonly chain: number
  readonly part: string
  readonly sequence: number
  /** Null where the page itself is gone. */
  readonly requestId: string | null
  /** What is wrong, each a clause that goes on from "it". */
  readonly faults: ReadonlyArray<string>
}

export interface PartitionFinding {
  readonly _tag: "Partition"
  readonly runId: string
  readonly customerId: string
  readonly stream: string
  readonly faults: ReadonlyArray<string>
}

/** A table of the database, or what one run left in it. */
export interface TableFinding {
  readonly _tag: "Table"
  readonly table: string
  /** Null where it is the table as a whole. */
  readonly runId: string | null
  readonly faults: ReadonlyArray<string>
}

export const tableFinding = (table: string, runId: string | null, faults: ReadonlyArray<string>): TableFinding => ({
  _tag: "Table",
  table,
  runId,
  faults,
})

export interface FileFinding {
  readonly _tag: "File"
  readonly file: string
  readonly faults: ReadonlyArray<string>
}

/** One line: where, and what. */
export const findingLine = (finding: Finding): string => `${placeOf(finding)}: ${finding.faults.join("; ")}`

const placeOf = (finding: Finding): string => {
  switch (finding._tag) {
    case "File":
      return finding.file
    case "Table":
      return finding.runId === null ? `table ${finding.table}` : `run ${finding.runId}, table ${finding.table}`
    case "Partition":
      return `run ${finding.runId}, customer ${finding.customerId}, ${finding.stream}`
    case "Page": {
      const chain = finding.chain === 1 ? "" : ` of chain ${finding.chain}`
      const part = finding.part === "chain" ? "" : ` of the ${finding.part}`
      const request = finding.requestId === null ? "" : ` (request ${finding.requestId})`
      return `run ${finding.runId}, customer ${finding.customerId}, ${finding.stream}, page ${finding.sequence}${part}${chain}${request}`
    }
  }
}

/** Findings of one place become one, in the order of places; what was said of it twice is said once. */
export const inOrder = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const byPlace = new Map<string, Finding>()
  for (const finding of findings) {
    const key = sortKey(finding)
    const before = byPlace.get(key)
    const faults = [...new Set([...(before?.faults ?? []), ...finding.faults])]
    byPlace.set(key, { ...(before ?? finding), faults })
  }
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, finding]) => finding)
}

/** Stored things before files; within a partition the pages in their order, the partition as a whole last. */
const sortKey = (finding: Finding): string => {
  if (finding._tag === "File") return `2\n${finding.file}`
  if (finding._tag === "Table") return `1\n${finding.runId ?? ""}\n~\n${finding.table}`
  const partition = `1\n${finding.runId}\n${finding.customerId}\n${finding.stream}`
  if (finding._tag === "Partition") return `${partition}\n2`
  const number = (value: number): string => String(value).padStart(10, "0")
  return `${partition}\n1\n${number(finding.chain)}\n${finding.part}\n${number(finding.sequence)}`
}
