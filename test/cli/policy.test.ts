import { describe, expect, it } from "vitest"
import { patience } from "../../src/api/patience.ts"
import { retryPolicy } from "../../src/api/retry-policy.ts"
import { policyJson, policyText } from "../../src/cli/commands/policy.ts"
import { exitCodes } from "../../src/cli/exit-codes.ts"
import { configurationWith } from "../support/configuration.ts"

const configured = configurationWith({
  retry: { transport: { tries: 9, firstDelaySeconds: 1.5, capSeconds: 45 } },
  retryBudget: { percent: 7, floor: 3 },
  startPatienceMinutes: 3,
  headSlackMinutes: 7,
  concurrency: 1,
  requestsPerSecond: 5,
  deadlineMinutes: 90,
})

/** The row of a class, its cells as a person reads them. */
const rowOf = (text: string, failure: string): ReadonlyArray<string> =>
  (text.split("\n").find((line) => line.startsWith(`${failure} `)) ?? "").split(/ {2,}/)

describe("the policy as text", () => {
  it("has one line for each row of the table, in its order", () => {
    const [titles = "", rule = "", ...lines] = policyText(configurationWith()).split("\n")
    expect(titles).toMatch(
      /^failure +tries +first wait +growth +longest +requeue +holds +partition +run +recognised by$/,
    )
    expect(rule).toMatch(/^[─ ]+$/)
    expect(lines.slice(0, retryPolicy.length).map((line) => line.split(" ")[0])).toEqual(
      retryPolicy.map((row) => row.failure),
    )
    expect(lines[retryPolicy.length]).toBe("")
  })

  it("tells what is tried again, how, and what is never", () => {
    const text = policyText(configurationWith())
    expect(rowOf(text, "processing_unavailable").slice(0, 9)).toEqual([
      ...["processing_unavailable", "4", "5 s", "×2", "120 s", "once", "silent", "FAILED", "goes on"],
    ])
    expect(rowOf(text, "nonce_replayed").slice(0, 6)).toEqual([
      ...["nonce_replayed", "2", "none", "none", "FAILED", "goes on"],
    ])
    expect(rowOf(text, "scope_denied")).toEqual([
      ...["scope_denied", "1", "DENIED", "skip stream", "PARTNER_SCOPE_DENIED"],
    ])
  })

  it("is the policy in force: what the configuration says stands in it", () => {
    const text = policyText(configured)
    expect(rowOf(text, "transport").slice(0, 5)).toEqual(["transport", "9", "1.5 s", "×2", "45 s"])
    for (const line of [
      "budget       7 % of the run's requests and 3 more may be tried again, and 3 more each time that what is requeued is asked for",
      "concurrency  1 request under way at once, 5 a second; a limit that was met sets the pace, tonight and in the next night",
      "start        the first answer is waited for 3 minutes (startPatienceMinutes), then the run ends with 75",
      "head         a record may be 7 minutes older than its list's first page and arrive later (headSlackMinutes)",
      "deadline     nothing is asked later than 90 minutes after the run's start",
    ]) {
      expect(text.split("\n")).toContain(line)
    }
    expect(policyText(configurationWith({ deadlineMinutes: null })).split("\n")).toContain(
      "deadline     none; a hold ends after 6 hours",
    )
  })
})

describe("the policy as JSON", () => {
  it("has every column of every row, waits in seconds, and the limits of the run", () => {
    const read = JSON.parse(policyJson(configured))
    expect(read.rows.length).toBe(retryPolicy.length)
    expect(read.rows[0]).toEqual({
      failure: "transport",
      recognised: "no answer in time, a connection refused or reset, a body cut short",
      tries: 9,
      firstDelaySeconds: 1.5,
      growth: 2,
      capSeconds: 45,
      requeue: true,
      tells: "silent",
      partition: "FAILED",
      run: "goes on",
    })
    expect({ ...read, rows: [] }).toEqual({
      exitCodes,
      rows: [],
      retryBudget: { percent: 7, floor: 3 },
      patience,
      startPatienceMinutes: 3,
      headSlackMinutes: 7,
      concurrency: 1,
      requestsPerSecond: 5,
      deadlineMinutes: 90,
    })
  })
})
