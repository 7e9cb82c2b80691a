import { existsSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { Effect, TestClock } from "effect"
import { sentences } from "../../src/cli/commands/books/import.ts"
import { importBook } from "../../src/pipelines/books/import.ts"
import { readMap } from "../../src/pipelines/books/map.ts"
import { formatOf } from "../../src/pipelines/books/readers/formats.ts"
import { Database } from "../../src/store/database.ts"
import { emptyStore } from "./partner-books.ts"

/** A folder of files with what must become of each, as its `expect.json` says; the words are those of its README. */
export interface BookFolder {
  readonly about: string
  readonly zone?: string
  readonly every?: Wanted
  readonly runs: ReadonlyArray<{
    readonly name: string
    readonly zone?: string
    readonly every?: Wanted
    readonly steps: ReadonlyArray<Step>
  }>
}

interface Step extends Outcome {
  readonly file: string
  readonly map?: string
  readonly book?: string
  readonly either?: ReadonlyArray<Outcome>
}

interface Outcome {
  readonly lines?: ReadonlyArray<Wanted>
  readonly refused?: ReadonlyArray<string>
  readonly told?: ReadonlyArray<string>
  readonly untold?: ReadonlyArray<string>
  /** The steps, from 1, whose lines this one takes the place of. */
  readonly instead?: ReadonlyArray<number>
}

interface Wanted {
  readonly line?: number | ReadonlyArray<number>
  readonly id?: string
  readonly day?: string
  readonly at?: string
  readonly from?: string
  readonly to?: string
  readonly amount?: string
  readonly currency?: string
  readonly reference?: string | null
  readonly has?: ReadonlyArray<string>
  readonly aside?: boolean
  readonly says?: ReadonlyArray<string>
  readonly or?: "aside" | Wanted | ReadonlyArray<"aside" | Wanted>
}

interface Line {
  readonly line_id: string
  readonly source_line: number
  readonly amount: string
  readonly currency: string
  readonly reference: string | null
  readonly from_us: string
  readonly to_us: string
  readonly day: string
  readonly whole: string
}

interface Aside {
  readonly source_line: number
  readonly reason: string
}

const linesIn = (zone: string) =>
  Effect.flatMap(Database, (database) =>
    database.rows<Line>(
      `SELECT line_id, source_line::INTEGER AS source_line, rtrim(rtrim(amount::VARCHAR, '0'), '.') AS amount, currency, reference,
         epoch_us(booked_from)::VARCHAR AS from_us, epoch_us(booked_to)::VARCHAR AS to_us,
         CASE WHEN strftime(timezone($1, booked_from), '%H:%M:%S') = '00:00:00' AND strftime(timezone($1, booked_to + INTERVAL 1 MICROSECOND), '%H:%M:%S') = '00:00:00'
           THEN strftime(timezone($1, booked_from), '%Y-%m-%d') ELSE '' END AS day,
         to_json(l)::VARCHAR AS whole
       FROM main.book_lines AS l ORDER BY line_id`,
      [zone],
    ),
  )

const asides = Effect.flatMap(Database, (database) =>
  database.rows<Aside>(
    "SELECT source_line::INTEGER AS source_line, reason FROM raw.book_quarantine WHERE in_force ORDER BY import_id, source_line",
  ),
)

const micros = (instant: string): string => String(BigInt(Date.parse(instant)) * 1000n)

const listOf = <A>(given: A | ReadonlyArray<A> | undefined): ReadonlyArray<A> =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as A]

const says = (pattern: string, text: string): boolean => new RegExp(pattern, "i").test(text)

const isLine = (wanted: Wanted, line: Line): boolean =>
  (wanted.id === undefined || wanted.id === line.line_id) &&
  (wanted.amount === undefined || wanted.amount.replace(/^-0$/, "0") === line.amount) &&
  (wanted.currency === undefined || wanted.currency === line.currency) &&
  (wanted.reference === undefined || wanted.reference === line.reference) &&
  (wanted.day === undefined || wanted.at !== undefined || wanted.day === line.day) &&
  (wanted.at === undefined || (micros(wanted.at) === line.from_us && micros(wanted.at) === line.to_us)) &&
  (wanted.from === undefined || micros(wanted.from) === line.from_us) &&
  (wanted.to === undefined || micros(wanted.to) === String(BigInt(line.to_us) + 1n)) &&
  (wanted.has ?? []).every((text) => line.whole.includes(JSON.stringify(text).slice(1, -1)))

const isAside = (wanted: Wanted, aside: Aside): boolean =>
  (wanted.line === undefined || listOf(wanted.line).includes(aside.source_line)) &&
  (wanted.says ?? []).every((pattern) => says(pattern, `line ${aside.source_line}: ${aside.reason}`))

/** Whether each of the wanted is one of those that came, and all that came was wanted. */
const pairs = (wanted: ReadonlyArray<Wanted>, lines: ReadonlyArray<Line>, aside: ReadonlyArray<Aside>): boolean => {
  const [first, ...rest] = wanted
  if (first === undefined) return lines.length === 0 && aside.length === 0
  const without = <A>(list: ReadonlyArray<A>, place: number) => list.filter((_, at) => at !== place)
  const others = listOf(first.or).map((one) =>
    one === "aside" ? { aside: true, line: first.line } : { ...first, ...one },
  )
  return [first, ...others].some((one) =>
    one.aside === true
      ? aside.some((row, place) => isAside(one as Wanted, row) && pairs(rest, lines, without(aside, place)))
      : lines.some((row, place) => isLine(one as Wanted, row) && pairs(rest, without(lines, place), aside)),
  )
}

/** What the next reconciliation would say of the statements. */
const gaps = Effect.flatMap(Database, (database) =>
  Effect.map(database.rows<{ detail: string }>("SELECT detail FROM recon.book_statement_gap"), (rows) =>
    rows.map(({ detail }) => detail),
  ),
)

/** Plays one run; the failures in sentences, each with what came. */
export const playRun = (folder: URL, { every, zone: zoneOfAll }: BookFolder, run: BookFolder["runs"][number]) =>
  Effect.gen(function* () {
    yield* emptyStore
    const zone = run.zone ?? zoneOfAll ?? "UTC"
    const failures: Array<string> = []
    const said: Array<string> = []
    const stepLines: Array<ReadonlyArray<Line>> = []
    for (const step of run.steps) {
      yield* TestClock.adjust("1 second")
      const before = yield* linesIn(zone)
      const asideBefore = (yield* asides).length
      const file = new URL(step.file, folder).pathname
      const map = step.map === undefined ? null : new URL(step.map, folder).pathname
      const format = formatOf(file)
      if (format === null) throw new Error(`${file} has no format`)
      const came = yield* Effect.gen(function* () {
        return yield* importBook({
          file,
          format,
          map: map === null ? null : yield* readMap(map, format),
          book: step.book ?? "books",
          whole: false,
          by: "tests",
        })
      }).pipe(Effect.either)
      const after = yield* linesIn(zone)
      const aside = (yield* asides).slice(asideBefore)
      const name = basename(step.file)
      const message = (
        came._tag === "Left"
          ? came.left.message
          : [...sentences(came.right), ...aside.map(({ reason }) => reason)].join("\n")
      )
        .replaceAll(folder.pathname, "")
        .replaceAll(name, "FILE")
      said.push(message)
      const added = after.filter((line) => !before.some((old) => old.whole === line.whole))
      const gone = before.filter((line) => !after.some((one) => one.whole === line.whole))
      stepLines.push(added)
      const outcomes = step.either ?? [step]
      const told = [...said]
      const now = [message]
      if (outcomes.some((one) => one.told !== undefined || one.untold !== undefined)) now.push(...(yield* gaps))
      const agrees = (outcome: Outcome): boolean => {
        if (outcome.refused !== undefined) {
          return (
            came._tag === "Left" &&
            [2, 65].includes((came.left as { exitCode?: number }).exitCode ?? 1) &&
            outcome.refused.every((pattern) => says(pattern, message)) &&
            added.length + gone.length === 0
          )
        }
        if (came._tag === "Left") return false
        const replaced = (outcome.instead ?? []).flatMap((step) => stepLines[step - 1] ?? [])
        const left = gone.filter((line) => !replaced.some((old) => old.line_id === line.line_id))
        const kept = replaced.filter((line) => !gone.includes(line) && !gone.some((old) => old.whole === line.whole))
        const wanted = (outcome.lines ?? []).map((line) => ({ ...every, ...run.every, ...line }))
        return (
          left.length === 0 &&
          pairs(wanted, [...added, ...kept], aside) &&
          (outcome.told ?? []).every((pattern) => [...told, ...now].some((text) => says(pattern, text))) &&
          (outcome.untold ?? []).every((pattern) => !now.some((text) => says(pattern, text)))
        )
      }
      if (!outcomes.some(agrees)) {
        failures.push(
          `${run.name}, ${step.file}: ${message}\n  lines ${added.map((line) => line.whole).join("\n        ")}\n  gone ${gone.length}\n  aside ${JSON.stringify(aside)}\n  told ${now.join("; ")}`,
        )
      }
    }
    return failures.join("\n")
  })

export const readFolder = (folder: URL): BookFolder | null => {
  const file = new URL("expect.json", folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as BookFolder) : null
}
