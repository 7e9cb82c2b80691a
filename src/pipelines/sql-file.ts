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
  readonly text: string
  /** From 1. */
  readonly line: number
}

/** What is wrong with a .sql file, and where. */
export interface SqlFileFault {
  readonly line: number
  readonly problem: string
}

const KEY_LINE = /^-- *([A-Za-z_][A-Za-z_ -]*): *(.*)$/
const CONTINUATION_LINE = /^-- {3,}(\S.*)$/

/** Takes a file apart; a line on top that is neither a key nor goes on with one is a fault. */
export const parseSqlFile = (name: string, text: string): SqlFile | SqlFileFault => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/)
  const found = lines.findIndex((line) => !line.startsWith("--"))
  const end = found === -1 ? lines.length : found
  const header = new Map<string, HeaderValue>()
  let last: string | null = null
  for (const [index, line] of lines.slice(0, end).entries()) {
    const [, key, value] = KEY_LINE.exec(line) ?? []
    const [, more] = CONTINUATION_LINE.exec(line) ?? []
    if (more !== undefined && last !== null) {
      const before = header.get(last)
      if (before !== undefined) header.set(last, { ...before, text: `${before.text} ${more}` })
    } else if (key !== undefined && value !== undefined) {
      if (header.has(key)) return { line: index + 1, problem: `${key} is said twice` }
      header.set(key, { text: value.trim(), line: index + 1 })
      last = key
    } else return { line: index + 1, problem: "this line is neither `-- key: value` nor the rest of one" }
  }
  const sql = lines
    .slice(end)
    .join("\n")
    .replace(/;\s*(--[^\n]*\s*)*$/, "")
    .trim()
  return sql === ""
    ? { line: end + 1, problem: "there is no query below the header" }
    : { name, header, sql, sqlLine: end + 1 }
}

/** The folder of the package, which is the one of the nearest package.json above this file. */
const packageFolder = (): string => {
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
