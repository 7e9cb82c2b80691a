import type { DescribedColumn, DescribedTable } from "../pipelines/dictionary/dictionary.ts"
import { textTable } from "./text-table.ts"

type Tables = ReadonlyArray<DescribedTable>

const titles = ["column", "type", "unit", "key", "refers to", "personal", "meaning"]

const cellsOf = ({ about, isKey, isPersonal, name, refersTo, type, unit }: DescribedColumn): ReadonlyArray<string> => [
  name,
  type,
  unit ?? "",
  isKey ? "key" : "",
  refersTo ?? "",
  isPersonal ? "personal" : "",
  about,
]

const asTable = (tables: Tables): string =>
  tables
    .map(
      ({ about, columns, kind, name }) => `${name} (${kind}): ${about}\n\n${textTable(titles, columns.map(cellsOf))}\n`,
    )
    .join("\n")

const inCell = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("\n", " ")

const markdownRow = (cells: ReadonlyArray<string>): string => `| ${cells.map(inCell).join(" | ")} |`

const asMarkdown = (tables: Tables): string =>
  tables
    .map(({ about, columns, kind, name }) =>
      [
        `## ${name}`,
        "",
        `${about} (${kind})`,
        "",
        markdownRow(titles),
        markdownRow(titles.map(() => "---")),
        ...columns.map((column) => markdownRow(cellsOf(column))),
        "",
      ].join("\n"),
    )
    .join("\n")

const note = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", " ")}'`

/** A type of several words or with brackets is quoted, so that every reader of DBML takes it for one. */
const dbmlType = (type: string): string => (/^\w+$/.test(type) ? type : `"${type.replaceAll('"', "'")}"`)

const dbmlColumn = (column: DescribedColumn, hasOneKey: boolean, targets: ReadonlySet<string>): string => {
  const told = [
    column.unit === null ? "" : `[${column.unit}] `,
    column.isPersonal ? "Personal data. " : "",
    column.about,
  ].join("")
  const settings = [
    ...(column.isKey && hasOneKey ? ["pk"] : []),
    ...(column.refersTo !== null && targets.has(column.refersTo) ? [`ref: > ${column.refersTo}`] : []),
    `note: ${note(told)}`,
  ]
  return `  "${column.name}" ${dbmlType(column.type)} [${settings.join(", ")}]`
}

const asDbml = (tables: Tables): string => {
  const targets = new Set(tables.flatMap(({ columns, name }) => columns.map((column) => `${name}.${column.name}`)))
  return tables
    .map(({ about, columns, name }) => {
      const key = columns.filter(({ isKey }) => isKey).map((column) => column.name)
      const lines = columns.map((column) => dbmlColumn(column, key.length === 1, targets))
      const index = key.length < 2 ? [] : ["  indexes {", `    (${key.join(", ")}) [pk]`, "  }"]
      return [`Table ${name} {`, ...lines, ...index, `  Note: ${note(about)}`, "}", ""].join("\n")
    })
    .join("\n")
}

const asJson = (tables: Tables): string => `${JSON.stringify(tables, null, 2)}\n`

/** The forms in which the store is described. */
export const schemaForms = { table: asTable, markdown: asMarkdown, json: asJson, dbml: asDbml } as const
