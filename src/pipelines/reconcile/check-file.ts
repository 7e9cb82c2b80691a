import { type Severity, severities } from "../configuration/file.ts"
import type { SqlFile, SqlFileFault } from "../sql-file.ts"

/** What must be proven in a run before an exception that it did not find may be called resolved. */
export const evidences = ["list", "stream", "customer", "run", "roster"] as const
export type Evidence = (typeof evidences)[number]

/**
 * One rule that can find exceptions, as its file says it: `<CODE>.sql`, a header and one query over the views of schema
 * recon. The query returns one row for each case, with any of the columns of `findingColumns`; `outcome` says what came of
 * the case, and a row without it is an exception.
 */
export interface CheckFile {
  readonly code: string
  readonly severity: Severity
  readonly family: string
  /** One sentence: what it is that is wrong. */
  readonly definition: string
  /** A fault that the check finds. */
  readonly finds: string
  /** A near miss on which it stays silent. */
  readonly silent: string
  /** What finance should do about it. */
  readonly action: string
  /** What keeps a case from being judged, in a sentence; null where the query says it case by case. */
  readonly unprovenWhen: string | null
  readonly settings: CheckFileSettings
  /**
   * What a resolution rests on: the exception's own list, that list of every customer, every list of its customer, every list
   * of the run, or nothing but the run's roster.
   */
  readonly restsOn: Evidence
  /** The columns of its rows that make the state of affairs which a write-off accepts. */
  readonly accepts: ReadonlyArray<string>
  readonly sql: string
}

export interface CheckFileSettings {
  readonly grace: boolean
  readonly tolerance: boolean
  /** Whole numbers by name, with their defaults, such as limitHours. */
  readonly numbers: Readonly<Record<string, number>>
  /** Lists of words by name, with their defaults, such as exceptCustomers. */
  readonly words: Readonly<Record<string, ReadonlyArray<string>>>
  /** Whether limitHours is one number for each stream, from the table of products. */
  readonly limitByStream: boolean
}

/** What a check's query may return; columns that it leaves out are NULL, columns that are not here serve `accepts`. */
export const findingColumns = {
  /** exception, unproven, or in flight: a difference that still is in its grace. */
  outcome: "VARCHAR",
  stream: "VARCHAR",
  record_id: "VARCHAR",
  leg: "VARCHAR",
  counterpart_id: "VARCHAR",
  customer_id: "VARCHAR",
  /** Of the amounts. A row that gives none is taken to be about its record's amount. */
  currency: "VARCHAR",
  expected: "DECIMAL(38,18)",
  actual: "DECIMAL(38,18)",
  tolerance: "DECIMAL(38,18)",
  /** The money that the case is about, without sign; by default the difference, else the amount. */
  at_stake: "DECIMAL(38,18)",
  /** Only where an exception's severity differs from its check's. */
  severity: "VARCHAR",
  detail: "VARCHAR",
  /** What stands in the way, of a case that is unproven. */
  obstacle: "VARCHAR",
} as const

const KEYS = [
  "severity",
  "family",
  "definition",
  "finds",
  "silent",
  "action",
  "settings",
  "rests on",
  "accepts",
  "unproven when",
]
const NEEDED = ["severity", "family", "definition", "finds", "silent", "action", "rests on"]

const SETTING = /^([a-zA-Z]+)(?: (by stream)|(?: *= *)([0-9]+|[A-Z_]+(?: [A-Z_]+)*|none))?$/

const readSettings = (text: string): CheckFileSettings | string => {
  const numbers: Record<string, number> = {}
  const words: Record<string, ReadonlyArray<string>> = {}
  const flags = new Set<string>()
  for (const item of text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")) {
    const [, name, byStream, value] = SETTING.exec(item) ?? []
    if (name === undefined)
      return `settings: "${item}" is not a setting; write grace, tolerance, name = 12 or name = WORD WORD`
    if (byStream !== undefined) flags.add("limitByStream")
    else if (value === undefined) flags.add(name)
    else if (/^\d+$/.test(value)) numbers[name] = Number(value)
    else words[name] = value === "none" ? [] : value.split(" ")
  }
  const odd = [...flags].find((flag) => !["grace", "tolerance", "limitByStream"].includes(flag))
  if (odd !== undefined) return `settings: ${odd} needs a default, such as ${odd} = 12`
  return {
    grace: flags.has("grace"),
    tolerance: flags.has("tolerance"),
    limitByStream: flags.has("limitByStream"),
    numbers,
    words,
  }
}

/** Reads a check from its file; the fault where a key is missing, unknown or says something that nobody knows. */
export const readCheck = (file: SqlFile): CheckFile | SqlFileFault => {
  const value = (key: string): string => file.header.get(key)?.text ?? ""
  const fault = (key: string, problem: string): SqlFileFault => ({ line: file.header.get(key)?.line ?? 1, problem })
  if (!/^[A-Z][A-Z0-9_]+$/.test(file.name)) {
    return { line: 1, problem: `${file.name} is not a code; a check's file is named after its code, in capitals` }
  }
  for (const key of file.header.keys()) {
    if (!KEYS.includes(key)) return fault(key, `${key} is not a key of a check; the keys are ${KEYS.join(", ")}`)
  }
  for (const key of NEEDED) if (value(key) === "") return { line: 1, problem: `the header does not say ${key}` }
  const severity = severities.find((candidate) => candidate === value("severity"))
  if (severity === undefined) return fault("severity", `severity is one of ${severities.join(", ")}`)
  const restsOn = evidences.find((candidate) => candidate === value("rests on"))
  if (restsOn === undefined) return fault("rests on", `"rests on" is one of ${evidences.join(", ")}`)
  const settings = readSettings(value("settings"))
  if (typeof settings === "string") return fault("settings", settings)
  return {
    code: file.name,
    severity,
    family: value("family"),
    definition: value("definition"),
    finds: value("finds"),
    silent: value("silent"),
    action: value("action"),
    unprovenWhen: value("unproven when") || null,
    settings,
    restsOn,
    accepts: value("accepts")
      .split(",")
      .map((column) => column.trim())
      .filter((column) => column !== ""),
    sql: file.sql,
  }
}
