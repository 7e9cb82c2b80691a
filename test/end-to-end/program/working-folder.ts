import { createHash } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { parse } from "csv-parse/sync"
import { Effect } from "effect"
import { Database, type Row } from "../../../src/store/database.ts"
import type { StoreError } from "../../../src/store/store-error.ts"

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Every file below the folder, links not followed. */
export const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** Of the texts, those whose bytes are in one of the folder's files, with the file. */
export const textsFoundIn = (folder: string, texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  filesIn(folder).flatMap((file) => {
    const bytes = readFileSync(file)
    return texts.filter((text) => bytes.includes(text)).map((text) => `${basename(file)}: ${text}`)
  })

/** The rows of a database that no process has open for writing. */
export const rowsOf = <R = Row>(file: string, statement: string): Effect.Effect<ReadonlyArray<R>, StoreError> =>
  Effect.flatMap(Database, (database) => database.rows<R>(statement)).pipe(
    Effect.provide(Database.layer({ file, access: "read", memoryLimit: "512MB" })),
  )

/** The spellings that some text of some table or view holds, with where: DuckDB compresses, so that bytes alone prove little. */
export const foundInRows = (file: string, texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const tables = yield* rowsOf<{ name: string }>(
      file,
      `SELECT concat(schema_name, '.', table_name) AS name FROM duckdb_tables() WHERE NOT internal
       UNION ALL SELECT concat(schema_name, '.', view_name) FROM duckdb_views() WHERE NOT internal ORDER BY name`,
    )
    for (const looked of ["raw.pages", "raw.quarantine", "main.fiat_deposits", "main.record_versions"]) {
      if (!tables.some(({ name }) => name === looked)) throw new Error(`${looked} was not looked into`)
    }
    const found = yield* Effect.forEach(tables, ({ name }) =>
      Effect.map(rowsOf(file, `FROM ${name}`), (rows) =>
        rows.flatMap((row) =>
          Object.entries(row).flatMap(([column, value]) => {
            const text = value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value)
            return texts.filter((wanted) => text.includes(wanted)).map((wanted) => `${name}.${column}: ${wanted}`)
          }),
        ),
      ),
    )
    return [...new Set(found.flat())]
  })

export interface Csv {
  readonly name: string
  readonly bytes: Buffer
  readonly header: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

const readCsv = (file: string): Csv => {
  const bytes = readFileSync(file)
  const [header = [], ...rows] = parse(bytes) as ReadonlyArray<ReadonlyArray<string>>
  return { name: basename(file), bytes, header, rows }
}

/** The reports of a folder, by the name of their definition. */
export const reportsIn = (folder: string): ReadonlyMap<string, Csv> =>
  new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".csv"))
      .map((name) => [/^recon_(\w+)_\d{8}_/.exec(name)?.[1] ?? name, readCsv(join(folder, name))]),
  )

/** A report's rows with their cells by column. */
export const recordsOf = (csv: Csv | undefined): ReadonlyArray<Readonly<Record<string, string>>> =>
  (csv?.rows ?? []).map((row) => Object.fromEntries((csv?.header ?? []).map((name, place) => [name, row[place] ?? ""])))

export const rightsOf = (file: string): number => statSync(file).mode & 0o777

/** The names in a folder, those of publications without their numbers. */
export const namesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .map((name) => name.replace(/^\.analytics-[0-9a-f]{8}/, ".analytics-n"))
    .sort()
