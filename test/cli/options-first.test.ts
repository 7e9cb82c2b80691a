import { describe, expect, it } from "vitest"
import { optionsFirst } from "../../src/cli/options-first.ts"

const ordered = (...given: ReadonlyArray<string>): ReadonlyArray<string> =>
  optionsFirst(["node", "tidemark", ...given], ["exceptions", "runs"]).ordered.slice(2)

describe("options may stand anywhere after the command:", () => {
  it("they come before what the command is about", () => {
    expect(ordered("sql", "SELECT 1", "--format", "csv")).toEqual(["sql", "--format", "csv", "SELECT 1"])
  })

  it("a command of a family keeps its two words", () => {
    expect(ordered("exceptions", "ack", "1f3a", "--by", "ada", "2b4c", "--json")).toEqual([
      ...["exceptions", "ack", "--by", "ada", "--json", "1f3a", "2b4c"],
    ])
  })

  it("an option before the second word of a family goes behind it", () => {
    expect(ordered("runs", "--db", "x.duckdb", "sign", "--run", "r")).toEqual([
      ...["runs", "sign", "--db", "x.duckdb", "--run", "r"],
    ])
  })

  it("a flag takes no word after it, and --name=value is one word", () => {
    expect(ordered("exceptions", "show", "--json", "1f3a", "--db=x.duckdb")).toEqual([
      ...["exceptions", "show", "--json", "--db=x.duckdb", "1f3a"],
    ])
  })

  it("no option that takes no value takes the next option for one", () => {
    for (const flag of ["--replace", "--fresh", "--dry-run", "--json", "--quiet", "--verbose"]) {
      expect(ordered("books", "books.csv", flag, "--db", "x.duckdb")).toEqual([
        ...["books", flag, "--db", "x.duckdb", "books.csv"],
      ])
    }
  })

  it("a statement that begins with a comment of SQL is no option", () => {
    expect(ordered("sql", "-- all of it\nSELECT 1", "--format", "csv")).toEqual([
      ...["sql", "--format", "csv", "-- all of it\nSELECT 1"],
    ])
  })

  it("what follows a bare -- stays behind it, and nothing is lost", () => {
    expect(ordered("sql", "--format", "csv", "--", "--json")).toEqual(["sql", "--format", "csv", "--", "--json"])
    expect(ordered("exceptions", "ack", "--by")).toEqual(["exceptions", "ack", "--by"])
    expect(ordered()).toEqual([])
  })
})
