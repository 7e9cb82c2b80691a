import { unitsOf } from "../support/decimal.ts"
import type { Expectation, ExpectedException, Named } from "./world.ts"

/** A report's rows, cells by column. */
export type Rows = ReadonlyArray<Readonly<Record<string, string>>>

/** What a night said of itself. */
export interface Told {
  readonly exit: number
  /** Everything that its commands printed. */
  readonly printed: string
  readonly manifest: string
  /** By the name of the report's definition. */
  readonly reports: ReadonlyMap<string, Rows>
  /** Whether a person has acted, this night or before. */
  readonly acted: boolean
}

const listOf = <A>(one: A | ReadonlyArray<A> | undefined): ReadonlyArray<A> =>
  one === undefined ? [] : Array.isArray(one) ? one : [one as A]

const isDecimal = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text)

const sameValue = (wanted: string, came: string): boolean =>
  isDecimal(wanted) && isDecimal(came) ? unitsOf(wanted) === unitsOf(came) : wanted === came

const sameAmount = (wanted: string, came: string | undefined): boolean =>
  came !== undefined && isDecimal(came) && unitsOf(came.replace("-", "")) === unitsOf(wanted)

const isCode = (pattern: string, code: string): boolean =>
  pattern.endsWith("*") ? code.startsWith(pattern.slice(0, -1)) : code === pattern

/** A balance's record may have its network behind `customerId/currency`. */
const isRecord = (wanted: string, recordId: string): boolean =>
  recordId === wanted || (wanted.includes("/") && recordId.startsWith(`${wanted}/`))

/** The place of the code among the alternatives; -1 where the exception is not the one that is named. */
const fits = ({ codes, record }: Named, row: Readonly<Record<string, string>>): number => {
  const records = listOf(record)
  if (records.length > 0 && !records.some((one) => isRecord(one, row.record_id ?? ""))) return -1
  return codes.findIndex((pattern) => isCode(pattern, row.code ?? ""))
}

/** The best of the rows for what is named: the one whose code is the earliest alternative. */
export const bestOf = (named: Named, rows: Rows): Readonly<Record<string, string>> | undefined =>
  rows
    .map((row) => ({ row, place: fits(named, row) }))
    .filter(({ place }) => place >= 0)
    .sort((one, other) => one.place - other.place)[0]?.row

const nameOf = ({ codes, record }: Named): string => `${codes.join(" or ")} of ${listOf(record).join(" or ") || "any"}`

const lineOf = (row: Readonly<Record<string, string>>): string =>
  [
    row.code,
    row.record_id,
    row.severity,
    row.state,
    `difference ${row.difference || "–"} ${row.currency ?? ""}`,
    `at stake ${row.amount_at_stake ?? "not told"}`,
    row.detail,
  ].join(" | ")

const compareOne = (wanted: ExpectedException, row: Readonly<Record<string, string>>): ReadonlyArray<string> => [
  ...(wanted.atStake === undefined ||
  sameAmount(wanted.atStake, row.amount_at_stake) ||
  sameAmount(wanted.atStake, row.difference)
    ? []
    : [`wanted ${wanted.atStake} at stake in ${nameOf(wanted)}; came ${lineOf(row)}`]),
  ...(wanted.severity === undefined || wanted.severity === row.severity
    ? []
    : [`wanted ${nameOf(wanted)} to be ${wanted.severity}; came ${lineOf(row)}`]),
]

const compareExceptions = (expected: Expectation, rows: Rows): ReadonlyArray<string> => {
  const left = new Set(rows)
  const wrong = expected.exceptions.flatMap((wanted) => {
    const row = bestOf(wanted, [...left])
    if (row === undefined) return [`wanted ${nameOf(wanted)}; there is none`]
    left.delete(row)
    return compareOne(wanted, row)
  })
  if (expected.nothingElse !== true) return wrong
  const others = [...left].filter((row) => !(expected.mayAlso ?? []).some((allowed) => fits(allowed, row) >= 0))
  return [...wrong, ...others.map((row) => `wanted no other exception; came ${lineOf(row)}`)]
}

/** Whatever `unmatched` counts as an exception has its row in `exceptions`. */
const compareUnmatched = ({ acted, reports }: Told): ReadonlyArray<string> => {
  const told = new Set((reports.get("exceptions") ?? []).map((row) => row.record_id))
  const silent = (reports.get("unmatched") ?? []).filter(
    (row) =>
      row.category === "exception" &&
      ![row.record_id, row.transaction_id].some((id) => id !== undefined && id !== "" && told.has(id)),
  )
  return acted ? [] : silent.map((row) => `unmatched counts an exception that has no row: ${JSON.stringify(row)}`)
}

const compareUnproven = (expected: Expectation, { reports }: Told): ReadonlyArray<string> => {
  const wanted = expected.unproven ?? []
  const rows = reports.get("unproven")
  if (wanted.length > 0 && rows === undefined) return ["there is no report unproven"]
  return wanted
    .filter((id) => !rows?.some((row) => Object.values(row).includes(id)))
    .map((id) => `wanted ${id} in the report unproven; came ${JSON.stringify(rows)}`)
}

const saysClean = (text: string): boolean => /\bCLEAN\b/.test(text)

const verdictOf = (manifest: string): unknown =>
  manifest === "" ? "no manifest" : (JSON.parse(manifest) as { readonly verdict?: unknown }).verdict

const compareVerdict = ({ verdict }: Expectation, { manifest, printed, reports }: Told): ReadonlyArray<string> => {
  if (verdict === undefined) return []
  if (verdict !== "CLEAN") {
    return [
      ...(verdict === "not CLEAN" || verdictOf(manifest) === verdict
        ? []
        : [`its manifest's verdict is ${verdictOf(manifest)}, not ${verdict}`]),
      ...(saysClean(printed) ? ["the word CLEAN stands in what it prints"] : []),
      ...(saysClean(manifest) ? ["the word CLEAN stands in its manifest"] : []),
    ]
  }
  const unproven = reports.get("unproven")
  return [
    ...(saysClean(printed) ? [] : ["it does not print the word CLEAN"]),
    ...(verdictOf(manifest) === "CLEAN" ? [] : [`its manifest's verdict is ${verdictOf(manifest)}, not CLEAN`]),
    ...(unproven === undefined ? ["there is no report unproven, so nobody knows whether anything was left"] : []),
    ...(unproven ?? []).map((row) => `wanted nothing unproven; came ${JSON.stringify(row)}`),
  ]
}

const compareReports = (expected: Expectation, { reports }: Told): ReadonlyArray<string> =>
  Object.entries(expected.reports ?? {}).flatMap(([name, wantedRows]) => {
    const rows = reports.get(name)
    if (rows === undefined) return [`there is no report ${name}`]
    const holds = (row: Readonly<Record<string, string>>, column: string, wanted: string | ReadonlyArray<string>) => {
      const cells = column === "*" ? Object.values(row) : [row[column] ?? "no such column"]
      return listOf(wanted).some((one) => cells.some((cell) => sameValue(one, cell)))
    }
    return wantedRows
      .filter(
        (wanted) => !rows.some((row) => Object.entries(wanted).every(([column, value]) => holds(row, column, value))),
      )
      .map((wanted) => `wanted a row ${JSON.stringify(wanted)} in the report ${name}; came ${JSON.stringify(rows)}`)
  })

/** What a night should have told and did not, or told and should not have; a sentence each. */
export const compare = (expected: Expectation, told: Told): ReadonlyArray<string> => {
  const exits = listOf(expected.exit)
  const exceptions = told.reports.get("exceptions")
  return [
    ...(exits.includes(told.exit) ? [] : [`wanted exit code ${exits.join(" or ")}; came ${told.exit}`]),
    ...(exceptions === undefined ? ["there is no report exceptions"] : compareExceptions(expected, exceptions)),
    ...compareUnmatched(told),
    ...compareUnproven(expected, told),
    ...compareVerdict(expected, told),
    ...compareReports(expected, told),
  ]
}
