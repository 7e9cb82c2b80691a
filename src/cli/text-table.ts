import type { JsValue } from "../store/dialect/read-value.ts"

/** A value as a person reads it: NULL stays empty, nested values as JSON. */
export const cellText = (value: JsValue): string => {
  if (value === null) return ""
  if (typeof value === "string") return value
  if (typeof value === "object") {
    return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : toJson(value)
  }
  return String(value)
}

/** JSON in which nothing is rounded: a bigint is written as the number that it is. */
export const toJson = (value: JsValue): string => {
  if (typeof value === "bigint") return String(value)
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("hex"))
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${toJson(inner as JsValue)}`)
      .join(",")}}`
  }
  return JSON.stringify(value)
}

// A line break or a control character in a cell would break the table, and the terminal.
export const oneLine = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => (character === "\n" ? "↵" : "·"))

/** Columns padded to their widest cell; numbers to the right. */
export const textTable = (
  names: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  alignRight: ReadonlyArray<boolean> = [],
): string => {
  const cells = rows.map((row) => row.map(oneLine))
  const titles = names.map(oneLine)
  const widths = titles.map((name, column) =>
    cells.reduce((widest, row) => Math.max(widest, (row[column] ?? "").length), name.length),
  )
  const line = (row: ReadonlyArray<string>): string =>
    row
      .map((cell, column) =>
        alignRight[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd()
  return [line(titles), widths.map((width) => "─".repeat(width)).join("  "), ...cells.map(line)].join("\n")
}

/** A column of a table: where its cells come from, its title (its own name unless given), and whether it holds numbers. */
export type TableColumn = readonly [name: string, title?: string, side?: "right"]

/** Rows as they come from the store, as a table. */
export const tableOf = (
  columns: ReadonlyArray<TableColumn>,
  rows: ReadonlyArray<Readonly<Record<string, JsValue>>>,
): string =>
  textTable(
    columns.map(([name, title = name]) => title),
    rows.map((row) => columns.map(([name]) => cellText(row[name] ?? null))),
    columns.map(([, , side]) => side === "right"),
  )

/** Terms and what they mean in two columns, a line each. */
export const twoColumns = (rows: ReadonlyArray<readonly [term: string, meaning: string]>, indent = ""): string => {
  const width = Math.max(0, ...rows.map(([term]) => term.length))
  return rows.map(([term, meaning]) => `${indent}${term.padEnd(width)}  ${meaning}`).join("\n")
}
