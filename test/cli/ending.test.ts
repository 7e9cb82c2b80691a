import { Cause, DateTime, FiberId } from "effect"
import { describe, expect, it } from "vitest"
import { EnvironmentError } from "../../src/api/credentials.ts"
import { TransportFailure } from "../../src/api/failures.ts"
import { PartnerProblem } from "../../src/api/problem.ts"
import { endingOf, Finished, UsageError } from "../../src/cli/ending.ts"
import { exitCodes } from "../../src/cli/exit-codes.ts"
import { outputError } from "../../src/cli/output.ts"
import { RosterError } from "../../src/pipelines/configuration/roster.ts"
import { ConfigurationError } from "../../src/pipelines/configuration/settings.ts"
import { CsvFileError } from "../../src/pipelines/report/csv-file.ts"
import { ReportDefinitionError } from "../../src/pipelines/report/definition.ts"
import { NoReportDefinitions } from "../../src/pipelines/report/report-definitions.ts"
import { NoSuchRun } from "../../src/pipelines/run/run.ts"
import { ApiUnavailable, CredentialsRefused } from "../../src/pipelines/sync/run-failures.ts"
import { SandboxListenError } from "../../src/sandbox/server.ts"
import { RunHeld } from "../../src/store/run-lock.ts"
import { StoreError } from "../../src/store/store-error.ts"

const refused = (code: string) =>
  new PartnerProblem({
    status: 401,
    code,
    title: null,
    detail: "as the API says",
    requestId: "req-1",
    retryAfterMillis: null,
    serverTimeMillis: null,
  })

const outage = new TransportFailure({ reason: "Connection", detail: "connect ECONNREFUSED", requestId: "req-2" })
const store = (reason: StoreError["reason"]) => new StoreError({ reason, file: "tidemark.duckdb", detail: "" })

const runHolding = {
  user: "alice",
  host: "host-a",
  pid: 4711,
  command: "nightly",
  startedAt: DateTime.unsafeMake("2026-11-22T02:30:00.125Z"),
  beatAt: DateTime.unsafeMake("2026-11-22T02:41:30Z"),
}

const failures: ReadonlyArray<readonly [what: string, error: unknown, code: number, sentence: string | null]> = [
  ["a command that has said all", new Finished({ exitCode: 3, why: "some" }), 3, null],
  ["a command that has said all and is content", new Finished({ exitCode: 0, why: null }), 0, null],
  [
    "wrong usage",
    new UsageError({ detail: "name your customers with --customers FILE" }),
    2,
    "name your customers with --customers FILE",
  ],
  ["a roster", new RosterError({ file: "c.csv", detail: "names no customer" }), 2, "c.csv: names no customer"],
  [
    "no run at all",
    new NoSuchRun({ brokenOff: null }),
    2,
    "there is no run that was read to its end; run tidemark sync or run tidemark nightly first",
  ],
  [
    "an unknown run",
    new NoSuchRun({ brokenOff: "r-9" }),
    2,
    "run r-9 stored some pages and was not read to its end, so the rows are of two nights; run tidemark nightly first",
  ],
  [
    "a port in use",
    new SandboxListenError({ port: 4010, reason: "PortBusy", cause: null }),
    2,
    "The sandbox cannot listen on 127.0.0.1:4010: it is in use",
  ],
  ["no such database", store("Missing"), 2, "there is no such database: tidemark.duckdb"],
  [
    "another run that told who it is",
    new RunHeld({ file: "tidemark.duckdb", owner: runHolding, elsewhere: false }),
    75,
    "another run holds tidemark.duckdb: tidemark nightly, started 2026-11-22T02:30:00Z by alice on host-a (process 4711); wait for its end or stop it",
  ],
  [
    "another machine's run",
    new RunHeld({ file: "tidemark.duckdb", owner: runHolding, elsewhere: true }),
    75,
    "another run holds tidemark.duckdb: tidemark nightly, started 2026-11-22T02:30:00Z by alice on host-a (process 4711); wait for its end or stop it (if it died, its lock lapses at 2026-11-22T02:43:30Z)",
  ],
  ["another run", store("Locked"), 75, "another process has the database open: tidemark.duckdb"],
  [
    "a file that is no database",
    store("Foreign"),
    2,
    "tidemark.duckdb is not a DuckDB database; name another with --db, or put back a copy if it is damaged",
  ],
  [
    "a database that cannot be read",
    store("Unreadable"),
    2,
    "the file is not a database that this version can read: tidemark.duckdb; put a backup back if it is damaged",
  ],
  [
    "rights",
    store("Denied"),
    2,
    "the database cannot be opened or written; check the rights of the file and its folder: tidemark.duckdb",
  ],
  [
    "a full disk",
    store("Full"),
    1,
    "the disk is full, there is no space left for the database: tidemark.duckdb; free some space there and run the same command again; nothing that was committed is lost",
  ],
  [
    "a report on a full disk",
    new CsvFileError({ reason: "File", file: "fees.csv", cause: new Error("ENOSPC: no space left on device, write") }),
    1,
    "the disk is full: writing fees.csv failed: ENOSPC: no space left on device, write; free some space there and run the same command again; nothing that was committed is lost",
  ],
  ["a reader that went away", outputError(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })), 141, null],
  [
    "output that cannot be written",
    outputError(Object.assign(new Error("write EIO"), { code: "EIO" })),
    1,
    "the output cannot be written: write EIO",
  ],
  ["a statement", store("Query"), 1, "a statement on the database failed: tidemark.duckdb"],
  [
    "an API that is away",
    new ApiUnavailable({ startPatienceMinutes: 10, baseUrl: "https://api.example.test", failure: outage }),
    75,
    "the Partner API at https://api.example.test is not available: the API could not be reached (connect ECONNREFUSED; request req-2); run again later, nothing was lost; startPatienceMinutes of the configuration, now 10, says how long a night waits for the first answer",
  ],
  [
    "credentials",
    new CredentialsRefused({ failure: refused("PARTNER_AUTH_FAILED") }),
    77,
    "the API refuses the credentials: PARTNER_AUTH_FAILED: as the API says (request req-1); check OCEAFIN_PARTNER_API_CLIENT_ID and OCEAFIN_PARTNER_API_CLIENT_SECRET",
  ],
  [
    "a clock that is wrong",
    new CredentialsRefused({ failure: refused("PARTNER_SIGNATURE_EXPIRED") }),
    77,
    "the API takes our signatures for stale: PARTNER_SIGNATURE_EXPIRED: as the API says (request req-1); check this machine's clock",
  ],
  [
    "a configuration",
    new ConfigurationError({ file: "tidemark.json", detail: "x is not a key" }),
    78,
    "tidemark.json: x is not a key",
  ],
  [
    "a report",
    new ReportDefinitionError({ file: "fees.sql", line: 3, problem: "no title", remedy: "Add one" }),
    78,
    "fees.sql, line 3: no title. Add one.",
  ],
  [
    "no reports",
    new NoReportDefinitions({ folder: "reports" }),
    78,
    "reports: there is no report definition (a .sql file) in this folder; install tidemark again",
  ],
  [
    "an environment name",
    new EnvironmentError({ missing: ["SOME_NAME"], faults: [] }),
    78,
    "not set in the environment: SOME_NAME",
  ],
  [
    "two environment names",
    new EnvironmentError({ missing: ["ONE"], faults: ["the environment variable TWO must begin with https://"] }),
    78,
    "not set in the environment: ONE; the environment variable TWO must begin with https://",
  ],
  [
    "a single failure of the API",
    refused("PARTNER_SCOPE_DENIED"),
    1,
    "PARTNER_SCOPE_DENIED: as the API says (request req-1)",
  ],
  ["an error without a tag", "something", 1, "something"],
  ["a tag that nobody knows", Object.assign(new Error("odd"), { _tag: "Odd" }), 1, "odd"],
]

describe("a command ends", () => {
  it.each(failures)("after %s with its code and its sentence", (_what, error, code, sentence) => {
    expect(endingOf(Cause.fail(error))).toEqual({ code, message: sentence })
    expect(exitCodes.map((row) => row.code)).toContain(code)
  })

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("when %s interrupted it with %i, and says how to go on", (signal, code) => {
    expect(endingOf(Cause.interrupt(FiberId.none), signal)).toEqual({
      code,
      message: `interrupted (${signal}); everything that was committed is kept; run the same command again to go on`,
    })
  })

  it("in words of its own, where a command that was interrupted has some", () => {
    const { message } = endingOf(Cause.interrupt(FiberId.none), "SIGINT", "the statement was stopped")
    expect(message).toBe("interrupted (SIGINT); the statement was stopped")
  })

  it("with what failed, where something else was interrupted because of it", () => {
    const cause = Cause.parallel(Cause.interrupt(FiberId.none), Cause.fail(store("Locked")))
    expect(endingOf(cause).code).toBe(75)
  })

  it("with 1 and a request to report it, when a defect ended it", () => {
    const { code, message } = endingOf(Cause.die(new Error("cannot be")))
    expect(code).toBe(1)
    expect(message).toMatch(/^unexpected error, please report it:\n.*cannot be/s)
  })
})
