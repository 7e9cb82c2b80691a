import type { Evidence } from "../pipelines/exceptions/evidence.ts"
import type { BooksEvidence } from "../pipelines/exceptions/evidence-books.ts"
import type { PageEvidence, RecordEvidence } from "../pipelines/exceptions/evidence-records.ts"
import { formatMoney } from "../pipelines/run/money-format.ts"
import { plural } from "../pipelines/run/quantities.ts"
import type { Row } from "../store/database.ts"
import { cellText, oneLine, textTable, twoColumns } from "./text-table.ts"

/** Names and values in two columns; what is empty is left out. */
const pairs = (rows: ReadonlyArray<readonly [name: string, value: string]>): string =>
  twoColumns(
    rows.flatMap(([name, value]) => (value === "" ? [] : [[name, oneLine(value)] as const])),
    "  ",
  )

const cell = (row: Row, column: string): string => cellText(row[column] ?? null)

const indented = (text: string, by: number): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(by) + line))
    .join("\n")

const printable = (text: string): string => text.split("\n").map(oneLine).join("\n")

const exceptionText = ({ check, exception, places }: Evidence): string => {
  const money = (column: string): string =>
    exception[column] == null
      ? ""
      : `${formatMoney(cell(exception, column), places ?? 0)} ${cell(exception, "currency")}`.trim()
  return pairs([
    ["code", cell(exception, "code")],
    ["finds", check?.definition ?? "this version has no such check any more"],
    ["severity", cell(exception, "severity")],
    ["state", cell(exception, "state")],
    ["assignee", cell(exception, "assignee")],
    ["detail", cell(exception, "detail")],
    ["stream", cell(exception, "stream")],
    ["record", cell(exception, "record_id")],
    ["leg", cell(exception, "leg")],
    ["counterpart", cell(exception, "counterpart_id")],
    ["customer", [cell(exception, "customer_id"), cell(exception, "partner_customer_ref")].filter(Boolean).join(", ")],
    ["expected", money("expected")],
    ["actual", money("actual")],
    ["difference", money("difference")],
    ["tolerance", money("tolerance")],
    ["first seen", `${cell(exception, "first_seen")}, run ${cell(exception, "first_seen_run")}`],
    ["last seen", `${cell(exception, "last_seen")}, run ${cell(exception, "last_seen_run")}`],
    ["age", `${plural(Number(exception.age_days ?? 0), "day")}`],
  ])
}

const hidden =
  "hashes stand in place of personal data here, so the body kept is not the one received; kept_sha256 is of the one kept"

const pageText = (page: PageEvidence): string =>
  pairs([
    ["run", page.run_id],
    ["page", `${page.sequence}${page.chain === 1 ? "" : ` of chain ${page.chain}`}`],
    ["request", page.request_id],
    ["received", page.received_at],
    ["sha256", page.sha256],
    ...(page.redacted
      ? ([
          ["kept_sha256", page.kept_sha256],
          ["note", hidden],
        ] as const)
      : []),
  ])

/** As it was received; only control characters, which a terminal would obey, are shown as dots. */
const recordText = (record: RecordEvidence): string => {
  const title = `${record.side === "record" ? "THE RECORD" : "ITS COUNTERPART"}: ${record.stream} ${record.record_id}, version ${record.version}`
  const pages = record.pages.map(
    (page) => `${pageText(page)}\n  as received:\n${indented(printable(page.as_received), 4)}`,
  )
  const typed = Object.entries(record.typed).map(([name, value]) => [name, cellText(value)] as const)
  const earlier = record.earlier.map(
    (version) =>
      `  version ${version.version}, seen by runs ${version.first_seen_run} to ${version.last_seen_run}:\n` +
      indented(changedFields(version.typed, record.typed), 2),
  )
  return [
    title,
    ...(pages.length === 0 ? ["  no stored page of its last run holds it; its typed columns:", pairs(typed)] : pages),
    ...(earlier.length === 0 ? [] : ["  what it was before, where it differed from what it is:", ...earlier]),
  ].join("\n")
}

const changedFields = (before: Row, now: Row): string => {
  const changed = Object.keys(before).filter((name) => cell(before, name) !== cell(now, name))
  return changed.length === 0
    ? "  the same"
    : pairs(changed.map((name) => [name, `${cell(before, name) || "nothing"} (now ${cell(now, name) || "nothing"})`]))
}

/** How DECIMAL(38,18) is written. */
const isAmount = /^-?\d+\.\d{18}$/

const section = (title: string, body: string): ReadonlyArray<string> => (body === "" ? [] : [`${title}\n${body}`])

const table = (rows: ReadonlyArray<Row>, columns: ReadonlyArray<string>): string =>
  rows.length === 0
    ? ""
    : indented(
        textTable(
          columns.map((column) => column.replaceAll("_", " ")),
          rows.map((row) => columns.map((column) => cell(row, column))),
        ),
        2,
      )

const isWhole = (row: Row): boolean => row.state === "COMPLETE" || row.state === "NOT_APPLICABLE"

/** Its own list, the transactions, and whatever was not read to its end; of the others only how many they are. */
const coverageText = ({ stream }: Row, coverage: ReadonlyArray<Row>): string => {
  const told = coverage.filter((row) => row.stream === stream || row.stream === "transactions" || !isWhole(row))
  const others = coverage.length - told.length
  const rows = table(told, ["customer_id", "stream", "state", "pages", "records", "reason"])
  return others === 0 ? rows : `${rows}\n  and ${plural(others, "other list")} of the customer, to the end`
}

/** Lists that were not read to their end of every customer; what is missing here may be there. */
const listsText = (lists: ReadonlyArray<Row>): string => {
  const open = lists.filter((row) => row.proven !== row.customers)
  const whole = `  ${open.length === 0 ? "" : "the other "}${plural(lists.length - open.length, "list")} were read to the end of every customer`
  if (lists.length === 0) return ""
  return open.length === 0 ? whole : `${table(open, ["stream", "customers", "proven"])}\n${whole}`
}

/** One currency has one number of places; those of another currency beside it are not cut. */
const booksTable = ({ books, exception, places }: Evidence): string =>
  table(
    (books?.entries ?? []).map((entry) => ({
      ...entry,
      amount: formatMoney(entry.amount, entry.currency === exception.currency ? (places ?? 0) : 0),
    })),
    ["role", "side", "record_id", "booked", "amount", "currency", "customer_id", "reference", "description", "stands"],
  )

const unreadLineText = (line: BooksEvidence["unreadable"][number]): string =>
  pairs([
    ["file", line.file],
    ["sha256", line.sha256],
    ["line", String(line.source_line)],
    ["reason", line.reason],
    ["as it stands", line.payload],
  ])

/** The whole evidence for a person: what is wrong, both sides as received, who did what, and the rule itself. */
export const evidenceText = (evidence: Evidence): string => {
  const { books, check, comparison, coverage, events, exception, lists, places, quarantine, records, rollforward } =
    evidence
  const amount = (text: string): string => (isAmount.test(text) ? formatMoney(text, places ?? 0) : text)
  const unreadable = quarantine.map(
    (row) => `  ${oneLine(row.reason)}\n${pageText(row)}\n  the record:\n${indented(printable(row.payload), 4)}`,
  )
  const balance = rollforward.map((row) =>
    pairs(Object.keys(row).map((column) => [column, amount(cell(row, column))] as const)),
  )
  const sides = comparison.map(({ counterpart, difference, field, record }) => ({
    field,
    record: amount(record ?? ""),
    counterpart: amount(counterpart ?? ""),
    difference: amount(difference ?? ""),
  }))
  return [
    ...section(`EXCEPTION ${cell(exception, "exception_id")}`, exceptionText(evidence)),
    ...section("IN THE BOOKS, AND BESIDE THEM", booksTable(evidence)),
    ...section("THE LINE THAT COULD NOT BE READ", (books?.unreadable ?? []).map(unreadLineText).join("\n")),
    ...section("SIDE BY SIDE", table(sides, ["field", "record", "counterpart", "difference"])),
    ...records.map(recordText),
    ...section("UNREADABLE RECORD", unreadable.join("\n")),
    ...section("ROLL-FORWARD OF THE BALANCE", balance.join("\n")),
    ...section("WHAT THE LAST RUN THAT FOUND IT HAD READ", coverageText(exception, coverage)),
    ...section("OF ALL CUSTOMERS", listsText(lists)),
    ...section(
      "EVENTS",
      table(events, ["occurred_at", "event", "who", "from_state", "to_state", "assignee", "note", "run_id"]),
    ),
    ...section("THE CHECK'S QUERY", indented((check?.query ?? "").replace(/^\n+|\s+$/g, ""), 2)),
  ].join("\n\n")
}
