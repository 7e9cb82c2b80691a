import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** A .sql file that says about itself what a reader must know: lines `-- key: value` on top, and one query below. */
export interface SqlFile {
  /** The file's name without its ending. */
  readonly name: string
  /** In the order of the file; a value goes on in lines that are indented by three spaces after the dashes. */
  readonly header: ReadonlyMap<string, HeaderValue>
  readonly sql: string
  /** The line on which the query begins, from 1. */
  readonly sqlLine: number
}

export interface HeaderValue {
  /** Its lines, one blank between them. */
  readonly text: string
  /** Those that say something, in their order. */
  readonly lines: ReadonlyArray<HeaderLine>
  /** Where its key stands, from 1. */
  readonly line: number
}

export interface HeaderLine {
  readonly text: string
  readonly line: number
}

/** What is wrong with a .sql file, where, and what its author can do about it. */
export interface SqlFileFault {
  readonly line: number
  readonly problem: string
  /** Where the problem does not say it itself. */
  readonly remedy?: string
}

const KEY_LINE = /^-- *([A-Za-z_][A-Za-z_ -]*): *(.*)$/
const CONTINUATION_LINE = /^-- {3,}(\S.*)$/

/** Takes a file apart; a line on top that is neither a key nor goes on with one is a fault. */
export const parseSqlFile = (name: string, text: string): SqlFile | SqlFileFault => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/)
  const found = lines.findIndex((line) => !line.startsWith("--"))
  const end = found === -1 ? lines.length : found
  const values = new Map<string, { readonly line: number; readonly lines: Array<HeaderLine> }>()
  let last: Array<HeaderLine> | null = null
  for (const [index, written] of lines.slice(0, end).entries()) {
    const line = index + 1
    const [, more] = CONTINUATION_LINE.exec(written) ?? []
    const [, key, value = ""] = more === undefined || last === null ? (KEY_LINE.exec(written) ?? []) : []
    if (key !== undefined) {
      if (values.has(key)) return { line, problem: `the header says "${key}" twice`, remedy: "Keep one of them" }
      last = []
      values.set(key, { line, lines: last })
    } else if (more === undefined || last === null) {
      const remedy =
        'Write "-- key: value"; indent a continuation by three spaces after the dashes; leave an empty line before other comments'
      return { line, problem: "this is neither a header key nor a continuation", remedy }
    }
    const said = (more ?? value).trim()
    if (said !== "") last.push({ text: said, line })
  }
  const sql = lines
    .slice(end)
    .join("\n")
    .replace(/;\s*(--[^\n]*\s*)*$/, "")
    .trim()
  if (sql === "") {
    return { line: end + 1, problem: "there is no query below the header", remedy: "Write one SELECT after the header" }
  }
  const header = new Map(
    [...values].map(([key, value]) => [key, { ...value, text: value.lines.map(({ text }) => text).join(" ") }]),
  )
  return { name, header, sql, sqlLine: end + 1 }
}

/** The folder of the package, which is the one of the nearest package.json above this file. */
export const packageFolder = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (folder !== dirname(folder) && !existsSync(join(folder, "package.json"))) folder = dirname(folder)
  return folder
}

/**
 * A folder of the package's own files that are no program, named as it lies in src/pipelines. The package ships dist alone, so the build
 * copies these folders there.
 */
const sqlFolder = (name: string): string => {
  const root = packageFolder()
  const source = join(root, "src/pipelines", name)
  return existsSync(source) ? source : join(root, "dist/sql", name)
}

/** A file of the package that is no program, such as `report/page/page.css`. */
export const packageText = (name: string): string => {
  const place = name.lastIndexOf("/")
  return readFileSync(join(sqlFolder(name.slice(0, place)), name.slice(place + 1)), "utf8")
}

/** The files of one of the package's own folders by name; they are part of the program, so a fault in one is a defect. */
export const packageSqlFiles = (folder: string): ReadonlyArray<SqlFile> => {
  const place = sqlFolder(folder)
  return readdirSync(place)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      const parsed = parseSqlFile(file.slice(0, -".sql".length), readFileSync(join(place, file), "utf8"))
      if ("problem" in parsed) throw new Error(`${file}, line ${parsed.line}: ${parsed.problem}`)
      return parsed
    })
}
