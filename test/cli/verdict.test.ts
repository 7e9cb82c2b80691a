import { describe, expect, it } from "@effect/vitest"
import { verdictText } from "../../src/cli/verdict.ts"
import { byteSize, duration } from "../../src/pipelines/run/quantities.ts"
import type { RunSummary } from "../../src/pipelines/run/run-summary.ts"

const quiet: RunSummary = {
  runId: "run-1",
  verdict: "CLEAN",
  coverage: { COMPLETE: 17, NOT_APPLICABLE: 0, PARTIAL: 0, DENIED: 0, FAILED: 0 },
  partitions: 17,
  pages: 31,
  records: 1204,
  quarantined: 0,
  requests: 33,
  retries: 0,
  retriesByClass: [],
  waitedMillis: 0,
  held: { limitedMillis: 0, refusals: 0, silentMillis: 0 },
  bytes: 1_234_567,
  duplicates: 0,
  resumed: 0,
  exceptions: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
  byCode: [],
  failures: [],
  atStake: [],
  changes: { opened: 0, reopened: 0, resolved: 0 },
  accepted: 0,
  acceptedStake: [],
  ofAbsentCustomers: 0,
  unproven: 0,
  unprovenStake: [],
  unprovenBy: [],
  notes: [],
}

const lineOf = (summary: RunSummary, term: string): string | undefined =>
  verdictText(summary)
    .split("\n")
    .find((line) => line.startsWith(`${term} `))

describe("what a person reads at the end of a night", () => {
  it("says in one line what was read, and speaks of retries only where there were any", () => {
    expect(lineOf(quiet, "read")).toBe("read        1,204 records on 31 pages, 33 requests, 1.2 MB")
    expect(lineOf(quiet, "retries")).toBeUndefined()
  })

  it("says of repetitions and restarts only where there were any", () => {
    expect(lineOf({ ...quiet, duplicates: 1, resumed: 1 }, "read")).toBe(
      "read        1,204 records on 31 pages, 33 requests, 1.2 MB, 1 seen again, resumed once",
    )
    expect(lineOf({ ...quiet, resumed: 2 }, "read")).toMatch(/, resumed 2 times$/)
  })

  it("says what a person should know besides", () => {
    expect(lineOf({ ...quiet, notes: ["books.scope names the book bnk"] }, "note")).toBe(
      "note        books.scope names the book bnk",
    )
  })

  it("says why lists were not read, and how many more there are than the reasons it tells", () => {
    const failures = [
      { reason: "the API did not answer in time", lists: 20 },
      { reason: "the page is not JSON", lists: 3 },
    ]
    const partial: RunSummary = { ...quiet, verdict: "PARTIAL", partitions: 41, failures }
    const reasonsWith = (FAILED: number, DENIED: number) =>
      verdictText({ ...partial, coverage: { ...quiet.coverage, FAILED, DENIED } })
        .split("\n")
        .filter((line) => line.startsWith(" ".repeat(12)))
        .map((line) => line.trim())
    const told = ["20 lists: the API did not answer in time", "3 lists: the page is not JSON"]
    expect(reasonsWith(23, 0)).toEqual(told)
    expect(reasonsWith(23, 1)).toEqual([...told, "and 1 more list"])
    expect(reasonsWith(24, 1)).toEqual([...told, "and 2 more lists"])
  })

  it("says what was tried again, after what, and how long was waited for it", () => {
    const stormy = {
      ...quiet,
      retries: 5,
      waitedMillis: 125_000,
      retriesByClass: [
        { failure: "rate_limited", failures: 4, retries: 3, waitedMillis: 124_500 },
        { failure: "transport", failures: 2, retries: 2, waitedMillis: 500 },
      ],
    }
    expect(lineOf(stormy, "retries")).toBe(
      "retries     5 after 4 rate_limited, 2 transport; 2 min 5 s waited, all requests together",
    )
  })

  it("does not speak of refusals that nobody tried again: a product that is not enabled is none of the storm", () => {
    const refused = { failure: "product_disabled", failures: 3, retries: 0, waitedMillis: 0 }
    expect(lineOf({ ...quiet, retriesByClass: [refused] }, "retries")).toBeUndefined()
    const reset = { failure: "transport", failures: 1, retries: 1, waitedMillis: 0 }
    expect(lineOf({ ...quiet, retries: 1, retriesByClass: [refused, reset] }, "retries")).toBe(
      "retries     1 after 1 transport",
    )
  })
})

describe("sizes and durations", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [1_234_567, "1.2 MB"],
    [5_000_000_000, "5.0 GB"],
    [7_000_000_000_000_000, "7000.0 TB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(byteSize(bytes)).toBe(text)
  })

  it("are told in seconds, past a minute in minutes", () => {
    expect([duration(400), duration(59_400), duration(60_000)]).toEqual(["0 s", "59 s", "1 min 0 s"])
  })
})
