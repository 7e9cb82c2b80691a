import { Effect, Either } from "effect"
import { describe, expect, it } from "vitest"
import { command } from "../../src/cli/command.ts"
import { type Program, readCommandLine } from "../../src/cli/command-line.ts"
import {
  argument,
  defaultTo,
  flag,
  instant,
  nameOf,
  oneOf,
  optional,
  path,
  repeated,
  required,
  text,
  wholeNumber,
} from "../../src/cli/option-row.ts"
import { tidemark } from "../../src/cli/tidemark.ts"

const run = () => Effect.void

const program: Program = {
  name: "tidemark",
  families: [{ name: "exceptions", about: "…" }],
  commands: [
    command({
      name: "sql",
      about: "…",
      rows: {
        format: defaultTo(oneOf(["table", "csv"]), "table", "…"),
        limit: optional(wholeNumber(1), "…"),
        port: optional(wholeNumber(0, 9), "…"),
        seed: defaultTo(wholeNumber(), "1", "…"),
        state: repeated(oneOf(["open", "resolved"]), "…"),
        file: optional(path("FILE"), "…"),
        json: flag("…"),
        statement: argument(optional(text("STATEMENT"), "…")),
      },
      run,
    }),
    command({ name: "runs", about: "…", rows: { db: optional(path("FILE"), "…"), json: flag("…") }, run }),
    command({
      name: "runs sign",
      about: "…",
      rows: { run: required(text("ID"), "…"), db: optional(path("FILE"), "…") },
      run,
    }),
    command({
      name: "exceptions ack",
      about: "…",
      rows: {
        by: optional(text("NAME"), "…"),
        reason: { ...optional(text("TEXT"), "…"), alias: "note" },
        dryRun: flag("…"),
        json: flag("…"),
        id: argument(repeated(text("ID"), "…")),
      },
      run,
    }),
    command({ name: "exceptions show", about: "…", rows: { id: argument(required(text("ID"), "…")) }, run }),
  ],
}

/** The command and what it is given; a refusal as its sentence. */
const asked = (...args: ReadonlyArray<string>) =>
  readCommandLine(args, program, process.cwd()).pipe(
    Either.map((what) => (what._tag === "Run" ? [what.command.name, what.given] : what)),
    Either.getOrElse((error) => error.message),
  )

const given = (...args: ReadonlyArray<string>) => {
  const what = Either.getOrThrow(readCommandLine(args, program, process.cwd()))
  return what._tag === "Run" ? what.given : null
}

describe("options may stand anywhere", () => {
  it("before and after what the command is about", () => {
    expect(given("sql", "SELECT 1", "--format", "csv")).toMatchObject({ statement: "SELECT 1", format: "csv" })
    expect(given("exceptions", "ack", "1f3a", "--by", "ada", "2b4c", "--json")).toMatchObject({
      id: ["1f3a", "2b4c"],
      by: "ada",
      json: true,
    })
  })

  it("before the second word of a command", () => {
    expect(asked("runs", "--db", "x.duckdb", "sign", "--run", "r")).toEqual(["runs sign", { db: "x.duckdb", run: "r" }])
  })

  it("and a flag takes no word after it, and --name=value is one word", () => {
    expect(given("exceptions", "ack", "--dry-run", "1f3a", "--by=-me-")).toMatchObject({
      id: ["1f3a"],
      dryRun: true,
      by: "-me-",
    })
  })

  it("and a statement that begins with a comment of SQL is no option", () => {
    const statement = "-- all of it\nSELECT 1 AS a WHERE a=1"
    expect(given("sql", statement, "--format", "csv")).toMatchObject({ statement, format: "csv" })
  })

  it("and what follows a bare -- is no option", () => {
    expect(given("sql", "--format", "csv", "--", "--json")).toMatchObject({ statement: "--json", json: false })
  })
})

describe("an option", () => {
  it("that is not given has its default, and one that may be repeated has all its values", () => {
    expect(given("sql")).toEqual({
      format: "table",
      limit: null,
      port: null,
      seed: 1,
      state: [],
      file: null,
      json: false,
      statement: null,
    })
    expect(given("sql", "--state", "open", "--state", "resolved", "--seed", "-3")).toMatchObject({
      state: ["open", "resolved"],
      seed: -3,
    })
  })

  it("goes by its second name too", () => {
    expect(given("exceptions", "ack", "--note", "seen")).toMatchObject({ reason: "seen" })
  })

  it("of a path begins in the working folder", () => {
    const elsewhere = readCommandLine(["sql", "--file", "a.sql"], program, "/somewhere")
    expect(Either.getOrThrow(elsewhere)).toMatchObject({ given: { file: "/somewhere/a.sql" } })
    expect(given("sql", "--file", "a.sql")).toMatchObject({ file: "a.sql" })
  })
})

describe("a day or an instant", () => {
  it.each([
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2026-10-01T02:00:00+02:00", "2026-10-01T00:00:00.000Z"],
  ])("is taken where the calendar has it: %s", (given, instantOf) => {
    expect(Either.getOrThrow(instant.read(given, "/"))).toBe(Date.parse(instantOf))
  })

  it.each([
    "2026-02-29",
    "2026-02-30T00:00:00Z",
    "2026-04-31",
    "2026-13-01",
    "2026-10-01T25:00:00Z",
    "2026-10-01T02:00:00",
  ])("is refused where it has it not, or where its zone is not told: %s", (given) => {
    expect(Either.isLeft(instant.read(given, "/"))).toBe(true)
  })
})

describe("a command line that cannot be taken is told so:", () => {
  const shows = (command: string) => `tidemark ${command} --help shows how it is called`
  it.each([
    [["sqll"], "sqll: there is no such command; did you mean sql? tidemark --help lists all"],
    [["wholly-other"], "wholly-other: there is no such command; tidemark --help lists all"],
    [["runs", "list"], "runs list: there is no such command; tidemark runs --help lists those of runs"],
    [
      ["exceptions", "shw", "1f"],
      "exceptions shw: there is no such command; did you mean show? tidemark exceptions --help lists those of exceptions",
    ],
    [["help", "nothing"], "nothing: there is no such command; tidemark --help lists all"],
    [["exceptions", "show"], `<id> is missing; ${shows("exceptions show")}`],
    [["exceptions", "show", "1f", "2b"], `2b is more than tidemark exceptions show takes; ${shows("exceptions show")}`],
    [["runs", "sign"], `--run is missing; ${shows("runs sign")}`],
    [["sql", "--formt", "csv"], `--formt is not known; did you mean --format? ${shows("sql")}`],
    [["sql", "-x"], `-x is not known; ${shows("sql")}`],
    [["sql", "--run", "r"], `--run is not known; ${shows("sql")}`],
    [["--verson"], "--verson is not known; did you mean --version? tidemark --help shows how it is called"],
    [["exceptions", "ack", "--by"], `--by lacks its value, NAME; ${shows("exceptions ack")}`],
    [["exceptions", "ack", "--by", "--json"], `--by lacks its value, NAME; ${shows("exceptions ack")}`],
    [["sql", "--json=yes"], `--json takes no value; ${shows("sql")}`],
    [["sql", "--format", "xml"], "--format xml: must be one of table, csv"],
    [["sql", "--state", "open", "--state", "shut"], "--state shut: must be one of open, resolved"],
    [["sql", "--seed", "1.5"], "--seed 1.5: must be a whole number"],
    [["sql", "--limit", "0"], "--limit 0: must be a whole number of at least 1"],
    [["sql", "--port", "10"], "--port 10: must be a whole number from 0 to 9"],
    [["sql", "--port", "9007199254740993"], "--port 9007199254740993: must be a whole number from 0 to 9"],
    [["sql", ""], "<statement> is empty; leave it out, or give it a value"],
  ])("%j", (args, sentence) => expect(asked(...args)).toBe(sentence))

  it("an empty value of whatever option of whatever command", () => {
    const whole = tidemark("tidemark")
    for (const { name, rows } of whole.commands.filter((row) => !row.isHidden)) {
      const needed = Object.entries(rows).flatMap(([key, row]) => {
        const value = row.kind?.words?.[0] ?? "1"
        return row.isRequired && !row.isArgument ? [`--${nameOf(key)}=${value}`] : []
      })
      for (const [key, row] of Object.entries(rows)) {
        if (row.kind === null) continue
        for (const blank of ["", " "]) {
          const own = [...needed, row.isArgument ? blank : `--${nameOf(key)}=${blank}`]
          const called = row.isArgument ? `<${nameOf(key)}>` : `--${nameOf(key)}`
          const read = readCommandLine([...name.split(" "), ...own], whole, process.cwd())
          const sentence = Either.isLeft(read) ? read.left.message : "taken"
          expect(sentence, name).toBe(`${called} is empty; leave it out, or give it a value`)
        }
      }
    }
  })
})

describe("help", () => {
  it.each([
    [[], []],
    [["--help"], []],
    [["help"], []],
    [["exceptions"], ["exceptions"]],
    [["exceptions", "-h"], ["exceptions"]],
    [
      ["help", "runs", "sign"],
      ["runs", "sign"],
    ],
    [
      ["runs", "sign", "--help"],
      ["runs", "sign"],
    ],
    [
      ["exceptions", "show", "1f", "--help"],
      ["exceptions", "show"],
    ],
  ])("is asked for by %j", (args, words) => expect(asked(...args)).toEqual({ _tag: "Help", words }))
})

it("a command and an option that had another name are told by that of today", () => {
  const refusal = (...args: ReadonlyArray<string>) =>
    Either.match(readCommandLine(args, tidemark("tidemark"), "/srv"), {
      onLeft: ({ message }) => message,
      onRight: () => null,
    })
  expect(refusal("ledger", "import", "x.csv")).toContain("ledger: there is no such command; it is called books now;")
  expect(refusal("books", "import", "x.csv", "--ledger", "bank")).toContain(
    "--ledger is not known; it is called --book now;",
  )
})

describe("the table of the program", () => {
  it("has each option as a flag everywhere, or nowhere, so that words can be told from values before the command is known", () => {
    const kinds = new Map<string, boolean>()
    for (const { rows } of tidemark("tidemark").commands) {
      for (const [key, row] of Object.entries(rows).filter(([, row]) => !row.isArgument)) {
        expect(kinds.get(key) ?? row.kind === null, key).toBe(row.kind === null)
        kinds.set(key, row.kind === null)
      }
    }
  })
})
